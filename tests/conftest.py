"""Fixtures that several rooms share: a whole running system for each playbook, started once a session."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.instance import Instance, running


@pytest.fixture(scope="session")
def jinhua(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Instance]:
    """A running system under the playbook of Jinhua, with the demo county."""
    with running(_var(tmp_path_factory, "jinhua"), "jinhua") as instance:
        yield instance


@pytest.fixture(scope="session")
def qionglai(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Instance]:
    """A running system under the playbook of Qionglai, with the demo county."""
    with running(_var(tmp_path_factory, "qionglai"), "qionglai") as instance:
        yield instance


def _var(factory: pytest.TempPathFactory, name: str) -> Path:
    return factory.mktemp(name) / "var"
