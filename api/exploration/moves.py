"""What may happen to a case next: each answer that somebody may give, silence where that is one, an interruption.

A move is told by what it is and not by ids, so that a way of moves leads the same way in every run.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import count

from api.core.schemas import JsonObject
from api.exploration.county import (
    CATEGORY,
    UNIT,
    answerer,
    fields_for,
    known_to,
    obligation,
    people_named,
    pictures,
    report,
)
from domain.case.bells import KNOWN, RING
from domain.case.clocks import Clock
from domain.case.state import DisputeState, Task
from domain.people.organisation import Actor, Post
from domain.policy.action_catalogue import ACTIONS
from domain.policy.catalogue import KINDS, title_of
from domain.policy.stages import Stage
from domain.transitions.actions import Act, actions_thinkable
from domain.transitions.decisions import Command, decisions_open
from workflows.harness.life import Life

INTERRUPTIONS = ("recall", "escalate", "summon", "alarm")
"""What comes from outside and lets the case go on: at most one on a way."""


@dataclass(frozen=True)
class Move:
    """One step; `of` says what sort it is, `name` which kind, clock or action, `nth` which of several of that kind."""

    of: str
    name: str
    nth: int = 0
    decision: str = ""
    variant: int = 0
    words: str = ""
    """in the words of the county"""

    @property
    def drawn(self) -> str:
        """The move on a chart, where the box says which question it answers."""
        return title_of(self.name, self.decision) if self.of == "answer" else self.words

    @property
    def outside(self) -> bool:
        """Whether it is an interruption, by which no case may need to be saved."""
        return self.of in ("action", "fact")


def steers(kind: str) -> bool:
    """Whether what is answered may lead the case elsewhere: not what only tells, watches or helps beside it."""
    spec = KINDS[kind]
    beside = spec.approves or spec.before_judged or spec.protection or spec.by_items
    return not spec.aside or beside


def moves_of(state: DisputeState, *, interruptions: bool) -> Iterator[Move]:
    """All that may happen next. What stands beside the story is answered before the story goes on: in which order two
    people answer who know nothing of each other leads to the same places.
    """
    steering = [task for task in state.pending() if steers(task.kind)]
    turn = _whose_turn(state, steering)
    nth: dict[str, Iterator[int]] = {}
    for task in steering:
        number = next(nth.setdefault(task.kind, count()))
        if task in turn:
            yield from _answers(state, task, number)
    yield from _silences(state, asked=bool(steering))
    if interruptions and not state.closed:
        yield from _from_outside(state)


def _whose_turn(state: DisputeState, steering: list[Task]) -> list[Task]:
    """Who answers next of those asked at once: beside the story first, then of a push the lead before the others; of
    desks and of visits one after the other.
    """
    beside = [task for task in steering if _stands_beside(state, task)]
    if beside or state.stage in (Stage.TRIAGE, Stage.FOLLOW_UP):
        return (beside or steering)[:1]
    lead = [task for task in steering if task.about.get("lead")]
    return lead or steering


def _stands_beside(state: DisputeState, task: Task) -> bool:
    """A desk stands beside what was pushed at once."""
    spec = KINDS[task.kind]
    return spec.aside or (spec.by_levels and state.stage is not Stage.TRIAGE)


def _answers(state: DisputeState, task: Task, number: int) -> Iterator[Move]:
    for name, spec in decisions_open(state, task).items():
        if not spec.ends:
            continue  # put on record, and the question stands as it stood
        for variant, (said, _) in enumerate(_variants(state, task.kind, name, state.opened_at)):
            words = f"{_called(task)}：{title_of(task.kind, name)}{said}"
            yield Move("answer", task.kind, number, name, variant, words)


def _called(task: Task) -> str:
    return str(task.about.get("title") or task.name)


def _silences(state: DisputeState, *, asked: bool) -> Iterator[Move]:
    """Where the clock decides, the first that does; and where nobody is asked, the next that waits for its day."""
    for clock in _deciding(state)[:1]:
        yield Move("silence", clock.name.partition(":")[0], words=f"无人理会：{clock.title}届满")
    if not asked and not state.closed:
        yield Move("time", "next", words="到期日来临")


def _deciding(state: DisputeState) -> list[Clock]:
    """The clocks that decide, the first to do so first."""
    running = (clock for clock in state.clocks if clock.running and clock.decides)
    return sorted((c for c in running if not c.name.startswith((RING, KNOWN))), key=lambda clock: clock.due_at)


def _from_outside(state: DisputeState) -> Iterator[Move]:
    thinkable = actions_thinkable(state)
    for name in INTERRUPTIONS:
        if name in thinkable:
            yield Move("action", name, words=ACTIONS[name].title)
    if state.stage is not Stage.NOTICE:
        yield Move("fact", "alarm", words="再次报警")


# --- taking one


def take(life: Life, move: Move, keys: Iterator[int]) -> None:
    """Lets it happen, and what follows from it.

    Raises:
        ApplicationError: the case does not take it
    """
    state = life.state
    match move.of:
        case "answer":
            task = [t for t in state.pending(move.name) if steers(t.kind)][move.nth]
            _answer(life, task, move, f"k{next(keys)}.x")
        case "silence":
            _until(life, _deciding(state)[0].due_at)
        case "time":
            _wait(life)
        case "action":
            _act(life, move, f"k{next(keys)}.x")
        case _:
            number = len(state.incidents) + 1
            life.fact(report(number, life.at, state.source, 1))
    life.settle()


def _answer(life: Life, task: Task, move: Move, key: str) -> None:
    state = life.state
    _, more = list(_variants(state, move.name, move.decision, life.at))[move.variant]
    fields = {**fields_for(state, task, move.decision, life.at), **more}
    evidence = pictures(state, task.kind, move.decision)
    life.decide(
        Command(
            key=key,
            task_id=task.task_id,
            decision=move.decision,
            fields=fields,
            evidence=evidence,
            actor=answerer(task),
            people=people_named(fields),
            organisations=known_to(state),
            labels={CATEGORY: "纠纷"},
        )
    )


def _act(life: Life, move: Move, key: str) -> None:
    state, spec = life.state, ACTIONS[move.name]
    fields: JsonObject = {"reason": "按实际情况填写"}
    posts = [Post(role=role, path=path) for role in sorted(spec.roles) for path in ("/c", "/c/station")]
    match move.name:
        case "escalate" if state.process.promotion:
            fields["criteria"] = [c for c, ground in state.process.promotion.criteria.items() if ground.said][:1]
        case "summon" if state.process.summons:
            posts = [Post(role=p.role, path=state.places[p.at]) for p in state.process.summons.by]
            why = next(iter(state.process.summons.triggers))
            fields |= {"to": [{"organisation": UNIT.code, "role": "department_handler"}], "why": why, "where": "会议室"}
    actor = Actor(person_id=f"acts-{key}", name="提出人", posts=posts)
    life.act(Act(key=key, action=move.name, fields=fields, actor=actor, organisations=known_to(state)))


def _until(life: Life, at: datetime) -> None:
    if at > life.at:
        life.pass_time(at - life.at)
    life.settle()


def _wait(life: Life) -> None:
    """Time passes until somebody is asked, or the case moves."""
    stage = life.state.stage
    while due := life.due():
        _until(life, max(due[0], life.at))
        if life.state.stage is not stage or any(steers(task.kind) for task in life.state.pending()):
            return


# --- what else a form may say that leads elsewhere


def _variants(state: DisputeState, kind: str, decision: str, at: datetime) -> Iterator[tuple[str, JsonObject]]:
    """The forms of a decision that may lead to different places, in words and in fields, the plain one first."""
    yield "", {}
    process = state.process
    match kind, decision:
        case "confirm_triage", "confirm" if process.has(Stage.PUSH_3) and not state.police:
            yield "（不分流）", {"divert": False, "reason": "先由公安处理"}
            yield "（分流）", {"divert": True, "reason": "按清单分流"}
        case "confirm_triage", "correct":
            schemes = list(process.colours)
            for colour in (schemes[0], schemes[-1]):
                if colour != state.colour:
                    yield f"（{process.colours[colour].name}）", {"colour": colour}
            if not state.police:
                yield "（涉警）", {"police": True, "police_handled": "已出警"}
        case "handle_on_scene", "settled" if process.has(Stage.PUSH_2):
            yield "（仍有风险）", {"push_on": True, "reason": "仍有风险"}
        case "handle_on_scene", "unsettled":
            yield "（加急）", {"urgent": True}
        case "dispatch", "assign":
            yield "（有协办）", {"cooperating": [UNIT.code]}
        case "mediate", "agreed":
            yield "（有履行约定）", {"obligations": [obligation(at)]}
            if process.has(Stage.CONFIRMATION):
                yield "（申请司法确认）", {"confirmation": True}
        case "evaluate", "return" if process.has(Stage.PUSH_3):
            yield "（改派）", {"redo": "dispatch"}
