"""The case: everything a dispute's workflow knows, in one serialisable value.

Ownership: the engine owns it; only functions of `domain` change it, called by the workflow. Each change raises
`revision` and stamps what it touched, so that the read model can be given just what is new. Instants are aware.
"""

from __future__ import annotations

from datetime import datetime
from operator import not_
from typing import Any, Literal, TypeVar

from pydantic import Field

from domain.base import Model, absent
from domain.case.clocks import Clock
from domain.case.hazards.batch import Batch
from domain.case.records import (
    Agreement,
    Applied,
    Assigned,
    Beat,
    Change,
    Delivery,
    Disposal,
    DiversionRecord,
    Evidence,
    Flag,
    Holding,
    Incident,
    Interruption,
    Named,
    Party,
    Position,
    Promotion,
    Push,
    Session,
    SplitFrom,
    SplitOff,
    Supervision,
    Verdict,
    VisitRecord,
)
from domain.case.summons.records import Conference, Whistle
from domain.people.organisation import OrganisationRef, Post
from domain.policy.addressing import Addressing
from domain.policy.catalogue import KINDS
from domain.policy.matters.matter import Matter, usual
from domain.policy.process import Process
from domain.policy.spans import Calendar
from domain.policy.stages import Stage

TaskState = Literal["scheduled", "open", "claimed", "done", "void"]


class Decision(Model):
    """An answer to a task. `actor` is none where the clock decided."""

    name: str
    fields: dict[str, Any] = {}
    at: datetime
    actor_id: str | None = None
    actor_name: str | None = None
    on_behalf_of: str | None = None
    on_behalf_name: str | None = None
    post: Post | None = None
    evidence: list[Evidence] = []
    note: str = ""
    flags: list[Flag] = []
    proposal: bool = False
    """prepared by a delegate (拟办意见): without effect until the assignee decides"""


class Task(Model):
    """A question to posts. `about` says which organisation, party, obligation, session or change it concerns."""

    task_id: str
    kind: str
    called: str = Field("", exclude_if=absent)
    """its name, where the playbook gives its kind another than the common one"""
    round: int
    state: TaskState = "open"
    addressees: list[Post]
    watchers: list[Post] = []
    level: int = 0
    """how many levels above its own it has gone (提级)"""
    former: list[Post] = []
    """whom it was addressed to before it was reassigned: they had a part and may look on"""
    excluded: list[str] = []
    """persons barred by four eyes"""
    assignee: str | None = None
    assignee_name: str | None = None
    delegate: str | None = None
    """person asked to prepare the answer (委托办理); the assignee decides"""
    delegate_name: str | None = None
    delegate_note: str = ""
    offered_to: str | None = None
    """person asked to take it over (移交); until he accepts, it stays the assignee's (首问责任, W-081)"""
    offered_name: str | None = None
    offer_reason: str = ""
    opened_at: datetime
    ended_at: datetime | None = None
    named: bool = False
    """whose it is was said by others: it is not his to give back, only to hand over"""
    decision: Decision | None = None
    record: list[Decision] = []
    """answers that did not end the task: progress, contacts, a delegate's proposals"""
    redo_of: str | None = None
    delivery: Delivery | None = None
    """delivered, rung, seen: of a task that rings or is deemed known"""
    about: dict[str, Any] = {}
    beside: bool = False
    """stands beside the story although its kind does not everywhere: the story does not wait for it"""
    void_reason: str = ""
    opened_revision: int = 0
    revision: int = 0

    @property
    def name(self) -> str:
        """What it is called, in Chinese."""
        return self.called or KINDS[self.kind].name

    @property
    def pending(self) -> bool:
        """Still to be answered."""
        return self.state in ("open", "claimed")

    @property
    def aside(self) -> bool:
        """Whether it stands beside the story."""
        return self.beside or KINDS[self.kind].aside

    @property
    def begun(self) -> bool:
        """Has been open at some time: what was planned and never came up is nobody's business."""
        return self.state != "scheduled" and not (self.ended_at and self.ended_at < self.opened_at)

    @property
    def answers(self) -> list[Decision]:
        """All that was answered: on record, and the decision that ended it."""
        return [*self.record, *([self.decision] if self.decision else [])]

    def end_delegation(self) -> None:
        """The delegate has no more to do with it; that he had stays on record."""
        self.delegate, self.delegate_name, self.delegate_note = None, None, ""

    def end_offer(self) -> None:
        """Nobody is asked to take it over any more."""
        self.offered_to, self.offered_name, self.offer_reason = None, None, ""

    def let_go(self) -> None:
        """Neither delegated nor offered: it ended, or went to others."""
        self.end_delegation()
        self.end_offer()


class Entry(Model):
    """One line of the timeline: all that happened, in order."""

    seq: int
    at: datetime
    kind: str
    title: str
    actor: str | None = None
    actor_id: str | None = None
    on_behalf_of: str | None = None
    on_behalf_name: str | None = None
    detail: dict[str, Any] = {}
    revision: int = 0


T = TypeVar("T", Task, Entry)


class DisputeState(Model):
    """The whole case. `rules` fixes the behaviour of rules that may change after it started (law 9)."""

    dispute_no: str
    rules: int = 1
    playbook: str
    edition: str
    digest: str
    process: Process
    calendar: Calendar
    places: dict[str, str] = {}
    """place word of the playbook -> organisation path"""
    organisations: dict[str, OrganisationRef] = {}
    """by path: what the case has met so far, for names"""
    beat: Beat = Beat()
    """as the register of beats had it when the dispute was reported"""
    responsible: Named | None = None
    """the one officer it was named to (落实给责任民警); none until it is pushed to somebody, or nobody was known"""

    matter: Matter = Field(Matter.DISPUTE, exclude_if=usual)
    title: str
    source: str
    category: str
    category_name: str
    colour: str
    harm: int = 0
    urgency: int = 1
    """现实危害性 and 轻重缓急, of each the gravest that any report had (Q-031); the colour may be another since"""
    urgent: bool = False
    police: bool = False
    police_heard: bool = False
    """police first by what was said, whatever the category"""
    unsure: list[str] = Field([], exclude_if=absent)
    """reported words of which it is not known whether they tell of danger: somebody asks, nothing goes by itself"""
    doubtful: bool = Field(False, exclude_if=not_)
    """there was nothing to ask, and yet something reported may be danger: nothing goes by itself"""
    scene_safe: bool | None = Field(None, exclude_if=absent)
    """现场已稳控, by the last who said so or the contrary; none: nobody did"""
    lowered_from: str = Field("", exclude_if=absent)
    """the graver colour that a first desk, and nobody above it, has lowered the case from"""
    alarmed: bool = False
    """an alarm came whose source pushes at once, and the first push has not gone out for it"""
    divert: bool | None = None
    """what the desk said of diverting; none: nothing"""
    divertible: bool = False
    confidence: float = 1.0
    """how far the category is to be trusted: the first triage's, 1 once a person has given the category"""
    elsewhere: bool = True
    """the responsibility list gives the category to another authority than the police"""
    diversions: list[DiversionRecord] = []
    left_police: bool = False
    """out of the hands of the police, with approval where it needed one; not while they have it (again)"""
    risk_kinds: list[str] = []
    criminal_risk: bool = False
    tags: list[str] = Field([], exclude_if=absent)
    """骨头案, 钉子案: the tags that people set (`domain.policy.parts.tags`)"""
    complex_for: list[str] = Field([], exclude_if=absent)
    """why it was brought to the ladder as 复杂疑难, by the names of its playbook's criteria"""
    suggested_lead: str | None = None
    suggested: list[str] = []
    foreign: int = Field(0, exclude_if=not_)
    """messages that the engine brought and santui did not send"""

    stage: Stage = Stage.TRIAGE
    round: int = 1
    outcome: str | None = None
    opened_at: datetime
    concluded_at: datetime | None = None
    closed_at: datetime | None = None
    merged_into: str | None = None

    incidents: list[Incident]
    split_off: list[SplitOff] = Field([], exclude_if=absent)
    """reports that had joined by mistake, and are disputes of their own"""
    split_from: SplitFrom | None = Field(None, exclude_if=absent)
    parties: list[Party]
    tasks: list[Task] = []
    clocks: list[Clock] = []
    pushes: list[Push] = []
    assigned: list[Assigned] = []
    chain: list[Holding] = []
    """责任链: who held the case, first to last"""
    position: Position = Position()
    ladder_failed: list[int] = []
    """the round of each time that the ladder's last tier failed"""
    sessions: list[Session] = []
    agreements: list[Agreement] = []
    disposal: Disposal | None = None
    evaluations: list[Verdict] = []
    visits: list[VisitRecord] = []
    supervisions: list[Supervision] = []
    summons: list[Whistle] = Field([], exclude_if=absent)
    changes: list[Change] = []
    promotions: list[Promotion] = Field([], exclude_if=absent)
    timeline: list[Entry] = []

    batch: Batch | None = Field(None, exclude_if=absent)
    """what a case of hazards is about"""
    returns: int = 0
    groundless_refusals: int = 0
    """推诿数"""
    interruption: Interruption | None = None
    applied: list[Applied] = []
    orphans: list[str] = []
    """keys of messages that nobody waits for any more and that have not come (`orphan`)"""
    runs: list[str] = []
    late: list[Incident] = []
    """alarms that came after the end and before the run was over: they start the case again"""
    ahead: int = 0
    """seconds that a drill has moved this run's clock ahead of the wall's (演练)"""
    held: int = 0
    """bytes of what was taken in (`domain.case.capacity`)"""
    revision: int = 0

    def touch(self, item: T | None = None) -> None:
        """Counts a change, and stamps the item that changed."""
        self.revision += 1
        if item is not None:
            item.revision = self.revision

    def task(self, task_id: str) -> Task | None:
        """The task of that id, or none."""
        return next((task for task in self.tasks if task.task_id == task_id), None)

    def clock(self, name: str) -> Clock | None:
        """The latest clock of that name that has not stopped."""
        return next((c for c in reversed(self.clocks) if c.name == name and c.stopped_at is None), None)

    def pending(self, kind: str | None = None) -> list[Task]:
        """The open and claimed tasks, of one kind or of all."""
        return [task for task in self.tasks if task.pending and kind in (None, task.kind)]

    def reports_after(self, at: datetime) -> list[Incident]:
        """The reports made after an instant; the one that the case began with was made before whatever was done."""
        return [each for n, each in enumerate(self.incidents) if each.after(at) and (n or each.reported_at > at)]

    @property
    def sittings(self) -> list[Session | Conference]:
        """Every table that people sat down at: the ladder's sessions, and those that whistles called."""
        return [*self.sessions, *(sitting for whistle in self.summons for sitting in whistle.conferences)]

    @property
    def diverted(self) -> DiversionRecord | None:
        """The diversion by which the dispute is where it is; none where it was not diverted, or is back."""
        last = self.diversions[-1] if self.diversions else None
        return last if last and last.diverted and not last.undone else None

    @property
    def also_watched_by(self) -> list[Addressing]:
        """Who watches what is asked of it because of what it is: diverted, a hard case."""
        diverted = self.process.diversion.watched_by if self.diverted else []
        hard = self.process.tags.watched_by if self.tags and self.process.tags else []
        return [*diverted, *(each for each in hard if each not in diverted)]

    @property
    def closed(self) -> bool:
        """Whether the life is over."""
        return self.stage is Stage.CLOSED
