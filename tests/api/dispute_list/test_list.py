"""纠纷: 属地 apart from 承办, sorted lists whole from page to page, what is kept, the columns somebody chose."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, update
from sqlmodel import col

from api.core.context import Services
from api.dispute_list import service
from api.dispute_list.list_view import chips, heads
from api.dispute_list.question import address, asked_in, filter_of
from domain.errors import FieldsInvalid
from infra.database.engine import Session
from infra.database.tables.audit import AccessRow
from infra.database.tables.read_model import NEVER, DisputeRow
from infra.read_model.disputes import DisputeFilter
from tests.api.support import answered, dispute, somebody

HUGE = 200


async def numbers(services: Services, session: Session, f: DisputeFilter, *, limit: int = HUGE) -> list[str]:
    """What the county's supervisor is shown, page by page."""
    supervisor, cursor, found = await somebody(services, "supervisor", "county"), None, list[str]()
    while True:
        page = await service.lines(services, session, supervisor, f, limit=limit, cursor=cursor)
        found += [line.dispute.dispute_no for line in page.items]
        if (cursor := page.next_cursor) is None:
            return found


async def test_where_it_lies_and_whose_turn_it_is_are_two_questions(services: Services, session: Session) -> None:
    number = await dispute(services, address="古山镇金江龙村12号")
    await answered(services, number, "confirm_triage", "confirm")
    supervisor = await somebody(services, "supervisor", "county")
    page = await service.lines(services, session, supervisor, DisputeFilter(place="town-gushan"), limit=9, cursor=None)
    [line] = [each for each in page.items if each.dispute.dispute_no == number]
    assert line.place == "古山镇 金江龙村"
    held = line.dispute.organisation
    assert held == "station-gushan"  # which is no part of the town
    for asked, shown in (
        (DisputeFilter(held_at="station-gushan"), True),
        (DisputeFilter(held_at="town-gushan"), False),
        (DisputeFilter(place="station-gushan"), True),
        (DisputeFilter(place="town-baiyang"), False),
    ):
        assert (number in await numbers(services, session, asked)) is shown, asked
    with pytest.raises(FieldsInvalid) as refused:
        await numbers(services, session, DisputeFilter(place="nowhere"))
    assert refused.value.errors[0]["field"] == "place"


async def test_every_order_is_whole_from_page_to_page(services: Services, session: Session) -> None:
    made = [await dispute(services) for _ in range(5)]
    colours = dict(zip(made, ("blue", "red", "yellow", "red", "teal"), strict=True))
    now = datetime.now(UTC)
    async with services.database.write() as writing:
        for n, (number, colour) in enumerate(colours.items()):
            due = None if n == 1 else now + timedelta(hours=9 - n)
            order = {"red": 0, "yellow": 2, "blue": 3}.get(colour, 4)
            values = {"colour": colour, "colour_order": order, "due_at": due, "due_order": due or NEVER}
            await writing.execute(update(DisputeRow).where(col(DisputeRow.dispute_no) == number).values(**values))
    a, b, c, d, e = made
    for sort, expected in (("due_at", [e, d, c, a, b]), ("-due_at", [b, a, c, d, e]), ("colour", [d, b, c, a, e])):
        found = await numbers(services, session, DisputeFilter(sort=sort), limit=2)
        assert [number for number in found if number in colours] == expected, sort


async def test_an_image_says_itself_where_it_is_sorted(services: Services, session: Session) -> None:
    number = await dispute(services)
    row = (await session.execute(select(DisputeRow).where(col(DisputeRow.dispute_no) == number))).scalar_one()
    assert (row.due_order, row.colour_order) == (row.due_at or NEVER, {"red": 0, "yellow": 2, "blue": 3}[row.colour])


async def test_the_columns_are_ones_own(services: Services, session: Session) -> None:
    mine, other = [await somebody(services, role, "county") for role in ("supervisor", "leader")]
    await service.choose_columns(services, mine, ["due"])
    await service.choose_columns(services, mine, ["due", "source"])
    assert await service.columns(session, mine) == ["due", "source"]
    assert await service.columns(session, other) is None


async def test_a_list_is_noted_with_what_was_asked(services: Services, session: Session) -> None:
    await dispute(services)
    await numbers(services, session, DisputeFilter(place="town-gushan", colour="red"))
    await services.access.written()
    rows = list((await session.execute(select(AccessRow).where(col(AccessRow.what) == "list"))).scalars())
    asked = rows[-1].sealed["asked"]
    assert (asked["place"], asked["colour"]) == ("town-gushan", "red")


def test_an_address_says_the_whole_question() -> None:
    asked = asked_in({"state": "all", "colour": "red", "from": "2026-11-01", "to": "2026-11-02", "sort": "colour",
                      "stage": "", "bogus": "1", "overdue": "1"})  # fmt: skip
    assert asked_in(asked) == asked
    f = filter_of(asked)
    assert (f.closed, f.colour, f.sort, f.overdue) == (None, "red", "colour", True)
    assert f.opened_from
    assert f.opened_to
    assert f.opened_to - f.opened_from == timedelta(days=2)
    assert filter_of({}).closed is False
    assert asked_in({"state": "no", "sort": "no", "from": "9999-99-99", "matter": "no"}) == {}
    without = {chip["title"]: chip["without"] for chip in chips(asked, {})}
    assert address({**asked, "colour": ""}) == without["颜色"]
    assert heads({}, "open")["due"]["sort"] == "ascending"
    assert heads({"sort": "-opened_at"}, "open")["opened"]["sort"] == "descending"
