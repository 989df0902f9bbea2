"""Duties on both databases: in force from a day to a day, one after the other without a gap, ended with their force."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
import pytest_asyncio

from domain.errors import Conflict
from domain.people.duties import Concern, Duty
from infra.database.engine import Database
from infra.database.ids import new_id
from infra.database.tables.people import DutyRow, OrganisationRow, PersonRow, PostRow, TaskForceRow
from infra.records import duties as records
from infra.runtime.settings import Settings
from tests.infra.stores import AT, opened

DAY = timedelta(days=1)
BEAT = "beat-1"


@pytest_asyncio.fixture(loop_scope="session")
async def database(anywhere: Settings) -> AsyncIterator[Database]:
    """Two officers of a station, `a` and `b`."""
    async with opened(anywhere) as there:
        async with there.write() as session:
            session.add(
                OrganisationRow(code="county", name="县", kind="county", level="county", line="police", path="/county")
            )
            for who in "ab":
                session.add(PersonRow(person_id=who, username=f"officer-{who}", name=who, password_hash="-"))
            await session.flush()
            for who in "ab":
                session.add(PostRow(post_id=f"post-{who}", person_id=who, role="responsible_officer",
                                    organisation_code="county", path="/county"))  # fmt: skip
        yield there


def row(who: str, **more: Any) -> DutyRow:
    values: dict[str, Any] = {"kind": Duty.BEAT_OFFICER, "subject": BEAT, "since": AT, "named_by": "x", "named_at": AT}
    return DutyRow(duty_id=new_id(), person_id=who, **{**values, **more})


async def entrusted(database: Database, duty: DutyRow, replaces: str | None = None) -> str:
    async with database.write(records.lock_of(duty.kind, duty.subject)) as session:
        await records.add_duty(session, duty, replaces)
    return duty.duty_id


async def officer(database: Database, days: float) -> list[str]:
    """Who has the beat so many days after the first got it."""
    found = await records.who_has(database, [BEAT], AT + days * DAY)
    return [person for person, _ in found.get(Duty.BEAT_OFFICER, [])]


async def test_who_has_a_beat_goes_by_the_day(database: Database) -> None:
    await entrusted(database, row("a", until=AT + 2 * DAY))
    assert [await officer(database, days) for days in (-1, 0, 1.9, 2)] == [[], ["a"], ["a"], []]
    await entrusted(database, row("b", since=AT + 2 * DAY))
    assert await officer(database, 2) == ["b"]


async def test_two_never_have_what_one_has_and_the_next_follows_without_a_gap(database: Database) -> None:
    first = await entrusted(database, row("a"))
    with pytest.raises(Conflict, match="只能由一人承担"):
        await entrusted(database, row("b", since=AT + DAY))
    await entrusted(database, row("b", since=AT + DAY), first)
    assert [await officer(database, days) for days in (0, 0.99, 1, 5)] == [["a"], ["a"], ["b"], ["b"]]
    with pytest.raises(Conflict):
        await entrusted(database, row("a", since=AT + 3 * DAY), first)
    async with database.read() as session:
        assert len(await records.duties(session, subjects=[BEAT])) == 2, "nothing is deleted"


async def test_what_was_ended_or_called_off_is_free_again(database: Database) -> None:
    first = await entrusted(database, row("a", since=AT + DAY))
    async with database.write() as session:
        await records.end_duty(session, first, "x", AT)
    assert await officer(database, 2) == []
    await entrusted(database, row("b"))
    assert await officer(database, 2) == ["b"]
    async with database.write() as session:
        with pytest.raises(Conflict):
            await records.end_duty(session, first, "x", AT)


async def test_a_task_force_takes_its_members_along(database: Database) -> None:
    async with database.write() as session:
        session.add(TaskForceRow(force_id="f", name="专班", purpose="复盘", organisation_code="county", since=AT,
                                 until=AT + 9 * DAY, formed_by="x", formed_at=AT))  # fmt: skip
    await entrusted(database, row("a", kind=Duty.TASK_FORCE, subject="f", until=AT + 9 * DAY))
    await entrusted(database, row("b", kind=Duty.TASK_FORCE, subject="f", until=AT + 2 * DAY))
    async with database.read() as session:
        assert [f.force_id for f in await records.task_forces(session, at=AT + 8 * DAY, limit=9)] == ["f"]
        assert await records.task_forces(session, at=AT + 9 * DAY, limit=9) == [], "its day has come"
    async with database.write() as session:
        await records.end_task_force(session, "f", "x", AT + 4 * DAY)
    async with database.read() as session:
        ends = {each.row.person_id: each.row.ended_at for each in await records.duties(session, subjects=["f"])}
        assert ends == {"a": AT + 4 * DAY, "b": None}, "who was out already stays as he was"
        assert await records.duties(session, subjects=["f"], at=AT + 5 * DAY) == []


async def test_whom_a_table_asks_first_is_told_by_the_role_he_sits_by(database: Database) -> None:
    await entrusted(database, row("a", kind=Duty.COURT_CHIEF, subject="town-1"))
    await entrusted(database, row("b", kind=Duty.QUALIFICATION, subject="gold_mediator"))
    async with database.read() as session:
        found = await records.standings(session, Concern(townships=["town-1"]), AT)
    assert found.places == {("a", "court_chief"): 0}
    assert found.known_for("a", "court_chief") == ("三长",)
    assert found.known_for("a", "department_leader") == ()
    assert found.known_for("b", "mediator") == ("金牌调解员",)


async def test_those_who_face_each_other_come_with_all_their_posts(database: Database) -> None:
    await entrusted(database, row("a"))
    async with database.read() as session:
        assert [actor.person_id for actor in await records.people_at_work(session, ["station_chief"])] == ["a"]
        everybody = await records.people_at_work(session, ["responsible_officer"])
    assert {actor.person_id: actor.posts[0].path for actor in everybody} == {"a": "/county", "b": "/county"}
