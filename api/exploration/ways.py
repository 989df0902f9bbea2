"""Bringing a case along a way, as often as asked.

A run can't be copied: Python's coroutines hold where the story waits. But before a stage is entered the story holds
nothing that the case does not, so a case that stood there is taken up again from its image, and only what happened
since is gone anew.
"""

from __future__ import annotations

import pickle
from collections.abc import Iterator
from copy import copy
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from itertools import count
from typing import Any

from api.exploration.county import BEGAN, begun
from api.exploration.moves import Move, take
from domain.case.state import DisputeState
from domain.people.organisation import OrganisationRef
from domain.policy.playbook import Playbook
from domain.policy.process import Process
from domain.policy.spans import Calendar
from domain.policy.stages import Stage
from workflows.dispute import DisputeInput
from workflows.harness.life import Life


@dataclass(frozen=True)
class Start:
    """How a case comes in."""

    source: str
    rank: int
    danger: str = ""
    police: bool = False

    @property
    def words(self) -> str:
        """How it comes in, in words."""
        risk = "，有家暴风险" if self.danger else "，涉警" if self.police else ""
        return f"由{self.source}受理，危害程度{self.rank}{risk}"


KEPT = (Process, Calendar, OrganisationRef)
"""What a case holds and never changes."""
Way = tuple[Start, tuple[Move, ...]]


@dataclass(frozen=True)
class Crossing:
    """A case as it stood before it entered a stage, in the last move of a way of so many."""

    image: bytes
    stage: Stage | None
    """none before its first line"""
    at: datetime
    keys: count[int]
    moves: int


class Ways:
    """Brings cases along ways under one playbook."""

    def __init__(self, playbook: Playbook) -> None:
        self.playbook = playbook
        self._starts: dict[Start, Crossing] = {}
        self._kept: dict[int, Any] = {}
        """what is never changed and therefore in no image: by `id`"""

    def began(self, start: Start) -> Crossing:
        """A case that has just come in."""
        if start not in self._starts:
            state = begun(self.playbook, source=start.source, rank=start.rank, danger=start.danger,
                          police=start.police)  # fmt: skip
            kept = (state.process, state.calendar, *state.organisations.values())
            self._kept |= {id(each): each for each in kept}
            self._starts[start] = Crossing(self._image_of(state), None, BEGAN, count(1), 0)
        return self._starts[start]

    def live(self, way: Way, since: Crossing) -> tuple[Life, Iterator[int]]:
        """A case at the end of a way, from where it last crossed into a stage, and what its further keys are counted
        by.
        """
        keys = copy(since.keys)
        state = _Reading(BytesIO(since.image), self._kept).load()
        life = Life(DisputeInput(state=state), since.at, keys, travels=False, entering=since.stage)
        life.knows = True
        for move in way[1][since.moves :]:
            take(life, move, keys)
        life.knows = False
        return life, keys

    def crossed(self, life: Life, move: Move, keys: Iterator[int], since: Crossing, moves: int) -> Crossing:
        """Takes a move as the last of so many; answers where the case last crossed into a stage, `since` if not now.

        Raises:
            ApplicationError: the case does not take it
        """
        last = [since]

        def entering(stage: Stage) -> None:
            assert isinstance(keys, count)
            last[0] = Crossing(self._image_of(life.state), stage, life.at, copy(keys), moves)

        life.watch(entering)
        take(life, move, keys)
        return last[0]

    def _image_of(self, state: DisputeState) -> bytes:
        image = BytesIO()
        _Writing(image, self._kept).dump(state)
        return image.getvalue()


class _Writing(pickle.Pickler):
    """Writes what is never changed by its id only."""

    def __init__(self, file: BytesIO, kept: dict[int, Any]) -> None:
        super().__init__(file, pickle.HIGHEST_PROTOCOL)

        def written(each: Any) -> Any:
            return (_kept, (id(each),)) if id(each) in kept else each.__reduce_ex__(pickle.HIGHEST_PROTOCOL)

        self.dispatch_table = dict.fromkeys(KEPT, written)


class _Reading(pickle.Unpickler):
    def __init__(self, file: BytesIO, kept: dict[int, Any]) -> None:
        super().__init__(file)
        self._kept = kept

    def find_class(self, module: str, name: str) -> Any:
        """What is only named by its id is looked up among what is kept."""
        return self._kept.__getitem__ if name == _kept.__name__ else super().find_class(module, name)


def _kept(number: int) -> Any:
    """Stands in an image for what is kept."""
    raise AssertionError("read by `_Reading`")
