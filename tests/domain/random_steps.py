"""The steps of a random dispute: what people do, rightly and wrongly, and what happens by itself."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta
from itertools import count
from typing import Any, ClassVar, TypeVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine

from domain.case.bells import bell_of
from domain.case.naming import nameable
from domain.case.records import Beat, Party
from domain.case.state import DisputeState, Task
from domain.people.organisation import Actor, Post
from domain.policy.action_catalogue import ENDINGS
from domain.policy.catalogue import KINDS
from domain.policy.forms.demands import asked_form
from domain.policy.spans import Calendar
from domain.policy.stages import Stage
from domain.transitions.actions import Act, actions_thinkable
from domain.transitions.decisions import Command, decisions_open
from domain.transitions.facts import Merged, Note
from domain.transitions.handover import Claim, Heard, Looked
from domain.transitions.leaving.unmanned import Sweep, Unmanned
from domain.transitions.supervision import stage_tasks
from tests.domain.entitled_people import (
    CATEGORIES,
    KNOWN,
    LETTER,
    Chance,
    action_fields,
    barred,
    callable_units,
    fields_for,
    holder,
    jack,
    letters_left,
    may_act,
    may_answer,
    people_for,
    strangers,
)
from tests.domain.invariants import Watch
from tests.domain.second_look_law import look_again
from tests.domain.support import ANOTHER, BEAT, alarm, people_named, pictures
from tests.domain.tags_law import check_tags
from workflows.harness.life import Life, refused

T = TypeVar("T")
FORWARD = ("confirm", "approve", "assign", "accept", "disposed", "settled", "agreed", "apply", "confirmed", "stable",
           "performed", "unsettled", "overrule", "ordinary",
           "arrived", "done")  # fmt: skip
TOWARDS: dict[str, tuple[str, ...]] = {
    Stage.PUSH_2: ("unsettled", "send_back"),
    Stage.PUSH_3: ("unsettled", "request_third_push"),
    Stage.MEDIATION: ("unsettled", "mediate"),
    Stage.CONFIRMATION: ("unsettled", "mediate"),
}
"""Decisions that lead to a stage, before those that lead on anyway."""
FINAL = ("criminal_case", "not_a_dispute", "no_risk", "police_case")
"""Decisions that end a life: rare, or none would grow old."""
MOST_ANSWERS = 20


class Drawn:
    """Chance, as hypothesis draws it: by numbers, so that a failing life is told in few words."""

    def __init__(self, data: st.DataObject) -> None:
        self._data = data

    def number(self, least: int, most: int) -> int:
        """A whole number, both ends included."""
        number: int = self._data.draw(st.integers(least, most))
        return number

    def pick(self, options: Sequence[T]) -> T:
        """One of the options."""
        return options[self.number(0, len(options) - 1)]

    def flag(self) -> bool:
        """Yes or no."""
        return self.number(0, 1) == 1


class Steps(RuleBasedStateMachine):
    """What people and the world may do, as methods: several may come at once."""

    code: ClassVar[str] = "jinhua"

    def __init__(self) -> None:
        super().__init__()
        self.numbers = count(1)
        self.life: Life
        self.watch: Watch
        self.done: list[tuple[Callable[[Any], Any], Any]] = []
        self.ending: set[str] = set()

    @property
    def state(self) -> DisputeState:
        """The case."""
        return self.life.state

    def look(self) -> None:
        """Everything that can go on goes on; then the laws are checked."""
        self.life.settle()
        try:
            self.watch.look(self.state, self.life.at)
            check_tags(self.state)
        except AssertionError as broken:
            broken.add_note("\n".join(f"{e.seq} {e.at:%m-%d %H:%M} {e.title} {e.detail}" for e in self.state.timeline))
            raise
        assert self.life.ended == self.state.closed, "the story and the stage disagree about the end"
        if self.ending:
            assert self.state.outcome in {ENDINGS[action] for action in self.ending}, f"lost: {self.ending}"
            self.ending.clear()

    def teardown(self) -> None:
        """The run is let go."""
        if hasattr(self, "life"):
            self.life.drop()

    # --- steps

    def walk(self, goal: str, draw: Chance) -> None:
        """Answers that lead to a stage, as far as they do."""
        for _ in range(MOST_ANSWERS):
            if self.state.stage == goal or not self.answer(draw, goal):
                return
            self.look()

    def answer(self, draw: Chance, goal: str = "") -> bool:
        """A rightful answer is sent, and taken; one that leads to a stage, or any. Says whether somebody was asked."""
        beside = [task for task in self.state.pending() if task.beside or KINDS[task.kind].before_judged]
        asked = self.state.pending() if not goal else stage_tasks(self.state) + beside
        pending = [task for task in asked if may_answer(self.state, task)]
        if not pending:
            return False
        task = draw.pick(pending)
        allowed = decisions_open(self.state, task)
        towards = [name for name in (*TOWARDS.get(goal, ()), *FORWARD) if name in allowed]
        rare = [name for name in allowed if name not in FINAL or draw.number(0, 9) == 0]
        names = towards[:1] if goal and towards else rare or list(allowed)
        command = self.command(draw, task, draw.pick(names))
        agreed = (task.kind, command.decision) == ("mediate", "agreed")
        if goal == Stage.CONFIRMATION and agreed and self.state.process.has(Stage.CONFIRMATION):
            command.fields["confirmation"] = True
        by_signal = draw.number(0, 4) == 0
        self.watch.sent_by(command.actor)
        if by_signal:
            self.life.signal(command)
            applied = {known.key: known.refused for known in self.state.applied}
            refusal = applied.get(command.key, "no key")
            assert refusal is None, f"{task.kind}: {command.decision} by signal: {refusal}"
        else:
            assert refused(self.life.decide, command) == "", f"{task.kind}: {command.decision} was refused"
        self.done.append((self.life.decide, command))
        if command.decision == "approve" and (action := task.about.get("action")) in ENDINGS:
            self.ending.add(action)
        return True

    def claim(self, draw: Chance) -> None:
        """A task is claimed, or a claim given back."""
        pending = [task for task in self.state.pending() if may_answer(self.state, task)]
        if not pending:
            return
        task = draw.pick(pending)
        actor = draw.pick(may_answer(self.state, task))
        claim = Claim(key=self.key(), task_id=task.task_id, actor=actor, release=draw.flag() and not task.named)
        assert refused(self.life.claim, claim) == "", f"a claim on {task.kind} was refused"
        if not claim.release:
            by_another = claim.model_copy(update={"key": self.key(), "actor": holder(task.addressees[0], 9)})
            self.unmoved(self.life.claim, by_another, {"task_claimed_by_other", "four_eyes"})
        self.done.append((self.life.claim, claim))

    def hear(self, draw: Chance) -> None:
        """Somebody opens a task, or answers its ring: at his own desk, above it, or where nothing rings any more."""
        pending = self.state.pending()
        if not pending:
            return
        task = draw.pick(pending)
        bells = task.delivery.bells if task.delivery else []
        actor = holder(draw.pick([*task.addressees, *(post for bell in bells for post in bell.to)]))
        if draw.flag():
            self.life.looked(Looked(key=self.key(), task_id=task.task_id, actor=actor))
            return
        heard = Heard(key=self.key(), task_id=task.task_id, actor=actor)
        assert refused(lambda message: self.life.update("acknowledge", message), heard) == "", "a ring was not answered"
        assert bell_of(task, actor) is None, "it rings on at the desk of who has answered"

    def end(self, draw: Chance) -> None:
        """Somebody ends it, rarely."""
        self.act(draw, endings=draw.number(0, 3) == 0)

    def act(self, draw: Chance, *, endings: bool = False) -> None:
        """A rightful action is taken."""
        thinkable = [] if self.state.closed else actions_thinkable(self.state)
        pushed = nameable(self.state)  # what was given to others is named to nobody of the station
        there = ("responsible_officer", self.state.places["station"])
        if pushed and all((post.role, post.path) != there for post in pushed.addressees):
            thinkable.remove("name_officer")
        if not (names := [name for name in thinkable if (name in ENDINGS) == endings]):
            return
        name = draw.pick(names)
        if name == "send_notice" and not letters_left(self.state):
            return
        if name == "summon" and not callable_units(self.state):
            return
        fields = action_fields(draw, self.state, name, self.life.at)
        actor = draw.pick(may_act(self.state, name, fields))
        message = Act(key=self.key(), action=name, fields=fields, actor=actor, organisations=KNOWN,
                      people=people_named(fields), into=ANOTHER)  # fmt: skip
        ended = bool(self.ending)
        code = refused(self.life.act, message)
        if ended:
            assert code in ("", "dispute_closed"), code
        else:
            assert code == "", f"{name} was refused: {code}"
        if code == "":
            self.done.append((self.life.act, message))
            self.ending |= {name} & self.ends_at_once()

    def ends_at_once(self) -> set[str]:
        """The actions that end a life as they are taken: of the mildest colour, unless somebody alone made it so."""
        mildest = list(self.state.process.colours)[-1]
        mild = self.state.colour == mildest and not self.state.lowered_from
        return set(ENDINGS) - {"merge_into"} if mild else set()

    def tell(self, draw: Chance) -> None:
        """A fact arrives by itself."""
        if self.state.closed:
            return
        match draw.pick(["alarm", "alarm", "note", "calendar", "merged", "second look"]):
            case "second look":
                look_again(self.life, draw, self.key())
            case "alarm":
                self.life.fact(self.alarm(draw))
            case "merged":
                merged = [self.alarm(draw) for _ in range(draw.number(1, 3))]
                parties = [Party(name="当事人d", side="a")]
                self.life.fact(Merged(dispute_no="D2026-000008", incidents=merged, parties=parties))
            case "note":
                self.life.fact(Note(key=self.key(), source="12345", text="来电询问进展"))
            case "calendar":
                today = self.life.at.date()
                self.life.fact(Calendar(edition=f"e{next(self.numbers)}", holidays=[today, today + timedelta(days=1)]))

    def leave(self, draw: Chance) -> None:
        """People leave: a sweep tells it once or twice, of tasks as they are or as they were, and never moves one
        twice for one finding.
        """
        if self.state.closed or not self.state.pending():
            return
        tasks = [draw.pick(self.state.pending()) for _ in range(draw.number(1, 2))]
        by = holder(Post(role="supervisor", path=self.state.places["county"])) if draw.flag() else None
        findings = [self.found(draw, task) for task in {task.task_id: task for task in tasks}.values()]
        gone = {found.gone for found in findings if found.gone}
        left = [Actor(person_id=who, name="", posts=[]) for who in sorted(gone)]
        for found in findings:
            found.to = found.to if found.to and found.to.person_id not in gone else None
        beat = BEAT if draw.flag() else Beat(code=BEAT.code)
        sweep = Sweep(tasks=findings, left=left, beat=beat, by=by, reason="调离" if by else "")
        before = {found.task_id: self.task(found.task_id).level for found in findings}
        self.life.swept(sweep)
        after = self.state.model_dump_json()
        self.life.swept(sweep)
        assert self.state.model_dump_json() == after, "the same findings told twice did something twice"
        for found in findings:
            task = self.task(found.task_id)
            assert task.level - before[found.task_id] in (0, 1, 2, 3), "moved down, or out of sight"
            assert found.gone is None or task.assignee != found.gone, "it is still in a leaver's hand"
            assert not task.pending or task.addressees, "asked of nobody"

    def found(self, draw: Chance, task: Task) -> Unmanned:
        """How a sweep may find a task: rightly, or as it was before."""
        as_it_was = draw.number(0, 4) == 0 and bool(task.former)
        asked = task.former[:1] if as_it_was else list(task.addressees)
        helpers = [who for who in (task.delegate, task.offered_to) if who and draw.flag()]
        to = draw.pick([None, None, *people_for(task.addressees, self.state.places["county"])])
        if to and (to.on_behalf_of or to.person_id == task.assignee):
            to = None
        return Unmanned(task_id=task.task_id, asked=asked, gone=task.assignee, helpers=helpers, to=to,
                        vacant=draw.flag(), up=draw.flag())  # fmt: skip

    def task(self, task_id: str) -> Task:
        """The task of an id."""
        found = self.state.task(task_id)
        assert found
        return found

    # --- parts

    def barred_tasks(self) -> list[Task]:
        """Open tasks from which somebody is barred."""
        return [task for task in self.state.pending() if barred(self.state, task)]

    def key(self) -> str:
        """A key with its content behind the dot."""
        return f"k{next(self.numbers)}.content"

    def alarm(self, draw: Chance) -> Any:
        """A repeat alarm."""
        return alarm(next(self.numbers), self.life.at, rank=draw.number(1, 3))

    def command(self, draw: Chance, task: Task, decision: str) -> Command:
        """A decision that must be taken."""
        fields = fields_for(draw, self.state, task, decision, self.life.at)
        return Command(
            key=self.key(), task_id=task.task_id, decision=decision, fields=fields, people=people_named(fields),
            evidence=pictures(self.state, task.kind, decision),
            actor=draw.pick(may_answer(self.state, task)), organisations=KNOWN, labels=CATEGORIES,
        )  # fmt: skip

    def wrong(self, draw: Chance, task: Task) -> tuple[Command | None, set[str]]:
        """A decision with one thing wrong, and the codes by which it may be refused."""
        if not task.pending:
            late = Command(key=self.key(), task_id=task.task_id, decision="accept", actor=jack(task.addressees))
            return late, {"task_closed", "stale_round", "dispute_closed", "four_eyes"}
        if not may_answer(self.state, task):
            return None, set()
        right = self.command(draw, task, draw.pick(list(decisions_open(self.state, task))))
        spec = KINDS[task.kind].decisions[right.decision]
        form = asked_form(spec.form, self.state.process.demanded(task.kind, right.decision, task.about))
        bars = barred(self.state, task)
        wrongs: list[tuple[dict[str, Any], set[str]]] = [
            ({"actor": draw.pick(strangers(task))}, {"not_entitled"}),
            ({"task_id": "nothing"}, {"not_found"}),
            ({"decision": "explode"}, {"decision_not_allowed"}),
            ({"fields": {**right.fields, "extra": 1}}, {"fields_invalid"}),
            ({"fields": {**right.fields, "reason": 7}}, {"fields_invalid"}),
        ]
        if right.evidence:
            wrongs.append(({"evidence": [LETTER] if spec.pictures else []}, {"fields_invalid"}))
        if required := form.model_json_schema().get("required"):
            missing = draw.pick(required)
            less = {name: value for name, value in right.fields.items() if name != missing}
            wrongs.append(({"fields": less}, {"fields_invalid"}))
        if task.assignee:
            wrongs.append(({"actor": holder(task.addressees[0], 9)}, {"task_claimed_by_other", "four_eyes"}))
        if bars:
            hand = Actor(person_id=draw.pick(sorted(bars)), name="", posts=task.addressees)
            wrongs.append(({"actor": hand}, {"four_eyes"}))
            deputy = Actor(person_id="new", name="", posts=task.addressees, on_behalf_of=hand.person_id)
            wrongs.append(({"actor": deputy}, {"four_eyes"}))
        change, codes = draw.pick(wrongs)
        return right.model_copy(update=change), codes

    def unmoved(self, send: Callable[[Any], Any], message: Any, codes: set[str]) -> None:
        """A message that changes nothing at all."""
        before = self.state.model_dump_json()
        code = refused(send, message)
        assert code in codes, f"{code or 'taken'} instead of {codes}"
        assert self.state.model_dump_json() == before, f"what answered {code!r} changed the case"

    def only_noted(self, command: Command, codes: set[str]) -> None:
        """A refusal that nobody waits for: a line on the timeline, its key, and nothing else."""
        before = self.state.model_copy(deep=True)
        self.life.signal(command)
        *lines, line = self.state.timeline
        assert (line.kind, lines) == ("decision_refused", before.timeline), "a refused signal did more than be noted"
        assert line.detail["code"] in codes, f"{line.detail['code']} instead of {codes}"
        assert self.state.applied[-1].refused == line.detail["code"]
        same = {"timeline": before.timeline, "applied": before.applied, "revision": before.revision}
        assert self.state.model_copy(update=same) == before, "a refused signal changed the case"
