"""Fixtures that several rooms share: a whole running system for each playbook, a PostgreSQL, a fresh installation."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from infra.database.engine import migrate
from infra.runtime.settings import Settings
from tests.instance import Instance, running
from tests.postgres import Cluster, cluster


def _running_under(playbook: str) -> Any:
    """A running system under a playbook, with its demo county: one a session, by the playbook's code."""

    @pytest.fixture(scope="session", name=playbook)
    def instance(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Instance]:
        with running(tmp_path_factory.mktemp(playbook) / "var", playbook) as started:
            yield started

    return instance


jinhua, qionglai, wuwei, ronghe, huangshi = map(_running_under, ("jinhua", "qionglai", "wuwei", "ronghe", "huangshi"))


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
