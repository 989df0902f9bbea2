"""What is wrong with a policy although every word of it is known, each told as the story of a case."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from api.exploration.explorer import Explored, Explorer
from api.exploration.moves import Move, steers
from api.exploration.silence import unheard
from api.exploration.trying import Bounds, Look
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


def tried(
    playbook: Playbook, bounds: Bounds, progress: Callable[[int, int], None] | None = None, processes: int = 1
) -> Tried:
    """Explores a playbook in so many processes, and says what is wrong with it."""

    def look(life: Life) -> Look:
        return looked_at(life, rounds=bounds.rounds)

    explored = Explorer(playbook, bounds, look, progress, processes).explore()
    seen = [Finding(what, told(way)) for what, way in explored.wrong.items()]
    found = [*_failed(explored), *_stuck(explored), *seen]
    if explored.whole:
        found += _never(explored)
    return Tried(explored, found)


def looked_at(life: Life, *, rounds: int) -> Look:
    """Whom a case asks where it stands, and whether anybody hears when they stay silent. The life ends with this."""
    steering = [task for task in life.state.pending() if steers(task.kind)]
    tiers = {task.about["tier"] for task in life.state.pending() if "tier" in task.about}
    nobody = [f"{_called(task)}: asked of nobody · 无人可答" for task in steering if not task.addressees]
    silent = [f"{_called(task)}: nobody ever hears that nobody answers · 无人办理也无人知晓"
              for task in unheard(life, rounds=rounds)]  # fmt: skip
    return Look(tuple(sorted(tiers)), (*nobody, *silent))


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


def _never(explored: Explored) -> Iterator[Finding]:
    process = explored.playbook.process
    reached = {place.stage for place in explored.places}
    for stage in process.stages:
        if stage not in reached:
            yield Finding(f"no case ever comes to {stage.value} · {process.words.stage(stage)}从未到达")
    for tier in process.ladder.tiers if process.ladder else []:
        if tier.code not in explored.tiers:
            yield Finding(f"nobody ever sits at the tier {tier.code} · {tier.name}从未召开")


def _on(way: Way, move: Move) -> Way:
    return (way[0], (*way[1], move))


def _called(task: Task) -> str:
    return f"{task.name} ({task.kind})"
