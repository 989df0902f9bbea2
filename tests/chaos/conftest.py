"""One running system for the room: killed, frozen and raced, and in the end searched for what must not be there."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.instance import Instance, running


@pytest.fixture(scope="package")
def chaos(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Instance]:
    """A running system under the playbook of Jinhua."""
    with running(tmp_path_factory.mktemp("chaos") / "var") as instance:
        yield instance
