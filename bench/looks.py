"""The lists people look at all day, as the API asks the database for them: `bench.lists` measures them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from bench.filling import LAST
from domain.indicators.formulas import DEFAULT_WINDOWS
from domain.indicators.periods import Period
from domain.people.organisation import Actor, Post
from domain.triage.places import Kind
from domain.triage.searching.marks import sought
from infra.database.engine import Database
from infra.database.pagination import cursor_of
from infra.demo import county
from infra.demo.people import DemoPerson, people
from infra.read_model.disputes import DisputeFilter, find_dispute, list_disputes, paths_of, timeline_of
from infra.read_model.indicators import Asked as Question
from infra.read_model.indicators import By, Scope, Span, figures
from infra.read_model.reporting.kept_figures import KeptFigures
from infra.read_model.tasks import InboxFilter, count_boxes, find_task, inbox, tasks_of
from infra.read_model.workbench.board import board_of, loads_of
from infra.read_model.workbench.waiting import WHATS, Asked, standing_of, waiting_in_sight
from infra.records.attachments import attachments_of
from infra.records.comments import comments_of

BOXES = ("todo", "claimable", "mine", "done", "watched")
DESKS: tuple[tuple[str, str, str], ...] = (
    ("county supervisor", "supervisor", "county"),
    ("county dispatcher", "centre_dispatcher", "centre"),
    ("station chief, busy", "station_chief", "station-baiyang"),
    ("township leader", "township_leader", "town-gushan"),
)
"""Who has the dispatcher's board or the supervisor's desk."""
PERIODS = (("month", Period(first=date(2026, 10, 1), last=date(2026, 10, 31))),
           ("year", Period(first=date(2026, 1, 1), last=date(2026, 10, 31))))  # fmt: skip
PAGE = 50
Ask = Callable[[AsyncSession], Awaitable[Any]]


@dataclass(frozen=True)
class Look:
    """One thing somebody looks at: what it is, who looks, and how."""

    group: str
    who: str
    what: str
    ask: Ask


EVERYBODY = people(county.organisations())

DISPUTES: tuple[tuple[str, str, str], ...] = (
    ("county supervisor", "supervisor", "county"),
    ("bureau analyst", "bureau_analyst", "bureau"),
    ("station chief, busy", "station_chief", "station-baiyang"),
    ("station chief, quiet", "station_chief", "station-qingyun"),
    ("on-scene officer", "on_scene_officer", "station-gushan"),
    ("department handler", "department_handler", "housing"),
    ("village secretary", "village_secretary", "village-daping-3"),
    ("grid worker", "grid_worker", "grid-400"),
    ("call taker", "call_taker", "bureau"),
)
FILTERS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("first page", {}),
    ("deep page", {}),
    ("colour", {"colour": "red"}),
    ("stage", {"stage": "evaluation"}),
    ("overdue", {"overdue": True}),
    ("organisation", {"organisation": "/county/town-gushan"}),
    ("organisation, small", {"organisation": "/county/town-daping/village-daping-2"}),
    ("category, month", {"opened_from": LAST - timedelta(days=400), "opened_to": LAST - timedelta(days=370),
                         "category": "property_parking"}),
    ("q, common", {"q": "停车"}),
    ("q, number", {"q": "d2026-0999"}),
    ("q, nothing", {"q": "没有这样的词"}),
    ("q, nothing, by number", {"q": "没有这样的词", "sort": "dispute_no"}),
    ("oldest first", {"sort": "opened_at"}),
    ("by number", {"sort": "-dispute_no", "colour": "orange"}),
    ("desk, by deadline", {"closed": False, "sort": "due_at"}),
    ("desk, by colour", {"closed": False, "sort": "colour"}),
    ("desk, place", {"closed": False, "sort": "due_at", "place": "/county/town-gushan"}),
    ("desk, holder", {"closed": False, "sort": "due_at", "held_at": "/county/bureau/station-baiyang"}),
    ("desk, place, colour, all", {"sort": "colour", "place": "/county/town-gushan", "colour": "red"}),
    ("desk, name, rare", {"marks": sought("欧阳清风", "name")}),
    ("desk, name, part, common", {"marks": sought("张伟", "name")}),
    ("desk, name, nobody", {"marks": sought("司马没有", "name")}),
    ("desk, telephone", {"marks": sought("13800000077", "phone")}),
    ("desk, telephone, end", {"marks": sought("0077", "phone")}),
    ("desk, address", {"marks": sought("环城路12号", "address")}),
    ("desk, address, road", {"marks": sought("环城路", "address")}),
)  # fmt: skip
INBOXES: tuple[tuple[str, str, str], ...] = (
    ("command room", "command_room", "station-baiyang"),
    ("on-scene officer", "on_scene_officer", "station-gushan"),
    ("responsible officer", "responsible_officer", "station-baiyang"),
    ("bureau analyst", "bureau_analyst", "bureau"),
    ("county dispatcher", "centre_dispatcher", "centre"),
    ("department handler", "department_handler", "housing"),
    ("evaluator", "evaluator_committee", "risk-centre"),
    ("duty leader", "duty_leader", "station-chengxi"),
    ("county supervisor", "supervisor", "county"),
)


def person(role: str, organisation: str) -> DemoPerson:
    """The first demo person with a role at an organisation."""
    return next(p for p in EVERYBODY for post in p.posts if (post.role, post.organisation.code) == (role, organisation))


def actor(role: str, organisation: str) -> Actor:
    """That person as the API vouches for them."""
    found = person(role, organisation)
    posts = [Post(role=post.role, path=post.organisation.path) for post in found.posts]
    return Actor(person_id=found.person_id, name=found.name, posts=posts)


def looks(database: Database, dispute_no: str, task_id: str) -> Iterator[Look]:
    """Everything that is measured; one case and one of its tasks beside the lists. Figures are counted anew, and asked
    for as people do: of the second time on, what is kept.
    """
    kept = KeptFigures(database)
    for who, role, organisation in DISPUTES:
        for what, filters in FILTERS:
            yield Look("disputes", who, what, _disputes(actor(role, organisation), what, filters))
    for who, role, organisation in INBOXES:
        for box in BOXES:
            yield Look("inbox", who, box, _box(actor(role, organisation), box, InboxFilter()))
        yield Look("inbox", who, "claimable, q", _box(actor(role, organisation), "claimable", InboxFilter(q="停车")))
        yield Look("inbox", who, "done, q", _box(actor(role, organisation), "done", InboxFilter(q="没有这样的词")))
        yield Look("inbox", who, "done, kind", _box(actor(role, organisation), "done", InboxFilter(kind="visit")))
        yield Look("inbox", who, "the counts", _counts(actor(role, organisation)))
    for who, role, organisation in DISPUTES:
        yield Look("one", who, "case", _case(actor(role, organisation), dispute_no))
        yield Look("one", who, "task", _task(actor(role, organisation), task_id))
    for who, role, organisation in DESKS:
        yield Look("desk", who, "board", _board(actor(role, organisation)))
        for what in WHATS:
            yield Look("desk", who, what, _waiting(actor(role, organisation), what))
    for what, period in PERIODS:
        for by in (None, "township", "responsible", "month"):
            yield Look("indicators", f"by {by}" if by else "total", f"{what}, counted", _figures(period, by))
            yield Look("indicators", f"by {by}" if by else "total", what, _told(kept, period, by))


def _disputes(who: Actor, what: str, filters: dict[str, Any]) -> Ask:
    f = DisputeFilter(**filters)
    # Two years down of three.
    cursor = cursor_of(LAST - timedelta(days=730), "D2024-050000") if what == "deep page" else None
    return lambda session: list_disputes(session, who, f, limit=PAGE, cursor=cursor)


def _box(who: Actor, box: str, f: InboxFilter) -> Ask:
    return lambda session: inbox(session, who, box, f, limit=PAGE, cursor=None, now=LAST)


def _counts(who: Actor) -> Ask:
    async def ask(session: AsyncSession) -> Any:
        return list((await count_boxes(session, who, BOXES)).values())

    return ask


def _case(who: Actor, dispute_no: str) -> Ask:
    async def ask(session: AsyncSession) -> Any:
        return [
            await find_dispute(session, who, dispute_no),
            *[await part(session, dispute_no) for part in (tasks_of, comments_of, paths_of)],
            await attachments_of(session, dispute_no, who.person_id),
            await timeline_of(session, dispute_no, limit=201),
        ]

    return ask


def _task(who: Actor, task_id: str) -> Ask:
    return lambda session: find_task(session, who, task_id)


def _board(who: Actor) -> Ask:
    paths = [organisation.path for organisation in county.organisations()][:40]

    async def ask(session: AsyncSession) -> Any:
        return [await board_of(session, who, LAST), await loads_of(session, paths, LAST)]

    return ask


def _waiting(who: Actor, what: str) -> Ask:
    asked = Asked(what, LAST, LAST - timedelta(days=3))
    towns = [organisation.path for organisation in county.organisations() if organisation.kind == Kind.TOWN]

    async def ask(session: AsyncSession) -> Any:
        return [
            await standing_of(session, who, asked, towns),
            await waiting_in_sight(session, who, asked, limit=PAGE, cursor=None),
        ]

    return ask


def _figures(period: Period, by: By | None) -> Ask:
    """A period with the one before it and the one a year before, of the whole county."""
    asked = _question(period, by)
    return lambda session: figures(session, asked.spans, asked.scope)


def _told(kept: KeptFigures, period: Period, by: By | None) -> Ask:
    return lambda session: kept.of(session, _question(period, by))


def _question(period: Period, by: By | None) -> Question:
    spans = [Span(period=each, as_of=LAST.date()) for each in (period, period.before, period.year_before)]
    return Question(spans=spans, scope=Scope(paths=["/county"], by=by, windows=DEFAULT_WINDOWS))
