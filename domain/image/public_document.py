"""The public document of a case: what of its state others are shown, field by field.

The state belongs to the engine; whatever is added to it stays private until it is named here. Tasks and timeline have
rows of their own and are not part of it.
"""

from __future__ import annotations

from datetime import datetime

from pydantic import Field

from domain.base import Model, absent, china
from domain.case import records
from domain.case import state as s
from domain.case.care.helping import HelpMeasure, measures
from domain.case.clocks import Clock, Moved, Suspension
from domain.case.diverting import verdict_of
from domain.case.hazards.batch import Batch
from domain.case.tags.tagging import tags_of
from domain.image.shown_summons import ShownWhistle, Whistling, shown_summons, whistling
from domain.people.organisation import Post
from domain.policy.forms.demands import Demand
from domain.policy.matters.matter import Matter, usual
from domain.policy.stages import HAZARD_LIFE, Stage
from domain.transitions.actions import actions_thinkable
from domain.transitions.evidence import round_began
from domain.transitions.letters.sending import own_roles
from domain.transitions.tables.venues import venues_of
from domain.transitions.triage.matters import matters_of
from domain.triage.diversion import Diversion


class PinnedPlaybook(Model):
    """The edition that a case is worked on under."""

    code: str
    edition: str
    digest: str


class PublicClock(Model):
    """A deadline with its history."""

    name: str
    title: str
    started_at: datetime
    due_at: datetime
    round: int
    task_id: str | None
    body: str | None
    """path of the organisation that it judges, where it runs from the delivery to one"""
    overdue: bool
    state: str
    suspended: bool
    begins_at: datetime | None
    suspensions: list[Suspension]
    moved: list[Moved]
    fired: list[str]
    stopped_at: datetime | None


class PublicBatch(Model):
    """A batch of hazards: who sent it, and how far it is."""

    kind: str
    by: Post
    by_name: str
    sender: str
    aspects: dict[str, str]
    count: int
    rectified: int
    """waiting to be verified"""
    cancelled: int


class PublicDocument(Model):
    """A case in the words of the HTTP contract.

    Of its playbook's mechanism it holds what readers need (colours, stages, tiers, who accepts): they never look into
    today's playbook for a case that was opened under another.
    """

    dispute_no: str
    rules: int
    playbook: PinnedPlaybook
    edition: str
    digest: str
    title: str
    source: str
    category: str
    category_name: str
    colour: str
    harm: int
    urgency: int
    urgent: bool
    police: bool
    divert: bool | None
    divertible: bool
    confidence: float
    diversions: list[records.DiversionRecord]
    diversion: Diversion | None
    """the verdict on diverting it, while triage is asked"""
    risk_kinds: list[str]
    criminal_risk: bool
    lowered_from: str = Field(exclude_if=absent)
    """the colour that one desk alone has lowered it from: until somebody one level up has looked, endings are approved
    as of that"""
    tags: list[str] = Field(exclude_if=absent)
    """骨头案 (`bone`), 钉子案 (`nail`), 回流案 (`back`, H-052)"""
    complex_for: list[str] = Field(exclude_if=absent)
    """why it is 复杂疑难 (Q-091), in the words of its playbook"""
    suggested_lead: str | None
    suggested: list[str]
    stage: Stage
    round: int
    outcome: str | None
    opened_at: datetime
    concluded_at: datetime | None
    closed_at: datetime | None
    merged_into: str | None
    incidents: list[records.Incident]
    split_off: list[records.SplitOff] = Field(exclude_if=absent)
    """reports that had joined by mistake, each with the dispute that it is now (分案)"""
    split_from: records.SplitFrom | None = Field(exclude_if=absent)
    """the dispute that its first report was taken out of"""
    parties: list[records.Party]
    beat: records.Beat
    """whose beat the place is, as the register had it when the dispute was reported"""
    responsible: records.Named | None
    """the one officer it was named to (落实给责任民警); none where it never was, or he has left"""
    pushes: list[records.Push]
    assigned: list[records.Assigned]
    responsibility: list[records.Holding]
    """责任链: who held the case from when to when, first to last"""
    position: records.Position
    ladder_failed: list[int]
    sessions: list[records.Session]
    agreements: list[records.Agreement]
    disposal: records.Disposal | None
    evaluations: list[records.Verdict]
    visits: list[records.VisitRecord]
    helps: list[HelpMeasure] = Field(exclude_if=absent)
    """帮扶措施 (H-064): what is done for the people behind it, by whom, when, with what result"""
    supervisions: list[records.Supervision]
    changes: list[records.Change]
    promotions: list[records.Promotion] = Field(exclude_if=absent)
    """each time that it moved up a level (提级办理)"""
    matter: Matter = Field(exclude_if=usual)
    matters: list[Matter] = Field(exclude_if=absent)
    """what its desk may find it to be about, where there is a choice"""
    batch: PublicBatch | None = Field(exclude_if=absent)
    """of a batch of hazards; its items have rows of their own"""
    returns: int
    groundless_refusals: int
    runs: list[str]
    clocks: list[PublicClock]
    colours: dict[str, str]
    """code -> name, of the case's playbook"""
    stages: list[Stage]
    """the stages of the case's playbook, in order"""
    stage_names: dict[Stage, str] = Field(exclude_if=absent)
    """those of them that the playbook calls otherwise than usual"""
    venues: list[str] = Field(exclude_if=absent)
    """kinds of venue at which its sessions are held, where its playbook says so"""
    mediation: dict[str, str] = Field(exclude_if=absent)
    """tier -> which kind of mediation by law, where its playbook says so (R-103)"""
    tiers: dict[str, str]
    """code -> name of the mediation ladder's tiers"""
    demands: dict[str, Demand]
    """what decisions must prove, by `kind.decision`, where the case's playbook says so"""
    disposal_pictures: int
    """what a disposal carries where it does not"""
    round_began: datetime
    accepted_by: list[str]
    """roles that accept an assignment"""
    as_of: datetime | None
    """the time of the latest timeline entry"""
    actions: list[str]
    """actions that the case allows now, whoever asks"""
    summons: list[ShownWhistle] = Field(exclude_if=absent)
    """吹哨报到: who was called and came, what was agreed when, and how far the plan is; absent where nobody whistled"""
    whistling: Whistling | None = Field(exclude_if=absent)
    """who may whistle and on which grounds, in a mechanism that has whistles"""
    own_roles: dict[str, list[str]] = Field(exclude_if=absent)
    """of those of them of which the case's playbook says who may take them: the roles"""


def public_document(state: s.DisputeState) -> PublicDocument:
    """What others see of a state."""
    process = state.process
    accepting = process.tasks.get("accept_assignment")
    return PublicDocument(
        dispute_no=state.dispute_no,
        rules=state.rules,
        playbook=PinnedPlaybook(code=state.playbook, edition=state.edition, digest=state.digest),
        edition=state.edition,
        digest=state.digest,
        title=state.title,
        source=state.source,
        category=state.category,
        category_name=state.category_name,
        colour=state.colour,
        harm=state.harm,
        urgency=state.urgency,
        urgent=state.urgent,
        police=state.police,
        beat=state.beat,
        responsible=state.responsible,
        divert=state.divert,
        divertible=state.divertible,
        confidence=state.confidence,
        diversions=state.diversions,
        diversion=verdict_of(state) if state.stage is Stage.TRIAGE else None,
        risk_kinds=state.risk_kinds,
        criminal_risk=state.criminal_risk,
        lowered_from=state.lowered_from,
        tags=tags_of(state),
        complex_for=state.complex_for,
        suggested_lead=state.suggested_lead,
        suggested=state.suggested,
        stage=state.stage,
        round=state.round,
        outcome=state.outcome,
        opened_at=state.opened_at,
        concluded_at=state.concluded_at,
        closed_at=state.closed_at,
        merged_into=state.merged_into,
        incidents=state.incidents,
        split_off=state.split_off,
        split_from=state.split_from,
        parties=state.parties,
        pushes=state.pushes,
        assigned=state.assigned,
        responsibility=state.chain,
        position=state.position,
        ladder_failed=state.ladder_failed,
        sessions=state.sessions,
        agreements=state.agreements,
        disposal=state.disposal,
        evaluations=state.evaluations,
        visits=state.visits,
        helps=measures(state),
        supervisions=state.supervisions,
        changes=state.changes,
        promotions=state.promotions,
        matter=state.matter,
        matters=matters_of(state),
        venues=venues_of(state),
        batch=_batch(state.batch) if state.batch else None,
        returns=state.returns,
        groundless_refusals=state.groundless_refusals,
        runs=state.runs,
        clocks=[_clock(clock) for clock in state.clocks],
        colours={code: rule.name for code, rule in process.colours.items()},
        stages=HAZARD_LIFE if state.batch else list(process.stages),
        stage_names=process.words.stages,
        mediation={t.code: t.mediation for t in process.ladder.tiers if t.mediation} if process.ladder else {},
        tiers={tier.code: tier.name for tier in process.ladder.tiers} if process.ladder else {},
        demands=process.all_demands,
        disposal_pictures=process.disposal_pictures,
        round_began=china(round_began(state)),
        accepted_by=[addressee.role for addressee in accepting.by] if accepting else [],
        as_of=china(state.timeline[-1].at) if state.timeline else None,
        actions=actions_thinkable(state),
        summons=shown_summons(state),
        whistling=whistling(state),
        own_roles=own_roles(state),
    )


def _batch(batch: Batch) -> PublicBatch:
    states = [item.state for item in batch.items]
    return PublicBatch(
        kind=batch.kind,
        by=batch.by,
        by_name=batch.by_name,
        sender=batch.sender,
        aspects=batch.aspects,
        count=len(states),
        rectified=states.count("rectified"),
        cancelled=states.count("cancelled"),
    )


def _clock(clock: Clock) -> PublicClock:
    return PublicClock(
        name=clock.name,
        title=clock.title,
        started_at=clock.started_at,
        due_at=clock.due_at,
        round=clock.round,
        task_id=clock.task_id,
        body=clock.body,
        overdue=clock.overdue,
        state=clock.state,
        suspended=clock.suspended,
        begins_at=clock.begins_at,
        suspensions=clock.suspensions,
        moved=clock.moved,
        fired=clock.fired,
        stopped_at=clock.stopped_at,
    )
