"""The services under Qionglai's mechanism: two levels of desks, and the committee."""

from __future__ import annotations

from dataclasses import replace

import pytest

from api.core.context import Services
from infra.runtime.policy_files import Policy, read_policy


@pytest.fixture(scope="session")
def qionglai() -> Policy:
    """Qionglai's policy, read once."""
    return read_policy("qionglai")


@pytest.fixture
def desks(services: Services, qionglai: Policy) -> Services:
    """The services of an installation that runs it."""
    return replace(services, policy=qionglai)
