"""`santui people coverage`: what it prints of the demo county, and of one with a gap."""

from __future__ import annotations

import asyncio
import shutil
from pathlib import Path

import pytest

from api.cli.coverage import coverage
from infra.database.engine import open_database
from infra.database.tables.people import OrganisationRow
from infra.runtime.settings import Settings


@pytest.fixture
def copied(county: Settings, tmp_path: Path) -> Settings:
    """An installation of the test's own."""
    settings = Settings(var=tmp_path / "var", key_file=county.key_file)
    settings.var.mkdir()
    assert county.sqlite_path
    assert settings.sqlite_path
    shutil.copy(county.sqlite_path, settings.sqlite_path)
    return settings


def test_the_demo_county_is_whole_and_its_vacancies_are_named(
    copied: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    assert coverage(copied) == 0
    said = capsys.readouterr().out.splitlines()
    assert said[0] == "警格 457 个，网格 457 个，一一对应 457 个；对应关系 968 对，空缺 3 处"
    assert said[1:4] == [
        "大坪村第8网格（大坪村第8警格）：社区副所长空缺",
        "乌石村第1网格（乌石村第1警格）：社区民警（辅警）空缺",
        "乌石村第8网格（乌石村第8警格）：社区民警（辅警）空缺",
    ]
    assert "无缺口、无重复" in said[-1]


async def test_a_gap_and_a_double_are_told_by_name_and_the_exit_code_says_so(
    copied: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    database = open_database(copied)
    async with database.write() as session:
        beat = await session.get_one(OrganisationRow, "beat-013")
        beat.keywords = "grid-012"
        session.add(beat)
    await database.close()
    assert await _apart(copied) == 1
    said = capsys.readouterr().out
    assert "缺口：" in said
    assert "（grid-013）没有警格" in said
    assert "（grid-012）有2个警格" in said
    assert "未能一一对应" in said


async def _apart(settings: Settings) -> int:
    """As a process of its own would run it: it has a loop of its own."""
    return await asyncio.to_thread(coverage, settings)


def test_where_there_is_no_installation_it_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert coverage(Settings(var=tmp_path / "var")) == 1
    assert "尚未安装" in capsys.readouterr().err
