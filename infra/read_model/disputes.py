"""Reading disputes for a person: the list, one case, its timeline. All within what the person may see."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any, cast

from sqlalchemy import (
    ColumnElement,
    Select,
    and_,
    bindparam,
    false,
    func,
    select,
    tuple_,
)
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, defer
from sqlmodel import col

from domain.base import Model
from domain.case.state import Entry
from domain.people.need_to_know import KEPT_FROM
from domain.people.organisation import Actor
from domain.policy.fields import DISPUTE_NO
from domain.policy.matters.matter import Matter
from domain.triage.searching.marks import Asked
from infra.database.columns import Instant, searchable
from infra.database.engine import Database
from infra.database.pagination import Page, cursor_of, read_cursor, read_instant
from infra.database.paths import below
from infra.database.tables.read_model import DisputeRow, InvolvementRow, TimelineRow
from infra.read_model.list_strategy import among_disputes, row_of, shown
from infra.read_model.searching.tokens import found_by
from infra.read_model.visibility import (
    KNOWN,
    Part,
    Whose,
    in_sight,
    lying_in,
    may_open,
    may_see,
    part_of,
    seen_by,
    whose,
)

_REVISIONS = select(col(DisputeRow.dispute_no), col(DisputeRow.revision)).where(
    col(DisputeRow.dispute_no).in_(bindparam("numbers", expanding=True))
)


Rule = Callable[[Actor], ColumnElement[bool]]
"""What holds of a dispute for somebody."""
KEPT = "敏感纠纷（按需知悉）"
"""What a list calls a dispute that is kept from its reader."""


class DisputeFilter(Model):
    """The filters of the dispute list; `q` looks in number, title and category."""

    matter: str = Matter.DISPUTE
    """of which matter; everything where it is empty"""
    colour: str | None = None
    stage: str | None = None
    category: str | None = None
    organisation: str | None = None
    """path of an organisation that has, or whose units have, a part in it"""
    place: str | None = None
    """属地: path of an organisation that it lies in, or that serves its place"""
    held_at: str | None = None
    """承办: path of the organisation whose turn it is, or of one above it"""
    holder: str | None = None
    overdue: bool | None = None
    closed: bool | None = None
    """whether the case is closed (销号)"""
    source: str | None = None
    tag: str | None = None
    """骨头案 and the like, by code"""
    q: str | None = None
    marks: Asked = []
    """by what of its people or its address it is sought"""
    opened_from: datetime | None = None
    opened_to: datetime | None = None
    sort: str = "-opened_at"


_NUMBER: Any = col(DisputeRow.dispute_no)
SORTS: dict[str, tuple[list[Any], bool]] = {
    "-opened_at": ([col(DisputeRow.opened_at), _NUMBER], True),
    "opened_at": ([col(DisputeRow.opened_at), _NUMBER], False),
    "dispute_no": ([_NUMBER], False),
    "-dispute_no": ([_NUMBER], True),
    "due_at": ([col(DisputeRow.due_order), _NUMBER], False),
    "-due_at": ([col(DisputeRow.due_order), _NUMBER], True),
    "colour": ([col(DisputeRow.colour_order), col(DisputeRow.due_order), _NUMBER], False),
    "-colour": ([col(DisputeRow.colour_order), col(DisputeRow.due_order), _NUMBER], True),
}
"""By what a list is sorted: its keys, each with an index of its own, and whether downwards."""


async def list_disputes(
    session: AsyncSession, actor: Actor, f: DisputeFilter, *, limit: int, cursor: str | None
) -> Page:
    """The disputes a person sees, filtered, by keyset; as a list shows them: their documents are not read."""
    keys, descending = SORTS.get(f.sort, SORTS["-opened_at"])
    number = _NUMBER
    parts = await among_disputes(session, _parts(actor, f), short=_short(f))
    query = select(number).where(*parts, *_filters(f), *_unguessed(actor, f))
    if cursor:
        ended = row_of(_ended(cursor, keys), keys)
        query = query.where(tuple_(*keys) < ended if descending else tuple_(*keys) > ended)
    order = [key.desc() if descending else key for key in keys]
    rows = await shown(session, DisputeRow, number, query.order_by(*order).limit(limit + 1), order, DisputeRow.sealed)
    more = rows[limit - 1] if len(rows) > limit else None
    key = cursor_of(*(getattr(more, key.key) for key in keys)) if more else None
    return Page(rows=await as_known_to(session, actor, rows[:limit]), next_cursor=key)


async def count_disputes(session: AsyncSession, actor: Actor, f: DisputeFilter, most: int) -> int:
    """How many disputes that list has, `most` where it has more."""
    parts = await among_disputes(session, _parts(actor, f), short=_short(f))
    listed = select(_NUMBER).where(*parts, *_filters(f), *_unguessed(actor, f)).limit(most).subquery()
    return int((await session.execute(select(func.count()).select_from(listed))).scalar_one())


def _ended(cursor: str, keys: Sequence[Any]) -> list[Any]:
    """The keys of the last row of a page."""
    kinds = [int if key.key == "colour_order" else str for key in keys]
    values = read_cursor(cursor, *kinds)
    return [read_instant(v) if isinstance(key.type, Instant) else v for v, key in zip(values, keys, strict=True)]


def _parts(actor: Actor, f: DisputeFilter) -> list[list[Part]]:
    """Whose disputes are listed: those of the person's parts, and where asked those of an organisation's."""
    return [
        seen_by(actor),
        *([[part_of(f.organisation)]] if f.organisation else []),
        *([[lying_in(f.place)]] if f.place else []),
        *([found_by(f.marks)] if f.marks else []),
    ]


def _short(f: DisputeFilter) -> bool:
    """Whether the list is of what is in course, a few of a county's years."""
    return f.closed is False


def _filters(f: DisputeFilter) -> list[ColumnElement[bool]]:
    equal = {"colour": f.colour, "stage": f.stage, "category": f.category, "overdue": f.overdue, "source": f.source}
    equal["holder"], equal["matter"] = f.holder or None, f.matter or None
    clauses = [col(getattr(DisputeRow, name)) == value for name, value in equal.items() if value is not None]
    if f.closed is not None:
        clauses.append(col(DisputeRow.closed_at).is_not(None) if f.closed else col(DisputeRow.closed_at).is_(None))
    if f.held_at:
        clauses.append(below(cast("Mapped[str]", col(DisputeRow.organisation)), f.held_at))
    if f.tag:
        clauses.append(col(DisputeRow.tags).contains(f",{f.tag},"))
    if f.q and (words := searchable(f.q.strip())):
        clauses.append(_in_words(col(DisputeRow.search).contains, words))
    if f.opened_from:
        clauses.append(col(DisputeRow.opened_at) >= f.opened_from)
    if f.opened_to:
        clauses.append(col(DisputeRow.opened_at) < f.opened_to)
    return clauses


def _unguessed(actor: Actor, f: DisputeFilter) -> list[ColumnElement[bool]]:
    """What a list says of a case only to those who may open it is not found out by asking for it either."""
    number = f.q and re.fullmatch(DISPUTE_NO, f.q.strip())
    return [may_open(actor)] if f.category or f.tag or f.source or f.place or f.marks or (f.q and not number) else []


async def as_known_to(session: AsyncSession, actor: Actor, rows: Sequence[DisputeRow]) -> list[DisputeRow]:
    """Disputes within a person's sight as lists show them to him: of those that are kept from him the number, colour,
    stage, whose turn it is and until when.
    """
    closed = await closed_to(session, actor, [row.dispute_no for row in rows if row.sensitivity >= KEPT_FROM])
    return [_kept(row) if row.dispute_no in closed else row for row in rows]


def _kept(row: DisputeRow) -> DisputeRow:
    """A copy that nobody writes back."""
    said = {name: getattr(row, name) for name in DisputeRow.model_fields if name != "sealed"}
    hidden = {
        "title": KEPT,
        "category": "",
        "category_name": "",
        "source": "",
        "tags": "",
        "search": "",
        "outcome": None,
    }
    return DisputeRow(**{**said, **hidden, "sealed": {}})


async def closed_to(session: AsyncSession, actor: Actor, dispute_nos: Collection[str]) -> set[str]:
    """Of these disputes, those that are need-to-know and not for this person."""
    if not dispute_nos:
        return set()
    return await _among(session, actor, dispute_nos, _closed)


async def known_of(session: AsyncSession, actor: Actor, dispute_no: str) -> DisputeRow | None:
    """Of a dispute within the person's sight what its line in the list shows him; none where it is not."""
    query = select(DisputeRow).where(col(DisputeRow.dispute_no) == dispute_no, in_sight(actor))
    row = (await session.execute(query.options(defer(DisputeRow.sealed, raiseload=True)))).scalar_one_or_none()
    return (await as_known_to(session, actor, [row]))[0] if row else None


async def within_sight(session: AsyncSession, actor: Actor, dispute_nos: Collection[str]) -> set[str]:
    """Of these disputes, those of which the person may know that they are: for what says codes only."""
    if not dispute_nos:
        return set()
    return await _among(session, actor, dispute_nos, in_sight)


def _in_words(contains: Callable[..., ColumnElement[bool]], words: str) -> ColumnElement[bool]:
    """A search; nothing holds a NUL, and PostgreSQL would not even be asked for one."""
    return false() if "\x00" in words else contains(words, autoescape=True)


async def find_dispute(session: AsyncSession, actor: Actor, dispute_no: str) -> DisputeRow | None:
    """One dispute, if the person may see it."""
    return (await session.execute(_seen(whose(actor)), {"number": dispute_no})).scalar_one_or_none()


@lru_cache(maxsize=KNOWN)
def _seen(whose: Whose) -> Select[DisputeRow]:
    """The dispute of a `number`, if the person may see it."""
    return select(DisputeRow).where(col(DisputeRow.dispute_no) == bindparam("number"), may_see(whose.actor))


async def visible(session: AsyncSession, actor: Actor, dispute_nos: Collection[str]) -> set[str]:
    """Of these disputes, those that the person may see."""
    if not dispute_nos:
        return set()
    return await _among(session, actor, dispute_nos, may_see)


def _closed(actor: Actor) -> ColumnElement[bool]:
    return and_(col(DisputeRow.sensitivity) >= KEPT_FROM, ~may_open(actor))


async def _among(session: AsyncSession, actor: Actor, dispute_nos: Collection[str], rule: Rule) -> set[str]:
    query = _of_these(whose(actor), rule)
    return set((await session.execute(query, {"numbers": [*dispute_nos]})).scalars())


@lru_cache(maxsize=3 * KNOWN)
def _of_these(whose: Whose, rule: Rule) -> Select[str]:
    """Of the disputes of these `numbers` those of which a rule holds."""
    number = col(DisputeRow.dispute_no)
    return select(number).where(number.in_(bindparam("numbers", expanding=True)), rule(whose.actor))


async def home_paths(session: AsyncSession, dispute_no: str) -> list[str]:
    """The paths of the organisations that a dispute lies in or that serve its place, whoever has a part in it."""
    query = select(col(InvolvementRow.path)).where(
        col(InvolvementRow.dispute_no) == dispute_no, col(InvolvementRow.role) == ""
    )
    return list((await session.execute(query)).scalars())


async def dispute_row(session: AsyncSession, dispute_no: str) -> DisputeRow:
    """One dispute that is known to exist, without a check of who asks: for the answer to an action just taken on it."""
    return (await session.execute(select(DisputeRow).where(col(DisputeRow.dispute_no) == dispute_no))).scalar_one()


async def revision_of(session: AsyncSession, dispute_no: str) -> int:
    """The revision at which the read model has a dispute; 0 if it has not."""
    query = select(col(DisputeRow.revision)).where(col(DisputeRow.dispute_no) == dispute_no)
    return (await session.execute(query)).scalar_one_or_none() or 0


async def revisions_of(database: Database, dispute_nos: Sequence[str]) -> dict[str, int]:
    """The revisions at which the read model has disputes; those it has not are absent."""
    async with database.read() as session:
        return dict((await session.execute(_REVISIONS, {"numbers": dispute_nos})).all())


async def homes_of(session: AsyncSession, dispute_nos: Collection[str]) -> dict[str, list[str]]:
    """By number the paths of the organisations that these disputes lie in or that serve their place."""
    query = select(col(InvolvementRow.dispute_no), col(InvolvementRow.path)).where(
        col(InvolvementRow.dispute_no).in_(dispute_nos), col(InvolvementRow.role) == ""
    )
    homes: dict[str, list[str]] = {number: [] for number in dispute_nos}
    for number, path in (await session.execute(query)).all() if dispute_nos else ():
        homes[number].append(path)
    return homes


async def paths_of(session: AsyncSession, dispute_no: str) -> set[str]:
    """The organisations that have, or had, a part in a dispute, as `actions.involved` gave them."""
    query = select(col(InvolvementRow.path)).where(col(InvolvementRow.dispute_no) == dispute_no)
    return set((await session.execute(query)).scalars())


async def dispute_line(session: AsyncSession, dispute_no: str) -> DisputeRow:
    """One dispute as a list shows it: its document is neither read nor opened."""
    query = select(DisputeRow).where(col(DisputeRow.dispute_no) == dispute_no)
    return (await session.execute(query.options(defer(DisputeRow.sealed, raiseload=True)))).scalar_one()


async def last_line(session: AsyncSession, dispute_no: str) -> int:
    """The number of the latest line of a dispute's timeline; 0 where there is none."""
    query = select(func.max(col(TimelineRow.seq))).where(col(TimelineRow.dispute_no) == dispute_no)
    return (await session.execute(query)).scalar_one_or_none() or 0


async def latest_of(session: AsyncSession, dispute_no: str, most: int) -> list[Entry]:
    """The last entries of a dispute's timeline, the oldest of them first."""
    newest = select(col(TimelineRow.sealed)).where(col(TimelineRow.dispute_no) == dispute_no)
    found = (await session.execute(newest.order_by(col(TimelineRow.seq).desc()).limit(most))).scalars().all()
    return [Entry.model_validate(entry) for entry in reversed(found)]


async def stages_entered(session: AsyncSession, dispute_no: str) -> set[str]:
    """The stages that a dispute has been in since it was opened, by its timeline."""
    query = select(col(TimelineRow.sealed)).where(
        col(TimelineRow.dispute_no) == dispute_no, col(TimelineRow.kind) == "stage"
    )
    found = [Entry.model_validate(entry) for entry in (await session.execute(query)).scalars()]
    return {str(entry.detail.get("stage")) for entry in found}


async def timeline_of(
    session: AsyncSession, dispute_no: str, *, after: int = 0, limit: int | None = 10_000
) -> list[Entry]:
    """A dispute's timeline entries after a sequence number; all of them where there is no limit."""
    query = (
        select(col(TimelineRow.sealed))
        .where(col(TimelineRow.dispute_no) == dispute_no, col(TimelineRow.seq) > after)
        .order_by(col(TimelineRow.seq))
        .limit(limit)
    )
    return [Entry.model_validate(entry) for entry in (await session.execute(query)).scalars()]
