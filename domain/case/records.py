"""What a case keeps of its people, pushes, sessions, judgements and changes: plain records within the state."""

from __future__ import annotations

from datetime import datetime
from operator import not_
from typing import Any, Literal

from pydantic import Field, computed_field

from domain.base import Model, absent
from domain.people.organisation import OrganisationRef, Post
from domain.policy.stages import Stage
from domain.triage.diversion import Ground
from domain.triage.diversion import Verdict as DiversionVerdict


class Party(Model):
    """Somebody in the quarrel; `side` keeps opposing demands apart (H-001)."""

    name: str
    side: str
    phone: str | None = None
    id_number: str | None = None


class Incident(Model):
    """One report received, as the case keeps it; the narrative is the caller's own demand (H-001)."""

    incident_id: str
    source: str
    source_no: str
    occurred_at: datetime
    reported_at: datetime
    address: str
    narrative: str
    parties: list[Party]
    category: str = ""
    rank: int = 1
    harm: int = 0
    urgency: int = 1
    police: bool = False
    """police first by what it says"""
    risk_kinds: list[str] = []
    """the kinds of risk that its words speak of (Q-030)"""
    unsure: list[str] = Field([], exclude_if=absent)
    """its words of which it is not known whether they tell of danger"""
    doubtful: bool = Field(False, exclude_if=not_)
    """there is nothing to ask, and yet something in it may be danger"""
    particulars: dict[str, str] = Field({}, exclude_if=absent)
    """what its source's own form asked, by what each is called"""
    conflicts_with: str = ""
    """the dispute of the report that had this one's source number first, with other content"""

    def after(self, at: datetime) -> bool:
        """Whether it was made after an instant. Reports tell their time to the second: one of that second is."""
        return self.reported_at >= at.replace(microsecond=0)


class SplitOff(Model):
    """A report that was taken out of the case (分案), and the dispute that it began; both say so of each other."""

    incident_id: str
    dispute_no: str
    at: datetime
    by: str
    by_name: str
    reason: str
    revision: int
    """at which the case let it go"""


class SplitFrom(Model):
    """The dispute that the case's first report was taken out of, by whom, and why."""

    dispute_no: str
    by_name: str = ""
    reason: str = ""


class Flag(Model):
    """What looks odd about an answer (F.5): seen by who judges it, and no reason to refuse it.

    `same_text`: nearly the text that was returned; `reused_file`: a file that was used before, anywhere;
    `same_minute`: signed for in one minute with other matters by the same person.
    """

    code: Literal["same_text", "reused_file", "same_minute"]
    text: str


class Evidence(Model):
    """An attachment as a decision names it."""

    attachment_id: str
    media_type: str
    sha256: str


class Named(Model):
    """A person by name."""

    person_id: str
    name: str


class Beat(Model):
    """The beat (警格) of a dispute's place, and who has it: the community officer, and the deputy chief in charge."""

    code: str = ""
    """empty where the place is known no closer than to several beats of one officer"""
    officer: Named | None = None
    deputy: Named | None = None


class Assigned(Model):
    """An organisation's part in push 3. `standing`: asked, accepted, deemed, disposed, excused, refused."""

    organisation: OrganisationRef
    lead: bool
    round: int
    standing: str = "asked"
    instructions: str = ""
    dispatched_by: str | None = None
    delivered_at: datetime | None = None
    """when it reached the organisation: from here its deadline runs (Q-022, Q-044)"""
    signed_at: datetime | None = None
    """when it was signed for, by somebody or by silence"""


class Bell(Model):
    """A ring at the desks of one level (摇铃); the first is theirs to whom the task is addressed."""

    at: datetime
    to: list[Post]
    acknowledged_at: datetime | None = None
    acknowledged_by: str | None = None
    acknowledged_name: str | None = None


class Delivery(Model):
    """What is on record of a task's delivery: nobody may say that he did not know (H-036)."""

    delivered_at: datetime
    bells: list[Bell] = []
    seen_at: datetime | None = None
    seen_by: str | None = None
    seen_name: str | None = None
    known_at: datetime | None = None
    """seen by nobody for as long as the playbook says: deemed known (视为知悉)"""


class Holding(Model):
    """A stretch of the responsibility chain: who held the case from when to when (Q-023)."""

    role: str
    path: str
    round: int
    stage: Stage
    since: datetime
    until: datetime | None = None
    task_id: str
    """the question by which it came to them"""
    by: Literal["asked", "delivery", "acceptance", "reassigned"]
    """how it came to them: asked by the stage, by the delivery or acceptance of an assignment, reassigned"""


class Session(Model):
    """One sitting of a tier."""

    round: int
    tier: str
    number: int
    at: datetime
    result: str
    participants: list[dict[str, Any]] = []
    reason: str = ""
    record: str = ""
    """what the playbook calls the record of such a session (交心调, 普法调 …)"""
    refused_by: str = ""
    """of one that was not held: the party who would not sit down"""
    venue: str = Field("", exclude_if=absent)
    """code of the venue where it was held, called `venue_name` (R-102)"""
    venue_name: str = Field("", exclude_if=absent)


class ObligationState(Model):
    """An obligation with its performance: pending, performed, overdue, waived."""

    number: int
    party: str
    kind: str
    what: str
    amount: str | None = None
    due_at: datetime
    state: str = "pending"


class Agreement(Model):
    """Terms both parties signed, and what they owe."""

    number: int
    round: int
    at: datetime
    stage: str
    terms: list[str]
    obligations: list[ObligationState] = []
    confirmation: str = "none"
    """judicial confirmation: none, asked, applied, confirmed, rejected, withdrawn, declined"""
    case_no: str | None = None


class Disposal(Model):
    """What the evaluation judges: where it was resolved, and how."""

    round: int
    stage: Stage
    where: str
    """the push, or of the ladder the tier's code: who judges goes by it"""
    at: datetime
    summary: str
    flags: list[Flag] = []
    """what looks odd about the answers that it was made of"""


class Verdict(Model):
    """An evaluation, by one seat."""

    round: int
    at: datetime
    verdict: str
    evaluator: str | None
    reason: str = ""
    explanation: str = ""
    redo: str = ""
    """who redoes what was returned: `same` or `dispatch`"""


class VisitRecord(Model):
    """A visit to one party."""

    round: int
    number: int
    party: str
    at: datetime
    result: str
    satisfaction: int | None = None
    """with the outcome, 1 to 5"""
    response_satisfaction: int | None = None
    """with how the police responded (接处警, Q-074)"""


class Supervision(Model):
    """One act of supervision and what called it down."""

    at: datetime
    level: int
    cause: str
    clock: str | None = None
    task_id: str | None = None
    result: str = "open"


class Change(Model):
    """A change that waits for approval one level up; nothing changes until then."""

    number: int
    action: str
    fields: dict[str, Any]
    proposer: str
    at: datetime
    result: str = "pending"
    """pending, approved, rejected; void where the case ended before anybody said"""


class Promotion(Model):
    """The matter moved up a level (提级办理): on which grounds, by whom, who agreed, and who took it."""

    at: datetime
    round: int
    stage: Stage
    grounds: list[str]
    """by their names"""
    reason: str
    to: list[Post]
    by: str
    by_name: str
    approved_by: str = ""
    approved_name: str = ""


class Push(Model):
    """A delivery of the dispute to new people; responsibility binds at delivery (Q-022)."""

    stage: Stage
    round: int
    at: datetime
    to: list[Post]


class DiversionRecord(Model):
    """A verdict on diverting (分流), what was done, and what came of it; `by` is none where nobody was asked."""

    round: int
    at: datetime
    verdict: DiversionVerdict
    grounds: list[Ground]
    diverted: bool
    by: str | None = None
    by_name: str | None = None
    reason: str = ""
    undone: str = ""
    """how it came back to the police: `recall`, `send_back`, `criminal_case`"""
    undone_at: datetime | None = None
    came_back: list[datetime] = []
    """alarms by 110 after it, within the playbook's time (回流, H-052)"""
    found_wrong: str = Field("", exclude_if=absent)
    """the spot check (抽查) whose second look found that it should have been the other way, by its id"""

    @computed_field  # type: ignore[prop-decorator]
    @property
    def deviation(self) -> Literal["missed", "needless"] | None:
        """Which of both principles it departs from (H-033): 应分未分 or 不当分流; none where from neither."""
        if not self.diverted:
            return "missed" if self.verdict == "must" or self.found_wrong else None
        return "needless" if self.verdict == "never" or self.undone or self.found_wrong else None


class Interruption(Model):
    """What ended the stages from outside: an outcome, or another stage to go on at."""

    action: str
    outcome: str | None = None
    goto: Stage | None = None
    at: datetime


class Applied(Model):
    """A message key that was applied: neither update nor signal applies it again."""

    key: str
    revision: int
    refused: str | None = None
    change: int | None = None
    """the number of the change that it put up for approval"""


class Position(Model):
    """Where the ladder stands: the tier and how many sessions it has used in this round."""

    tier: int = 0
    sessions: int = 0
