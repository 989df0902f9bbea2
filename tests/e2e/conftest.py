"""The people of the running systems."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.e2e.support import People, Raw
from tests.instance import Instance


@pytest.fixture(scope="session")
def people(jinhua: Instance) -> People:
    """The demo people of the system under Jinhua's playbook."""
    return People(jinhua.base, jinhua.var / "demo.json")


@pytest.fixture(scope="session")
def bureau(qionglai: Instance) -> People:
    """The demo people of the system under Qionglai's playbook."""
    return People(qionglai.base, qionglai.var / "demo.json")


@pytest.fixture(scope="session")
def nobody(jinhua: Instance) -> Iterator[Raw]:
    """HTTP without a sign-in."""
    raw = Raw(jinhua.base, jinhua.var / "demo.json")
    yield raw
    raw.close()


@pytest.fixture(scope="session")
def supervisor(jinhua: Instance, people: People) -> Iterator[Raw]:
    """HTTP as the supervisor."""
    raw = Raw(jinhua.base, jinhua.var / "demo.json", people.supervisor.username)
    yield raw
    raw.close()
