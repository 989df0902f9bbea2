"""The list taken out: with a reason, within its maker's sight, marked, without people, for him alone and for a day."""

from __future__ import annotations

import csv
import io
import zipfile
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, update
from sqlmodel import col

from api.core.context import Services
from api.dispute_list.exporting import COLUMNS, HELD_FOR, ask_for_export, exported, fetched, own_export, wanted_by
from domain.case.records import Party
from domain.errors import FieldsInvalid, NotFound
from domain.people.organisation import Actor
from infra.database.engine import Session
from infra.database.tables.audit import AccessRow, JobRow
from infra.records.jobs import find_job, finish, take_next
from tests.api.support import dispute, somebody

REASON = "季度通报"


async def made(services: Services, session: Session, actor: Actor, asked: dict[str, str], key: str) -> str:
    """A job of this list that was asked for and is done, as its process does it."""
    job_id = await ask_for_export(services, session, actor, asked, REASON, key)
    taken = await take_next(services.database)
    assert taken is not None
    assert taken.job_id == job_id
    async with services.database.read() as reading:
        job = await find_job(reading, job_id)
    assert job is not None
    wanted = await wanted_by(services.database, job.sealed["request"])
    rows = [row.model_dump() async for row in exported(services.database, wanted)]
    assert wanted is None or wanted.total == len(rows), "how far it is, is told in per cent of all"
    await finish(services.database, taken, "done", rows)
    return job_id


async def test_it_is_marked_and_says_nothing_of_people(services: Services) -> None:
    number = await dispute(services, parties=[Party(name="欧阳清风", side="a", phone="13812349876")])
    supervisor = await somebody(services, "supervisor", "county")
    supervisor = supervisor.model_copy(update={"name": "=汤荣"})  # as an account from before names were looked at
    async with services.database.read() as session:
        job_id = await made(services, session, supervisor, {"place": "town-gushan", "sort": "-opened_at"}, "k1")
    async with services.database.read() as session:
        name, content = await fetched(services, session, supervisor, job_id, "csv")
    [mark], columns, *rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))
    assert name.startswith(f"纠纷_{supervisor.name}_")
    assert name.endswith(f"_{REASON}.csv")
    assert mark.startswith("'=汤荣 ")
    assert REASON in mark
    assert columns == COLUMNS
    [row] = [dict(zip(columns, row, strict=True)) for row in rows if row[0] == number]
    assert row["属地"] == "古山镇 金江龙村"
    assert not {"欧阳清风", "13812349876"} & set("".join(map("".join, rows)).split())
    assert "欧阳" not in content.decode()
    async with services.database.read() as session:
        _, book = await fetched(services, session, supervisor, job_id, "xlsx")
    sheet = zipfile.ZipFile(io.BytesIO(book)).read("xl/sharedStrings.xml").decode()
    assert REASON in sheet
    assert number in sheet
    async with services.database.read() as session:
        noted = list(
            (await session.execute(select(AccessRow).where(col(AccessRow.what).startswith("export:")))).scalars()
        )
    assert [(row.what, row.sealed["reason"]) for row in noted] == [
        ("export:disputes", REASON), ("export:disputes:fetch", REASON), ("export:disputes:fetch", REASON),
    ]  # fmt: skip
    assert number in noted[1].sealed["shown"]


async def test_it_is_its_makers_alone_within_his_sight_for_a_day(services: Services) -> None:
    number = await dispute(services)
    stranger = await somebody(services, "township_leader", "town-baiyang")
    async with services.database.read() as session:
        job_id = await made(services, session, stranger, {"state": "all"}, "k2")
        again = await ask_for_export(services, session, stranger, {"state": "all"}, REASON, "k2")
    assert again == job_id
    async with services.database.read() as session:
        _, content = await fetched(services, session, stranger, job_id, "csv")
        assert number not in content.decode("utf-8-sig")
    supervisor = await somebody(services, "supervisor", "county")
    async with services.database.read() as session:
        with pytest.raises(NotFound):
            await own_export(session, supervisor, job_id)
    async with services.database.write() as writing:
        old = datetime.now(UTC) - HELD_FOR - timedelta(minutes=1)
        await writing.execute(update(JobRow).where(col(JobRow.job_id) == job_id).values(at=old))
    async with services.database.read() as session:
        with pytest.raises(NotFound):
            await own_export(session, stranger, job_id)


async def test_without_a_reason_nothing_is_made(services: Services, session: Session) -> None:
    supervisor = await somebody(services, "supervisor", "county")
    with pytest.raises(FieldsInvalid):
        await ask_for_export(services, session, supervisor, {}, " ", "k3")
    assert await take_next(services.database) is None
