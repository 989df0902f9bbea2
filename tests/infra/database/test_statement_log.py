"""Statements are written for those who count them: each once, without its values, and only where asked for."""

from __future__ import annotations

import os

from sqlalchemy import select
from sqlmodel import col

from infra.database.statement_log import log_of
from infra.database.tables.read_model import DisputeRow
from infra.database.upsert import upsert
from infra.runtime.settings import Settings
from tests.infra.stores import dispute, opened

NUMBERS = [f"D2026-{n:06}" for n in range(3)]


async def test_each_statement_is_a_line_without_its_values(anywhere: Settings) -> None:
    settings = anywhere.model_copy(update={"sql_log": True})
    async with opened(settings) as database:
        log = log_of(settings.log_dir, os.getpid())
        before = log.read_text().count("\n")
        async with database.write() as session:
            await upsert(session, DisputeRow, [dispute(number).model_dump() for number in NUMBERS])
        async with database.read() as session:
            await session.execute(select(DisputeRow).where(col(DisputeRow.dispute_no) == NUMBERS[1]))
        lines = log.read_text().splitlines()[before:]
    assert [line.split()[0] for line in lines] == ["INSERT", "SELECT"]  # no BEGIN, no COMMIT, three rows in one
    assert not any(number in log.read_text() for number in NUMBERS)
    assert log.stat().st_mode & 0o077 == 0


async def test_nothing_is_written_where_nobody_asks_for_it(anywhere: Settings) -> None:
    async with opened(anywhere) as database, database.read() as session:
        await session.execute(select(DisputeRow))
    assert not list(anywhere.var.rglob("sql-*.log"))
