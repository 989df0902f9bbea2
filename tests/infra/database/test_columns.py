"""What goes in comes out equal, on SQLite and on PostgreSQL: instants, words, sealed values, what sorts by what."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import StatementError
from sqlmodel import col

from infra.database.engine import Database
from infra.database.tables.read_model import DisputeRow, TimelineRow
from infra.runtime.compression import NONE
from infra.runtime.settings import Settings
from tests.infra.stores import AT, dispute, opened

INSTANTS = (
    datetime(2026, 3, 1, 8, 30, 15, 123456, tzinfo=timezone(timedelta(hours=8))),
    datetime(2026, 3, 1, 0, 0, tzinfo=UTC),
    datetime(2026, 11, 1, 1, 30, tzinfo=timezone(timedelta(hours=-5), "twice that day in New York")),
    datetime(1900, 1, 1, 12, 0, tzinfo=timezone(timedelta(hours=8, minutes=5, seconds=43), "Shanghai of old")),
    datetime(9990, 12, 31, 23, 59, 59, 999999, tzinfo=timezone(timedelta(hours=14))),
)


async def put(database: Database, *rows: Any) -> None:
    async with database.write() as session:
        session.add_all(rows)


async def column(database: Database, query: Any) -> list[Any]:
    async with database.read() as session:
        return list((await session.execute(query)).scalars())


async def test_an_instant_comes_back_equal_and_aware_whatever_its_offset(anywhere: Settings) -> None:
    async with opened(anywhere) as database:
        await put(database, *(dispute(f"D2026-{n:06}", opened_at=at, due_at=at) for n, at in enumerate(INSTANTS)))
        back = await column(database, select(col(DisputeRow.opened_at)).order_by(col(DisputeRow.dispute_no)))
        assert back == list(INSTANTS)
        assert all(at.utcoffset() == timedelta() for at in back)
        [none] = await column(database, select(col(DisputeRow.concluded_at)).limit(1))
        assert none is None


async def test_instants_compare_as_instants_and_not_as_they_are_written(anywhere: Settings) -> None:
    late, early = AT.astimezone(timezone(timedelta(hours=-9))), (AT - timedelta(hours=1)).astimezone(UTC)
    assert late.isoformat() < early.isoformat()
    async with opened(anywhere) as database:
        await put(database, dispute("D2026-000001", opened_at=late), dispute("D2026-000002", opened_at=early))
        opened_at, number = col(DisputeRow.opened_at), col(DisputeRow.dispute_no)
        assert await column(database, select(number).order_by(opened_at)) == ["D2026-000002", "D2026-000001"]
        since = AT.astimezone(timezone(timedelta(hours=8)))
        assert await column(database, select(number).where(opened_at >= since)) == ["D2026-000001"]


async def test_an_instant_without_an_offset_is_refused(anywhere: Settings) -> None:
    async with opened(anywhere) as database:
        with pytest.raises(StatementError, match="needs an offset"):
            await put(database, dispute("D2026-000001", opened_at=AT.replace(tzinfo=None)))
        assert await column(database, select(col(DisputeRow.dispute_no))) == []


@pytest.mark.parametrize("words", ["古山镇 金江龙村 12号", "𠮷野家 🅿️ ‍", "a\\b%c_d'e\"f;--", "\t行\n", ""])
async def test_words_come_back_as_they_went_in(anywhere: Settings, words: str) -> None:
    async with opened(anywhere) as database:
        sealed = {"words": words, "deep": [None, True, 1.5, {"键": [words]}]}
        await put(database, dispute("D2026-000001", title=words, sealed=sealed))
        [row] = await column(database, select(DisputeRow))
        assert (row.title, row.sealed) == (words, sealed)


async def test_what_is_sealed_is_no_text_in_the_database_and_opens_only_in_its_table(anywhere: Settings) -> None:
    async with opened(anywhere) as database:
        await put(database, dispute("D2026-000001", sealed={"name": "李某"}))
        async with database.write() as session:
            raw = (await session.execute(text("SELECT sealed FROM dispute"))).scalar_one()
            assert "李某".encode() not in bytes(raw)
            moved = {"sealed": raw, "at": "2026-03-01 08:00:00.000000" if database.sqlite else AT}
            await session.execute(
                text("INSERT INTO timeline (dispute_no, seq, at, kind, sealed) VALUES ('D', 1, :at, 'k', :sealed)"),
                moved,
            )
        with pytest.raises(Exception, match=r"^$") as refused:
            await column(database, select(TimelineRow))
        assert type(refused.value).__name__ == "InvalidTag"


async def test_what_was_sealed_with_another_dictionary_opens(
    anywhere: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with opened(anywhere) as database:
        monkeypatch.setattr("infra.database.columns.current_dictionary", lambda: NONE)
        await put(database, dispute("D2026-000001", sealed={"name": "李某"}))
        monkeypatch.undo()
        await put(database, dispute("D2026-000002", sealed={"name": "李某"}))
        found = await column(database, select(col(DisputeRow.sealed)))
        assert found == [{"name": "李某"}, {"name": "李某"}]


async def test_nothing_comes_after_something_or_before_it_alike(anywhere: Settings) -> None:
    """SQLite puts NULL first and PostgreSQL last: no list sorts by a column that may be empty, unless it says where."""
    async with opened(anywhere) as database:
        await put(database, dispute("D2026-000001", due_at=None), dispute("D2026-000002", due_at=AT))
        number, due = col(DisputeRow.dispute_no), col(DisputeRow.due_at)
        first = await column(database, select(number).order_by(due.asc().nulls_first()))
        last = await column(database, select(number).order_by(due.asc().nulls_last()))
        assert (first, last) == (["D2026-000001", "D2026-000002"], ["D2026-000002", "D2026-000001"])
