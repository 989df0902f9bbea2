"""One server for the room: its histories, in the end, are all replayed."""

from __future__ import annotations

import gc
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.workflows.engine import Engine, engine


@pytest_asyncio.fixture(scope="package", loop_scope="session")
async def office(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Engine]:
    """A server, a client and a read model without a worker."""
    async with engine(tmp_path_factory.mktemp("office") / "var") as running:
        yield running
    gc.collect()  # the SDK's objects are let go while the interpreter is whole (sdk-python#300)


@pytest_asyncio.fixture(loop_scope="session")
async def working(office: Engine) -> AsyncIterator[Engine]:
    """The same with a worker for the test."""
    async with office.working():
        yield office
