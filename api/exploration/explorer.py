"""Every way that a case may take under a playbook, within bounds: one lead, one cooperating unit, two parties, two
rounds, one interruption. Clock-blind: time is no part of where a case stands; what silence decides is a move like any.

A way is gone by the workflow's own code on the harness. Where it branches, the other branches wait at the frontier.
Whoever has the most rounds and interruptions left goes first: whoever comes with less where he stood goes no further,
and what is gone when time runs out is gone whole within smaller bounds.
"""

from __future__ import annotations

import time
from collections import Counter, defaultdict, deque
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field, replace

from api.exploration.moves import Move
from api.exploration.standing import Left, Standing
from api.exploration.trying import Arrival, Attempt, Bounds, Look, NotGone, Trier, no_look, trying
from api.exploration.ways import Crossing, Start, Way
from domain.policy.playbook import Playbook
from domain.policy.stages import Stage
from workflows.harness.life import Life

TELLS_EVERY = 1_000
"""moves tried between two words of how far it has come"""
AT_ONCE = 12
"""places gone from at once, for each process"""


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
    """not all answers and silences were tried: the exploration was cut off"""


@dataclass(frozen=True)
class Waiting:
    """Moves of a place that are still to be tried."""

    place: Place
    moves: tuple[Move, ...]
    stood: Left
    """what was left at the place when they were put there: since it was come to with more they are out of date"""


@dataclass
class Explored:
    """What was found: the places in the order they were reached, and whether that is all there is."""

    playbook: Playbook
    bounds: Bounds
    places: list[Place]
    proven: list[tuple[int, int]]
    """the rounds and interruptions within which every way was gone, none of which lies within another"""
    seconds: float
    closings: Counter[str]
    """how many moves closed a case in each way"""
    tiers: set[str]
    """at whose tables somebody was asked to sit"""
    wrong: dict[str, Way]
    """what was seen that cannot be meant, and the first way there"""

    @property
    def whole(self) -> bool:
        """The frontier is empty: there are no more within the bounds."""
        return (self.bounds.rounds, self.bounds.interruptions) in self.proven


class Explorer:
    """Goes every way, in so many `processes`. `look` is shown each new place with the life that stands there, and may
    use it up; `told` hears now and then how many places there are, and how many to go on from.
    """

    def __init__(
        self,
        playbook: Playbook,
        bounds: Bounds,
        look: Callable[[Life], Look] = no_look,
        told: Callable[[int, int], None] | None = None,
        processes: int = 1,
    ) -> None:
        self.playbook, self.bounds, self.processes = playbook, bounds, processes
        self._trier = Trier(playbook, bounds, look)
        self.ways = self._trier.ways
        self._told = told or (lambda places, waiting: None)
        self._standing: dict[Hashable, list[Place]] = defaultdict(list)
        """the places of a standing, none of which has as much left as another"""
        self._places: list[Place] = []
        self._frontier: dict[Left, deque[Waiting]] = defaultdict(deque)
        """by what is left once their moves are made"""
        self._closings = Counter[str]()
        self._tiers = set[str]()
        self._wrong: dict[str, Way] = {}

    def explore(self) -> Explored:
        """Until there is nothing new, or the bounds of states or seconds are reached."""
        began, tries = time.monotonic(), 0
        until = began + self.bounds.seconds
        for start in starts_of(self.playbook):
            arrival = self._trier.begun(start)
            assert arrival.since is not None
            self._arrived(arrival, arrival.since)
        with trying(self._trier, self.processes) as attempts:
            while len(self._places) < self.bounds.states and time.monotonic() < until and (going := self._next()):
                asked = [Attempt(each.place.way, each.place.since, each.moves, until) for each in going]
                for waiting, outcomes in zip(going, attempts(asked), strict=True):
                    for move, outcome in zip(waiting.moves, outcomes, strict=False):
                        self._came_of(waiting.place, move, outcome)
                        tries += 1
                        if tries % TELLS_EVERY == 0:
                            self._told(len(self._places), sum(map(len, self._frontier.values())))
                    if rest := waiting.moves[len(outcomes) :]:
                        self._put(waiting.place, rest)
        return Explored(self.playbook, self.bounds, self._places, self._proven(), time.monotonic() - began,
                        self._closings, self._tiers, self._wrong)  # fmt: skip

    def told_apart(self, standing: Standing, left: Left) -> Hashable:
        """What tells places apart: where a case stands, and not what it has left."""
        return standing

    # --- the frontier

    def _put(self, place: Place, moves: tuple[Move, ...]) -> None:
        """Interruptions wait behind all that goes on without."""
        for outside in (False, True):
            if these := tuple(move for move in moves if move.outside is outside):
                left = replace(place.left, interruptions=place.left.interruptions - outside)
                self._frontier[left].append(Waiting(place, these, place.left))

    def _next(self) -> list[Waiting]:
        """Those that wait with the most left, as many as are tried at once."""
        for left in sorted(self._frontier, key=lambda left: (-left.interruptions, -left.rounds)):
            waiting, going = self._frontier[left], list[Waiting]()
            at_once = AT_ONCE * self.processes if self.processes > 1 else 1
            while waiting and len(going) < at_once:
                if (first := waiting.popleft()).stood == first.place.left:
                    going.append(first)
            if going:
                return going
        return []

    def _proven(self) -> list[tuple[int, int]]:
        """The bounds within which nothing waits any more; marks what is cut off."""
        waiting = [(left, each) for left, there in self._frontier.items() for each in there
                   if each.stood == each.place.left]  # fmt: skip
        for _, each in waiting:
            each.place.unfinished |= not each.moves[0].outside
        cut_off, most = {left for left, _ in waiting}, self.bounds
        gone = [
            (rounds, interruptions)
            for rounds in range(1, most.rounds + 1)
            for interruptions in range(most.interruptions + 1)
            if not any(left.rounds >= most.rounds - rounds and left.interruptions >= most.interruptions - interruptions
                       for left in cut_off)
        ]  # fmt: skip
        return [(r, i) for r, i in gone if not any((r, i) != (q, j) and r <= q and i <= j for q, j in gone)]

    # --- arriving

    def _came_of(self, place: Place, move: Move, outcome: Arrival | NotGone) -> None:
        if isinstance(outcome, Arrival):
            place.leads[move] = self._arrived(outcome, outcome.since or place.since)
        elif outcome.failed:
            place.failed[move] = outcome.why
        else:
            place.refused[move] = outcome.why

    def _arrived(self, arrival: Arrival, since: Crossing) -> int:
        self._close(arrival)
        left, there = arrival.left, self._standing[self.told_apart(arrival.standing, arrival.left)]
        if known := next((place for place in there if place.left.covers(left)), None):
            return known.number
        for place in there:
            if left.covers(place.left) and not (place.leads or place.refused or place.failed):
                place.way, place.since, place.left, place.moves = arrival.way, since, left, arrival.moves
                self._put(place, tuple(arrival.moves))
                return place.number
        place = Place(len(self._places), arrival.way, since, left, arrival.stage, arrival.outcome, arrival.asks,
                      arrival.beyond, arrival.moves)  # fmt: skip
        self._places.append(place)
        there.append(place)
        self._put(place, tuple(arrival.moves))
        if arrival.look:
            self._tiers.update(arrival.look.tiers)
            for what in arrival.look.wrong:
                self._wrong.setdefault(what, arrival.way)
        return place.number

    def _close(self, arrival: Arrival) -> None:
        """Every end of a way, also at a place that is known already."""
        if arrival.stage is not Stage.CLOSED:
            return
        self._closings[arrival.closing or f"？{arrival.outcome}"] += 1
        if not arrival.closing:
            what = f"closed as {arrival.outcome}, and no person said that it may be · 无人认可即办结"
            self._wrong.setdefault(what, arrival.way)


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
