"""Which open tasks nobody answers: what the database suspects holds everything that the domain's rule finds, of small
counties made by chance in which some people are disabled and some posts vacant; on SQLite and PostgreSQL.
"""

from __future__ import annotations

import random

from sqlalchemy import delete, update
from sqlmodel import col

from domain.case.state import Task
from domain.people.entitlement import Holder
from domain.people.manning import Roster
from domain.transitions.leaving.unmanned import finding
from infra.database.engine import Database
from infra.database.tables.people import PersonRow, PostRow
from infra.database.tables.read_model import TaskRow
from infra.read_model.people.manning import holders_of_roles, still_there, suspects
from infra.runtime.settings import Settings
from tests.infra.read_model.test_entitlement import ROLES, County, filled
from tests.infra.stores import opened


async def _some_leave(database: Database, made: list[County]) -> tuple[list[Holder], set[str]]:
    """A third of all people go: of some the account is closed, of others the posts end. Who holds what then, and who
    is away.
    """
    chance = random.Random(7)
    people = [person for one in made for person in one.people]
    closed = set(chance.sample(people, len(people) // 6))
    without = set(chance.sample(people, len(people) // 6))
    async with database.write() as session:
        await session.execute(update(PersonRow).where(col(PersonRow.person_id).in_(closed)).values(active=False))
        await session.execute(delete(PostRow).where(col(PostRow.person_id).in_(without)))
    held = [h for one in made for h in one.holders if h.person_id not in closed | without]
    return held, set(people) - {h.person_id for h in held}


def _task(one: TaskRow, addressees: object, excluded: list[str]) -> Task:
    return Task.model_validate({
        "task_id": one.task_id, "kind": one.kind, "round": 1, "state": one.state, "addressees": addressees,
        "excluded": excluded, "assignee": one.assignee, "delegate": one.delegate, "offered_to": one.offered_to,
        "opened_at": one.opened_at,
    })  # fmt: skip


async def test_no_task_that_nobody_answers_is_overlooked(anywhere: Settings) -> None:
    async with opened(anywhere) as database:
        made = await filled(database)
        held, away = await _some_leave(database, made)
        roster = Roster(held)
        async with database.read() as session:
            found: list[str] = []
            while rows := await suspects(session, limit=9, after=found[-1] if found else ""):
                found += [row.task_id for row in rows]
        rule, vacant, gone, helped = set(), 0, 0, 0
        for one in made:
            for asking in (each for each in one.tasks if each.offer.addressees):
                task = _task(asking.row, asking.offer.addressees, asking.offer.excluded)
                if judged := finding(task, roster, away):
                    rule.add(task.task_id)
                    vacant, gone = vacant + judged.vacant, gone + bool(judged.gone)
                    helped += bool(judged.helpers)
        assert rule <= set(found)
        assert min(vacant, gone, helped) > 2, (vacant, gone, helped)
        assert len(found) < sum(len(one.tasks) for one in made), "everything is suspected"


async def test_who_holds_what_is_read_as_it_is_now(anywhere: Settings) -> None:
    async with opened(anywhere) as database:
        made = await filled(database)
        held, away = await _some_leave(database, made)
        async with database.read() as session:
            read = [holder for holder, _, _ in await holders_of_roles(session, set(ROLES))]
            there = await still_there(session, [person for one in made for person in one.people])
        assert sorted(map(str, read)) == sorted(map(str, held))
        assert there == {h.person_id for h in held}
        assert not there & away
