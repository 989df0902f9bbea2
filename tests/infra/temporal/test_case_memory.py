"""A worker keeps as many cases in memory as it is given memory for."""

from __future__ import annotations

from pathlib import Path

import psutil
import pytest

from infra.runtime.settings import Settings
from infra.temporal import case_memory
from infra.temporal.case_memory import CASE, LEAST, MIB, PROCESS, cached_cases, fair_share, machine


def settings(folder: Path, **more: int) -> Settings:
    return Settings(var=folder, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(("given", "kept"), [(300, 1489), (1024, 8229), (8192, 74956)])
def test_the_cases_and_the_process_take_what_is_given(given: int, kept: int, tmp_path: Path) -> None:
    assert cached_cases(settings(tmp_path, worker_memory_mb=given)) == kept
    assert given * MIB - CASE < PROCESS + kept * CASE <= given * MIB


@pytest.mark.parametrize("given", [1, 100, 130])
def test_the_least_is_kept_however_little_there_is(given: int, tmp_path: Path) -> None:
    assert cached_cases(settings(tmp_path, worker_memory_mb=given)) == LEAST


def test_without_a_setting_workers_share_a_quarter_of_the_machine(tmp_path: Path) -> None:
    assert fair_share(1) == machine() // 4
    assert fair_share(2) == machine() // 8
    for workers in (1, 2, 8):
        kept = max((fair_share(workers) - PROCESS) // CASE, LEAST)
        assert cached_cases(settings(tmp_path, workers=workers)) == kept


def test_the_machine_is_what_is_installed_or_what_a_container_may_take(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    installed = psutil.virtual_memory().total
    limit, absent = tmp_path / "memory.max", tmp_path / "absent"
    monkeypatch.setattr(case_memory, "_LIMITS", (limit, absent))
    assert machine() == installed
    for said, there in (("max\n", installed), (f"{2**62}\n", installed), (f"{512 * MIB}\n", 512 * MIB)):
        limit.write_text(said)
        assert machine() == there


def test_nothing_is_no_memory(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="greater than or equal to 1"):
        settings(tmp_path, worker_memory_mb=0)
