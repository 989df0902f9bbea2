"""What is wrong with a policy although every word of it is known, each told as the story of a case."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from api.exploration.closings import closing_of
from api.exploration.explorer import Bounds, Explored, Explorer, Place
from api.exploration.moves import Move, steers
from api.exploration.silence import unheard
from api.exploration.ways import Way
from domain.case.state import Task
from domain.policy.playbook import Playbook
from domain.policy.stages import Stage
from workflows.harness.life import Life


@dataclass(frozen=True)
class Finding:
    """Something that cannot be meant, and how a case gets there, move by move."""

    what: str
    story: tuple[str, ...] = ()

    def __str__(self) -> str:
        told = [f"    {number}. {words}" for number, words in enumerate(self.story, 1)]
        return "\n".join([self.what, *told])


@dataclass
class Tried:
    """A policy tried to its ends."""

    explored: Explored
    findings: list[Finding]
    closings: Counter[str] = field(default_factory=Counter)
    """how many moves closed a case in each way"""


class _Looking:
    """Looks at every place as it is reached, while the life that stands there is at hand."""

    def __init__(self, playbook: Playbook, bounds: Bounds) -> None:
        self.playbook, self.bounds = playbook, bounds
        self.tiers: set[str] = set()
        self.closings: Counter[str] = Counter()
        self.found: dict[str, Finding] = {}

    def arrived(self, life: Life, way: Way) -> None:
        """Every end of a way, also at a place that is known already."""
        if not life.state.closed:
            return
        how = closing_of(life.state)
        self.closings[how or f"？{life.state.outcome}"] += 1
        if not how:
            self._note(f"closed as {life.state.outcome}, and no person said that it may be · 无人认可即办结", way)

    def seen(self, place: Place, life: Life) -> None:
        """A new place: whom it asks, and whether anybody hears when they stay silent. The life ends with this."""
        state = life.state
        if state.closed or place.beyond:
            return
        self.tiers |= {task.about["tier"] for task in state.pending() if "tier" in task.about}
        for task in state.pending():
            if steers(task.kind) and not task.addressees:
                self._note(f"{_called(task)}: asked of nobody · 无人可答", place.way)
        for task in unheard(life, rounds=self.bounds.rounds):
            self._note(f"{_called(task)}: nobody ever hears that nobody answers · 无人办理也无人知晓", place.way)

    def _note(self, what: str, way: Way) -> None:
        self.found.setdefault(what, Finding(what, told(way)))


def tried(playbook: Playbook, bounds: Bounds, progress: Callable[[int, int], None] | None = None) -> Tried:
    """Explores a playbook, and says what is wrong with it."""
    looking = _Looking(playbook, bounds)
    explored = Explorer(playbook, bounds, looking.seen, looking.arrived, progress).explore()
    found = [*_failed(explored), *_stuck(explored), *looking.found.values()]
    if explored.whole:
        found += _never(explored, looking.tiers)
    return Tried(explored, found, looking.closings)


def told(way: Way) -> tuple[str, ...]:
    """A way in words."""
    start, moves = way
    return (start.words, *(move.words for move in moves))


def _failed(explored: Explored) -> Iterator[Finding]:
    for place in explored.places:
        for move, how in place.failed.items():
            yield Finding(f"the story itself fails: {how} · 流程出错", told(_on(place.way, move)))


def _stuck(explored: Explored) -> Iterator[Finding]:
    """Places from which nothing that people and the clock do leads to an end."""
    places = explored.places
    before: dict[int, set[int]] = {place.number: set() for place in places}
    for place in places:
        for move, to in place.leads.items():
            if not move.outside:
                before[to].add(place.number)
    ends = [place.number for place in places if place.stage is Stage.CLOSED or place.beyond or place.unfinished]
    saved, frontier = set(ends), list(ends)
    while frontier:
        for number in before[frontier.pop()] - saved:
            saved.add(number)
            frontier.append(number)
    lost = [place for place in places if place.number not in saved]
    if lost:
        what = f"a case never comes to its end from here ({len(lost)} such places) · 此后无法办结"
        yield Finding(what, told(min(lost, key=lambda place: len(place.way[1])).way))


def _never(explored: Explored, tiers: set[str]) -> Iterator[Finding]:
    process = explored.playbook.process
    reached = {place.stage for place in explored.places}
    for stage in process.stages:
        if stage not in reached:
            yield Finding(f"no case ever comes to {stage.value} · {process.words.stage(stage)}从未到达")
    for tier in process.ladder.tiers if process.ladder else []:
        if tier.code not in tiers:
            yield Finding(f"nobody ever sits at the tier {tier.code} · {tier.name}从未召开")


def _on(way: Way, move: Move) -> Way:
    return (way[0], (*way[1], move))


def _called(task: Task) -> str:
    return f"{task.name} ({task.kind})"
