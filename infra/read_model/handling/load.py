"""How much units have in hand now, and somebody's own part in it as far as the reader may see it.

A unit's load is a count of disputes, like an indicator's. Of a person nothing is counted that the reader could not
count himself on the list of disputes, and not whether he is late: there is no figure on persons (docs/triage.md).
The desk 督促台 keeps to it: its list may be narrowed to one, and nothing is counted of him.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import Executable, bindparam, case, false, func, literal_column, or_, select, true, union, union_all
from sqlmodel import col

from domain.people.organisation import Actor
from domain.people.permissions import SEPARATE_ROLES
from infra.database.engine import Database, Session
from infra.database.statements import Statement, among
from infra.database.tables.people import PersonRow, PostRow
from infra.database.tables.read_model import AddresseeRow, DisputeRow, TaskRow
from infra.read_model.visibility import KNOWN, OPEN, Whose, may_see, whose
from infra.runtime.policy_files import roles

MOST_UNITS = 8
"""Units whose load is told: the lead and those that cooperate."""
MOST_TASKS = 500
"""Open tasks of a unit that are counted."""


class Load(NamedTuple):
    """Open disputes in which something waits for a unit, and in how many of them it is late; `more`: at least so
    many."""

    open: int
    overdue: int
    more: bool


def _loads(dialect: str) -> Executable:
    return union_all(*(_load(place, dialect) for place in range(MOST_UNITS)))


def _load(place: int, dialect: str) -> Any:
    asked, task = AddresseeRow, TaskRow
    waiting = (
        select(col(asked.task_id))
        .where(
            among(col(asked.role), "roles", dialect),
            col(asked.path) == bindparam(f"path_{place}"),
            col(asked.watches) == false(),
            or_(*(col(asked.state) == state for state in OPEN)),
        )
        .limit(MOST_TASKS + 1)
        .subquery()
    )
    late = case((col(task.overdue) == true(), col(task.dispute_no)))
    return (
        select(
            literal_column(str(place)).label("place"),
            func.count(func.distinct(col(task.dispute_no))),
            func.count(func.distinct(late)),
            func.count(func.distinct(col(task.task_id))),
        )
        .select_from(waiting)
        .join(task, col(task.task_id) == waiting.c.task_id)
    )


_LOADS = Statement(_loads)


async def loads(database: Database, paths: Sequence[str]) -> dict[str, Load]:
    """The loads of units by their paths, of at most `MOST_UNITS`: of the unit itself, without those below it.

    Raises:
        StoreUnavailable: the database does not answer.
    """
    listed = [*paths[:MOST_UNITS]]
    given = {f"path_{place}": path for place, path in enumerate([*listed, *[""] * (MOST_UNITS - len(listed))])}
    rows = await database.ask(_LOADS, {**given, "roles": [*roles()]})
    told = {place: Load(disputes, late, tasks > MOST_TASKS) for place, disputes, late, tasks in rows}
    return {path: told[place] for place, path in enumerate(listed)}


def _staff(dialect: str) -> Executable:
    post, person = PostRow, PersonRow
    return (
        select(col(post.path), col(person.person_id), col(person.name))
        .join(person, col(person.person_id) == col(post.person_id))
        .where(
            among(col(post.role), "roles", dialect), among(col(post.path), "paths", dialect),
            col(person.active) == true(),
        )
        .distinct()
    )  # fmt: skip


_STAFF = Statement(_staff)


async def who_answers(database: Database, paths: Sequence[str], officer: str | None) -> dict[str, tuple[str, str]]:
    """Who answers for a unit, person id and name by its path: the dispute's own officer where he is of it, else the one
    person that it has; of others nobody.

    Raises:
        StoreUnavailable: the database does not answer.
    """
    working = [role for role in roles() if role not in SEPARATE_ROLES]
    found: dict[str, dict[str, str]] = {}
    for path, person_id, name in await database.ask(_STAFF, {"roles": working, "paths": [*paths]}):
        found.setdefault(path, {})[person_id] = name
    told = {}
    for path, staff in found.items():
        one = officer if officer in staff else next(iter(staff)) if len(staff) == 1 else None
        if one:
            told[path] = one, staff[one]
    return told


async def in_hand(session: Session, actor: Actor, person_id: str) -> int:
    """How many open disputes that the reader may see somebody has in hand: claimed by him, or named to him."""
    return int((await session.execute(_in_hand(whose(actor)), {"person": person_id})).scalar_one())


@lru_cache(maxsize=KNOWN)
def _in_hand(whose: Whose) -> Executable:
    claimed = select(col(TaskRow.dispute_no)).where(
        col(TaskRow.assignee) == bindparam("person"), col(TaskRow.state) == "claimed"
    )
    named = select(col(DisputeRow.dispute_no)).where(col(DisputeRow.officer) == bindparam("person"))
    mine = union(claimed, named).subquery()
    return (
        select(func.count())
        .select_from(mine)
        .join(DisputeRow, col(DisputeRow.dispute_no) == mine.c.dispute_no)
        .where(may_see(whose.actor))
    )
