"""The indicators' service: whose figures they are, what they count, and the cases behind them."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from api.core.context import Services
from api.indicators import service
from api.indicators.question import Question, ask, today
from domain.errors import FieldsInvalid, NotEntitled
from domain.indicators.formulas import DEFAULT_WINDOWS
from domain.people.organisation import Actor
from domain.policy.matters.matter import Matter
from infra.database.engine import Session
from tests.api.support import answered, dispute, somebody


async def asked(services: Services, session: Session, actor: Actor, **more: Any) -> Question:
    """The figures of these days, and what else is said."""
    usual: dict[str, Any] = {"first": today() - timedelta(days=1), "last": today() + timedelta(days=1),
                             "organisation": None, "by": None, "as_of": None, "windows": DEFAULT_WINDOWS}  # fmt: skip
    return await ask(services, session, actor, **{**usual, **more})


async def settled(services: Services) -> str:
    """A dispute that was settled where it was reported."""
    number = await dispute(services)
    await answered(services, number, "confirm_triage", "confirm")
    await answered(services, number, "handle_on_scene", "settled")
    return number


async def test_what_was_disposed_of_is_counted_in_all_and_under_its_organisation(
    services: Services, session: Session
) -> None:
    await settled(services)
    supervisor = await somebody(services, "supervisor", "county")
    found = await service.indicators(services, session, await asked(services, session, supervisor, by="organisation"))
    assert (found.total.values["disposed"].numerator, found.total.group) == (1, "")
    assert [row.name for row in found.rows if row.values["disposed"].numerator] == ["古山派出所", "古山镇"]
    narrow = await asked(services, session, supervisor, by="organisation", attribution="responsible")
    found = await service.indicators(services, session, narrow)
    (row,) = [row for row in found.rows if row.values["disposed"].numerator]
    assert row.name == "古山派出所"
    assert row.group == row.organisation
    shown = row.model_dump(mode="json", exclude_unset=True)
    assert set(shown) == {"name", "values", "compared", "organisation", "ranks"}, "only the key it is grouped by"
    assert row.ranks["disposed"].shown == "第1/1名"
    assert found.total.compared["disposed"].previous.base == 0


async def test_behind_a_figure_are_its_cases_a_page_at_a_time(services: Services, session: Session) -> None:
    numbers = [await settled(services) for _ in range(3)]
    supervisor = await somebody(services, "supervisor", "county")
    question = await asked(services, session, supervisor)
    behind: list[str] = []
    cursor = None
    for _ in numbers:
        page = await service.cases(services, session, supervisor, question, "disposed", "numerator", None, 1, cursor)
        assert page.count == 3
        behind += [item.dispute_no for item in page.items]
        cursor = page.next_cursor
    assert (behind, cursor) == (numbers, None)
    with pytest.raises(FieldsInvalid):
        await service.cases(services, session, supervisor, question, "no_such", "numerator", None, 1, None)


async def test_a_workbook_is_a_file_named_by_its_period_and_noted(services: Services, session: Session) -> None:
    supervisor = await somebody(services, "supervisor", "county")
    book = await service.export(services, session, supervisor, await asked(services, session, supervisor))
    assert book.content.startswith(b"PK")
    assert book.name == f"指标_{today() - timedelta(days=1)}_{today() + timedelta(days=1)}.xlsx"
    assert services.access.backlog == 1


async def test_figures_are_for_those_who_oversee_and_of_what_they_oversee(services: Services, session: Session) -> None:
    officer = await somebody(services, "on_scene_officer", "station-gushan")
    with pytest.raises(NotEntitled):
        await asked(services, session, officer)
    assert services.access.backlog == 1, "the try is noted"
    supervisor = await somebody(services, "supervisor", "county")
    with pytest.raises(FieldsInvalid) as refused:
        await asked(services, session, supervisor, first=today(), last=today() - timedelta(days=1),
                    organisation="nowhere", windows={"relapse": 1})  # fmt: skip
    assert [error["field"] for error in refused.value.errors] == ["to", "relapse_days", "organisation"]
    with pytest.raises(FieldsInvalid) as refused:
        await asked(services, session, supervisor, first=date(1900, 1, 1), last=date(2199, 12, 31))
    assert refused.value.errors == [{"field": "to", "message": "一次至多统计十年"}]


@pytest.mark.parametrize("matter", [Matter.LIVELIHOOD, Matter.PETITION])
async def test_a_need_and_a_petition_are_counted_apart_from_disputes(
    services: Services, session: Session, matter: Matter
) -> None:
    """“民生诉求…信访积案” (Q-088, Q-098): figures are of disputes unless another matter is asked for."""
    await settled(services)
    number = await dispute(services, matter=matter)
    supervisor = await somebody(services, "supervisor", "county")
    usual = await service.indicators(services, session, await asked(services, session, supervisor))
    other = await asked(services, session, supervisor, matter=matter)
    found = await service.indicators(services, session, other)
    assert (usual.matter, usual.total.values["completion_rate"].denominator) == (Matter.DISPUTE, 1)
    assert (found.matter, found.total.values["completion_rate"].denominator) == (matter, 1)
    behind = await service.cases(services, session, supervisor, other, "completion_rate", "denominator", None, 9, None)
    assert [item.dispute_no for item in behind.items] == [number]


async def test_hazards_are_counted_by_item_elsewhere(services: Services, session: Session) -> None:
    with pytest.raises(FieldsInvalid) as found:
        await asked(services, session, await somebody(services, "supervisor", "county"), matter=Matter.HAZARD)
    assert "动态清零" in found.value.errors[0]["message"]
