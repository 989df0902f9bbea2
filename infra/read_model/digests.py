"""The morning's digest: one message a person about the open tasks that press, instead of one message a task."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, func, literal, or_, select, union
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.base import china
from domain.people.organisation import Post
from domain.policy.catalogue import KINDS
from infra.database.engine import Database
from infra.database.tables.messages import MessageRow
from infra.database.tables.people import PersonRow
from infra.database.tables.read_model import BarredRow, TaskRow
from infra.read_model.urgency_order import place_in_order
from infra.read_model.visibility import OPEN, asked_people
from infra.records.deputies import lent_by
from infra.records.events import KEPT, reminded_since
from infra.records.messages import NewMessage, add_messages, message_id_of

KIND = "digest"
SOON = timedelta(hours=24)
WHYS = ("overdue", "due_today", "reminded")
"""Why a task presses; the first that holds."""
LISTED = 50
"""Tasks that a digest lists; it counts all."""
AT_ONCE = 200
"""Messages written in one transaction: SQLite's other writers get their turn between."""
_SHOWN = "task_id dispute_no kind title colour due_at overdue suspended ahead urgency sealed"
SHOWN = tuple(col(getattr(TaskRow, name)) for name in _SHOWN.split())


def digest_id(person_id: str, day: date) -> str:
    """The id of a person's digest of a day in China: the same whenever and by whomever it is made."""
    return message_id_of(KIND, person_id, day.isoformat())


async def send_digests(database: Database, now: datetime, heard: Callable[[int], None] = lambda _: None) -> int:
    """Tells every active person of the open tasks, in his hands or his to claim, that are overdue, due within a day, or
    for which a deadline called since the last digest; who has none gets no message. Answers how many got one.

    Once a person and day: a repeat adds only whom the first did not reach. A few statements for all people together.
    `heard` is called with the number so far.
    """
    day = china(now).date()
    async with database.read() as session:
        since = await _since(session, now)
        pressing = _pressing(now, since)
        tasks = {row.task_id: row for row in (await session.execute(select(*SHOWN).where(*pressing))).all()}
        people = await _people(session, pressing, now)
        reached = await _reached(session, now)
    digests = [
        NewMessage(message_id=digest_id(person, day), person_id=person, kind=KIND, content=_content(day, theirs, now))
        for person, ids in people.items()
        if person not in reached and (theirs := [tasks[task_id] for task_id in ids if task_id in tasks])
    ]
    for done in range(0, len(digests), AT_ONCE):
        async with database.write() as session:
            await add_messages(session, digests[done : done + AT_ONCE], now)
        heard(done)
    return len(digests)


async def _since(session: AsyncSession, now: datetime) -> datetime:
    """Since when a deadline's call counts: the last digests before today's, a day ago at least, as far as events go."""
    before = col(MessageRow.kind) == KIND, col(MessageRow.at) < now - SOON / 2
    last: datetime | None = (await session.execute(select(func.max(col(MessageRow.at))).where(*before))).scalar_one()
    return max(now - KEPT, min(now - SOON, last or now))


def _pressing(now: datetime, since: datetime) -> list[ColumnElement[bool]]:
    """Which open tasks a digest tells of."""
    called = col(TaskRow.task_id).in_(reminded_since(since))
    return [
        col(TaskRow.state).in_(OPEN),
        or_(col(TaskRow.overdue), col(TaskRow.due_at) < now + SOON, called),
    ]


async def _people(session: AsyncSession, pressing: Sequence[ColumnElement[bool]], now: datetime) -> dict[str, set[str]]:
    """Whose these tasks are, by active person: in his hands, or his to claim; a deputy has the other's too, as far as
    he was lent the post.
    """
    nothing = literal("")
    hands = (col(TaskRow.assignee), col(TaskRow.delegate), col(TaskRow.offered_to))
    held = [select(hand, col(TaskRow.task_id), nothing, nothing).where(hand.is_not(None), *pressing) for hand in hands]
    pairs: Iterable[Any] = await session.execute(union(*asked_people(*pressing), *held))
    active = set((await session.execute(select(col(PersonRow.person_id)).where(col(PersonRow.active)))).scalars())
    stand_in = await lent_by(session, now)
    deputies = {deputy for others in stand_in.values() for deputy in others}
    query = select(col(BarredRow.person_id), col(BarredRow.task_id)).where(col(BarredRow.person_id).in_(deputies))
    barred = {(person, task) for person, task in (await session.execute(query)).all()}
    found: defaultdict[str, set[str]] = defaultdict(set)
    for person, task, role, path in pairs:
        if person not in active:
            continue
        theirs = {
            deputy
            for deputy, posts in stand_in.get(person, {}).items()
            if (posts if not role else Post(role=role, path=path) in posts) and (deputy, task) not in barred
        }
        for each in {person, *(theirs & active)}:
            found[each].add(task)
    return found


async def _reached(session: AsyncSession, now: datetime) -> set[str]:
    """Who has today's digest already."""
    midnight = china(now).replace(hour=0, minute=0, second=0, microsecond=0)
    query = select(col(MessageRow.person_id)).where(col(MessageRow.kind) == KIND, col(MessageRow.at) >= midnight)
    return set((await session.execute(query)).scalars())


def _content(day: date, tasks: list[Row[Any]], now: datetime) -> dict[str, Any]:
    """A digest: how many for which reason, and the most urgent of them."""
    items = [_item(task, now) for task in sorted(tasks, key=lambda task: place_in_order(task, now))]
    counts = {why: sum(item["why"] == why for item in items) for why in WHYS}
    return {"day": day.isoformat(), **counts, "items": items[:LISTED]}


def _item(task: Row[Any], now: datetime) -> dict[str, Any]:
    why = "overdue" if task.overdue else "due_today" if task.due_at and task.due_at < now + SOON else "reminded"
    return {
        "task_id": task.task_id,
        "dispute_no": task.dispute_no,
        "kind": task.kind,
        "kind_name": task.sealed.get("called") or KINDS[task.kind].name,
        "title": task.title,
        "party": task.sealed["about"].get("party"),
        "colour": task.colour,
        "due_at": china(task.due_at).isoformat() if task.due_at else None,
        "why": why,
    }
