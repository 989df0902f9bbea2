"""What `santui audit …`, `santui rebuild` and `santui doctor` do: the audit on a terminal, also where nothing else
runs.
"""

from __future__ import annotations

import asyncio
import gc
import hashlib
import json
from collections.abc import Awaitable, Callable, Coroutine, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from temporalio.runtime import Runtime, TelemetryConfig

from api.audit.case_at_event import case_at
from api.audit.checking import Finding
from api.audit.parallel_replays import checks, rebuilds
from api.audit.replay_process import Room, room
from api.cli.stuck_report import stalled
from api.histories.lookup import Run
from api.histories.replayed_runs import all_asked
from api.operations.doctor import examination
from api.operations.startup_notices import notices
from domain.base import CHINA
from domain.errors import ArchiveBroken, SantuiError
from infra.health.doctor.records import findings, found_of
from infra.read_model.writer import all_numbers
from infra.runtime.policy_files import read_playbook
from infra.runtime.settings import get_settings
from infra.runtime.tls.link import LinkUnfit
from infra.temporal.client import connect
from workflows.ports import TASK_QUEUE
from workflows.rhythm import BEATS, RhythmWorkflow

console = Console(stderr=True, highlight=False)


def replay(numbers: Sequence[str], since: datetime | None, until: datetime | None, *, archive_only: bool) -> int:
    """Replays the runs of these disputes, or those begun from one day to another; 1 if one differs or is not there."""

    async def work(room: Room) -> int:
        later = await _runs(room, numbers, _day(since))
        end = _day(until, after=True)
        wanted = [run for run in later if end is None or run.started_at is None or run.started_at < end]
        bad, events = 0, 0
        checking = checks(get_settings(), room)
        with _progress("replay", len(wanted)) as done:
            async for finding in checking.made(all_asked(wanted, later)):
                done()
                _print(finding)
                bad += not finding.sound
                events += finding.events
        missing = {*numbers} - {run.dispute_no for run in wanted}
        console.print(f"{len(wanted)} runs, {events} events, {bad} with differences · {bad} 个历史有差异")
        return 1 if bad or missing else 0

    return _in_room(work, archive_only=archive_only)


def archive() -> int:
    """Has the worker put the histories of closed runs into the archive now."""

    async def go() -> int:
        client = await connect(get_settings())
        beat = next(beat for beat in BEATS if beat.activity == "archive")
        done = await client.execute_workflow(
            RhythmWorkflow.run, beat, id=f"rhythm-archive-now-{uuid4()}", task_queue=TASK_QUEUE
        )
        console.print(f"{done} histories archived · 已归档 {done} 份历史")
        return 0

    return _explained(go())


def state(number: str, event: int | None, run: str | None, *, archive_only: bool) -> int:
    """Prints the case as it stood after an event of a run, the last of the latest unless they are named."""

    async def work(room: Room) -> int:
        case = await case_at(await room.histories.fetch(number, run), event, room.converter)
        print(json.dumps(case.model_dump(mode="json", exclude_unset=True), ensure_ascii=False, indent=2))
        return 0

    return _in_room(work, archive_only=archive_only)


def export(number: str, into: Path, *, archive_only: bool) -> int:
    """Writes every run's history of a dispute to a folder as stored, with its SHA-256 beside it."""

    async def work(room: Room) -> int:
        into.mkdir(parents=True, exist_ok=True)
        for each in await _runs(room, [number]):
            text = (await room.histories.fetch(number, each.run_id)).to_json().encode()
            file = into / f"{number}-{each.run_id}.json"
            file.write_bytes(text)
            digest = hashlib.sha256(text).hexdigest()
            file.with_name(f"{file.name}.sha256").write_text(f"{digest}  {file.name}\n", encoding="ascii")
            print(f"{digest}  {file}")
        return 0

    return _in_room(work, archive_only=archive_only)


def rebuild(numbers: Sequence[str]) -> int:
    """Makes the read model again; what could not be is named, and the exit code is 1."""

    async def work(room: Room) -> int:
        runs = await _runs(room, numbers)
        latest = {run.dispute_no: run for run in runs}
        failed = 0
        with _progress("rebuild", len(latest)) as done:
            async for rebuilt in rebuilds(get_settings(), room).made(all_asked(list(latest.values()))):
                done()
                if rebuilt.error:
                    failed += 1
                    print(f"{rebuilt.dispute_no} 未能重建：{rebuilt.error}")
        unknown = await _unknown(room, numbers, latest)
        console.print(f"{len(latest) - failed} rebuilt, {failed} failed · 已重建 {len(latest) - failed} 件")
        return 1 if failed or unknown else 0

    return _in_room(work)


def doctor(numbers: Sequence[str]) -> int:
    """Says what is stuck, and what differs between read model and engine; exit code 1 if anything is or does."""

    async def work(room: Room) -> int:
        assert room.client is not None
        assert room.database is not None
        stuck = [] if numbers else await stalled(get_settings(), room.database) + await _examined(room)
        for line in stuck:
            print(line)
        runs = await _runs(room, numbers)
        latest = {run.dispute_no: run for run in runs}
        bad = 0
        with _progress("doctor", len(latest)) as done:
            async for finding in checks(get_settings(), room).made(all_asked(list(latest.values()))):
                done()
                if not finding.sound:
                    bad += 1
                    _print(finding)
        unknown = await _unknown(room, numbers, latest)
        sound = len(latest) - bad
        console.print(f"{sound} sound, {bad} with differences, {unknown} unknown to the engine · {sound} 件一致")
        if bad:
            console.print("mend with: santui rebuild NUMBER… · 可用 santui rebuild 修复查询库")
        await _tell_notices(room)
        return 1 if bad or unknown or stuck else 0

    return _in_room(work)


async def _examined(room: Room) -> list[str]:
    """What an examination finds, a line each; it is put on record and nothing is healed."""
    assert room.client is not None
    assert room.database is not None
    total, results = await examination(get_settings(), room.client, room.database, heals=False)
    with _progress("examination", total) as done:
        async for _ in results:
            done()
    lines, cursor = [], None
    while True:
        async with room.database.read() as session:
            page = await findings(session, standing=True, limit=200, cursor=cursor)
        lines += [f"{found_of(row).what()}{found_of(row).to_do()}" for row in page.rows]
        if not (cursor := page.next_cursor):
            return lines


async def _tell_notices(room: Room) -> None:
    """What is not as the mechanism has it, as reported at every start; nothing that `doctor` could call unsound."""
    assert room.database is not None
    for notice in await notices(room.database, read_playbook(get_settings().playbook)):
        console.print(f"warning: {notice.message()}", soft_wrap=True)


async def _unknown(room: Room, numbers: Sequence[str], latest: dict[str, Run]) -> int:
    """Names the disputes that the read model shows and no history knows. They are left: a lost engine is no reason to
    lose the rest too. What was taken in since the runs were listed has one.
    """
    assert room.database is not None
    shown = [number for number in await all_numbers(room.database) if not numbers or number in numbers]
    unlisted, unknown = [number for number in shown if number not in latest], []
    with _progress("not listed", len(unlisted)) as done:
        for number in unlisted:
            if not await room.histories.runs(number):
                unknown.append(number)
            done()
    for number in unknown:
        print(f"{number} 查询库中有，引擎和档案中都没有历史")
    return len(unknown)


async def _runs(room: Room, numbers: Sequence[str], since: datetime | None = None) -> list[Run]:
    """The runs of these disputes, or all begun since; in order of their begin, so that the last is the latest."""
    if not numbers:
        found = [run async for run in room.histories.all_runs(since)]
    else:
        found = []
        for number in numbers:
            runs = await room.histories.runs(number)
            if not runs:
                print(f"{number} 没有历史")
            found += runs
    first = datetime.min.replace(tzinfo=UTC)
    return sorted(found, key=lambda run: run.started_at or first)


def _print(finding: Finding) -> None:
    words = "一致" if finding.sound else "无法重放" if not finding.replayed else "有差异"
    print(f"{finding.dispute_no} {finding.run} {finding.events} events {words}")
    for line in [*([finding.error] if finding.error else []), *finding.differences]:
        print(f"    {line}")


def _in_room(work: Callable[[Room], Awaitable[int]], *, archive_only: bool = False) -> int:
    """Runs a command's work in its room."""

    async def go() -> int:
        async with room(get_settings(), archive_only=archive_only) as opened:
            return await work(opened)

    return _explained(go())


def _explained(work: Coroutine[None, None, int]) -> int:
    """Runs a command; a failure is one sentence."""
    settings = get_settings()
    try:
        if not settings.key_file.exists():
            work.close()
            console.print(f"no key file at {settings.key_file}: without it no history can be read · 没有密钥文件")
            return 1
        # The SDK's core writes its warnings to standard output, in the middle of the answer, and may quote the case.
        Runtime.set_default(Runtime(telemetry=TelemetryConfig(logging=None)), error_if_already_set=False)
        return asyncio.run(work)
    except ArchiveBroken as broken:
        console.print(f"the archive is not what was put there · {broken.detail}")
    except SantuiError as error:
        messages = [str(each["message"]) for each in error.errors]
        console.print(" · ".join(dict.fromkeys([error.title, error.detail, *messages])))
    except LinkUnfit as error:
        console.print(str(error))
    except RuntimeError as error:  # the engine's client can't connect
        console.print(f"Temporal at {settings.temporal_target} does not answer ({error}); with --archive the archived "
                      "histories are used · 引擎没有响应，可加 --archive 使用档案")  # fmt: skip
    finally:
        gc.collect()  # the SDK may crash the interpreter at exit while its objects are alive (sdk-python#300)
    return 1


@contextmanager
def _progress(what: str, total: int) -> Iterator[Callable[[], None]]:
    """A progress bar on a terminal, to be told of each that is done; nothing where there is none."""
    parts = (TextColumn(what), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*parts, console=console, disable=not console.is_terminal) as bar:
        task = bar.add_task(what, total=total)
        yield lambda: bar.advance(task)


def _day(day: datetime | None, *, after: bool = False) -> datetime | None:
    if day is None:
        return None
    return day.replace(tzinfo=CHINA) + timedelta(days=1 if after else 0)
