"""A county's years in a database: as many disputes and tasks as wanted, spread over the demo county as life would.

Rows only, and no histories: this is for what reads the database. Half of all disputes come from a third of the
townships, nine in ten are closed, and each has the tasks of as much of the mechanism as it went through. The same on
every run.
"""

from __future__ import annotations

import random
import uuid
from bisect import bisect
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import accumulate
from typing import Any

from sqlalchemy import LargeBinary, column, insert, table, text
from sqlmodel import SQLModel

from domain.case.case import Case
from domain.case.opening import open_state
from domain.case.records import Incident, Party
from domain.case.state import DisputeState
from domain.image.projection import project
from domain.indicators.events import TallyKind
from domain.triage.places import Directory, Kind, Listed, resolve_places
from domain.triage.triage import triage
from infra.database.columns import Sealed, searchable
from infra.database.engine import Database
from infra.database.tables.intake import IncidentRow
from infra.database.tables.read_model import (
    NEVER,
    AddresseeRow,
    BarredRow,
    DisputeRow,
    InvolvementRow,
    SearchTokenRow,
    TallyRow,
    TaskRow,
    TimelineRow,
)
from infra.demo import county
from infra.demo.people import people
from infra.read_model.searching.tokens import search_rows
from infra.read_model.urgency_order import order_columns
from infra.read_model.writer import colour_order
from infra.runtime.policy_files import Policy, read_policy

NARRATIVE = "两户因宅基地边界争执，砌墙被拦，双方各不相让，村干部多次到场劝解，一方仍要求恢复原状"
YEARS = timedelta(days=3 * 365)
CHINA_AHEAD = timedelta(hours=8)
LAST = datetime(2026, 11, 1, tzinfo=UTC)
IN_COURSE = 0.08
"""Of all disputes, those not closed yet."""
BATCH = 2_000

# Each stage's tasks: kind, posts asked (role, place word), posts that watch. `lead` is a department.
ASKED: dict[str, tuple[tuple[tuple[str, str], ...], tuple[tuple[str, str], ...]]] = {
    "confirm_triage": ((("command_room", "station"), ("bureau_analyst", "bureau")), ()),
    "handle_on_scene": ((("on_scene_officer", "station"),), (("duty_leader", "station"),)),
    "follow_up_responsibly": ((("responsible_officer", "station"),), (("station_deputy", "station"),)),
    "dispatch": (
        (("centre_dispatcher", "town_centre"), ("centre_dispatcher", "centre")),
        (("responsible_officer", "station"),),
    ),
    "dispose": (
        (("department_handler", "lead"), ("department_leader", "lead"), ("township_leader", "lead")),
        (("responsible_officer", "station"),),
    ),
    "evaluate": ((("evaluator_committee", "risk_centre"), ("evaluator_police", "risk_centre")), ()),
    "visit": ((("responsible_officer", "station"),), ()),
}
LIVES: tuple[tuple[float, tuple[str, ...]], ...] = (
    (0.35, ("confirm_triage", "handle_on_scene")),
    (0.30, ("confirm_triage", "handle_on_scene", "evaluate")),
    (0.20, ("confirm_triage", "handle_on_scene", "follow_up_responsibly", "visit")),
    (0.15, ("confirm_triage", "handle_on_scene", "dispatch", "dispose", "evaluate")),
)
"""How lives go, and how often: three tasks each on average."""
STAGES = {
    "confirm_triage": "triage",
    "handle_on_scene": "push_1",
    "follow_up_responsibly": "push_2",
    "dispatch": "push_3",
    "dispose": "push_3",
    "evaluate": "evaluation",
    "visit": "follow_up",
}
COLOURS = (("blue", 0.62, 100), ("yellow", 0.28, 200), ("orange", 0.07, 300), ("red", 0.03, 400))


@dataclass
class Rows:
    """What a batch of disputes adds, by table."""

    of: dict[type[SQLModel], list[dict[str, Any]]] = field(default_factory=lambda: defaultdict(list))

    def add(self, kind: type[SQLModel], /, **values: Any) -> None:
        """One row."""
        self.of[kind].append(values)


SURNAMES = "王李张刘陈杨黄赵周吴徐孙胡朱高林何郭马罗"
"""The commonest first."""
GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超霞平刚桂英华文玉建国志红小"
ROADS = "环城 人民 解放 中山 文化 建设 和平 胜利 新华 光明 东风 前进 团结 幸福 友谊".split()


class Filler:
    """Makes the rows of disputes, one after the other."""

    def __init__(self, disputes: int, playbook: str = "jinhua") -> None:
        self._chance = random.Random(7)
        self._called = random.Random(53)
        self._counted = random.Random(61)
        self._policy: Policy = read_policy(playbook)
        self._directory = Directory(organisations=county.organisations())
        self._count = disputes
        self._holders: dict[tuple[str, str], list[str]] = defaultdict(list)
        for person in people(self._directory.organisations):
            for post in person.posts:
                self._holders[post.role, post.organisation.path].append(person.person_id)
        self._grids = [o for o in self._directory.organisations if o.kind == Kind.GRID]
        # The seat of the county quarrels more than its mountains: the n-th of the grids weighs 1/sqrt(n).
        self._weights = list(accumulate((n + 1) ** -0.5 for n in range(len(self._grids))))
        self._places = [self._places_of(grid) for grid in self._grids]
        self._leads = [o.path for o in self._directory.organisations if o.kind == Kind.DEPARTMENT]
        self._categories = [(c.code, c.name) for c in self._policy.lexicon.categories.values()]
        self._sealed = {kind: Sealed(kind.__tablename__) for kind in (DisputeRow, TaskRow, IncidentRow, TimelineRow)}
        self._document, self._task, self._report, self._step = self._example()

    def _places_of(self, grid: Listed) -> dict[str, str]:
        return resolve_places(self._directory, address="", grid_code=grid.code)

    def _example(self) -> tuple[bytes, bytes, bytes, bytes]:
        """One case's document, one task, one report and one step, as the database keeps them: every row's."""
        found = triage(NARRATIVE, self._policy.lexicon, source="110")
        incident = Incident(
            incident_id=str(uuid.UUID(int=1)), source="110", source_no="1", occurred_at=LAST, reported_at=LAST,
            address="古山镇金江龙村12号", narrative=NARRATIVE,
            parties=[Party(name="李某", side="a"), Party(name="罗某", side="b")],
        )  # fmt: skip
        refs = {word: listed.ref() for word, path in self._places[0].items() if (listed := self._directory.at(path))}
        state: DisputeState = open_state(
            "D2026-000001", playbook=self._policy.playbook, calendar=self._policy.calendar, places=refs,
            incident=incident, triage=found, at=LAST,
        )  # fmt: skip
        case = Case(state, lambda: LAST, lambda: str(uuid.UUID(int=2)))
        case.log("opened", "受理立案")
        case.open("confirm_triage")
        image = project(state)
        [shown] = image.tasks
        task = {**shown.task.model_dump(mode="json"), "decisions": shown.decisions}
        report = {"incident": incident.model_dump(mode="json"), "triage": found.model_dump(mode="json"), "places": {}}
        return (
            self._seal(DisputeRow, image.document),
            self._seal(TaskRow, task),
            self._seal(IncidentRow, report),
            self._seal(TimelineRow, image.timeline[-1].model_dump(mode="json")),
        )

    def _seal(self, kind: type[SQLModel], value: Any) -> bytes:
        sealed = self._sealed[kind].process_bind_param(value, None)  # type: ignore[arg-type, index]
        assert sealed is not None
        return sealed

    def batches(self) -> Iterator[Rows]:
        """All rows, so many disputes at a time."""
        for first in range(0, self._count, BATCH):
            rows = Rows()
            for number in range(first, min(first + BATCH, self._count)):
                self._dispute(rows, number)
            yield rows

    def _dispute(self, rows: Rows, number: int) -> None:
        pick = self._chance
        opened = LAST - YEARS + YEARS * number / self._count
        grid = bisect(self._weights, pick.random() * self._weights[-1])
        places = {**self._places[grid], "lead": pick.choice([*self._leads, self._places[grid]["township"]])}
        life = pick.choices([kinds for _, kinds in LIVES], [often for often, _ in LIVES])[0]
        # Those in course are mostly young.
        in_course = (
            number > self._count * (1 - 1.5 * IN_COURSE) and pick.random() < 0.6
        ) or pick.random() < IN_COURSE / 10
        passed = life[: pick.randint(1, len(life))] if in_course else life
        colour, _, urgency = pick.choices(COLOURS, [often for _, often, _ in COLOURS])[0]
        overdue = in_course and pick.random() < 0.12
        code, name = pick.choice(self._categories)
        dispute_no = f"D{opened:%Y}-{number + 1:06d}"
        village = self._directory.at(places["village"])
        title = f"{name}（{village.name if village else '本县'}）"
        tasks = [
            self._task_rows(rows, dispute_no, title, kind, colour, urgency, opened + timedelta(hours=5 * at), places,
                            waits=in_course and kind == passed[-1], overdue=overdue)
            for at, kind in enumerate(passed)
        ]  # fmt: skip
        for seq in range(len(passed)):
            rows.add(
                TimelineRow, dispute_no=dispute_no, kind="decision", seq=seq, at=opened + timedelta(hours=5 * seq + 3),
                sealed=self._step,
            )  # fmt: skip
        asked = ASKED[passed[-1]][0][0]
        closed = None if in_course else opened + timedelta(days=9)
        rows.add(
            DisputeRow, dispute_no=dispute_no, matter="dispute", revision=10, title=title, playbook="jinhua",
            edition="2026",
            source=pick.choice(("110", "110", "12345", "grid")), category=code, category_name=name, colour=colour,
            stage=STAGES[passed[-1]] if in_course else "closed", round=1, urgent=False,
            organisation=places[asked[1]], holder=asked[0] if in_course else None,
            due_at=opened + timedelta(days=7) if in_course else None, overdue=overdue, ahead=0, tags="",
            opened_at=opened,
            concluded_at=closed, closed_at=closed, outcome=None if in_course else "resolved", tallied=0, sensitivity=1,
            search=searchable(dispute_no, title, name), sealed=self._document,
            due_order=opened + timedelta(days=7) if in_course else NEVER, colour_order=colour_order(colour),
        )  # fmt: skip
        home = {("", places[word]) for word in ("station", "town_centre", "village", "grid")}
        for role, path in sorted({*home, *(post for posts in tasks for post in posts)}):
            rows.add(InvolvementRow, dispute_no=dispute_no, role=role, path=path)
        for found in search_rows(dispute_no, self._people(number)):
            rows.add(SearchTokenRow, **found)
        self._tallies(rows, dispute_no, code, colour, places, passed, opened, closed)
        callers = self._holders["call_taker", places["bureau"]]
        rows.add(
            IncidentRow, incident_id=id_at(opened, number), source="110", source_no=str(number), digest="-",
            occurred_at=opened, reported_at=opened, received_at=opened, received_by=pick.choice(callers),
            place_key=f"place-{number}", category=code, dispute_no=dispute_no, joined=False, delivered=True, nth=1,
            attempts=0, sealed=self._report,
        )  # fmt: skip

    def _tallies(
        self, rows: Rows, dispute_no: str, category: str, colour: str, places: dict[str, str], passed: tuple[str, ...],
        opened: datetime, closed: datetime | None,
    ) -> None:  # fmt: skip
        """What a dispute counts for: its report, every disposal and visit, its end."""
        pick = self._counted
        disposed = opened + timedelta(hours=20)
        found: list[tuple[TallyKind, datetime, str]] = [
            (TallyKind.REPORTED, opened, ""), (TallyKind.ACCEPTED, opened, "resolved" if closed else ""),
            (TallyKind.PUSHED, opened, ""),
        ]  # fmt: skip
        if "dispatch" in passed:
            found.append((TallyKind.SUBMITTED, opened + timedelta(hours=5), ""))
        if closed:
            found += [(TallyKind.DISPOSED, disposed, ""), (TallyKind.FINISHED, closed, "resolved"),
                      (TallyKind.CONCLUDED, closed, "first"),
                      (TallyKind.TIMED, closed, pick.choices(("on_time", "late"), (9, 1))[0])]  # fmt: skip
            if pick.random() < 0.15:
                found.append((TallyKind.RETURNED, disposed, ""))
            if "visit" in passed:
                found.append((TallyKind.VISITED, closed, pick.choices(("reached", "not_reached"), (9, 1))[0]))
        for seq, (kind, at, result) in enumerate(found):
            rows.add(
                TallyRow, dispute_no=dispute_no, seq=seq, kind=kind.value, at=at, month=f"{at + CHINA_AHEAD:%Y-%m}",
                unit=places["lead"] if "dispose" in passed else places["station"], leading=True, round=1,
                colour=colour, first_colour=colour, category=category, result=result, value=None, lag=None,
                done_at=disposed if closed and kind in (TallyKind.PUSHED, TallyKind.ACCEPTED) else None, left_at=None,
                struck_at=None, person_id=None, handler="", reporter=places["station"],
                dispatcher=places["town_centre"], judge="", station=places["station"], township=places["township"],
                source="110", beat="",
                matter="dispute",
            )  # fmt: skip

    def _people(self, number: int) -> dict[str, Any]:
        """Who is in a dispute and where, of what it is found by: names as common as they are, telephones of one's own,
        thirty roads. Every five thousandth has somebody whom nobody is called like.
        """
        pick = self._called
        often = range(len(SURNAMES), 0, -1)
        names = [pick.choices(SURNAMES, often)[0] + "".join(pick.choices(GIVEN, k=pick.choice((1, 2)))) for _ in "ab"]
        if number % 5_000 == 77:
            names[0] = "欧阳清风"
        parties = [{"name": name, "phone": f"138{number * 2 + n:08d}"} for n, name in enumerate(names)]
        road = f"{pick.choice(ROADS)}路{pick.randint(1, 400)}号"
        return {"parties": parties, "incidents": [{"address": road, "parties": []}]}

    def _task_rows(
        self, rows: Rows, dispute_no: str, title: str, kind: str, colour: str, urgency: int, at: datetime,
        places: dict[str, str], *, waits: bool, overdue: bool,
    ) -> list[tuple[str, str]]:  # fmt: skip
        pick = self._chance
        asked, watching = ([(role, places[word]) for role, word in posts] for posts in ASKED[kind])
        holders = [person for post in asked for person in self._holders.get(post, ())]
        who = pick.choice(holders) if holders else None
        state = ("claimed" if pick.random() < 0.3 else "open") if waits else "done"
        task_id = id_at(at, pick.getrandbits(60))
        weighed, due = urgency + (1000 if waits and overdue else 0), at + timedelta(days=1) if waits else None
        rows.add(
            TaskRow, task_id=task_id, dispute_no=dispute_no, kind=kind, state=state, round=1, colour=colour,
            title=title, assignee=who if state != "open" else None, decided_by=who if state == "done" else None,
            opened_at=at, ended_at=None if waits else at + timedelta(hours=3),
            due_at=due, overdue=waits and overdue, suspended=False, ringing=False, ahead=0, urgency=weighed,
            **order_columns(weighed, due), moved_at=at + timedelta(hours=3), sealed=self._task,
        )  # fmt: skip
        for watches, posts in ((False, asked), (True, watching)):
            for role, path in dict.fromkeys(posts):
                rows.add(AddresseeRow, task_id=task_id, role=role, path=path, watches=watches, state=state)
        if kind == "evaluate" and holders:
            rows.add(BarredRow, task_id=task_id, person_id=pick.choice(holders))
        return [*asked, *watching]


def id_at(at: datetime, salt: int) -> str:
    """A UUIDv7 of that instant."""
    value = int(at.timestamp() * 1000) << 80 | 7 << 76 | 2 << 62 | salt & (1 << 60) - 1
    return str(uuid.UUID(int=value))


async def fill(database: Database, disputes: int) -> dict[str, int]:
    """Fills a migrated database that has the demo county; answers how many rows each table got.

    The sealed columns all hold the same value, sealed once: sealing half a million would only take time.
    """
    counts: dict[str, int] = defaultdict(int)
    for rows in Filler(disputes).batches():
        async with database.write() as session:
            connection = await session.connection()
            for kind, values in rows.of.items():
                await connection.execute(_statement(kind), values)
                counts[str(kind.__tablename__)] += len(values)
    if not database.sqlite:
        await analyse(database)
    return dict(counts)


async def analyse(database: Database) -> None:
    """What PostgreSQL's autovacuum does in time. SQLite has no such thing and must do without statistics."""
    async with database.engine.connect() as connection:
        plain = await connection.execution_options(isolation_level="AUTOCOMMIT")
        await plain.execute(text("VACUUM ANALYZE"))


def _statement(kind: type[SQLModel]) -> Any:
    """An insert that takes sealed columns as they are."""
    columns = kind.__table__.columns  # type: ignore[attr-defined]
    return insert(
        table(
            str(kind.__tablename__),
            *(column(c.name, LargeBinary() if isinstance(c.type, Sealed) else c.type) for c in columns),
        )
    )
