"""Checking replays: the same commands, the same state, the same read model."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from typing import Any, TypeVar

from temporalio.client import WorkflowHistory
from temporalio.converter import DataConverter

from api.histories.lookup import Histories, Run
from api.histories.replay import Replayed, replay, replay_all
from domain.base import Model
from domain.case.state import DisputeState
from domain.errors import ArchiveBroken
from domain.image.projection import project
from infra.database.engine import Database
from infra.database.tables.read_model import DisputeRow
from infra.read_model.diff import differences, values_that_differ
from infra.read_model.writer import rows_of, stored_rows
from infra.records.archive import noted_digest
from infra.temporal.codec import converter_for

AHEAD = 4
TRIES = 5
"""How often a dispute that goes on while it is compared is compared again."""
PAUSE = 0.2
T = TypeVar("T")


class Finding(Model):
    """What the replay of one run found, in the words of the HTTP contract.

    `state_matches` compares the replayed state with the one the run ended with and, for the latest run, with the read
    model; `differences` names each difference, also where the archive's file is not what was noted of it.
    """

    dispute_no: str
    run: str
    events: int
    replayed: bool
    error: str | None = None
    state_matches: bool
    differences: list[str] = []

    @property
    def sound(self) -> bool:
        """Whether the run replays, to the same state, and nothing differs."""
        return self.replayed and self.state_matches and not self.differences


class Checker:
    """Replays runs and compares them with read model and archive; without a database only with their own results."""

    def __init__(self, histories: Histories, converter: DataConverter, database: Database | None) -> None:
        self._histories, self._converter, self._database = histories, converter, database

    async def check(
        self, runs: Sequence[Run], done: Callable[[int], None] = lambda _: None, *, later: Sequence[Run] = ()
    ) -> AsyncIterator[Finding]:
        """Checks runs one after another; `done` is called with the number so far.

        `later` are runs that are not checked and may have followed: only a dispute's latest is what is shown of it.
        """
        latest = {run.dispute_no: run.run_id for run in sorted([*later, *runs], key=_begun)}
        broken: list[Finding] = []

        async def fetch(run: Run) -> WorkflowHistory | Finding:
            try:
                return await self._histories.fetch(run.dispute_no, run.run_id)
            except ArchiveBroken as error:
                return Finding(dispute_no=run.dispute_no, run=run.run_id, events=0, replayed=False,
                               error=error.detail, state_matches=False)  # fmt: skip

        async def stream() -> AsyncIterator[WorkflowHistory]:
            async for each in prefetched(runs, fetch):
                if isinstance(each, Finding):
                    broken.append(each)
                else:
                    yield each

        count = 0
        async for replayed in replay_all(stream(), self._converter):
            yield await self._finding(replayed, last=latest[replayed.dispute_no] == replayed.run_id)
            count += 1
            done(count)
        for finding in broken:
            yield finding
            count += 1
            done(count)

    async def _finding(self, replayed: Replayed, *, last: bool) -> Finding:
        found: list[str] = []
        if replayed.state is not None:
            found = await self._with_result(replayed.history, replayed.state)
            if last and self._database:
                found += await self.with_read_model(replayed)
        return Finding(
            dispute_no=replayed.dispute_no,
            run=replayed.run_id,
            events=replayed.events,
            replayed=replayed.state is not None,
            error=replayed.error,
            state_matches=replayed.state is not None and not found,
            differences=found + await self._with_archive(replayed),
        )

    async def _with_archive(self, replayed: Replayed) -> list[str]:
        """How the archive's file of the run differs from the digest noted when it was archived."""
        if self._database is None or (noted := await noted_digest(self._database, replayed.run_id)) is None:
            return []
        try:
            digest = await self._histories.archived_digest(replayed.dispute_no, replayed.run_id)
        except ArchiveBroken as error:
            return [error.detail]
        if digest is None:
            return ["档案文件缺失"]
        return [] if digest == noted else ["档案文件与归档时登记的摘要不符"]

    async def _with_result(self, history: WorkflowHistory, state: DisputeState) -> list[str]:
        """How the replayed state differs from the result in the last event of a run that ended."""
        ended = history.events[-1].workflow_execution_completed_event_attributes
        if not ended.result.payloads:
            return []
        converter = converter_for(history.workflow_id, self._converter)
        (result,) = await converter.decode(ended.result.payloads, [DisputeState])
        if result.model_dump_json() == state.model_dump_json():
            return []
        theirs, ours = result.model_dump(mode="json"), state.model_dump(mode="json")
        return [f"结束时的状态 {path} 不一致" for path in values_that_differ(theirs, ours)]

    async def with_read_model(self, replayed: Replayed) -> list[str]:
        """How the read model differs. A dispute that goes on meanwhile is compared again."""
        assert self._database is not None
        assert replayed.state is not None
        state = replayed.state
        for attempt in range(TRIES):
            async with self._database.read() as session:
                stored = await stored_rows(session, replayed.dispute_no)
            revision = next((row["revision"] for row in stored[DisputeRow]), 0)
            if revision == state.revision or attempt == TRIES - 1:
                break
            await asyncio.sleep(PAUSE)
            again = await replay(await self._histories.fetch(replayed.dispute_no), self._converter)
            state = again.state or state
        return differences(stored, rows_of(project(state)))


async def prefetched(items: Sequence[Run], fetch: Callable[[Run], Coroutine[Any, Any, T]]) -> AsyncIterator[T]:
    """The fetched items of runs, in their order, `AHEAD` of them at a time."""
    waiting: list[asyncio.Task[T]] = []
    ahead = iter(items)
    try:
        while True:
            while len(waiting) < AHEAD and (item := next(ahead, None)) is not None:
                waiting.append(asyncio.create_task(fetch(item)))
            if not waiting:
                return
            yield await waiting.pop(0)
    finally:
        for each in waiting:
            each.cancel()


def _begun(run: Run) -> float:
    return run.started_at.timestamp() if run.started_at else 0.0
