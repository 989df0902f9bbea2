"""Criminal cases: what was there before of their people, whose word counts, and what a year comes to."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlmodel import col

from api.core.context import Services
from api.criminal_cases.schemas import CriminalCase, CriminalCaseIn, OriginIn, WithdrawnIn
from api.criminal_cases.service import compared, grown_out_of, listed, register, say, whole, withdraw
from api.intake.schemas import PartyIn
from domain.base import china
from domain.case.records import Party
from domain.errors import Conflict, FieldsInvalid, NotEntitled, NotFound
from domain.people.organisation import Actor
from infra.database.engine import Session
from infra.database.tables.audit import AccessRow
from infra.database.tables.crimes import CriminalCaseRow
from infra.read_model.disputes import dispute_row
from infra.records.reporting.crimes import Told, Word, put_word
from tests.api.support import answered, dispute, somebody

LUO = Party(name="罗建国", side="b", phone="13812345678")
TODAY = china(datetime.now(UTC)).date()


async def chief(services: Services) -> Actor:
    """Who has the cases of the station at 古山."""
    return await somebody(services, "station_chief", "station-gushan")


def told(**more: object) -> CriminalCaseIn:
    """A case of 罗建国's."""
    said = {
        "case_no": "金公（古山）立字〔2026〕17号", "registered_on": TODAY, "address": "古山镇古山社区88号",
        "summary": "罗某因货款纠纷持械伤人", "parties": [PartyIn(name="罗建国", phone="13812345678", side="b")],
    }  # fmt: skip
    return CriminalCaseIn.model_validate({**said, **more})


async def put(services: Services, session: Session, actor: Actor, **more: object) -> CriminalCase:
    return (await register(services, session, actor, told(**more), None)).body


async def test_a_case_finds_the_earlier_disputes_of_its_people_and_a_word_makes_it_one(
    services: Services, session: Session
) -> None:
    """“邻里纠纷演化成刑案…举一反三”: what is found is a question; only a person's word says that it grew out of it."""
    before = await dispute(services, parties=[LUO])
    actor = await somebody(services, "supervisor", "county")
    case = await put(services, session, actor, organisation="station-gushan")
    [matter] = case.earlier.people
    assert (matter.dispute_no, case.grew, case.judged, case.prior_known) == (before, False, False, False)
    assert (await compared(services, session, actor, None, None)).now.unjudged == 1
    asked = OriginIn(dispute_no=before, grew=True, reason="同一笔货款，两次调解未成")
    answer = (await say(services, session, actor, case.case_id, asked, None)).body
    assert (answer.grew, answer.prior_known, answer.judged) == (True, True, True)
    row = await dispute_row(session, before)
    assert row is not None
    assert [(item.case_no, by) for item, by in await grown_out_of(services, session, actor, row)] == [
        (case.case_no, actor.name)
    ]
    handler = await somebody(services, "department_handler", "housing")
    assert await grown_out_of(services, session, handler, row) == [], "the register is the police's"
    denied = asked.model_copy(update={"grew": False, "reason": "复核后认为是另一笔债"})
    answer = (await say(services, session, actor, case.case_id, denied, None)).body
    assert (answer.grew, answer.prior_known) == (False, False)
    assert [(word.grew, word.latest) for word in answer.origins] == [(True, False), (False, True)]


async def test_who_is_masked_and_what_was_said_is_sealed(services: Services, session: Session) -> None:
    actor = await chief(services)
    case = await put(services, session, actor)
    assert "13812345678" not in case.model_dump_json()
    await services.access.write()
    of_his = select(col(AccessRow.what)).where(col(AccessRow.person_id) == actor.person_id)
    noted = (await session.execute(of_his)).scalars()
    assert "crimes:register" in set(noted)


async def test_a_dispute_turned_into_a_case_counts_by_itself_until_the_case_is_on_record(
    services: Services, session: Session
) -> None:
    """民转刑数: “criminal cases opened in period whose cause field = 民间纠纷” — none twice."""
    actor = await somebody(services, "supervisor", "county")
    number = await dispute(services, parties=[LUO])
    await answered(services, number, "confirm_triage", "confirm")
    await answered(services, number, "handle_on_scene", "criminal_case", case_no="金公（古山）立字〔2026〕18号")
    await answered(services, number, "approve_change", "approve")
    now = (await compared(services, session, actor, None, None)).now
    assert (now.cases, now.converted, now.grew, now.prior_known) == (1, 1, 1, 1)
    case = await put(services, session, actor, case_no="金公（古山）立字〔2026〕18号", organisation="station-gushan")
    assert [(word.dispute_no, word.grew) for word in case.origins] == [(number, True)]
    now = (await compared(services, session, actor, None, None)).now
    assert (now.cases, now.converted, now.grew, now.prior_known, now.unjudged) == (1, 0, 1, 1, 0)


async def test_a_year_is_compared_with_the_year_before(services: Services, session: Session) -> None:
    """“金华‘民转刑’案件同比下降39%,命案同比下降20%”."""
    actor = await chief(services)
    year_before = date(TODAY.year - 1, 1, 1)
    for number in range(4):
        await put(services, session, actor, case_no=f"去年{number}", registered_on=year_before, homicide=number < 2)
    await put(services, session, actor, case_no="今年1", registered_on=date(TODAY.year, 1, 1), homicide=True)
    await put(services, session, actor, case_no="今年2", registered_on=date(TODAY.year, 1, 1), from_dispute=False)
    found = await compared(services, session, actor, None, None)
    assert (found.now.cases, found.year_before.cases, found.change) == (1, 4, -0.75)
    assert (found.now.homicides, found.year_before.homicides, found.homicide_change) == (1, 2, -0.5)


async def test_what_was_put_on_record_by_mistake_counts_no_more_and_its_number_is_free(
    services: Services, session: Session
) -> None:
    actor = await chief(services)
    case = await put(services, session, actor)
    with pytest.raises(Conflict, match="已经登记"):
        await put(services, session, actor)
    gone = (await withdraw(services, session, actor, case.case_id, WithdrawnIn(reason="重复登记"), None)).body
    assert (gone.withdrawn, gone.withdrawn_why, gone.case_no) == (True, "重复登记", case.case_no)
    assert (await compared(services, session, actor, None, None)).now.cases == 0
    again = await put(services, session, actor)
    items = (await listed(services, session, actor, None, None, 50, None)).items
    assert {item.case_id: item.withdrawn for item in items} == {case.case_id: True, again.case_id: False}
    with pytest.raises(Conflict, match="已经撤回"):
        await withdraw(services, session, actor, case.case_id, WithdrawnIn(reason="再撤"), None)


async def test_the_register_is_of_the_police_who_have_the_cases(services: Services, session: Session) -> None:
    case = await put(services, session, await chief(services))
    elsewhere = await somebody(services, "station_chief", "station-baiyang")
    with pytest.raises(NotFound):
        await whole(services, session, elsewhere, case.case_id)
    with pytest.raises(NotEntitled):
        await put(services, session, elsewhere, case_no="别处", organisation="station-gushan")
    department = await somebody(services, "department_leader", "urban_mgmt")
    with pytest.raises(NotEntitled):
        await listed(services, session, department, None, None, 50, None)
    leader = await somebody(services, "leader", "county")
    assert (await whole(services, session, leader, case.case_id)).case_no == case.case_no
    with pytest.raises(NotEntitled):
        await withdraw(services, session, leader, case.case_id, WithdrawnIn(reason="试"), None)


async def test_no_word_on_a_dispute_out_of_sight_or_of_later(services: Services, session: Session) -> None:
    actor = await chief(services)
    case = await put(services, session, actor, registered_on=TODAY - timedelta(days=3))
    later = await dispute(services, parties=[LUO])
    found = (await whole(services, session, actor, case.case_id)).earlier.people
    assert later not in [each.dispute_no for each in found]
    supervisor = await somebody(services, "supervisor", "county")
    word = OriginIn(dispute_no=later, grew=True, reason="试")
    with pytest.raises(FieldsInvalid) as wrong:
        await say(services, session, supervisor, case.case_id, word, None)
    assert wrong.value.errors == [{"field": "dispute_no", "message": "该纠纷在立案之后才登记"}]
    with pytest.raises(NotFound):
        await say(services, session, actor, case.case_id, word.model_copy(update={"dispute_no": "D2026-999999"}), None)


@pytest.mark.parametrize(("days", "known"), [(365, True), (366, False)])
def test_known_is_what_was_opened_within_twelve_months(days: int, known: bool) -> None:
    """“earlier matter of same parties in the platform within 12 months”."""
    row = CriminalCaseRow(
        case_id="c", case_no="1", path="/c", registered_on="2026-11-26", from_dispute=True, homicide=False,
        noted_by="p", noted_at=datetime.now(UTC),
        sealed=Told(parties=[], address="", place_key="", summary="").model_dump(mode="json"),
    )  # fmt: skip
    opened = datetime(2026, 11, 25, 16, tzinfo=UTC) - timedelta(days=days)  # midnight in China
    put_word(row, Word(dispute_no="D2025-000001", opened_at=opened, grew=True, reason="试", by="甲", at=opened))
    assert (row.grew, row.prior_known) == (True, known)
