"""Disputes: in a list, whole, their timeline, what people add, and what an action changed."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from api.attachments.schemas import Attachment
from api.core.schemas import OPEN_OBJECT, Choice, JsonObject, Shape
from api.disputes.brief import DisputeBrief
from api.notices.schemas import NoticeInCase
from api.tasks.schemas import TaskItem
from domain.case import records
from domain.case.care.effort import Effort
from domain.case.care.helping import HelpMeasure
from domain.case.clocks import Moved, Suspension
from domain.image.public_document import PublicBatch
from domain.image.shown_summons import ShownWhistle, Whistling
from domain.policy.forms.demands import Demand
from domain.policy.matters.matter import Matter
from domain.policy.stages import Stage
from domain.transitions.decisions import ChangeAsked
from domain.triage.diversion import Diversion


class DisputeItem(Shape):
    """A dispute as a list shows it."""

    dispute_no: str
    matter: Matter
    title: str
    colour: str
    stage: Stage
    stage_name: str
    round: int
    category: str
    category_name: str
    organisation: str | None
    holder: str | None
    holder_name: str | None
    due_at: datetime | None
    overdue: bool
    ahead: int = 0
    """seconds that a drill has moved its clock ahead of the wall's: its times are by that clock"""
    urgent: bool
    opened_at: datetime
    concluded_at: datetime | None
    closed_at: datetime | None
    outcome: str | None
    source: str
    sensitivity: int = 1
    """1 ordinary, 2 with personal data beyond that, 3 need-to-know"""
    kept: bool = False
    """need-to-know, and not for the reader: what it is about is left out"""
    tags: list[str] = []
    """骨头案 (`bone`), 钉子案 (`nail`), 回流案 (`back`)"""
    revision: int


class ClockShape(Shape):
    """A deadline with its history."""

    name: str
    title: str
    started_at: datetime
    due_at: datetime
    round: int
    task_id: str | None
    body: str | None
    """the path of the organisation whose own deadline it is"""
    overdue: bool
    state: Literal["running", "suspended", "overdue", "met", "missed"]
    suspended: bool
    begins_at: datetime | None = None
    """it waits for its time: nobody has suspended it"""
    suspensions: list[Annotated[Suspension, OPEN_OBJECT]]
    moved: list[Annotated[Moved, OPEN_OBJECT]]
    fired: list[str]
    stopped_at: datetime | None


class Held(Shape):
    """A stretch of the responsibility chain: who held the case from when to when (责任链)."""

    role: str
    role_name: str
    organisation: str
    """its code"""
    person_name: str | None
    """who took it in hand, or answered for it"""
    round: int
    stage: Stage
    since: datetime
    until: datetime | None
    """none: they hold it now, or the case was closed with them"""
    by: Literal["asked", "delivery", "acceptance", "reassigned"]


class PlaybookPinned(Shape):
    """The edition a dispute is worked on under."""

    code: str
    edition: str
    digest: str


class Case(DisputeItem):
    """The process's part of a case."""

    rules: int
    playbook: PlaybookPinned
    edition: str
    digest: str
    police: bool
    divert: bool | None
    divertible: bool
    confidence: float
    diversion: Diversion | None = None
    """the verdict on diverting it, while triage is asked"""
    diversions: list[records.DiversionRecord]
    """verdicts on diverting, what was done and what came of it"""
    harm: int
    urgency: int
    beat: records.Beat
    """whose beat the place is (警格)"""
    responsible: records.Named | None
    """the one officer it was named to"""
    risk_kinds: list[str]
    criminal_risk: bool
    lowered_from: str = ""
    """the colour that one desk alone has lowered it from, while nobody one level up has looked"""
    complex_for: list[str] = []
    """why it is 复杂疑难, in the words of its playbook"""
    suggested_lead: str | None
    suggested: list[str]
    merged_into: str | None
    incidents: list[records.Incident]
    split_off: list[records.SplitOff] = []
    """reports that had joined by mistake, each with the dispute that it is now (分案)"""
    split_from: records.SplitFrom | None = None
    """the dispute that its first report was taken out of"""
    parties: list[records.Party]
    pushes: list[records.Push]
    assigned: list[records.Assigned]
    responsibility: list[Held]
    position: records.Position
    sessions: list[records.Session]
    agreements: list[records.Agreement]
    disposal: records.Disposal | None
    evaluations: list[records.Verdict]
    visits: list[records.VisitRecord]
    effort: Effort
    """what the police and what the departments have put in, apart"""
    helps: list[HelpMeasure] = []
    """帮扶措施: what is done for the people behind it, by whom, when, with what result"""
    supervisions: list[records.Supervision]
    changes: list[records.Change]
    promotions: list[records.Promotion] = []
    """each time that it moved up a level (提级办理)"""
    summons: list[ShownWhistle] = []
    """吹哨报到: who was called and came, what was agreed when, and how far the plan is"""
    whistling: Whistling | None = None
    """who may whistle and on which grounds; none where its playbook has no whistles"""
    notices: list[NoticeInCase] = []
    """letters beside it, the first first"""
    batch: PublicBatch | None = None
    """of a batch of hazards; its items are `GET /v1/hazards?batch=`"""
    returns: int
    groundless_refusals: int
    runs: list[str]
    clocks: list[ClockShape]
    colours: dict[str, str]
    stages: list[Stage]
    stage_names: dict[Stage, str] = {}
    """those of them that the case's playbook calls otherwise than usual"""
    mediation: dict[str, str] = {}
    """tier -> which kind of mediation by law: police, people, administrative, judicial (R-103)"""
    tiers: dict[str, str]
    """code -> name"""
    demands: dict[str, Demand]
    """what decisions must prove, by `kind.decision`, where the case's playbook says so"""
    disposal_pictures: int = 1
    """pictures or videos that a disposal carries where it does not"""
    round_began: datetime
    accepted_by: list[str]
    """roles that accept an assignment"""
    matters: list[Matter] = []
    """what its desk may find it to be about, where its source leaves a choice"""
    venues: list[str] = []
    """kinds of venue at which its sessions are held (`GET /v1/venues`)"""
    own_roles: dict[str, list[str]] = {}
    """the roles that may take an action, of those of which the case's playbook says so"""
    as_of: datetime | None
    """the latest line of the timeline"""
    ladder_failed: list[int]
    tasks: list[TaskItem]


class Mention(Shape):
    """Somebody whom a comment mentions."""

    person_id: str
    name: str


class Comment(Shape):
    """A remark."""

    comment_id: str
    at: datetime
    by: str
    text: str
    mentions: list[Mention]
    attachments: list[str]


class WholeCase(Case):
    """The whole case as the person may see it."""

    attachments: list[Attachment]
    comments: list[Comment]
    actions: list[Choice]
    may_attach: bool
    watched: bool


class EntryItem(Shape):
    """A line of the timeline."""

    seq: int
    at: datetime
    kind: str
    title: str
    actor: str | None
    actor_id: str | None
    on_behalf_of: str | None
    on_behalf_name: str | None
    detail: JsonObject


class Acted(Shape):
    """An action taken; with `change` it waits for approval, and nothing of it has taken effect."""

    action: str
    dispute: DisputeBrief
    change: ChangeAsked | None = None
    into: str | None = None
    """of `split_off`: the dispute that the report is now"""
    published: bool = True


class Watched(Shape):
    """Whether the person watches the dispute now."""

    dispute_no: str
    watched: bool
