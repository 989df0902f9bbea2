"""Tasks: as lists show them, with what is needed to answer them, and what an answer changed."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field, model_validator

from api.core.schemas import OPEN_OBJECT, Choice, JsonObject, Shape
from api.disputes.brief import DisputeBrief
from api.intake.schemas import Similar
from api.look_back.schemas import LookBack, Repeats
from api.people.schemas import Who
from domain.base import Model, Strict
from domain.case import records
from domain.case import state as s
from domain.policy.fields import Code, Text
from domain.policy.stages import Phase
from domain.transitions.decisions import ChangeAsked
from domain.transitions.handover import Standing
from domain.triage.guidance import Duty, Law, RiskCue
from domain.triage.triage import Learned

MOST_ATTACHMENTS = 50
"""Files that one decision may name."""
MOST_TEXT = 4000
"""Characters of a note or a reason."""
TaskState = Literal["open", "claimed", "done", "void"]


class Answering(Model):
    """What a person sends with a decision."""

    decision: Code
    fields: JsonObject = {}
    attachments: list[Code] = Field([], max_length=MOST_ATTACHMENTS)
    note: str = Field("", max_length=MOST_TEXT)


class DelegateIn(Strict):
    """Who is asked to prepare a task (username or person id), and what for."""

    to: Text = Field(title="受托人")
    note: str = Field("", title="委托说明", max_length=MOST_TEXT)


class TransferIn(Strict):
    """Who is asked to take a task over (username or person id), and why."""

    to: Text = Field(title="接收人")
    reason: Text = Field(title="移交原因")


class ReleaseIn(Strict):
    """Why a task is given back."""

    reason: str = Field("", title="理由", max_length=MOST_TEXT)


class PostAsked(Shape):
    """A post that a task asks."""

    role: str
    role_name: str
    organisation: str


class BellShape(Shape):
    """A ring at the desks of one level: the first is theirs to whom the task is addressed."""

    at: datetime
    posts: list[PostAsked]
    acknowledged_at: datetime | None
    acknowledged_name: str | None


class DeliveryShape(Shape):
    """What is on record of a task's delivery: nobody may say that he did not know."""

    delivered_at: datetime
    rung: list[BellShape]
    seen_at: datetime | None
    seen_name: str | None
    known_at: datetime | None
    """seen by nobody for as long as the playbook says: deemed known"""


class TaskItem(Shape):
    """A task as the inbox shows it."""

    task_id: str
    dispute_no: str
    kind: str
    kind_name: str
    title: str
    colour: str
    round: int
    state: TaskState
    aside: bool
    """beside the story, which does not wait for it"""
    post: PostAsked | None
    posts: list[PostAsked]
    assignee: str | None
    assignee_name: str | None
    named: bool = False
    """the assignee did not claim it: it was named to him (落实到人)"""
    delegate: str | None
    delegate_name: str | None
    offered_to: str | None
    offered_name: str | None
    opened_at: datetime
    ended_at: datetime | None
    due_at: datetime | None
    overdue: bool
    suspended: bool = False
    """its deadline stands still"""
    ahead: int = 0
    """seconds that a drill has moved its case's clock ahead of the wall's: `due_at` is by that clock"""
    urgency: int
    """the class a box is ordered by, the most urgent first, and within it the real due time: 1000 and more overdue
    (the graver the colour, the more), 400 due within four hours, 300 within a day, 200 within a week, 100 later, never
    or standing still, 0 ended
    """
    redo_of: str | None
    about: JsonObject
    decision: s.Decision | None
    record: list[s.Decision]
    void_reason: str | None
    ringing: bool = False
    """it rings at the desk of the person who asks, until he acknowledges it"""
    delivery: DeliveryShape | None = None
    """delivered, rung, seen: of a task that rings or is deemed known"""
    standing: Standing | None = Field(None, exclude=True)
    """how the person who asks stands to it, for the pages; none in an answer that was stored"""


class PostNamed(Shape):
    """A role at an organisation, by code."""

    role: str
    organisation: str


class Candidate(Who):
    """Somebody who may answer, or may be asked to help."""

    post: PostNamed
    known_for: list[str] = Field([], exclude=True)
    """what is told beside the name on a form: a line of work, a qualification"""


class DecisionOpen(Choice):
    """A decision that the task allows, with its form and an example that is valid."""

    ends: bool
    pictures: bool
    """whether it must carry pictures or videos"""
    files: int = 0
    """how many"""
    example: JsonObject


class AskedBy(Shape):
    """Who asked for a change or gave work back, and for whom."""

    name: str
    on_behalf_name: str | None


class IncidentInBrief(Shape):
    """A report, as it is shown beside a task."""

    at: datetime
    source: str
    narrative: str
    address: str
    particulars: dict[str, str] = {}
    """what its source's own form asked, by what each is called"""


class EntryInBrief(Shape):
    """A line of the timeline, as it is shown beside a task."""

    at: datetime
    kind: str
    title: str
    task_kind: str | None
    decision: str | None
    about: JsonObject
    reason: str | None


class PhaseNamed(Shape):
    """Where in its life the quarrel is met."""

    code: Phase
    name: str


class BeatNamed(Shape):
    """The beat (警格) of the place, and who has it: the community officer, the deputy chief in charge."""

    code: str | None
    name: str | None
    officer: str | None
    deputy: str | None


class Brief(Shape):
    """What this person needs to decide. `cues`, `law` and `duties` are guidance from the lists and the reported words;
    `look_back` is none for a task that waits no more.
    """

    phase: PhaseNamed
    beat: BeatNamed | None
    repeats: Repeats
    look_back: LookBack | None
    similar: list[Similar] = []
    """while the triage is not confirmed: the earlier disputes that this person may see and that may be the same matter;
    the decision `duplicate_of` joins one, any other leaves this one apart"""
    cues: list[RiskCue]
    law: Law | None
    duties: list[Duty]
    category_name: str
    parties: list[records.Party]
    incidents: list[Annotated[IncidentInBrief, OPEN_OBJECT]]
    earlier_alarms: int
    history: list[Annotated[EntryInBrief, OPEN_OBJECT]]
    agreements: list[records.Agreement]
    evaluations: list[records.Verdict]
    suggested: list[str]
    risk_kinds: list[str]
    asked_by: AskedBy | None
    flags: list[records.Flag] = []
    """what looks odd about the disposal, for who judges it"""
    redo_of: str | None
    learned: Learned | None = None
    """of a desk that judges: what corrections taught about the first report, with the characters that spoke"""
    waiting: list[TaskItem] = []
    """of a supervision: what else waits in the dispute, and whose it is"""


class OnBehalf(Shape):
    """For whom the person would act."""

    person_id: str
    name: str | None


class DisputeAround(Shape):
    """The dispute of a task, for its page. `colours` are the names of its own playbook's, by code."""

    title: str
    colours: dict[str, str]
    disposal: str
    """what came of disposing of it; empty before"""
    demanding: JsonObject = {}
    """what its decisions must prove: `demands` and `disposal_pictures` of its document"""
    sat: list[JsonObject] = []
    """who sat at the same table the time before, in this round"""


class WholeTask(TaskItem):
    """A task with all that is needed to answer it."""

    delegate_note: str
    offer_reason: str
    standing: Standing
    on_behalf_of: OnBehalf | None
    candidates: list[Candidate]
    may_take_over: list[Candidate] = Field(exclude=True)
    """those to whom it may be transferred"""
    nameable: list[Candidate] = Field([], exclude=True)
    """those whom an answer may name: at a session's table, as the responsible officer"""
    colleagues: list[Candidate]
    decisions: list[DecisionOpen]
    brief: Brief
    dispute: DisputeAround = Field(exclude=True)


class TaskAnswered(Shape):
    """The task as it is now; only its particulars where `published` is false."""

    task_id: str
    dispute_no: str
    kind: str
    round: int
    state: TaskState


class Decided(Shape):
    """What a decision, a claim or a handing over changed; with `change` it waits for approval."""

    task: TaskItem | TaskAnswered
    dispute: DisputeBrief
    opened_tasks: list[TaskItem]
    change: ChangeAsked | None = None
    published: bool = True
    proposed: bool = Field(False, exclude=True)
    """a delegate's decision: only a proposal, for the pages"""

    @model_validator(mode="after")
    def _read_back(self) -> Decided:
        """An answer that was stored has no `proposed`: a task that was decided has its decision, and what was only put
        on record, a proposal or not, stands last there.
        """
        if "proposed" not in self.model_fields_set and isinstance(self.task, TaskItem) and self.task.decision is None:
            self.proposed = bool(self.task.record) and self.task.record[-1].proposal
        return self


class AcceptedFor(Shape):
    """202: no worker answers; the decision takes effect, or is refused in the timeline, when one is back."""

    accepted_for: str
    proposed: bool = Field(False, exclude=True)
    """a delegate's decision: only a proposal, for the pages"""
