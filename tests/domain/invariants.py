"""The invariants of every dispute at every moment; each with the reason in its message."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from itertools import pairwise
from typing import Any

from domain.case.case import COLOUR, PROGRESS, PROTECTION, is_of
from domain.case.clocks import Clock
from domain.case.lawful_tables import AGAIN
from domain.case.state import Decision, DisputeState, Entry, Task
from domain.image.list_deltas import with_kept
from domain.image.projection import Basis, Image, project
from domain.people.organisation import Actor
from domain.policy.action_catalogue import ENDINGS
from domain.policy.catalogue import KINDS
from domain.policy.stages import Stage
from domain.transitions.timekeeping import due_clock, next_due
from tests.domain.entitled_people import answered_for, barred, selves
from tests.domain.hazards.batch_laws import batch_holds
from tests.domain.help_law import check_helps
from tests.domain.letters_law import letters
from tests.domain.promotion_law import check_promotions
from tests.domain.whistling import check_absence, whistles

STAGE_OF = {
    "confirm_triage": {Stage.TRIAGE},
    "handle_on_scene": {Stage.PUSH_1},
    "rule_urgency": {Stage.PUSH_1},
    "follow_up_responsibly": {Stage.PUSH_2},
    "approve_third_push": {Stage.TRIAGE, Stage.PUSH_1, Stage.PUSH_2, Stage.MEDIATION, Stage.EVALUATION},
    "dispatch": {Stage.PUSH_3},
    "accept_assignment": {Stage.PUSH_3},
    "rule_refusal": {Stage.PUSH_3},
    "dispose": {Stage.PUSH_3},
    "cooperate": {Stage.PUSH_3},
    "mediate": {Stage.MEDIATION},
    "apply_confirmation": {Stage.CONFIRMATION},
    "court_ruling": {Stage.CONFIRMATION},
    "evaluate": {Stage.EVALUATION},
    "visit": {Stage.FOLLOW_UP},
    "check_performance": {Stage.FOLLOW_UP},
}
CALLED = {"due": "due", "overdue": "overdue", "promotion": "promotion", "supervision": "supervision"}
TRAVELS_EVERY = 4
"""Looks after which the state is sent through JSON: half the time would go there else."""
DECIDED_CLOSED = {
    "not_a_dispute": ("handle_on_scene", "not_a_dispute"),
    "no_risk": ("confirm_triage", "no_risk"),
    "police_case": ("confirm_triage", "police_case"),
    "cleared": ("verify", "cancelled_off"),
}


class Fold:
    """A reader outside who keeps only what the deltas bring."""

    def __init__(self) -> None:
        self.revision = 0
        self._tasks: dict[str, str] = {}
        self._timeline: dict[int, str] = {}
        self._involved: set[tuple[str, str]] = set()
        self._document, self._items = dict[str, Any](), dict[int, str]()
        self.basis: Basis | None = None

    def take(self, image: Image) -> None:
        """Puts a delta on top, as the read model does."""
        assert image.since <= self.revision <= image.revision, "a delta that does not follow"
        self.revision = image.revision
        self._tasks |= {task.task_id: task.model_dump_json() for task in image.tasks}
        self._timeline |= {entry.seq: entry.model_dump_json() for entry in image.timeline}
        self._involved |= set(image.involved)
        self._items |= {item.no: item.model_dump_json() for item in image.items}
        self._document, self.basis = with_kept(self._document, image.document, image.kept), image.basis

    def check(self, whole: Image) -> None:
        """The deltas so far make the whole."""
        assert self._tasks == {t.task_id: t.model_dump_json() for t in whole.tasks}, "tasks in deltas are not the whole"
        assert self._timeline == {e.seq: e.model_dump_json() for e in whole.timeline}, "the timeline has another whole"
        assert self._involved == set(whole.involved), "who is involved differs from the whole"
        assert self._items == {i.no: i.model_dump_json() for i in whole.items}, "items in deltas are not the whole"
        assert self._document == whole.document, "the document in deltas is not the whole"


class Watch:
    """Looks at a case after every step, and remembers what it saw."""

    def __init__(self, *, publish_every: int = 1) -> None:
        self.fold = Fold()
        self.senders: dict[str, dict[str, Any]] = {}
        self._every = publish_every
        self._looks = 0
        self._revision = 0
        self._round = 0
        self._lines = 0
        self._clocks: list[tuple[list[str], int]] = []
        self._diversions = 0
        self._decisions: Counter[str] = Counter()

    def sent_by(self, actor: Actor) -> None:
        """Remembers by which posts somebody acted."""
        self.senders.setdefault(actor.person_id, {}).update({f"{p.role}@{p.path}": p for p in actor.posts})

    def look(self, state: DisputeState, at: datetime) -> None:
        """Checks every law.

        Raises:
            AssertionError: the law that is broken
        """
        new = state.timeline[self._lines :]
        self._numbers(state)
        self._ways_out(state, at)
        self._tasks(state)
        self._who(state)
        self._approvals(state)
        check_promotions(state)
        letters(state)
        self._diverted(state)
        check_helps(state)
        whistles(state)
        self._rungs(state, new, at)
        self._clocks_stand(state, at)
        self._bells(state)
        self._endings(state)
        batch_holds(state)
        self._outside(state)
        if self._looks % TRAVELS_EVERY == 0 or state.closed:
            assert DisputeState.model_validate_json(state.model_dump_json()) == state, "the state does not survive JSON"
        self._revision, self._round, self._lines = state.revision, state.round, len(state.timeline)
        self._clocks = [(list(clock.fired), len(clock.moved)) for clock in state.clocks]

    # --- the record

    def _numbers(self, state: DisputeState) -> None:
        assert state.revision >= self._revision, "the revision fell"
        assert state.round >= self._round, "the round fell"
        assert [entry.seq for entry in state.timeline] == list(range(1, len(state.timeline) + 1)), "a gap in the lines"
        assert all(a.at <= b.at for a, b in pairwise(state.timeline)), "time went back on the timeline"
        assert all(a.revision < b.revision for a, b in pairwise(state.timeline)), "revisions out of order"
        assert all(entry.revision <= state.revision for entry in state.timeline), "a line of a revision to come"
        assert len({task.task_id for task in state.tasks}) == len(state.tasks), "two tasks of one id"
        assert len({applied.key for applied in state.applied}) == len(state.applied), "a key applied twice"

    def _ways_out(self, state: DisputeState, at: datetime) -> None:
        assert state.interruption is None, "an interruption was left lying"
        due = next_due(state)
        if state.closed:
            assert due is None, "the clock runs on after the end"
            return
        assert state.pending() or due, "nobody is asked and nothing will ever happen"
        assert due is None or due[0] > at, "something that fell due was not done"

    # --- tasks

    def _tasks(self, state: DisputeState) -> None:
        for task in state.tasks:
            assert (task.state in ("done", "void")) == (task.ended_at is not None), f"{task.kind}: ended or not?"
            assert (task.state == "done") == (task.decision is not None), f"{task.kind}: answered or not?"
            assert (task.state == "claimed") == (task.assignee is not None and task.pending), f"{task.kind}: whose?"
            assert task.round <= state.round, "a task of a round to come"
            if task.ended_at is None and not task.aside:
                assert task.round == state.round, f"{task.kind} of an earlier round is still open"
                assert state.stage in STAGE_OF[task.kind], f"{task.kind} is open in {state.stage}"
            if task.redo_of:
                before = state.task(task.redo_of)
                assert before, "redoes what is not there"
                assert (before.kind, before.state) == (task.kind, "done"), "redoes what was not done"
                assert before.round < task.round, "redoes the same round"

    def _who(self, state: DisputeState) -> None:
        """Read off the record, by other code than admitted it."""
        for task in state.tasks:
            answers = [*task.record, *([task.decision] if task.decision else [])]
            for decision in answers[self._decisions[task.task_id] :]:
                self._answer(state, task, decision)
            self._decisions[task.task_id] = len(answers)

    def _answer(self, state: DisputeState, task: Task, decision: Decision) -> None:
        if decision.actor_id is None:
            if (task.kind, decision.name) == ("mediate", "lapsed"):  # by law, not by the playbook
                clock = next(c for c in reversed(state.clocks) if c.name == AGAIN)
                assert clock.due_at <= decision.at, "a second session lapsed before its time"
                return
            if (task.kind, decision.name) == ("check_in", "absent"):  # by the part `summons`
                check_absence(state, task, decision)
                return
            policy = state.process.tasks.get(task.kind)
            assert policy, f"{task.kind} decided itself without a policy"
            assert policy.decides_itself == decision.name, f"{task.kind} decided itself"
            return
        if decision.name == "excused":  # a supervisor's word on somebody else's task
            return
        posts = list(self.senders[decision.actor_id].values())
        actor = Actor(person_id=decision.actor_id, name="", posts=posts, on_behalf_of=decision.on_behalf_of)
        assert answered_for(actor, [*task.addressees, *task.former]), f"{actor.person_id} may not answer {task.kind}"
        assert decision.post in posts, "the record names a post he does not hold"
        assert not selves(decision) & barred(state, task), f"four eyes: {task.kind} by {actor.person_id}"

    # --- clocks

    def _approvals(self, state: DisputeState) -> None:
        """An approval has its time at each level, and is late only where it has been to the last of them."""
        supervision = state.process.supervision
        for task in state.pending("approve_change"):
            if supervision.approvals is None or "change" not in task.about:
                continue
            clock = state.clock(f"task:{task.task_id}")
            assert clock, "an approval without a time"
            last = task.level >= len(supervision.levels)
            assert not clock.overdue or last, f"silence went nowhere: {task.addressees}"

    def _diverted(self, state: DisputeState) -> None:
        """What went past the police's pushes was not known to be unsafe in that moment."""
        for record in state.diversions[self._diversions :]:
            assert not (record.diverted and state.scene_safe is False), "diverted from a scene that is not safe"
            source = state.process.sources.get(state.source)
            first = state.process.diversion.from_scene and source is not None and source.push_at_once
            assert not (record.diverted and first and not state.scene_safe), "diverted before anybody made it safe"
            if record.diverted and state.process.diversion.owner and not state.closed:
                assert state.pending("watch_through"), "diverted and nobody's to the end"
        self._diversions = len(state.diversions)

    def _bells(self, state: DisputeState) -> None:
        """A bell rings until it is answered, one level after the other; what is not seen in time is deemed known."""
        for task in state.tasks:
            delivery = task.delivery
            if delivery is None:
                continue
            assert all(a.at <= b.at for a, b in pairwise(delivery.bells)), "bells out of order"
            answered = [bell.acknowledged_at is not None for bell in delivery.bells]
            assert not answered or answered[0] <= all(answered), "answered by those asked, and it rings above them"
            rings_on = state.clock(f"ring:{task.task_id}")
            assert not (rings_on and (answered[0] or not task.pending)), "it would ring on though it was answered"
            unseen = state.clock(f"known:{task.task_id}")
            assert not (unseen and (delivery.seen_at or delivery.known_at or not task.pending)), "known twice"

    def _rungs(self, state: DisputeState, new: list[Entry], at: datetime) -> None:
        """Each rung once a deadline, in order; and what fired is what the timeline tells."""
        fired: Counter[tuple[str, str]] = Counter()
        extended: set[str] = set()
        for number, clock in enumerate(state.clocks):
            before, moved = self._clocks[number] if number < len(self._clocks) else ([], 0)
            order = [name for _, name in clock.ladder(state.calendar)]
            places = [order.index(name) for name in clock.fired]
            assert all(a < b for a, b in pairwise(places)), f"{clock.name}: {clock.fired} twice or out of order"
            if len(clock.moved) > moved:
                extended.add(clock.name)
            else:
                assert clock.fired[: len(before)] == before, f"{clock.name} forgot what it fired"
            fired.update((clock.name, rung.split("_")[0]) for rung in clock.fired[len(before) :] if rung != "decides")
        told = Counter(
            (entry.detail["clock"], entry.kind)
            for entry in new
            if entry.kind in ("reminder", "due", "overdue", "promotion")
            or (entry.kind == "supervision" and entry.detail.get("cause") == "overdue")
            if entry.detail.get("clock")
        )
        for (name, rung), times in (told | fired).items():
            if name in extended:
                continue
            also = fired[name, "promotion"] if rung == "supervision" else 0  # a promotion supervises anew
            assert told[name, rung] == fired[name, rung] + also, f"{name}: {rung} told {told[name, rung]} of {times}"

    def _clocks_stand(self, state: DisputeState, at: datetime) -> None:
        running = [clock for clock in state.clocks if clock.stopped_at is None]
        assert len({clock.name for clock in running}) == len(running), "two clocks of one name"
        for clock in running:
            if clock.suspended:
                assert not clock.late, f"{clock.name} is suspended and late"
            else:
                assert clock.overdue == (clock.due_at <= at and not clock.decides), f"{clock.name} is late or not"
            if clock.task_id:
                task = state.task(clock.task_id)
                assert task, "a clock for no task"
                assert task.ended_at is None, "a clock runs for a task that has ended"
            elif clock.name != PROTECTION:
                assert clock.round == state.round, f"{clock.name} of an earlier round still runs"
        self._receipt(state, running)
        colour, ladder = state.clock(COLOUR), state.clock("ladder")
        rule = state.process.colours[state.colour]
        if colour and not rule.suspendable:
            assert not colour.suspended, "red is never suspended"
        if colour and ladder and colour.suspendable:
            assert colour.suspended, "the colour's clock runs beside the ladder's"
        assert not ladder or state.stage is Stage.MEDIATION, f"the ladder's clock runs in {state.stage}"
        assert not state.clock("tier") or ladder, "a tier's clock runs without the ladder's"

    def _receipt(self, state: DisputeState, running: list[Clock]) -> None:
        """“111” runs for each organisation from the delivery to it, and red is followed up until it is evaluated."""
        given = {(a.organisation.path, a.lead): a for a in state.assigned}
        assert len(given) == len(state.assigned), "two parts of one sort for one organisation"
        asked_of = [(t.kind, t.about["path"]) for t in state.pending() if KINDS[t.kind].delivers]
        assert len(set(asked_of)) == len(asked_of), "one organisation is asked twice"
        for clock in running:
            if not clock.body or not is_of(clock, COLOUR, PROGRESS):
                continue
            part = given.get((clock.body, clock.name in (COLOUR, PROGRESS)))
            assert part, f"{clock.name} runs for an organisation that has no such part"
            assert part.lead or part.standing not in ("excused", "unable"), f"{clock.name} of one that is out"
            assert part.lead or state.stage is Stage.PUSH_3, f"{clock.name} runs in {state.stage}"
            if is_of(clock, COLOUR):
                assert clock.started_at == part.delivered_at, f"{clock.name} does not run from the delivery"
        for task in state.pending():
            if KINDS[task.kind].disposes and state.process.colours[state.colour].stops_at == "disposal":
                mine = [c for c in running if is_of(c, COLOUR) and c.body == task.about["path"]]
                own = not KINDS[task.kind].leads or state.process.from_receipt
                assert mine or not own, f"{task.about['organisation']} works on it without a limit"
        rule = state.process.colours[state.colour]
        begun = any(clock.name == COLOUR and clock.round == state.round for clock in state.clocks)
        followed = state.clock(COLOUR) or state.clock(PROGRESS)
        worked_on = state.stage not in (Stage.TRIAGE, Stage.PUSH_3, Stage.FOLLOW_UP, Stage.CLOSED)
        if rule.progress_every and begun and worked_on and not state.concluded_at:
            assert followed, f"red is not followed up in {state.stage}"
        if state.clock(PROGRESS):
            assert rule.progress_every, "a colour without follow-up is followed up"
            hands = [t for t in state.pending() if KINDS[t.kind].leads or KINDS[t.kind].follows]
            assert len([t for t in hands if KINDS[t.kind].follows]) <= 1, "followed up twice"
            assert hands, f"nobody follows up in {state.stage}"
        asked = [post for t in state.pending() if not t.aside for post in t.addressees]
        if asked and state.chain and state.process.responsibility_passes == "delivery":
            assert state.chain[-1].until is None, "nobody holds the case"

    # --- the end

    def _endings(self, state: DisputeState) -> None:
        if state.concluded_at and state.process.has(Stage.EVALUATION):
            verdicts = {v.verdict for v in state.evaluations if v.round == state.round}
            assert verdicts == {"accept"}, "concluded without an accepted evaluation in this round"
        if not state.closed:
            assert state.outcome is None, "an outcome of what is not closed"
            assert state.closed_at is None, "closed at some time, and not closed"
            return
        assert not [t for t in state.tasks if t.ended_at is None], "a task is open on a closed dispute"
        assert "pending" not in {c.result for c in state.changes}, "a change waits for approval on a closed dispute"
        assert not [c for c in state.clocks if c.stopped_at is None], "a clock runs on a closed dispute"
        assert state.closed_at, "closed, nobody knows when"
        run = _this_run(state.timeline)
        decided = {(e.detail["task_kind"], e.detail["decision"]) for e in run if e.kind == "decision"}
        if state.outcome == "resolved":
            self._resolved(state)
        elif state.outcome == "merged":
            self._merged(state)
        elif state.outcome in ENDINGS.values():
            self._ended_unjudged(state, run, decided)
        else:
            assert DECIDED_CLOSED[state.outcome or ""] in decided, f"closed as {state.outcome}: how?"

    def _ended_unjudged(self, state: DisputeState, run: list[Entry], decided: set[tuple[str, str]]) -> None:
        """Approved, unless its colour is the mildest."""
        [action] = [action for action, outcome in ENDINGS.items() if outcome == state.outcome]
        if (action, "approved") in {(c.action, c.result) for c in state.changes}:
            return
        assert state.colour == list(state.process.colours)[-1], f"closed as {state.outcome}, and nobody approved it"
        acted = {e.detail["action"] for e in run if e.kind == "action" and "action" in e.detail}
        criminal = action == "convert_to_criminal" and "criminal_case" in {decision for _, decision in decided}
        assert action in acted or criminal, f"closed as {state.outcome}: how?"

    def _merged(self, state: DisputeState) -> None:
        approved = [c for c in state.changes if (c.action, c.result) == ("merge_into", "approved")]
        assert approved, "merged, and nobody approved it"
        assert approved[-1].fields["dispute_no"] == state.merged_into, "merged into another than was approved"
        closed = [t for t in state.tasks if t.about.get("change") == approved[-1].number]
        assert [t.decision.name for t in closed if t.decision] == ["approve"], "an approval that nobody gave"

    def _resolved(self, state: DisputeState) -> None:
        assert state.disposal, "resolved without a disposal"
        seats = state.process.seats_for(state.disposal.where) if state.process.has(Stage.EVALUATION) else []
        last = [v for v in state.evaluations if v.round == state.round]
        assert [v.verdict for v in last] == ["accept"] * len(seats), "resolved without every seat's acceptance"
        assert len({v.evaluator for v in last}) == len(last), "one person on two seats"
        owed = [o.state for a in state.agreements[-1:] for o in a.obligations]
        assert set(owed) <= {"performed", "waived"}, f"closed while something is owed: {owed}"
        if state.process.follow_up.visits:
            assert [v for v in state.visits if v.round == state.round], "closed without a visit"
        if state.process.has(Stage.FOLLOW_UP):
            ended = state.closed_at or state.opened_at
            cut = [c for c in state.clocks if c.name == PROTECTION and c.stopped_at == ended and c.due_at > ended]
            assert not cut, "closed under a protection order"

    # --- the others

    def _outside(self, state: DisputeState) -> None:
        whole = project(state)
        self._looks += 1
        if self._looks % self._every == 0 or state.closed:
            self.fold.take(project(state, since=self.fold.revision, basis=self.fold.basis))
            self.fold.check(whole)
        for shown in whole.tasks:
            clock: Clock | None = due_clock(state, shown.task) if shown.task.pending else None
            assert shown.overdue == bool(clock and clock.late), f"{shown.kind} is overdue, its clock is not"
        assert all(task.begun for task in state.pending()), "a pending task that never began"


def _this_run(timeline: list[Entry]) -> list[Entry]:
    """The lines since the dispute was opened, or last reopened."""
    starts = [n for n, entry in enumerate(timeline) if entry.kind == "round" and "重新启动" in entry.title]
    return timeline[starts[-1] if starts else 0 :]
