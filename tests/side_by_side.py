"""A pytest plugin: what runs beside what, where pytest-xdist runs the tests in several processes (`-n 2`).

The unit is a file: its fixtures are made once, its tests keep their order. A room that shares one system and looks at
what was done to it is one unit. The longest units begin, so that no process is left alone with one at the end.
"""

from __future__ import annotations

import gc
from collections.abc import Generator
from pathlib import PurePosixPath

import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

CITIES = "tests/e2e/cities"
WHOLE = ("tests/chaos", "tests/workflows", CITIES)
"""Rooms that are one unit: they kill, starve and search one system, or replay in the end all that happened in it; or
have the systems of all cities, which else each process would start for itself, and keep for a file or two."""
OF_CITIES = (
    "tests/e2e/cli/test_stories.py", "tests/e2e/indicators/test_calls.py", "tests/e2e/intake/test_own_sources.py",
    "tests/e2e/people/test_hard_cases.py",
)  # fmt: skip
"""Files of other rooms that need a city's system, and so belong to that unit."""
FIRST = ("chaos", "workflows", "web", "e2e", "docs", "infra", "replay")
"""Rooms in the order in which their units are given out, the dearest first, and those together that share the running
systems: a system is ended with its last test (tests/conftest.py). What is in none of them fills the end."""


def unit(nodeid: str) -> str:
    """What is kept together with a test: its file, or its room."""
    file = nodeid.partition("::")[0]
    if file in OF_CITIES:
        return CITIES
    return next((room for room in WHOLE if file.startswith(f"{room}/")), file)


def turn(nodeid: str) -> tuple[int, bool]:
    """The place of a test's room among those given out. A unit stands in one piece, the great one of a room first."""
    rooms = PurePosixPath(nodeid.partition("::")[0]).parts[1:2]
    return next((FIRST.index(room) for room in rooms if room in FIRST), len(FIRST)), unit(nodeid) not in WHOLE


class ByUnit(LoadScopeScheduling):  # type: ignore[misc]  # xdist has no types
    """Each unit to whoever is free, in the order of the collection.

    There is a process more than cores (`make test`): each waits a fifth of its time, for deadlines, for what it killed.
    """

    def _split_scope(self, nodeid: str) -> str:
        return unit(nodeid)


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
