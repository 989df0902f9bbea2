"""Where a dispute's histories are found: in the engine first, in the archive where the engine has none or is away."""

from __future__ import annotations

import asyncio
import hashlib
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from temporalio.client import Client, WorkflowExecution, WorkflowHistory
from temporalio.service import RPCError, RPCStatusCode

from domain.errors import ArchiveBroken, NotFound, Unavailable
from infra.records.archive import Archive
from infra.temporal.history_json import read_first_event, read_history

NUMBER = re.compile(r"D(\d{6}-)?\d{4}-\d{6,9}")
PATIENCE = timedelta(seconds=5)
PAGE = 200


@dataclass(frozen=True)
class Run:
    """One run of a dispute: from opening, or reopening, to closing."""

    dispute_no: str
    run_id: str
    closed: bool
    started_at: datetime | None = None


class Histories:
    """The histories of disputes; without a client only the archived ones."""

    def __init__(self, client: Client | None, archive: Archive) -> None:
        self._client, self.archive = client, archive

    async def all_runs(self, since: datetime | None = None) -> AsyncIterator[Run]:
        """Every run, or those started since; the engine's first and then those only the archive has.

        Raises:
            Unavailable: the engine does not answer.
        """
        known: set[str] = set()
        if self._client:
            query = "WorkflowType = 'Dispute'"
            query += f" AND StartTime >= '{since.isoformat()}'" if since else ""
            async for run in self._listed(query):
                known.add(run.run_id)
                yield run
        for number in await asyncio.to_thread(self.archive.disputes):
            for run_id in self.archive.runs(number):
                if run_id in known:
                    continue
                started = await self._started_at(number, run_id)
                # When a file that was changed began is not known: it belongs to every period, and is reported there.
                if started is None or since is None or started >= since:
                    yield Run(number, run_id, closed=True, started_at=started)

    async def runs(self, dispute_no: str) -> list[Run]:
        """A dispute's runs, the first first; none where there is no such dispute.

        Raises:
            Unavailable: the engine does not answer and nothing is archived.
        """
        if not NUMBER.fullmatch(dispute_no):
            return []
        archived = await asyncio.to_thread(self.archive.runs, dispute_no)
        found: dict[str, Run] = {}
        if self._client:
            try:
                latest = await self._client.get_workflow_handle(dispute_no).describe(rpc_timeout=PATIENCE)
                found = {run.run_id: run async for run in self._listed(f"WorkflowId = '{dispute_no}'")}
                found[latest.run_id] = _run(latest)  # the list may lag behind
            except RPCError as error:
                if error.status is not RPCStatusCode.NOT_FOUND and not archived:
                    raise Unavailable from error
        for run_id in archived:
            if run_id not in found:
                started = await self._started_at(dispute_no, run_id)
                found[run_id] = Run(dispute_no, run_id, closed=True, started_at=started)
        first = datetime.min.replace(tzinfo=UTC)
        return sorted(found.values(), key=lambda run: run.started_at or first)

    async def fetch(self, dispute_no: str, run_id: str | None = None) -> WorkflowHistory:
        """A run's history as stored, of the latest run unless one is named.

        Raises:
            NotFound: there is no such run.
            Unavailable: the engine does not answer and the run is not archived.
            ArchiveBroken: only the archive has it, and its file was changed.
        """
        if run_id is None:
            runs = await self.runs(dispute_no)
            if not runs:
                raise NotFound("没有这个纠纷的历史")
            run_id = runs[-1].run_id
        if self._client:
            try:
                handle = self._client.get_workflow_handle(dispute_no, run_id=run_id)
                return await handle.fetch_history(rpc_timeout=PATIENCE)
            except RPCError as error:
                if error.status not in (RPCStatusCode.NOT_FOUND, RPCStatusCode.INVALID_ARGUMENT):
                    if (archived := await self._archived(dispute_no, run_id)) is None:
                        raise Unavailable from error
                    return archived
        archived = await self._archived(dispute_no, run_id)
        if archived is None:
            raise NotFound("没有这次运行的历史")
        return archived

    async def archived_digest(self, dispute_no: str, run_id: str) -> str | None:
        """The SHA-256 of a run's file in the archive, or none.

        Raises:
            ArchiveBroken: the file is not what the digest beside it says.
        """
        text = await self.archive.get(dispute_no, run_id)
        return hashlib.sha256(text.encode()).hexdigest() if text is not None else None

    async def _listed(self, query: str) -> AsyncIterator[Run]:
        assert self._client is not None
        try:
            async for found in self._client.list_workflows(query, page_size=PAGE, rpc_timeout=PATIENCE):
                yield _run(found)
        except RPCError as error:
            raise Unavailable from error

    async def _archived(self, dispute_no: str, run_id: str) -> WorkflowHistory | None:
        try:
            text = await self.archive.get(dispute_no, run_id)
        except ValueError:  # no name of a run
            return None
        return read_history(dispute_no, text) if text is not None else None

    async def _started_at(self, dispute_no: str, run_id: str) -> datetime | None:
        try:
            text = await self.archive.get(dispute_no, run_id)
        except ArchiveBroken:
            return None
        return read_first_event(dispute_no, text).event_time.ToDatetime(tzinfo=UTC) if text is not None else None


def _run(found: WorkflowExecution) -> Run:
    return Run(found.id, found.run_id, closed=found.close_time is not None, started_at=found.start_time)
