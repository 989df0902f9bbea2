"""Archiving: the histories of closed runs put beside the engine, before its retention ends."""

from __future__ import annotations

from datetime import UTC, timedelta

import structlog
from temporalio import activity
from temporalio.client import Client, WorkflowExecution

from infra.database.engine import Database
from infra.records.archive import Archive, known_runs, last_closed, note_archived

OVERLAP = timedelta(days=1)
"""Runs closed so long before the last one archived are looked at again: the engine's list may lag."""
PAGE = 100
log = structlog.get_logger()


class Archiving:
    """The activity with where it reads and where it writes."""

    def __init__(self, client: Client, database: Database, archive: Archive) -> None:
        self._client, self._database, self._archive = client, database, archive

    @activity.defn(name="archive")
    async def archive(self) -> int:
        """See `workflows.ports.archive`."""
        query = "WorkflowType = 'Dispute' AND ExecutionStatus != 'Running'"
        if last := await last_closed(self._database):
            query += f" AND CloseTime > '{(last - OVERLAP).isoformat()}'"
        done, page = 0, []
        async for run in self._client.list_workflows(query, page_size=PAGE):
            page.append(run)
            if len(page) == PAGE:
                done, page = done + await self._take(page), []
                activity.heartbeat(done)
        done += await self._take(page)
        log.info("archived", runs=done)
        return done

    async def _take(self, runs: list[WorkflowExecution]) -> int:
        known = await known_runs(self._database, [run.run_id for run in runs])
        missing = [run for run in runs if run.run_id not in known]
        for run in missing:
            history = await self._client.get_workflow_handle(run.id, run_id=run.run_id).fetch_history()
            archived = await self._archive.put(run.id, run.run_id, history.to_json())
            closed_at = run.close_time or history.events[-1].event_time.ToDatetime(tzinfo=UTC)
            await note_archived(self._database, archived, events=len(history.events), closed_at=closed_at)
            activity.heartbeat(run.id)
        return len(missing)
