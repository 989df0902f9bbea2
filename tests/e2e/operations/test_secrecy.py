"""Nobody else on the machine reads what a running system keeps: no database, log, archive, file, key or sign-in."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from infra.runtime.file_permissions import OTHERS, mend
from infra.runtime.settings import Settings
from infra.temporal.client import connect
from tests.e2e.support import People
from tests.instance import Instance, running
from tests.workflows.engine import until

TESTS_OWN = {"up.log"}
"""What the test and not the system wrote."""


def open_to_others(var: Path) -> list[str]:
    """What somebody else may look into, or worse."""
    found = [var, *var.rglob("*")]
    return sorted(
        str(path.relative_to(var)) for path in found if path.lstat().st_mode & OTHERS and path.name not in TESTS_OWN
    )


@pytest.fixture(scope="module")
def generous(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Instance]:
    """A system started by somebody whose umask lets everybody read, on a directory that was open before."""
    var = tmp_path_factory.mktemp("generous") / "var"
    before = os.umask(0)
    try:
        for folder in ("logs", "archive/D2025-000001", "attachments"):
            (var / folder).mkdir(parents=True)
        for file in ("logs/api.log", "archive/D2025-000001/run.json", "attachments/a", "first-admin.json"):
            (var / file).write_text("of an earlier version")
        with running(var) as instance:
            yield instance
    finally:
        os.umask(before)


async def test_what_a_running_system_keeps_is_its_owner_s_alone(generous: Instance) -> None:
    people = People(generous.base, generous.var / "demo.json")
    number = people.at_push_1()
    people.supervisor.attach(number)
    people.end(number)
    client = await connect(generous.settings)
    await client.get_schedule_handle("rhythm-archive").trigger()

    async def archived() -> bool:
        return any((generous.settings.archive_dir / number).glob("*.json"))

    await until(archived)
    names = {path.name for path in generous.var.rglob("*")}
    expected = {"santui.db", "santui.db-wal", "temporal.db", "temporal.db-wal", "demo.json", "santui.key", number}
    assert expected | {"temporal.log", "worker.log", "api.log", "run.json", "first-admin.json"} <= names
    assert open_to_others(generous.var) == []
    assert stat.S_IMODE(generous.var.stat().st_mode) == 0o700
    assert stat.S_IMODE((generous.var / "temporal.db").stat().st_mode) == 0o600


def test_mending_touches_what_is_ours_by_name_and_nothing_else(tmp_path: Path) -> None:
    settings = Settings(var=tmp_path)
    for name in ("santui.db", "temporal.db-wal", "somebody-else.txt"):
        (tmp_path / name).write_text("")
        (tmp_path / name).chmod(0o644)
    (tmp_path / "logs").mkdir(mode=0o700)
    (tmp_path / "logs" / "elsewhere").symlink_to(tmp_path / "somebody-else.txt")
    tmp_path.chmod(0o755)
    assert mend(settings) == 3
    assert open_to_others(tmp_path) == ["logs/elsewhere", "somebody-else.txt"]
    assert mend(settings) == 0
    tmp_path.chmod(0o1777)  # shared on purpose, as /tmp is
    assert mend(settings) == 0
