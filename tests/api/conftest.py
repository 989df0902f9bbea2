"""What the service tests stand on: a copy of a migrated database with the demo county, and no engine but the fake."""

from __future__ import annotations

import asyncio
import contextlib
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from api.core.context import Services, assemble
from infra.database.engine import Session, migrate, open_database
from infra.demo import load
from infra.runtime.places import Places
from infra.runtime.policy_files import Policy, read_policy
from infra.runtime.settings import Settings
from infra.temporal.client import connect
from tests.api.engine import LivingEngine


@pytest.fixture(scope="session")
def policy() -> Policy:
    """The policy that ships, read once."""
    return read_policy("jinhua")


@pytest.fixture(scope="session")
def county(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """A migrated installation with the demo county, to be copied."""
    settings = Settings(var=tmp_path_factory.mktemp("county") / "var")
    migrate(settings)
    asyncio.run(load(settings))
    return settings


@pytest_asyncio.fixture(loop_scope="session")
async def services(county: Settings, policy: Policy, tmp_path: Path) -> AsyncIterator[Services]:
    """What an API process works with, on a database of the test's own."""
    settings = Settings(var=tmp_path / "var", key_file=county.key_file, publish_wait_seconds=0.2)
    settings.var.mkdir()
    assert county.sqlite_path
    assert settings.sqlite_path
    shutil.copy(county.sqlite_path, settings.sqlite_path)
    database = open_database(settings)
    engine = LivingEngine(database)
    client = await connect(settings, lazy=True)  # never connected
    places = Places(settings.run_dir / "places")
    made = assemble(settings, policy=policy, database=database, client=client, engine=engine, places=places)
    looking = asyncio.create_task(made.revisions.keep_looking())
    try:
        yield made
        looking.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await looking
    finally:
        engine.drop()
        places.close()
        await database.close()


@pytest.fixture
def engine(services: Services) -> LivingEngine:
    """The fake engine of `services`: see there how it is made to refuse, to be away, to have no worker."""
    assert isinstance(services.engine, LivingEngine)
    return services.engine


@pytest_asyncio.fixture(loop_scope="session")
async def session(services: Services) -> AsyncIterator[Session]:
    """The one session of a request."""
    async with services.database.read() as opened:
        yield opened
