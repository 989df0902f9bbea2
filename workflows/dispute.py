"""A dispute's life, top to bottom, and the updates, signals and queries by which people and facts reach it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from pydantic import BaseModel
from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from domain.base import Model, china, shared
    from domain.case.capacity import admits
    from domain.case.case import REPORTED_AGAIN, Case
    from domain.case.records import Incident
    from domain.case.splitting.reports import begin_apart
    from domain.case.state import DisputeState
    from domain.case.summons.whistle import gathered
    from domain.errors import Refused, Unavailable
    from domain.foreign import Foreign
    from domain.image.update_result import UpdateResult
    from domain.policy.catalogue import OUTCOMES
    from domain.policy.matters.matter import Matter
    from domain.policy.spans import Calendar
    from domain.policy.stages import Stage
    from domain.transitions import actions, decisions, facts, handover, message_keys
    from domain.transitions.approvals import recoloured_by
    from domain.transitions.leaving.unmanned import Sweep, take_sweep
    from domain.transitions.message import Message
    from domain.transitions.side_effects import take_effect
    from domain.transitions.timekeeping import next_due
    from domain.transitions.triage.calling_back import call_back
    from domain.transitions.triage.second_look import VerdictFoundWrong, verdict_found_wrong
    from domain.transitions.triage.warning import warn
    from workflows.clock import keep_time, present_only
    from workflows.confirmation import confirmation
    from workflows.departments import push_3
    from workflows.desk import Desk, Interrupted
    from workflows.engine import TEMPORAL, Engine
    from workflows.evaluation import evaluate
    from workflows.follow_up import follow_up
    from workflows.hazards.notice import notice
    from workflows.mediation import mediation
    from workflows.messages.gate import MessageGate, as_failure
    from workflows.messages.unprocessed import UnprocessedSignal
    from workflows.publisher import Publisher, StandsOtherwise
    from workflows.pushes import push_1, push_2
    from workflows.triage import triage


class DisputeInput(Model):
    """What a life starts with: the case as intake made it, or as the run before left it."""

    state: DisputeState
    incident: Incident | None = None
    """the repeat alarm that starts this run after the case was closed"""
    reopened: actions.Act | None = None
    ended: str = ""
    """how the run before was ended from outside, by a key of `facts.ENDED`"""
    behind: list[UnprocessedSignal] = []
    """signals that the run before received and did not process"""


SIGNALS: dict[str, type[BaseModel]] = {
    "decision": decisions.Command,
    "incident_added": Incident,
    "merged_in": facts.Merged,
    "hotline_note": facts.Note,
    "calendar_edition": Calendar,
    "looked": handover.Looked,
    "unmanned": Sweep,
    "verdict_found_wrong": VerdictFoundWrong,
}
"""The signals that bring decisions and facts, with their messages."""
STAGES = {
    Stage.TRIAGE: triage,
    Stage.PUSH_1: push_1,
    Stage.PUSH_2: push_2,
    Stage.PUSH_3: push_3,
    Stage.MEDIATION: mediation,
    Stage.CONFIRMATION: confirmation,
    Stage.NOTICE: notice,
}
"""The stages in which a case is worked on; each answers where it goes next."""


@workflow.defn(name="Dispute")
class DisputeWorkflow:
    """One dispute, from intake to closed.

    No versioning behaviour is declared: the server refuses one from a worker without a deployment, and without a
    deployment every run moves to the newest code by itself (docs/adr/0008).
    """

    engine: Engine = TEMPORAL
    """what it runs on; the harness puts itself here, in a class of its own (docs/adr/0027)"""
    case_type: type[Case] = Case
    """what its story works on; the harness has one that tells when a stage is entered"""

    @workflow.init
    def __init__(self, dispute: DisputeInput) -> None:
        if isinstance(dispute, Foreign):
            return  # the run is refused before anything is asked of it (`workflows.messages.foreign`)
        self.state = dispute.state
        self.state.process, self.state.calendar = shared(self.state.process), shared(self.state.calendar)
        self.state.organisations = {path: shared(ref) for path, ref in self.state.organisations.items()}
        self.case = self.case_type(self.state, lambda: china(self.engine.now()), self.engine.new_id)
        self.desk = Desk(self.case, self.engine)
        self.gate = MessageGate(self.case, self.engine)
        self.publisher = Publisher(self.desk)
        if (run_id := self.engine.run_id()) not in self.state.runs:
            self.state.runs.append(run_id)

    @workflow.run
    async def run(self, dispute: DisputeInput) -> DisputeState:
        """Push, mediate, evaluate, return and redo, follow up; answers the case as it was closed."""
        beside = (
            keep_time(self.case, self.engine), self.publisher.publish(), self.publisher.remember(),
            present_only(self.engine),
        )  # fmt: skip
        background = [self.desk.background(work) for work in beside]
        await self._rounds(self._begin(dispute))
        while not await self._ended():
            await self._rounds(self._begin(DisputeInput(state=self.state)))
        for task in background:
            task.cancel()
        return self.state

    async def _ended(self) -> bool:
        """Whether the closed case stays closed; else it goes on in this run, as the next run would.

        It does not stay closed where the dispute it was merged into did not take its alarms over, nor where an alarm
        came after its end. Waits until all is published and every update answered.
        """
        if self.state.merged_into and not await self._hand_over_incidents(self.state.merged_into):
            return False
        await self.desk.until(lambda: bool(self.state.late) or self._finished)
        return not self.state.late

    @property
    def _finished(self) -> bool:
        return self.publisher.up_to_date and self.engine.answered()

    async def _rounds(self, at: Stage) -> None:
        """The mechanism: each turn of the loop is a round."""
        while at is not Stage.CLOSED:
            try:
                at = await self._resolve(at)
                if at is Stage.CLOSED:
                    return
                if at is not Stage.FOLLOW_UP:  # a run that takes a case up in its follow-up: it has been judged
                    await self._planned_is_done()
                    judgement = await evaluate(self.desk)
                    if not judgement.accepted:
                        self.case.next_round(judgement.why)
                        at = judgement.redo_at
                        continue
                    self.case.conclude()
                    call_back(self.case)
                relapse = await follow_up(self.desk)
                if relapse is None:
                    self.case.close("resolved")
                    return
                self.case.next_round("回访发现反弹")
                if colour := relapse.fields.get("colour"):
                    recoloured_by(self.case, colour, "反弹重新评定", relapse.decision)
                at = Stage.TRIAGE
            except Interrupted as interrupted:
                at = self._redirected(interrupted)

    async def _planned_is_done(self) -> None:
        """What a whistle called for comes first: who was called has come, they have conferred, the plan is done."""
        if not gathered(self.state):
            await self.desk.over(lambda: not gathered(self.state))

    async def _resolve(self, at: Stage) -> Stage:
        """Pushed and mediated until somebody says it is resolved, or it leaves the mechanism."""
        while at in STAGES:
            at = await STAGES[at](self.desk)
        return at

    def _redirected(self, interrupted: Interrupted) -> Stage:
        """An interruption ends the dispute, or takes it to another stage."""
        turn = interrupted.interruption
        if turn.outcome:
            self.case.close(turn.outcome)
            return Stage.CLOSED
        if self.state.concluded_at and turn.goto is Stage.TRIAGE:
            self.case.next_round(REPORTED_AGAIN)
        return turn.goto or Stage.TRIAGE

    async def _hand_over_incidents(self, number: str) -> bool:
        """Signals the dispute that this one was merged into to take over its alarms; one that has closed can't."""
        s = self.state
        merged = facts.Merged(dispute_no=s.dispute_no, incidents=s.incidents, parties=s.parties)
        taken_over = await self.engine.tell(number, merged)
        if not taken_over:
            self.case.log("merge_not_told", f"{number}已办结，未能转入警情", dispute_no=number)
        return taken_over

    def _begin(self, dispute: DisputeInput) -> Stage:
        """The first line of a life, or of the run that carries on a closed one; answers where the story begins."""
        begun = bool(self.state.timeline)
        at = Stage.NOTICE if self.state.matter is Matter.HAZARD else Stage.TRIAGE
        if dispute.ended or self.state.closed:
            self.state.ahead = 0  # a new run's clock is the wall's again
        if dispute.ended:
            self.case.log("recovered", f"上一运行{facts.ENDED[dispute.ended]}，自历史恢复", how=dispute.ended)
        if self.state.closed:
            self._reopen(dispute)
        elif dispute.ended and begun:
            facts.restart_stage(self.case)
            at = self.state.stage
        else:
            self.state.opened_at = self.case.now()
            self.case.log("opened", "受理立案", source=self.state.source)
            if self.state.split_from:
                begin_apart(self.case, self.state.split_from)
            warn(self.case)
            facts.log_source_conflict(self.case, self.state.incidents[0])
        if dispute.incident:
            facts.add_incident(self.case, dispute.incident)
        late, self.state.late = self.state.late, []  # a signal may be handled before the run's first line
        for incident in late:
            facts.add_incident(self.case, incident)
        for left in dispute.behind:
            getattr(self, left.signal)(SIGNALS[left.signal].model_validate(left.message))
        return at

    def _reopen(self, dispute: DisputeInput) -> None:
        outcome = OUTCOMES[self.state.outcome or "resolved"]
        self.state.stage, self.state.outcome, self.state.closed_at = Stage.TRIAGE, None, None
        self.state.merged_into = None
        self.case.next_round(f"重新启动（原为{outcome}）")
        if dispute.reopened:
            fields = dispute.reopened.fields if admits(self.state, dispute.reopened) else {}
            self.case.log("action", "重新启动", by=dispute.reopened.actor, fields=fields)
            self.gate.remember(dispute.reopened.key)

    # --- decisions: updates, and one signal for when no worker answers

    @workflow.update(name="decide")
    async def decide(self, command: decisions.Command) -> UpdateResult:
        """Takes a person's decision on a task."""
        return await self._take(command, lambda: self._decide(command), command.task_id)

    @decide.validator
    def _may_decide(self, command: decisions.Command) -> None:
        self._admit(command, lambda: decisions.check(self.state, command, self.case.now()))

    @workflow.update(name="claim")
    async def claim(self, claim: handover.Claim) -> UpdateResult:
        """Claims a task for a person, or gives it back; answers an offer or a delegation."""
        return await self._take(claim, lambda: handover.take_claim(self.case, claim), claim.task_id)

    @claim.validator
    def _may_claim(self, claim: handover.Claim) -> None:
        self._admit(claim, lambda: handover.check_claim(self.state, claim))

    @workflow.update(name="delegate")
    async def delegate(self, order: handover.Handover) -> UpdateResult:
        """Has a task prepared by another person."""
        return await self._take(order, lambda: handover.take_delegation(self.case, order), order.task_id)

    @delegate.validator
    def _may_delegate(self, order: handover.Handover) -> None:
        self._admit(order, lambda: handover.check_delegation(self.state, order))

    @workflow.update(name="transfer")
    async def transfer(self, order: handover.Handover) -> UpdateResult:
        """Offers a task to another person."""
        return await self._take(order, lambda: handover.take_transfer(self.case, order), order.task_id)

    @transfer.validator
    def _may_transfer(self, order: handover.Handover) -> None:
        self._admit(order, lambda: handover.check_transfer(self.state, order))

    @workflow.update(name="acknowledge")
    async def acknowledge(self, heard: handover.Heard) -> UpdateResult:
        """Answers the ring of a task."""
        return await self._take(heard, lambda: handover.take_heard(self.case, heard), heard.task_id)

    @acknowledge.validator
    def _may_acknowledge(self, heard: handover.Heard) -> None:
        self._admit(heard, lambda: handover.check_heard(self.state, heard))

    @workflow.update(name="act")
    async def act(self, act: actions.Act) -> UpdateResult:
        """Takes an action: an interruption, a change, an escalation."""
        return await self._take(act, lambda: actions.take_action(self.case, act), None)

    @act.validator
    def _may_act(self, act: actions.Act) -> None:
        self._admit(act, lambda: actions.check_action(self.state, act, self.case.now()))

    def _admit(self, message: Message, check: Callable[[], object]) -> None:
        """Refuses what the rule refuses, and a message from somebody whom a read model of another past was shown."""
        if not self.publisher.knows(message.seen):
            raise as_failure(Unavailable("查询数据与办理流程不一致，请管理员核对（doctor）后重试"))
        self.gate.admit(message, check)

    async def _take(self, message: Message, take: Callable[[], object], task_id: str | None) -> UpdateResult:
        """Takes a message at once, and answers what is new as soon as the story rests: in the same workflow task."""
        if not self.publisher.knows(message.seen):  # it was so when the message was admitted
            raise StandsOtherwise(message.seen)
        applied = self.gate.apply(message, take)
        image = await self.publisher.answer(message.key, message.seen)
        return UpdateResult(receipt=message_keys.receipt(self.state, applied, task_id), image=image)

    @workflow.signal(name="decision")
    def decision(self, command: decisions.Command) -> None:
        """A decision sent while no worker answered: it takes effect once, or its refusal is on record."""
        if not self.publisher.knows(command.seen):
            raise StandsOtherwise(command.seen)
        self.gate.apply_unawaited(
            command,
            lambda: self._decide(command),
            lambda refusal: self._record_refusal(command, refusal),
        )
        self.publisher.call_for()

    @workflow.signal(name="orphan")
    def orphan(self, key: str) -> None:
        """The sender of a message will not write what it changed: the engine does, also where it comes later."""
        self.publisher.orphaned(key)

    # --- facts

    @workflow.signal(name="clock_advanced")
    def clock_advanced(self, seconds: int) -> None:
        """A drill has moved this case's clock: whoever looks at a deadline needs to know how far ahead it is."""
        self.state.ahead += seconds
        self.state.touch()

    @workflow.signal(name="incident_added")
    def incident_added(self, incident: Incident) -> None:
        """A repeat alarm of the same quarrel."""
        facts.add_incident(self.case, incident)

    @workflow.signal(name="merged_in")
    def merged_in(self, merged: facts.Merged) -> None:
        """Another dispute was merged into this one."""
        facts.merge_in(self.case, merged)

    @workflow.signal(name="hotline_note")
    def hotline_note(self, note: facts.Note) -> None:
        """Something heard on the hotline."""
        facts.hotline_note(self.case, note)

    @workflow.signal(name="looked")
    def looked(self, looked: handover.Looked) -> None:
        """One of those asked has opened a delivered task."""
        handover.take_look(self.case, looked)

    @workflow.signal(name="unmanned")
    def unmanned(self, sweep: Sweep) -> None:
        """Tasks whose people are gone: nobody holds the post, or who had them in hand has left."""
        take_sweep(self.case, sweep)

    @workflow.signal(name="verdict_found_wrong")
    def verdict_found_wrong(self, found: VerdictFoundWrong) -> None:
        """A second look found that it should have been diverted, or should not."""
        verdict_found_wrong(self.case, found)

    @workflow.signal(name="calendar_edition")
    def calendar_edition(self, calendar: Calendar) -> None:
        """A new edition of the working calendar."""
        facts.calendar_edition(self.case, shared(calendar))

    @workflow.query(name="progress")
    def progress(self) -> tuple[int, bool]:
        """The revision, and whether the story rests there and the engine owes the read model nothing of it."""
        return self.state.revision, self.publisher.up_to_date and (self.desk.settled or self.state.closed)

    @workflow.query(name="next_due")
    def next_due(self) -> datetime | None:
        """When something falls due next, if anything does: for a drill, which stops there."""
        due = next_due(self.state)
        return due[0] if due else None

    @workflow.query(name="outcome")
    def outcome(self, key: str, task_id: str | None) -> message_keys.Outcome | None:
        """What became of a key, for somebody whose answer was lost; none where it was never taken."""
        return message_keys.outcome(self.state, key, task_id)

    def _record_refusal(self, command: decisions.Command, refusal: Refused) -> None:
        """A decision that came while no worker answered was refused when one did: on record, for whoever sent it."""
        self.case.log(
            "decision_refused", f"未予采纳：{refusal.title}", by=command.actor, task_id=command.task_id,
            decision=command.decision, code=refusal.code, reason=refusal.detail,
        )  # fmt: skip

    def _decide(self, command: decisions.Command) -> None:
        task = decisions.take(self.case, command)
        take_effect(self.case, task)


WORKFLOWS = [DisputeWorkflow]
