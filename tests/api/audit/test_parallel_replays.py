"""Replays in several processes: the same findings in the same order, also where a process ends before its time."""

from __future__ import annotations

import asyncio
import os
import sys
from asyncio.subprocess import DEVNULL, PIPE
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import psutil
import pytest

from api.audit.checking import Checker, Finding
from api.audit.parallel_replays import ROOT, ParallelReplays, checks, worthwhile
from api.audit.replay_process import Room, room
from api.histories.lookup import Run
from api.histories.replay import Replayed
from api.histories.replayed_runs import Asked, all_asked
from domain.errors import NotFound
from infra.records.archive import Archive
from infra.runtime.settings import Settings
from tests.replay.golden import FILES, read
from tests.replay.record import KEY

CHANGED = read(FILES[3]).run_id


@pytest.fixture
async def settings(tmp_path: Path) -> Settings:
    """An archive of the golden histories, one of them in a file that was changed."""
    archived = Settings(var=tmp_path / "var", key_file=KEY)
    archive = Archive(archived.archive_dir)
    for file in FILES:
        history = read(file)
        await archive.put(history.workflow_id, history.run_id, history.to_json())
    changed = next(archived.archive_dir.glob(f"*/{CHANGED}.json"))
    changed.write_bytes(changed.read_bytes() + b" ")
    return archived


def at_work() -> list[psutil.Process]:
    """The processes that replay for this one."""
    alive = [child for child in psutil.Process().children() if child.status() != psutil.STATUS_ZOMBIE]
    return [child for child in alive if "api.audit.replay_process" in child.cmdline()]


class NotHere(Checker):
    """Finds nothing in this process."""

    def __init__(self, room: Room) -> None:
        super().__init__(room.histories, room.converter, room.database)

    async def made(self, replayed: Replayed, asked: Asked) -> Finding:
        """Not reached."""
        raise AssertionError("done here")


@asynccontextmanager
async def replays(settings: Settings) -> AsyncIterator[tuple[Room, ParallelReplays[Finding], list[Asked]]]:
    """Replays over the archive, and all there is to replay."""
    async with room(settings, archive_only=True) as opened:
        asked = all_asked([run async for run in opened.histories.all_runs()])
        yield opened, checks(settings, opened), asked


async def test_processes_find_what_one_finds_in_the_order_asked_for(settings: Settings) -> None:
    async with replays(settings) as (opened, checking, asked):
        alone = [finding async for finding in checking.made(asked, processes=1)]
        assert [finding.run for finding in alone] == [each.run.run_id for each in asked]
        assert [finding.run for finding in alone if not finding.sound] == [CHANGED]
        elsewhere = ParallelReplays(settings, "check", opened, Finding, NotHere(opened))
        assert [finding async for finding in elsewhere.made(asked, processes=3)] == alone
        assert not at_work()


async def test_what_killed_processes_leave_is_done_here(settings: Settings) -> None:
    async with replays(settings) as (_, checking, asked):
        found = []
        async for finding in checking.made(asked, processes=2):
            found.append(finding.run)
            for child in at_work():
                child.kill()
        assert found == [each.run.run_id for each in asked]


async def test_what_goes_wrong_in_a_process_is_told_as_if_it_had_been_here(settings: Settings) -> None:
    async with replays(settings) as (_, checking, asked):
        nowhere = Asked(run=Run(asked[0].run.dispute_no, "nowhere", closed=True), latest=False)
        with pytest.raises(NotFound):
            [each async for each in checking.made([*asked[:3], nowhere], processes=2)]
        assert not at_work()


async def test_nothing_is_left_running_where_the_findings_are_not_wanted_any_more(settings: Settings) -> None:
    async with replays(settings) as (_, checking, asked):
        findings = checking.made(asked, processes=2)
        await anext(findings)
        assert at_work()
        await findings.aclose()
        assert not at_work()


async def test_a_process_ends_with_its_parent(settings: Settings) -> None:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "infra.startup.loading", "api.audit.replay_process", "check", "--archive"),
        stdin=PIPE, stdout=DEVNULL, cwd=ROOT, env={**os.environ, **settings.environment()},
    )  # fmt: skip
    assert process.stdin
    process.stdin.close()  # as the kernel does for a parent that was killed
    assert await process.wait() == 0


def test_few_runs_are_not_worth_a_process() -> None:
    assert worthwhile(0) == worthwhile(99) == 0
    assert worthwhile(10**6) <= max(os.cpu_count() or 1, 1)
