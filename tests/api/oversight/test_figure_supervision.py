"""指标督导: one an organisation and month however often it is judged, told, answered, ruled upon."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from api.core.context import Services
from api.messages.message_view import message_view
from api.messages.service import list_messages
from api.oversight.figure_supervision import (
    answer_supervision,
    listed_supervisions,
    rule_on_supervision,
    whole_supervision,
)
from api.oversight.raising import last_month, month_of, raise_for
from api.oversight.schemas import Ruling, SupervisionAnswer
from api.web.formatting import present
from domain.base import CHINA
from domain.errors import Conflict, NotEntitled, NotFound
from domain.indicators.periods import Period
from domain.people.organisation import Represented
from infra.database.engine import Session
from tests.api.support import answered, dispute, somebody

ANSWER, ACCEPT = SupervisionAnswer(text="职责已厘清，当日签收"), Ruling(verdict="accept", text="同意")
AGAIN = Ruling(verdict="return", text="请说明责任人")


def this_month() -> Period:
    """The month that the test runs in."""
    return month_of(datetime.now(UTC))


async def buck_passed(services: Services) -> None:
    """The housing bureau has refused groundlessly."""
    number = await dispute(services)
    await answered(services, number, "confirm_triage", "confirm")
    await answered(services, number, "handle_on_scene", "unsettled")
    await answered(services, number, "follow_up_responsibly", "request_third_push", suggested=["housing"])
    await answered(services, number, "approve_third_push", "approve", suggested=["housing"])
    await answered(services, number, "dispatch", "assign", lead="housing")
    await answered(services, number, "accept_assignment", "refuse")
    await answered(services, number, "rule_refusal", "overrule", reason="属本单位职责")


async def test_it_is_raised_once_and_its_leaders_are_told_once(services: Services, session: Session) -> None:
    """“将…‘四数四率’作为重点指标进行督导”."""
    await buck_passed(services)
    assert [await raise_for(services, this_month()) for _ in range(3)] == [1, 0, 0]
    leader = await somebody(services, "department_leader", "housing")
    [item] = (await listed_supervisions(services, session, leader, "open", None, 9, None)).items
    assert (item.organisation, [f.words for f in item.findings]) == ("housing", ["推诿数 1次，超过 0次"])
    told = [m for m in (await list_messages(session, leader, None, 50, None)).items if m.kind == "figure_supervision"]
    [shown] = [message_view(message, present()) for message in told]
    assert (shown["href"], shown["said"]) == (f"/figure-supervisions/{item.supervision_id}", "推诿数 1次，超过 0次")
    stranger = await somebody(services, "department_leader", "market_reg")
    assert (await listed_supervisions(services, session, stranger, "open", None, 9, None)).items == []
    with pytest.raises(NotFound):
        await whole_supervision(services, session, stranger, item.supervision_id)


async def test_it_is_answered_sent_back_answered_again_and_accepted(services: Services, session: Session) -> None:
    await buck_passed(services)
    await raise_for(services, this_month())
    leader = await somebody(services, "department_leader", "housing")
    supervisor = await somebody(services, "supervisor", "county")
    [item] = (await listed_supervisions(services, session, supervisor, "open", "housing", 9, None)).items
    at = item.supervision_id
    with pytest.raises(NotEntitled):
        await answer_supervision(services, session, supervisor, at, ANSWER, None)
    with pytest.raises(Conflict):
        await rule_on_supervision(services, session, supervisor, at, ACCEPT, None)
    first = await answer_supervision(services, session, leader, at, ANSWER, "k")
    assert (first.body.state, first.body.may_answer) == ("answered", False)
    assert (await answer_supervision(services, session, leader, at, ANSWER, "k")).body == first.body
    with pytest.raises(NotEntitled):
        await rule_on_supervision(services, session, leader, at, ACCEPT, None)
    assert (await rule_on_supervision(services, session, supervisor, at, AGAIN, None)).body.state == "open"
    await answer_supervision(services, session, leader, at, ANSWER, "m")
    over = (await rule_on_supervision(services, session, supervisor, at, ACCEPT, None)).body
    assert (over.state, [said.what for said in over.said]) == ("closed", ["answer", "return", "answer", "accept"])
    assert (await listed_supervisions(services, session, leader, "open", None, 9, None)).items == []
    told = [m for m in (await list_messages(session, leader, None, 50, None)).items if m.kind == "figure_supervision"]
    assert len(told) == 2, "that it was raised, and that it came back"


@pytest.mark.parametrize(
    ("at", "first", "last"),
    [
        (datetime(2026, 11, 1, 0, 5, tzinfo=CHINA), "2026-10-01", "2026-10-31"),
        (datetime(2026, 3, 15, 12, tzinfo=CHINA), "2026-02-01", "2026-02-28"),
        (datetime(2026, 1, 31, 23, tzinfo=CHINA), "2025-12-01", "2025-12-31"),
    ],
)
def test_what_is_judged_is_the_month_that_has_closed(at: datetime, first: str, last: str) -> None:
    period = last_month(at)
    assert (str(period.first), str(period.last)) == (first, last)


async def test_without_thresholds_nothing_is_supervised_and_a_month_without_matters_is_fine(
    services: Services, session: Session
) -> None:
    assert await raise_for(services, last_month(datetime(2020, 1, 1, tzinfo=UTC))) == 0


async def test_a_deputy_s_answer_says_for_whom_he_gave_it(services: Services, session: Session) -> None:
    await buck_passed(services)
    await raise_for(services, this_month())
    leader = await somebody(services, "department_leader", "housing")
    supervisor = await somebody(services, "supervisor", "county")
    [item] = (await listed_supervisions(services, session, supervisor, "open", "housing", 9, None)).items
    stands_in = await somebody(services, "department_handler", "housing")
    represented = Represented(
        person_id=leader.person_id, name=leader.name, until=datetime.now(UTC) + timedelta(days=1), posts=leader.posts
    )
    deputy = stands_in.model_copy(update={"deputises": [represented]})
    given = await answer_supervision(services, session, deputy, item.supervision_id, ANSWER, None)
    [said] = given.body.said
    assert (said.name, said.on_behalf_name) == (deputy.name, leader.name)
