"""Searches by a name, a telephone or an address: with a reason beyond one's own unit, on record, and sealed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlmodel import col

from api.core.context import Services
from api.dispute_list import service
from api.dispute_list.question import filter_of
from api.dispute_list.searching import crosses, number_in, opens, seek
from api.dispute_list.sought import By, Sought, opened, sealed
from domain.case.records import Party
from domain.errors import FieldsInvalid
from domain.people.organisation import Actor
from infra.database.engine import Session
from infra.database.tables.audit import AccessRow
from tests.api.support import dispute, somebody


async def shown(services: Services, session: Session, actor: Actor, sought: Sought) -> list[str]:
    """The numbers that a search shows."""
    f = filter_of({"state": "all", "sought": "-"}, sought)
    page = await service.lines(services, session, actor, f, limit=50, cursor=None)
    return [line.dispute.dispute_no for line in page.items]


async def noted(session: Session) -> list[AccessRow]:
    """The searches on record."""
    query = select(AccessRow).where(col(AccessRow.what).startswith("seek:")).order_by(col(AccessRow.access_id))
    return list((await session.execute(query)).scalars())


async def test_beyond_ones_own_unit_a_reason_is_given_before_anything_is_looked_for(
    services: Services, session: Session
) -> None:
    number = await dispute(services, parties=[Party(name="欧阳清风", side="a")])
    supervisor = await somebody(services, "supervisor", "county")
    for purpose, note, field in ((None, "", "purpose"), ("other", "", "note")):
        with pytest.raises(FieldsInvalid) as refused:
            await seek(services, session, supervisor, "欧阳清风", "name", purpose, note)  # type: ignore[arg-type]
        assert refused.value.errors[0]["field"] == field
    sought = await seek(services, session, supervisor, "清风", "any", "oversee", "季度检查")
    assert await shown(services, session, supervisor, sought) == [number]
    [row] = await noted(session)
    assert (row.what, row.person_id, row.dispute_no) == ("seek:any", supervisor.person_id, None)
    assert {name: row.sealed[name] for name in ("words", "purpose", "note")} == {
        "words": "清风", "purpose": "督办、检查", "note": "季度检查",
    }  # fmt: skip


async def test_within_ones_own_unit_none_is_asked(services: Services, session: Session) -> None:
    directory = await services.directory.read()
    officer = await somebody(services, "responsible_officer", "station-gushan")
    assert not crosses(officer, directory)
    assert not crosses(await somebody(services, "station_chief", "station-gushan"), directory)
    for wide in (("supervisor", "county"), ("leader", "county")):
        assert crosses(await somebody(services, *wide), directory)
    assert (await seek(services, session, officer, "李某某甲", "any", None, "")).found_by == "title"
    await seek(services, session, officer, "罗建国", "name", None, "")
    assert [row.what for row in await noted(session)] == ["seek:any", "seek:name"]


async def test_what_nobody_is_called_is_looked_for_in_titles(services: Services, session: Session) -> None:
    number = await dispute(services)
    supervisor = await somebody(services, "supervisor", "county")
    sought = await seek(services, session, supervisor, "宅基地", "any", "handle", "")
    assert sought.found_by == "title"
    assert number in await shown(services, session, supervisor, sought)


@pytest.mark.parametrize("typed", ["d2026-000123 ", "Ｄ２０２６－０００１２３", " D2026—000123", "\u3000D 2026-000123"])
def test_a_number_is_known_however_it_is_typed(typed: str) -> None:
    assert number_in(typed) == "D2026-000123"
    assert not number_in(typed + "号")


async def test_a_whole_number_leads_to_its_case_where_it_may_be_opened_and_the_search_is_noted(
    services: Services, session: Session
) -> None:
    number = await dispute(services)
    assert await opens(services, session, await somebody(services, "supervisor", "county"), number)
    assert not await opens(
        services, session, await somebody(services, "responsible_officer", "station-baiyang"), number
    )
    await services.access.written()
    query = select(AccessRow).where(col(AccessRow.what) == "search")
    async with services.database.read() as later:
        [row] = (await later.execute(query)).scalars()
    assert (row.sealed["asked"]["q"], row.sealed["shown"]) == (number, [number])


@pytest.mark.parametrize(("words", "by"), [("王", "name"), ("12", "phone"), ("", "address")])
async def test_what_tells_nothing_is_said_to(services: Services, session: Session, words: str, by: By) -> None:
    with pytest.raises(FieldsInvalid) as refused:
        await seek(services, session, await somebody(services, "supervisor", "county"), words, by, "handle", "")
    assert refused.value.errors[0]["field"] == "words"


async def test_an_address_shows_nothing_and_serves_its_maker_for_a_shift(services: Services) -> None:
    now = datetime.now(UTC)
    sought = Sought(person_id="p", words="欧阳清风", by="name", purpose="handle", at=now)
    text = sealed(sought)
    assert text.isascii()
    assert opened(text, "p") == sought
    assert opened(text, "q") is None
    assert opened(text[:-4], "p") is opened("é", "p") is opened("", "p") is None
    assert opened(sealed(sought.model_copy(update={"at": now - timedelta(hours=13)})), "p") is None
