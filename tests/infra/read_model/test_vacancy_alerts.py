"""Who is told of which vacancy, once a week."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest_asyncio
from sqlalchemy import select, update
from sqlmodel import col

from infra.database.engine import Database
from infra.database.tables.messages import MessageRow
from infra.database.tables.people import PersonRow, PostRow
from infra.demo import load
from infra.read_model.people.vacancy_alerts import KIND, alert_vacancies
from infra.runtime.settings import Settings
from tests.infra.stores import opened

NOW = datetime(2026, 11, 26, 0, 0, tzinfo=UTC)


@pytest_asyncio.fixture(loop_scope="session")
async def database(anywhere: Settings) -> AsyncIterator[Database]:
    """The demo county."""
    await load(anywhere)
    async with opened(anywhere) as there:
        yield there


async def told(database: Database) -> dict[str, list[list[str]]]:
    """The sentences of each message, by username."""
    query = (
        select(col(PersonRow.username), MessageRow)
        .join(MessageRow, col(MessageRow.person_id) == col(PersonRow.person_id))
        .where(col(MessageRow.kind) == KIND)
        .order_by(col(MessageRow.at))
    )
    found: dict[str, list[list[str]]] = {}
    async with database.read() as session:
        for username, row in (await session.execute(query)).all():
            assert row.sealed["count"] == len(row.sealed["sentences"])
            found.setdefault(username, []).append(row.sealed["sentences"])
    return found


async def test_the_chief_is_told_of_his_station_s_vacancies_once_a_week_and_nobody_else(database: Database) -> None:
    """“社区民警(辅警)与网格员分层级一一对应”: who is missing does not stay unnoticed."""
    assert [await alert_vacancies(database, NOW + timedelta(days=days)) for days in (0, 1)] == [1, 1]
    assert await told(database) == {
        "daping-chief-1": [
            [
                "大坪村第8网格（大坪村第8警格）：社区副所长空缺",
                "乌石村第1网格（乌石村第1警格）：社区民警（辅警）空缺",
                "乌石村第8网格（乌石村第8警格）：社区民警（辅警）空缺",
            ]
        ]
    }
    await alert_vacancies(database, NOW + timedelta(days=7))
    assert len((await told(database))["daping-chief-1"]) == 2, "and again the week after, while it lasts"


async def test_of_a_missing_grid_worker_the_village_s_secretary_is_told(database: Database) -> None:
    async with database.write() as session:
        gone = update(PostRow).where(col(PostRow.role) == "grid_worker", col(PostRow.organisation_code) == "grid-001")
        await session.execute(gone.values(role="mediator"))
    await alert_vacancies(database, NOW)
    found = await told(database)
    assert found["village-baiyang-1-secretary-1"] == [["白洋社区第1网格（白洋社区第1警格）：网格员空缺"]]
    assert set(found) == {"daping-chief-1", "village-baiyang-1-secretary-1"}


async def test_where_the_secretary_is_missing_too_the_township_s_leaders_are_told(database: Database) -> None:
    async with database.write() as session:
        gone = update(PostRow).where(
            col(PostRow.role) == "village_secretary", col(PostRow.organisation_code) == "village-baiyang-1"
        )
        await session.execute(gone.values(role="mediator"))
    await alert_vacancies(database, NOW)
    found = await told(database)
    assert found["town-baiyang-leader-1"] == found["town-baiyang-leader-2"] == [["白洋社区：村（社区）书记空缺"]]
