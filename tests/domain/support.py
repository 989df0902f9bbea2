"""A case without an engine: fake time, counted ids, people with posts. The domain's rules are tested on it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any

from hypothesis.configuration import set_hypothesis_home_dir

from domain.base import CHINA
from domain.case.case import Case
from domain.case.naming import nameable
from domain.case.opening import open_state
from domain.case.records import Beat, Evidence, Incident, Named, Party
from domain.case.state import DisputeState, Task
from domain.people.organisation import Actor, OrganisationRef, Post
from domain.policy.loading import parse_policy
from domain.policy.playbook import Playbook, load_playbook
from domain.policy.process import Process
from domain.policy.spans import Calendar
from domain.policy.stages import Stage
from domain.transitions.actions import Act, take_action
from domain.transitions.decisions import Command, take
from domain.transitions.evidence import files_needed, redone
from domain.transitions.handover import Claim, Handover, take_claim, take_delegation, take_transfer
from domain.transitions.side_effects import take_effect
from domain.transitions.timekeeping import fire_due
from domain.triage.triage import Triage

ROOT = Path(__file__).resolve().parents[2]
PLAYBOOKS = ROOT / "playbooks"
# What hypothesis remembers holds paths of this machine; it belongs among the caches that no linter reads.
set_hypothesis_home_dir(ROOT / ".pytest_cache" / "hypothesis")
MONDAY = datetime(2026, 3, 2, 9, tzinfo=CHINA)
ANOTHER = "D2026-000008"
"""The number of a dispute that a report taken out begins."""
PLACES = {
    "county": "/c",
    "bureau": "/c/police",
    "station": "/c/police/ps",
    "township": "/c/town",
    "town_centre": "/c/town/tc",
    "village": "/c/town/v",
    "grid": "/c/town/v/g",
    "centre": "/c/centre",
    "committee": "/c/committee",
    "justice_office": "/c/town/jo",
    "court": "/c/court",
    "womens_federation": "/c/wf",
    "risk_centre": "/c/risk",
    "hotline": "/c/hotline",
    # places that one city or another adds
    "city_bureau": "/c/city-bureau",
    "workstation": "/c/town/ws",
    "command_post": "/c/police/command",
    "grid_centre": "/c/grid-centre",
    "county_group": "/c/group",
    "city_group": "/c/city-group",
}
BEAT = Beat(
    code="beat",
    officer=Named(person_id=f"responsible_officer@{PLACES['station']}#1", name="责任民警"),
    deputy=Named(person_id=f"station_deputy@{PLACES['station']}#1", name="副所长"),
)
HOUSING, MARKET = (OrganisationRef(code=code, name=code, path=f"/c/{code}") for code in ("housing", "market"))
PICTURE = Evidence(attachment_id="a1", media_type="image/png", sha256="0" * 64)
VIDEO = Evidence(attachment_id="a2", media_type="video/mp4", sha256="0" * 64)
LETTER = Evidence(attachment_id="a3", media_type="application/pdf", sha256="0" * 64)
MET = [{"who": "李某", "at": "2026-03-02T09:00:00+08:00", "where": "家中"}]


@cache
def playbook(code: str = "jinhua") -> Playbook:
    """A city's playbook as it ships."""
    return load_playbook((PLAYBOOKS / f"{code}.yaml").read_text(encoding="utf-8"), f"{code}.yaml")


def pictures(state: DisputeState, kind: str, decision: str) -> list[Evidence]:
    """As many pictures as the decision must carry now, different each time."""
    redoes = redone(state.evaluations, state.round) is not None
    files = files_needed(state.process.demanded(kind, decision), kind, decision, redoes=redoes)
    return [
        PICTURE.model_copy(update={"attachment_id": f"a{n}", "sha256": f"{state.revision:032x}{n:032x}"})
        for n in range(files)
    ]


def process(code: str = "jinhua") -> Process:
    """Its process part."""
    return playbook(code).process


@cache
def shipped_calendar() -> Calendar:
    """The working calendar as it ships."""
    return parse_policy((PLAYBOOKS / "calendar.yaml").read_text(encoding="utf-8"), "calendar.yaml", Calendar)


def person(name: str, *posts: tuple[str, str], on_behalf_of: str | None = None) -> Actor:
    """Somebody with posts, each (role, path)."""
    held = [Post(role=role, path=path) for role, path in posts]
    represented = f"{on_behalf_of}本人" if on_behalf_of else None
    return Actor(person_id=name, name=name, posts=held, on_behalf_of=on_behalf_of, on_behalf_name=represented)


def alarm(number: int, at: datetime, *, rank: int = 1, **more: Any) -> Incident:
    """A report received."""
    return Incident(
        incident_id=f"i{number}", source="110", source_no=f"A{number}", occurred_at=at, reported_at=at, rank=rank,
        address="古山镇", narrative=f"第{number}次报警", parties=[Party(name="李某", side="a")], **more,
    )  # fmt: skip


def table(requires: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Holders who make up a tier, by ids that say which post they hold (`role@path#n`)."""
    return [
        {"person": f"{need['any_of'][0]}@{need['path'] or '/c/housing'}#{n}"}
        for need in requires
        for n in range(1, need["at_least"] + 1)
    ]


def candidates_for(state: DisputeState, task: Task) -> list[dict[str, Any]]:
    """The people that an answer to a task may name: a tier's, or an officer of the station."""
    return table(task.about.get("requires", [])) or [{"person": another_officer(state)}]


def another_officer(state: DisputeState) -> str:
    """The id of an officer of the station who is not the one named."""
    named = nameable(state)
    ids = [f"responsible_officer@{state.places['station']}#{n}" for n in (2, 1)]
    return next(person for person in ids if named is None or named.assignee != person)


def people_named(fields: dict[str, Any]) -> dict[str, Actor]:
    """Those whom a form names by such ids, as the API resolves them."""
    named = [who.get("person", "") for who in fields.get("participants", []) if isinstance(who, dict)]
    named.append(fields.get("officer", ""))
    found = {}
    for person_id in named:
        role, _, rest = person_id.partition("@")
        if rest:
            posts = [Post(role=role, path=rest.partition("#")[0])]
            found[person_id] = Actor(person_id=person_id, name=role, posts=posts)
    return found


class Desk:
    """A case with a clock that only the test moves."""

    def __init__(self, code: str = "jinhua", *, rank: int = 1, **more: Any) -> None:
        self.at = MONDAY
        ids: Iterator[int] = count(1)
        found = Triage(
            category="parking", category_name="停车纠纷", colour="blue", rank=rank, police=False, divertible=False,
            risk_kinds=[], confidence=1, cues=[], suggested_lead="housing", suggested_cooperating=["market"],
            statutory_track=None,
        )  # fmt: skip
        places = {word: OrganisationRef(code=path.rpartition("/")[2], name=word, path=path)
                  for word, path in PLACES.items()}  # fmt: skip
        state = open_state(
            "D2026-000001", playbook=playbook(code), calendar=Calendar(), places=places,
            incident=alarm(1, MONDAY, rank=rank), triage=found, at=MONDAY,
        )  # fmt: skip
        self.state: DisputeState = state.model_copy(update=more)
        self.case = Case(self.state, lambda: self.at, lambda: f"t{next(ids)}")

    def pass_time(self, **length: float) -> None:
        """Time passes while everything is up: what fell due is done at its instant."""
        self.at += timedelta(**length)
        fire_due(self.case)

    def outage(self, **length: float) -> None:
        """Time passes while nothing runs."""
        self.at += timedelta(**length)

    def push(self, stage: Stage = Stage.PUSH_1, kind: str = "handle_on_scene", **about: Any) -> Task:
        """The dispute is pushed, and a question opened."""
        self.case.enter(stage)
        return self.case.open(kind, about=about)

    def command(self, task: Task, decision: str, by: Actor, **more: Any) -> Command:
        """A decision on its way; what is no part of the envelope is a field."""
        envelope: dict[str, Any] = {name: more.pop(name) for name in ("evidence", "labels", "note") if name in more}
        envelope["people"] = people_named(more)
        return Command(key=f"{task.task_id}-{decision}", task_id=task.task_id, decision=decision, actor=by, fields=more,
                       organisations={ref.code: ref for ref in (HOUSING, MARKET)}, **envelope)  # fmt: skip

    def decide(self, task: Task, decision: str, by: Actor, **more: Any) -> Task:
        """A decision taken, with what it does at once."""
        taken = take(self.case, self.command(task, decision, by, **more))
        take_effect(self.case, taken)
        return taken

    def claim(self, task: Task, by: Actor, *, release: bool = False, reason: str = "") -> Task:
        """A task claimed, or given back."""
        return take_claim(self.case, Claim(key="c", task_id=task.task_id, actor=by, release=release, reason=reason))

    def delegate(self, task: Task, by: Actor, to: Actor, why: str = "") -> Task:
        """A task delegated."""
        return take_delegation(self.case, Handover(key="d", task_id=task.task_id, actor=by, to=to, why=why))

    def transfer(self, task: Task, by: Actor, to: Actor, why: str = "休假") -> Task:
        """A task offered to another."""
        return take_transfer(self.case, Handover(key="t", task_id=task.task_id, actor=by, to=to, why=why))

    def act(self, action: str, by: Actor, **fields: Any) -> None:
        """An action taken."""
        organisations = {ref.code: ref for ref in (HOUSING, MARKET)}
        take_action(
            self.case,
            Act(
                key="k",
                action=action,
                fields=fields,
                actor=by,
                organisations=organisations,
                people=people_named(fields),
                into=ANOTHER,
            ),
        )

    def logged(self, *kinds: str) -> list[str]:
        """The titles of the timeline's entries, of some kinds or all."""
        return [entry.title for entry in self.state.timeline if not kinds or entry.kind in kinds]


SCENE = person("scene", ("on_scene_officer", PLACES["station"]))
OFFICER = person("officer", ("responsible_officer", PLACES["station"]))
LEADER = person("leader", ("duty_leader", PLACES["station"]))
COMMAND_ROOM = person("command-room", ("command_room", PLACES["station"]))
CHIEF = person("chief", ("station_chief", PLACES["station"]))
HANDLER = person("handler", ("department_handler", HOUSING.path))
SUPERVISOR = person("supervisor", ("supervisor", PLACES["county"]))
DISPATCHER = person("dispatcher", ("centre_dispatcher", PLACES["centre"]))
