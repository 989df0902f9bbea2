"""A pytest plugin: what runs beside what, where pytest-xdist runs the tests in several processes.

The unit is a file: its fixtures are made once, its tests keep their order. A room that shares one system and looks at
what was done to it is one unit. The longest units begin, so that no process is left alone with one at the end.
"""

from pathlib import PurePosixPath

import pytest
from xdist.scheduler import LoadScopeScheduling

WHOLE = ("chaos", "workflows")
"""Rooms that are one unit: they kill, starve and search one system, or replay in the end all that happened in it."""
FIRST = ("chaos", "workflows", "e2e", "web", "docs", "infra", "replay")
"""Rooms in the order in which their units are given out; the others follow."""


def unit(nodeid: str) -> str:
    """What is kept together with a test: its file, or its room."""
    path = PurePosixPath(nodeid.partition("::")[0])
    return str(path.parent) if path.parent.name in WHOLE else str(path)


def turn(of: str) -> int:
    """The place of a unit among those given out."""
    room = next((part for part in PurePosixPath(of).parts[1:2]), "")
    return FIRST.index(room) if room in FIRST else len(FIRST)


class ByRoom(LoadScopeScheduling):
    """Units in their turn to whoever is free."""

    def _split_scope(self, nodeid: str) -> str:
        return unit(nodeid)


@pytest.hookimpl(tryfirst=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> ByRoom:
    """Ours instead of what `--dist` names."""
    return ByRoom(config, log)  # type: ignore[arg-type]
