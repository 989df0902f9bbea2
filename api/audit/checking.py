"""Checking replays: the same commands, the same state, the same read model."""

from __future__ import annotations

import asyncio

from temporalio.client import WorkflowHistory
from temporalio.converter import DataConverter

from api.histories.lookup import Histories
from api.histories.replay import Replayed, replay
from api.histories.replayed_runs import Asked
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

TRIES = 5
"""How often a dispute that goes on while it is compared is compared again."""
PAUSE = 0.2


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
    """Compares replayed runs with read model and archive; without a database only with their own results."""

    def __init__(self, histories: Histories, converter: DataConverter, database: Database | None) -> None:
        self.histories, self.converter, self._database = histories, converter, database

    def broken(self, asked: Asked, error: ArchiveBroken) -> Finding:
        """What is found of a run whose file in the archive was changed."""
        return Finding(dispute_no=asked.run.dispute_no, run=asked.run.run_id, events=0, replayed=False,
                       error=error.detail, state_matches=False)  # fmt: skip

    async def made(self, replayed: Replayed, asked: Asked) -> Finding:
        """What is found of a replayed run; only a dispute's latest is compared with the read model."""
        found: list[str] = []
        if replayed.state is not None:
            found = await self._with_result(replayed.history, replayed.state)
            if asked.latest and self._database:
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
            digest = await self.histories.archived_digest(replayed.dispute_no, replayed.run_id)
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
        converter = converter_for(history.workflow_id, self.converter)
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
            again = await replay(await self.histories.fetch(replayed.dispute_no), self.converter)
            state = again.state or state
        return differences(stored, rows_of(project(state), like=stored))
