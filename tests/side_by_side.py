"""A pytest plugin: what runs beside what, where pytest-xdist runs the tests in several processes (`-n 2`).

The unit is a file: its fixtures are made once, its tests keep their order. A room that shares one system and looks at
what was done to it is one unit. The longest units begin, so that no process is left alone with one at the end.
"""

from __future__ import annotations

import gc
import os
from collections.abc import Generator
from pathlib import PurePosixPath

import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling
from xdist.workermanage import WorkerController

WHOLE = ("tests/chaos", "tests/workflows")
"""Rooms that are one unit: they kill, starve and search one system, or replay in the end all that happened in it."""
FIRST = ("chaos", "workflows", "web", "infra", "e2e", "docs", "replay")
"""Rooms in the order in which their units are given out, the dearest first; what is in none of them fills the end."""
WAITING = "tests/chaos"
"""A unit that waits more than it works: what it killed comes up again, what it starved heals, in its own time."""


def unit(nodeid: str) -> str:
    """What is kept together with a test: its file, or its room."""
    file = nodeid.partition("::")[0]
    return next((room for room in WHOLE if file.startswith(f"{room}/")), file)


def turn(nodeid: str) -> int:
    """The place of a test's room among those given out."""
    rooms = PurePosixPath(nodeid.partition("::")[0]).parts[1:2]
    return next((FIRST.index(room) for room in rooms if room in FIRST), len(FIRST))


def cores() -> int:
    """How many processes run at once here."""
    return os.cpu_count() or 1


class ByUnit(LoadScopeScheduling):  # type: ignore[misc]  # xdist has no types
    """Each unit to whoever is free, in the order of the collection.

    Where there is a process more than cores, the one that had the waiting unit ends with it: while it waits it costs
    the others little, and afterwards there is one process a core.
    """

    def _split_scope(self, nodeid: str) -> str:
        return unit(nodeid)

    def _reschedule(self, node: WorkerController) -> None:
        if self.numnodes > cores() and WAITING in self.assigned_work[node] and not node.shutting_down:
            node.shutdown()  # what it was given it still runs
        super()._reschedule(node)


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """What is loaded stays: nobody looks for garbage in it, while it is loaded or afterwards."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The rooms in their turn; within a room everything stays as it was."""
    items.sort(key=lambda item: turn(item.nodeid))


@pytest.hookimpl(optionalhook=True, tryfirst=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> ByUnit:
    """Ours instead of what `--dist` names."""
    config.option.loadscopereorder = False  # it would begin with the units of most tests, which are not the longest
    return ByUnit(config, log)
