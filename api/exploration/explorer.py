"""Every way that a case may take under a playbook, within bounds: one lead, one cooperating unit, two parties, two
rounds, one interruption. Clock-blind: time is no part of where a case stands; what silence decides is a move like any.

A way is gone by the workflow's own code on the harness. Where it branches, the other branches wait at the frontier.
Whoever has the most rounds and interruptions left goes first: whoever comes with less where he stood goes no further.
"""

from __future__ import annotations

import time
from collections import defaultdict, deque
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field

from temporalio.exceptions import ApplicationError

from api.exploration.moves import Move, moves_of, steers
from api.exploration.standing import Left, Standing, standing_of
from api.exploration.ways import Crossing, Start, Way, Ways
from domain.policy.playbook import Playbook
from domain.policy.stages import Stage
from workflows.harness.life import Life


@dataclass(frozen=True)
class Bounds:
    """How far it is explored."""

    rounds: int = 2
    interruptions: int = 1
    states: int = 50_000
    seconds: float = 600.0


TELLS_EVERY = 1_000
"""moves tried between two words of how far it has come"""


@dataclass
class Place:
    """One standing of a case: how it was first reached, what may happen there and where that leads."""

    number: int
    way: Way
    since: Crossing
    """where it last crossed into a stage"""
    left: Left
    """how far a case is followed from here"""
    stage: Stage
    outcome: str = ""
    asks: tuple[str, ...] = ()
    """the kinds of question that wait there, each once"""
    beyond: bool = False
    """a round more than the bounds have: not followed"""
    moves: list[Move] = field(default_factory=list)
    """what may happen there"""
    leads: dict[Move, int] = field(default_factory=dict)
    refused: dict[Move, str] = field(default_factory=dict)
    """moves that the case did not take, and why: ways that are not gone"""
    failed: dict[Move, str] = field(default_factory=dict)
    """moves by which the story itself failed, and how"""
    unfinished: bool = False
    """not all its moves were tried: the exploration was cut off"""


@dataclass
class Explored:
    """What was found: the places in the order they were reached, and whether that is all there is."""

    playbook: Playbook
    bounds: Bounds
    places: list[Place]
    whole: bool
    """the frontier is empty: there are no more within the bounds"""
    seconds: float


class Explorer:
    """Goes every way. `arrived` is shown the life at the end of each move; `seen` each new place with the life that
    stands there, and may use it up; `told` hears now and then how many places there are, and how many moves to try.
    """

    def __init__(
        self,
        playbook: Playbook,
        bounds: Bounds,
        seen: Callable[[Place, Life], None] | None = None,
        arrived: Callable[[Life, Way], None] | None = None,
        told: Callable[[int, int], None] | None = None,
    ) -> None:
        self.playbook, self.bounds = playbook, bounds
        self.ways = Ways(playbook)
        self._seen = seen or (lambda place, life: None)
        self._at = arrived or (lambda life, way: None)
        self._told = told or (lambda places, waiting: None)
        self._standing: dict[Hashable, list[Place]] = defaultdict(list)
        """the places of a standing, none of which has as much left as another"""
        self._places: list[Place] = []
        self._frontier: dict[Left, deque[Place]] = defaultdict(deque)

    def explore(self) -> Explored:
        """Until there is nothing new, or the bounds of states or seconds are reached."""
        began, tries = time.monotonic(), 0
        for start in starts_of(self.playbook):
            self._start(start)
        while len(self._places) < self.bounds.states and (place := self._next()):
            for move in place.moves:
                if time.monotonic() - began > self.bounds.seconds:
                    place.unfinished = True
                    break
                self._go(place, move)
                tries += 1
                if tries % TELLS_EVERY == 0:
                    self._told(len(self._places), sum(map(len, self._frontier.values())))
        for waiting in self._frontier.values():
            for place in waiting:
                place.unfinished = True
        whole = not any(place.unfinished for place in self._places)
        return Explored(self.playbook, self.bounds, self._places, whole, time.monotonic() - began)

    def _next(self) -> Place | None:
        """The place that waits with the most left."""
        waiting = [left for left, places in self._frontier.items() if places]
        if not waiting:
            return None
        return self._frontier[max(waiting, key=lambda left: (left.interruptions, left.rounds))].popleft()

    def told_apart(self, standing: Standing, left: Left) -> Hashable:
        """What tells places apart: where a case stands, and not what it has left."""
        return standing

    def _start(self, start: Start) -> None:
        since = self.ways.began(start)
        life, _ = self.ways.live((start, ()), since)
        self._arrived(life, (start, ()), since)

    def _go(self, place: Place, move: Move) -> None:
        start, moves = place.way
        way = (start, (*moves, move))
        life, keys = self.ways.live(place.way, place.since)
        try:
            since = self.ways.crossed(life, move, keys, place.since, len(way[1]))
        except ApplicationError as refusal:
            place.refused[move] = "; ".join([f"{refusal.type}: {refusal.message}", *_fields_of(refusal)])
        except Exception as failure:
            place.failed[move] = f"{type(failure).__name__}: {failure}"
        else:
            place.leads[move] = self._arrived(life, way, since)
        finally:
            life.drop()

    def _arrived(self, life: Life, way: Way, since: Crossing) -> int:
        state = life.state
        self._at(life, way)
        interrupted = sum(1 for move in way[1] if move.outside)
        left = Left(max(0, self.bounds.rounds - state.round), self.bounds.interruptions - interrupted)
        standing = standing_of(state, rounds=self.bounds.rounds)
        there = self._standing[self.told_apart(standing, left)]
        if known := next((place for place in there if place.left.covers(left)), None):
            return known.number
        asks = tuple(sorted({task.kind for task in state.pending() if steers(task.kind)}))
        beyond = state.round > self.bounds.rounds
        moves = [] if state.closed or beyond else list(moves_of(state, interruptions=left.interruptions > 0))
        for place in there:
            if left.covers(place.left) and place in self._frontier[place.left]:
                self._frontier[place.left].remove(place)
                place.way, place.since, place.left, place.moves = way, since, left, moves
                self._frontier[left].append(place)
                return place.number
        number = len(self._places)
        place = Place(number, way, since, left, state.stage, state.outcome or "", asks, beyond, moves)
        self._places.append(place)
        there.append(place)
        if moves:
            self._frontier[left].append(place)
        self._seen(place, life)
        return number


def _fields_of(refusal: ApplicationError) -> list[str]:
    """What a refusal says of single fields; another's says nothing of that sort."""
    errors = [each for detail in refusal.details if isinstance(detail, dict) for each in detail.get("errors", [])]
    return [f"{each.get('field', '')} {each.get('message', '')}".strip() for each in errors]


def starts_of(playbook: Playbook) -> list[Start]:
    """How cases come in: by each source whose rules differ, mild and grave, and one with each danger that protects."""
    process = playbook.process
    differing = {source.model_dump_json(exclude={"name", "reported_by", "asks"}): name
                 for name, source in reversed(process.sources.items())}  # fmt: skip
    sources = [name for name in process.sources if name in differing.values()] or ["110"]
    ranks = sorted({min(3, rule.rank) for rule in process.colours.values()})
    found = [Start(source, rank) for source in sources for rank in (ranks[0], ranks[-1])]
    found.append(Start(sources[0], ranks[-1], police=True))
    return found + [Start(sources[0], ranks[-1], danger=danger) for danger in process.protection_for[:1]]
