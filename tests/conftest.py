"""Fixtures that several rooms share: a whole running system for each playbook, a PostgreSQL, a fresh installation."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from infra.database.engine import migrate
from infra.runtime.settings import Settings
from tests.instance import Instance, running
from tests.postgres import Cluster, cluster


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


@pytest.fixture(scope="session")
def wuwei(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Instance]:
    """A running system under the playbook of Wuwei, with its own demo county."""
    with running(_var(tmp_path_factory, "wuwei"), "wuwei") as instance:
        yield instance


@pytest.fixture(scope="session")
def ronghe(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Instance]:
    """A running system under the playbook of fused policing, with its own demo county."""
    with running(_var(tmp_path_factory, "ronghe"), "ronghe") as instance:
        yield instance


@pytest.fixture(scope="session")
def huangshi(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Instance]:
    """A running system under the playbook of Huangshi, with its own demo county."""
    with running(_var(tmp_path_factory, "huangshi"), "huangshi") as instance:
        yield instance


def _var(factory: pytest.TempPathFactory, name: str) -> Path:
    return factory.mktemp(name) / "var"


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
