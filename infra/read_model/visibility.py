"""Entitlement in SQL: what a person may see and take. Every query over disputes or tasks goes through here.

The rules of `domain.people.entitlement`: as a condition on a given row (`may_see`, `addressed_to`, `left_to`), as the
ids of all rows of one person (`seen_by`, `asked_tasks`), and for all people at once (`asked_people`).
`tests/infra/read_model/test_entitlement.py` compares both.
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, cast

from sqlalchemy import ColumnElement, Select, String, and_, bindparam, exists, false, func, or_, select, true
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import Mapped, aliased
from sqlalchemy.sql.functions import FunctionElement
from sqlmodel import col

from domain.people.duties import Duty
from domain.people.need_to_know import KEPT_FROM
from domain.people.organisation import Actor, Post, Sight, is_root
from domain.people.permissions import INTAKE_ROLES
from infra.database.columns import Instant
from infra.database.paths import AFTER_SLASH, below
from infra.database.tables.audit import GlassRow
from infra.database.tables.intake import IncidentRow
from infra.database.tables.messages import WatcherRow
from infra.database.tables.people import DutyRow, PostRow
from infra.database.tables.read_model import AddresseeRow, BarredRow, DisputeRow, InvolvementRow, TaskRow

OPEN = ("open", "claimed")
KNOWN = 60
"""Queries of one kind that are remembered, of those who asked last: up to a quarter of a megabyte each."""


@dataclass(frozen=True)
class Whose:
    """An actor as what he may see knows him: by his posts and those he deputises for. What is remembered under it is so
    for these very posts, and for nobody else's.
    """

    posts: Hashable
    actor: Actor = field(compare=False)


def whose(actor: Actor) -> Whose:
    """Under what a query of an actor's is remembered: to make one takes longer than to answer it."""
    capacities = ((c.on_behalf_of, tuple((post.role, post.path) for post in c.posts)) for c in actor.capacities)
    added = tuple((role.code, role.sight, role.like) for role in actor.added.values())
    return Whose((actor.person_id, *capacities, *added), actor)


class Unsought(FunctionElement[str]):
    """A column by which SQLite is to look nothing up: of two indexes, one of them of a dispute's dozen parts, the other
    of all that an organisation ever had, it takes either, for it knows neither's length.
    """

    type = String()
    inherit_cache = True


@compiles(Unsought)
def _column(element: Unsought, compiler: Any, **kw: Any) -> str:
    return str(compiler.process(element.clauses, **kw))


@compiles(Unsought, "sqlite")
def _column_on_sqlite(element: Unsought, compiler: Any, **kw: Any) -> str:
    return f"+{compiler.process(element.clauses, **kw)}"


@dataclass(frozen=True)
class Part:
    """A way to be among disputes: as the condition on one of them, and as the numbers of all, with repeats.

    `each` is the condition where it is asked of a few thousand in course, or of each until a page is full: PostgreSQL
    would rather gather all that a station ever had, which is many times as long.
    """

    holds: ColumnElement[bool]
    numbers: Select[str]
    each: ColumnElement[bool]


def may_see(actor: Actor, dispute_no: Mapped[str] | None = None, *, each: bool = False) -> ColumnElement[bool]:
    """The disputes that a person may open: they are within his sight, and what is need-to-know (L3) he needs to know.

    Whatever shows a word of a case asks this. A condition on `DisputeRow`, or on another column that holds a number.
    """
    return and_(in_sight(actor, dispute_no, each=each), may_open(actor, dispute_no))


def may_open(actor: Actor, dispute_no: Mapped[str] | None = None) -> ColumnElement[bool]:
    """Of the disputes within a person's sight those that he may open: all but what is need-to-know for others
    (`domain.people.need_to_know.may_open`).
    """
    case = DisputeRow
    if dispute_no is None:
        return or_(col(case.sensitivity) < KEPT_FROM, _needs(actor, col(case.dispute_no)))
    kept = aliased(case)
    sensitive = select(col(kept.dispute_no)).where(col(kept.sensitivity) == KEPT_FROM)
    return or_(dispute_no.not_in(sensitive), _needs(actor, dispute_no))


def _needs(actor: Actor, number: Mapped[str]) -> ColumnElement[bool]:
    hands, now = holders(actor), bindparam(None, type_=Instant(), callable_=lambda: datetime.now(UTC))
    task, waiting, asked, case = aliased(TaskRow), aliased(TaskRow), aliased(AddresseeRow), aliased(DisputeRow)
    had = (task.assignee, task.delegate, task.offered_to, task.decided_by, task.decided_for)
    there = [and_(col(asked.role) == post.role, col(asked.path) == post.path) for post in actor.reach]
    open_ = and_(col(waiting.dispute_no) == number, col(waiting.state) == "open")
    mine = and_(col(asked.task_id) == col(waiting.task_id), col(asked.watches) == false(), or_(false(), *there))
    glass, duty = GlassRow, DutyRow
    return or_(
        exists().where(col(task.dispute_no) == number, or_(*(col(hand).in_(hands) for hand in had))),
        exists().where(open_, or_(exists().where(mine), left_to(actor, col(waiting.task_id)))),
        exists().where(col(case.dispute_no) == number, or_(*(col(x).in_(hands) for x in (case.officer, case.deputy)))),
        exists().where(
            col(duty.kind) == Duty.CONTRACTING, col(duty.subject) == number, col(duty.person_id).in_(hands),
            col(duty.ended_at).is_(None), or_(col(duty.until).is_(None), col(duty.until) > now),
        ),
        exists().where(
            col(glass.dispute_no) == number, col(glass.person_id) == actor.person_id, col(glass.until) > now
        ),
    )  # fmt: skip


def in_sight(actor: Actor, dispute_no: Mapped[str] | None = None, *, each: bool = False) -> ColumnElement[bool]:
    """The disputes of which a person may know that they are, and where they stand: those in which one of his posts has
    a part, as far as its role sees; those that his reports opened (joining one gives no sight of it); those of which he
    prepares a task, or of which one is offered to him.
    A deputy sees by the posts of whom he represents too.

    A condition on `DisputeRow`, or on another column that holds a dispute number; `each` as of `Part`.
    """
    return or_(*(part.each if each else part.holds for part in seen_by(actor, dispute_no)))


def seen_by(actor: Actor, dispute_no: Mapped[str] | None = None) -> list[Part]:
    """The same as parts, one for each reason."""
    parts = []
    # What most often holds is asked first.
    posts = [(post, sight) for post in actor.reach if (sight := actor.sight(post)) is not Sight.NONE]
    if posts:
        path, number = col(InvolvementRow.path), col(InvolvementRow.dispute_no)
        unsought = cast("Mapped[str]", Unsought(path))
        numbers = _part(number, or_(*(_reach(post, sight, path) for post, sight in posts)), dispute_no).numbers
        given = or_(*(_reach(post, sight, unsought) for post, sight in posts))
        part = replace(_part(number, given, dispute_no), numbers=numbers)
        # Every dispute has a part somewhere below the root: there is nothing to ask of it.
        whole = any(is_root(post.path) and actor.sight(post) is Sight.SUBTREE for post in actor.reach)
        parts.append(replace(part, holds=true(), each=true()) if whole else part)
    helped, offered = aliased(TaskRow), aliased(TaskRow)
    parts += [
        _few(col(helped.dispute_no), col(helped.delegate).in_(holders(actor)), dispute_no),
        _few(col(offered.dispute_no), col(offered.offered_to).in_(holders(actor)), dispute_no),
    ]
    if actor.has_role(*INTAKE_ROLES):
        mine = and_(col(IncidentRow.received_by) == actor.person_id, col(IncidentRow.joined) == false())
        parts.append(_part(col(IncidentRow.dispute_no), mine, dispute_no))
    return parts


def part_of(path: str) -> Part:
    """The disputes in which an organisation, or one below it, has a part."""
    return _part(col(InvolvementRow.dispute_no), below(col(InvolvementRow.path), path))


def lying_in(path: str) -> Part:
    """The disputes that lie in an organisation or below it, or whose place it serves, whoever has them in hand."""
    home = and_(below(col(InvolvementRow.path), path), col(InvolvementRow.role) == "")
    return _part(col(InvolvementRow.dispute_no), home)


def _part(found: Mapped[str], condition: ColumnElement[bool], dispute_no: Mapped[str] | None = None) -> Part:
    number = col(DisputeRow.dispute_no) if dispute_no is None else dispute_no
    there = select(found).where(found == number, condition)
    # PostgreSQL makes no set of what has an offset.
    return Part(holds=there.exists(), numbers=select(found).where(condition), each=there.offset(0).exists())


def _few(found: Mapped[str], condition: ColumnElement[bool], dispute_no: Mapped[str] | None = None) -> Part:
    """The same where there are few of them ever: they are gathered once, not looked for with each dispute."""
    number = col(DisputeRow.dispute_no) if dispute_no is None else dispute_no
    numbers = select(found).where(condition)
    return Part(holds=number.in_(numbers), numbers=numbers, each=number.in_(numbers))


def holders(actor: Actor) -> list[str]:
    """Whose hands are the person's: his own, and those of everybody he deputises for."""
    return [capacity.holder for capacity in actor.capacities]


def _reach(post: Post, sight: Sight, path: Mapped[str]) -> ColumnElement[bool]:
    role = col(InvolvementRow.role)
    match sight:
        case Sight.SUBTREE if is_root(post.path):
            return true()
        case Sight.SUBTREE:
            return below(path, post.path)
        case Sight.ORGANISATION:
            return path == post.path
        case Sight.OWN:
            return and_(path == post.path, role == post.role)
        case Sight.NONE:
            return false()


def addressed_to(actor: Actor, *, watches: bool) -> ColumnElement[bool]:
    """Whether the task is addressed to a post of the person, or only watched by it."""
    if not actor.reach:
        return false()
    task = col(AddresseeRow.task_id) == col(TaskRow.task_id)
    return exists().where(task, col(AddresseeRow.watches) == watches, or_(*(_at(post) for post in actor.reach)))


def left_to(actor: Actor, task_id: Mapped[str] | None = None) -> ColumnElement[bool]:
    """Whether the task (`TaskRow`'s, or another column's) falls to a post of the person because everybody at the
    addressed post below it is barred.
    """
    if not actor.reach:
        return false()
    task = col(AddresseeRow.task_id) == (col(TaskRow.task_id) if task_id is None else task_id)
    return exists().where(task, or_(*(_left(post) for post in actor.reach)))


def asked_tasks(capacity: Actor) -> list[Select[str]]:
    """The ids, with repeats, of the tasks that the person may take: open ones addressed to a post of his or left to it,
    and those offered to him; without those he is barred from.
    """
    task_id, offered = col(AddresseeRow.task_id), aliased(TaskRow)
    asked = [and_(_at(post), col(AddresseeRow.watches) == false()) for post in capacity.posts]
    waits = and_(col(AddresseeRow.state) == "open", not_barred(capacity, task_id))
    return [
        *(select(task_id).where(clause, waits) for clause in (*asked, *map(_left, capacity.posts))),
        select(col(offered.task_id)).where(
            col(offered.offered_to) == capacity.holder,
            col(offered.state).in_(OPEN),
            not_barred(capacity, col(offered.task_id)),
        ),
    ]


def held_tasks(capacity: Actor) -> list[Select[str]]:
    """The ids of the claimed tasks that somebody holds or prepares; of another's, what the deputy may answer."""
    task = aliased(TaskRow)
    free = [not_barred(capacity, col(task.task_id))] if capacity.on_behalf_of else []
    return [
        select(col(task.task_id)).where(hand == capacity.holder, col(task.state) == "claimed", *free)
        for hand in (col(task.assignee), col(task.delegate))
    ]


def watched_tasks(actor: Actor) -> list[Select[str]]:
    """The ids, with repeats, of the open or claimed tasks that a post of the person watches, and of those of disputes
    that he watches himself, as long as he may see them.
    """
    watched = and_(col(AddresseeRow.watches) == true(), col(AddresseeRow.state).in_(OPEN))
    task = aliased(TaskRow)
    disputes = select(col(WatcherRow.dispute_no)).where(col(WatcherRow.person_id) == actor.person_id)
    followed = (col(task.dispute_no).in_(disputes), col(task.state).in_(OPEN), in_sight(actor, col(task.dispute_no)))
    return [
        *(select(col(AddresseeRow.task_id)).where(_at(post), watched) for post in actor.reach),
        select(col(task.task_id)).where(*followed),
    ]


def _at(post: Post) -> ColumnElement[bool]:
    return and_(col(AddresseeRow.role) == post.role, col(AddresseeRow.path) == post.path)


def _left(post: Post) -> ColumnElement[bool]:
    path = col(AddresseeRow.path)
    return and_(
        col(AddresseeRow.role) == post.role,
        path >= post.path + "/",
        path < post.path + AFTER_SLASH,
        col(AddresseeRow.watches) == false(),
        exists().where(col(BarredRow.task_id) == col(AddresseeRow.task_id)),
        ~_somebody_else(),
    )


def asked_people(*tasks: ColumnElement[bool]) -> tuple[Select[str, str, str, str], Select[str, str, str, str]]:
    """(person id, task id, role, path) for everybody who may claim one of these open tasks, and by which post: what
    `addressed_to`, `left_to` and `not_barred` say of one person, for all of them at once; in two queries, to be united.
    """
    held, task, asked = PostRow, col(TaskRow.task_id), col(AddresseeRow.path)
    above = func.substr(asked, 1, func.length(col(held.path)) + 1) == col(held.path) + "/"
    barred = exists().where(col(BarredRow.task_id) == task, col(BarredRow.person_id) == col(held.person_id))
    fallen = and_(above, exists().where(col(BarredRow.task_id) == task), ~_somebody_else())
    pairs = (
        select(col(held.person_id), task, col(held.role), col(held.path))
        .select_from(TaskRow)
        .join(AddresseeRow, and_(col(AddresseeRow.task_id) == task, col(AddresseeRow.watches) == false()))
        .where(col(TaskRow.state) == "open", ~barred, *tasks)
    )
    return (
        pairs.join(held, and_(col(held.role) == col(AddresseeRow.role), col(held.path) == asked)),
        pairs.join(held, and_(col(held.role) == col(AddresseeRow.role), fallen)),
    )


def _somebody_else() -> ColumnElement[bool]:
    """Whether anybody who is not barred holds the addressed post itself."""
    holder = aliased(PostRow)
    # Said aloud, for SQLAlchemy correlates with the next query outwards only: the addressee would be any at all.
    barred = (
        select(col(BarredRow.task_id))
        .where(col(BarredRow.task_id) == col(AddresseeRow.task_id), col(BarredRow.person_id) == col(holder.person_id))
        .correlate(AddresseeRow, holder)
        .exists()
    )
    return exists().where(
        col(holder.role) == col(AddresseeRow.role), col(holder.path) == col(AddresseeRow.path), ~barred
    )


def not_barred(actor: Actor, task_id: Mapped[str]) -> ColumnElement[bool]:
    """Leaves out the tasks that the person may not answer (four eyes), himself or in whose name he acts."""
    return ~exists().where(col(BarredRow.task_id) == task_id, col(BarredRow.person_id).in_(sorted(actor.persons)))
