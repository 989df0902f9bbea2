"""Tries moves, in this process or in several: what comes of each is told in values that travel."""

from __future__ import annotations

import multiprocessing
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass

from temporalio.exceptions import ApplicationError

from api.exploration.closings import closing_of
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
    seconds: float = 600.0
    states: int = 50_000


@dataclass(frozen=True)
class Look:
    """What is seen of a case where it stands."""

    tiers: tuple[str, ...] = ()
    """at whose tables somebody is asked to sit"""
    wrong: tuple[str, ...] = ()


def no_look(life: Life) -> Look:
    """Nobody looks."""
    return Look()


@dataclass(frozen=True)
class Arrival:
    """Where a way ended."""

    way: Way
    since: Crossing | None
    """where it last crossed into a stage; none: where it had before the move"""
    left: Left
    standing: Standing
    stage: Stage
    outcome: str
    asks: tuple[str, ...]
    beyond: bool
    moves: list[Move]
    closing: str
    """how the case was closed; "" where it is open, or nobody said that it may be"""
    look: Look | None
    """none where this process looked at a case that stood so before"""


@dataclass(frozen=True)
class NotGone:
    """A move that the case did not take, or by which the story itself failed, and why."""

    why: str
    failed: bool = False


@dataclass(frozen=True)
class Attempt:
    """Moves to be tried from the end of a way, until an instant of the monotonic clock."""

    way: Way
    since: Crossing
    moves: tuple[Move, ...]
    until: float


Outcome = Arrival | NotGone


class Trier:
    """Goes ways of one playbook. `look` is shown the life of each new standing, and may use it up."""

    def __init__(self, playbook: Playbook, bounds: Bounds, look: Callable[[Life], Look] = no_look) -> None:
        self.bounds, self.ways = bounds, Ways(playbook)
        self._look = look
        self._looked = set[Standing]()

    def begun(self, start: Start) -> Arrival:
        """A case that has just come in."""
        since = self.ways.began(start)
        life, _ = self.ways.live((start, ()), since)
        return self._arrival(life, (start, ()), since)

    def outcomes(self, attempt: Attempt) -> list[Outcome]:
        """What comes of each move, of as many as there is time for."""
        tried: list[Outcome] = []
        for move in attempt.moves:
            if time.monotonic() > attempt.until:
                break
            tried.append(self._outcome(attempt, move))
        return tried

    def _outcome(self, attempt: Attempt, move: Move) -> Outcome:
        start, moves = attempt.way
        way = (start, (*moves, move))
        life, keys = self.ways.live(attempt.way, attempt.since)
        try:
            since = self.ways.crossed(life, move, keys, attempt.since, len(way[1]))
        except ApplicationError as refusal:
            return NotGone("; ".join([f"{refusal.type}: {refusal.message}", *_fields_of(refusal)]))
        except Exception as failure:
            return NotGone(f"{type(failure).__name__}: {failure}", failed=True)
        else:
            return self._arrival(life, way, since if since is not attempt.since else None)
        finally:
            life.drop()

    def _arrival(self, life: Life, way: Way, since: Crossing | None) -> Arrival:
        state, bounds = life.state, self.bounds
        interrupted = sum(1 for move in way[1] if move.outside)
        left = Left(max(0, bounds.rounds - state.round), bounds.interruptions - interrupted)
        standing = standing_of(state, rounds=bounds.rounds)
        beyond = state.round > bounds.rounds
        over = state.closed or beyond
        return Arrival(
            way=way,
            since=since,
            left=left,
            standing=standing,
            stage=state.stage,
            outcome=state.outcome or "",
            asks=tuple(sorted({task.kind for task in state.pending() if steers(task.kind)})),
            beyond=beyond,
            moves=[] if over else list(moves_of(state, interruptions=left.interruptions > 0)),
            closing=closing_of(state) if state.closed else "",
            look=self._looked_at(life, standing, over=over),
        )

    def _looked_at(self, life: Life, standing: Standing, *, over: bool) -> Look | None:
        if over:
            return Look()
        if standing in self._looked:
            return None
        self._looked.add(standing)
        return self._look(life)


def _fields_of(refusal: ApplicationError) -> list[str]:
    """What a refusal says of single fields; another's says nothing of that sort."""
    errors = [each for detail in refusal.details if isinstance(detail, dict) for each in detail.get("errors", [])]
    return [f"{each.get('field', '')} {each.get('message', '')}".strip() for each in errors]


# --- in several processes

Attempts = Callable[[Sequence[Attempt]], Iterator[list[Outcome]]]
_there: list[Trier] = []
"""of a process that tries for another: its own"""


@contextmanager
def trying(trier: Trier, processes: int) -> Iterator[Attempts]:
    """Attempts are made in so many processes, each forked with all that the ways begin with; told in their order."""
    if processes == 1:
        yield lambda attempts: map(trier.outcomes, attempts)
        return
    context = multiprocessing.get_context("fork")
    with ProcessPoolExecutor(processes, context, _there.append, (trier,)) as pool:
        yield lambda attempts: pool.map(_outcomes, attempts)


def _outcomes(attempt: Attempt) -> list[Outcome]:
    return _there[0].outcomes(attempt)
