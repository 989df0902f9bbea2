"""Fixtures that several rooms share: a whole running system for each playbook, a PostgreSQL, a fresh installation.

A system is started with the first test that asks for it, and ended after the file of the last: one that is idle takes
a fiftieth of a core, and a run has up to five of them in each of its processes.
"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Generator, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from infra.database.engine import migrate
from infra.runtime.settings import Settings
from tests.instance import Instance, running
from tests.postgres import Cluster, cluster

SYSTEMS = ("jinhua", "qionglai", "wuwei", "ronghe", "huangshi")
_started: dict[str, Instance] = {}
_last: dict[str, int] = {}
"""of a system: the place, in the order of all tests, of the last that asks for it"""
_places: dict[str, int] = {}


def _running_under(playbook: str) -> Any:
    """A running system under a playbook, with its demo county: one a session, by the playbook's code."""

    @pytest.fixture(scope="session", name=playbook)
    def instance(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Instance]:
        with running(tmp_path_factory.mktemp(playbook) / "var", playbook) as started:
            _started[playbook] = started
            yield started

    return instance


jinhua, qionglai, wuwei, ronghe, huangshi = map(_running_under, SYSTEMS)


def _asked(item: pytest.Item) -> list[str]:
    """The systems that a test asks for, by its fixtures too; a room may have a fixture of that name of its own."""
    known = getattr(item, "_fixtureinfo", None)
    found = known.name2fixturedefs if known else {}
    return [name for name in SYSTEMS if name in found and found[name][-1].baseid == "tests"]


def pytest_collection_finish(session: pytest.Session) -> None:
    """Looks who asks last. A process of several gets its units in this order too, so none asks for it afterwards."""
    for place, item in enumerate(session.items):
        _places[item.nodeid] = place
        _last.update(dict.fromkeys(_asked(item), place))


def pytest_runtest_setup(item: pytest.Item) -> None:
    """A system that was ended is there again, should a test come late: what a dead process had to do, another does."""
    for name in _asked(item):
        if name in _started and _started[name].ended:
            _started[name].start()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item, nextitem: pytest.Item | None) -> Generator[None, object, object]:
    """After the last test of a file: its fixtures are gone."""
    done = yield
    if nextitem and nextitem.path != item.path:
        for name, instance in _started.items():
            if _last[name] <= _places[item.nodeid]:
                with suppress(subprocess.TimeoutExpired):  # its fixture ends it again, and tells
                    instance.stop()
    return done


@pytest.fixture(scope="session")
def postgres() -> Iterator[Cluster]:
    """A PostgreSQL server; where there is none to be had, what needs it fails with a sentence."""
    with cluster() as running_cluster:
        yield running_cluster


@pytest.fixture(scope="session")
def migrated(postgres: Cluster, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """An empty installation at the newest revision on each database, to be copied: the file, the database's name."""
    settings = Settings(var=tmp_path_factory.mktemp("migrated") / "var")
    url = postgres.database()
    migrate(settings)
    migrate(settings.model_copy(update={"database_url": url}))
    assert settings.sqlite_path is not None
    return settings.sqlite_path, url.rpartition("/")[2]


@pytest.fixture(params=["sqlite", "postgresql"])
def anywhere(request: pytest.FixtureRequest, tmp_path: Path, postgres: Cluster, migrated: tuple[Path, str]) -> Settings:
    """An empty installation of the test's own, once on SQLite and once on PostgreSQL."""
    file, template = migrated
    settings = Settings(var=tmp_path / "var")
    settings.var.mkdir()
    if request.param == "sqlite":
        assert settings.sqlite_path is not None
        shutil.copy(file, settings.sqlite_path)
        return settings
    return settings.model_copy(update={"database_url": postgres.database(f"TEMPLATE {template}")})
