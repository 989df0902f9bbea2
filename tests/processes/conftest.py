"""One system of two API processes and two workers for the room."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.instance import Instance, running
from tests.processes.doors import CountyAt

TWO = ("api", "api-2")


@pytest.fixture(scope="package")
def four(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Instance]:
    """A running system under the playbook of Jinhua, two API processes and two workers."""
    both = {"SANTUI_API_PROCESSES": "2", "SANTUI_WORKERS": "2"}
    with running(tmp_path_factory.mktemp("four") / "var", **both) as instance:
        yield instance


@pytest.fixture
def counties(four: Instance) -> Iterator[tuple[CountyAt, CountyAt]]:
    """The demo people at either API process."""
    first, second = (CountyAt(four, name) for name in TWO)
    yield first, second
    first.close()
    second.close()
