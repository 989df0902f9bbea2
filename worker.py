"""`python -m worker [NAME]`: a worker process, which runs workflows and activities until SIGTERM or SIGINT."""

from __future__ import annotations

import asyncio
import gc
import signal
import sys
from datetime import timedelta
from typing import Any

import uvloop
from pydantic import ValidationError
from temporalio.client import Client, ScheduleActionStartWorkflow
from temporalio.worker import PollerBehaviorAutoscaling, Worker, WorkflowRunner
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner, SandboxRestrictions

from activities.registry import activities
from infra.database.engine import Database, open_database
from infra.health.heartbeat import beat
from infra.health.unpublished_cases import UnpublishedCases
from infra.health.waiting import works_failing
from infra.records.archive import Archive
from infra.runtime.background import Background
from infra.runtime.file_permissions import set_private_umask
from infra.runtime.identity import Identity
from infra.runtime.logs import configure_logs
from infra.runtime.process_metrics import ProcessMetrics
from infra.runtime.settings import Settings, explain, get_settings
from infra.runtime.tls.link import LinkUnfit
from infra.startup.installation import check_key
from infra.startup.preflight import PreflightError
from infra.temporal.build import build_id
from infra.temporal.case_memory import cached_cases
from infra.temporal.client import connect, for_workers
from infra.temporal.light_instances import LightRunner
from infra.temporal.schedules import daily, every, keep_schedules
from workflows.dispute import WORKFLOWS
from workflows.messages.foreign import RefusingForeign
from workflows.ports import TASK_QUEUE
from workflows.rhythm import BEATS, RhythmWorkflow

WORKER_SETTINGS: dict[str, Any] = {
    "max_concurrent_workflow_tasks": 50,
    "max_concurrent_activities": 50,
    # Pollers follow the load: a fixed five and five long polls keep an idle server busy.
    "workflow_task_poller_behavior": PollerBehaviorAutoscaling(minimum=1, initial=2, maximum=10),
    "activity_task_poller_behavior": PollerBehaviorAutoscaling(minimum=1, initial=2, maximum=10),
    # After a worker's kill -9 its sticky queue is given up after a second instead of ten.
    "sticky_queue_schedule_to_start_timeout": timedelta(seconds=1),
    "graceful_shutdown_timeout": timedelta(seconds=10),
}
"""Shared with `bench/raw`, so that both are measured alike."""

PASSED_THROUGH = ("domain", "workflows", "yaml", "pydantic", "pydantic_core", "annotated_types")
"""Deterministic and imported once: re-importing them for each run costs memory and, on 3.11, random import failures."""


def workflow_runner(*, sandbox: bool) -> WorkflowRunner:
    """Where workflow code runs: the same code makes the same commands in either (docs/adr/0006)."""
    if not sandbox:
        return LightRunner()
    restrictions = SandboxRestrictions.default.with_passthrough_modules(*PASSED_THROUGH)
    return SandboxedWorkflowRunner(restrictions=restrictions, runner_class=LightRunner)


def build_worker(
    settings: Settings, client: Client, database: Database, unpublished: UnpublishedCases | None = None
) -> Worker:
    """A worker for every workflow and activity on the one task queue."""
    archive = Archive(settings.archive_dir)
    limits = {"max_cached_workflows": cached_cases(settings), **WORKER_SETTINGS}
    return Worker(
        for_workers(client),
        build_id=build_id(),
        task_queue=TASK_QUEUE,
        workflows=[*WORKFLOWS, RhythmWorkflow],
        activities=activities(client, database, archive, unpublished or UnpublishedCases()),
        interceptors=[RefusingForeign()],
        workflow_runner=workflow_runner(sandbox=settings.workflow_sandbox),
        **limits,
    )


async def keep_rhythm(client: Client) -> None:
    """Has the engine start each piece of scheduled work at its times."""
    await keep_schedules(
        client,
        {
            f"rhythm-{beat.activity}": (
                every(beat.every_minutes) if beat.every_minutes else daily(beat.daily_at or "08:00"),
                ScheduleActionStartWorkflow(
                    RhythmWorkflow.run, beat, id=f"rhythm-{beat.activity}", task_queue=TASK_QUEUE
                ),
            )
            for beat in BEATS
        },
    )


async def run(settings: Settings, name: str) -> None:
    """Works until SIGTERM or SIGINT, then finishes what is under way."""
    identity = Identity("worker", name)
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    database = open_database(settings)
    client = await connect(settings)
    background, unpublished = Background(), UnpublishedCases()
    background.keep("metrics", ProcessMetrics(settings.run_dir, identity).keep_writing)
    background.keep(
        "heartbeat", lambda: beat(database, identity, lambda: [unpublished.standing(), works_failing(background)])
    )
    try:
        async with build_worker(settings, client, database, unpublished):
            await keep_rhythm(client)
            await stop.wait()
    finally:
        await background.stop()
        await database.close()


def main(name: str = "worker") -> None:
    """Runs with the settings of the environment; `name` tells it from the others."""
    set_private_umask()
    try:
        settings = get_settings()
        check_key(settings)
    except (ValidationError, PreflightError) as error:
        sys.exit(explain(error) if isinstance(error, ValidationError) else str(error))
    configure_logs(settings.log_level)
    try:
        uvloop.run(run(settings, name))
    except LinkUnfit as error:
        sys.exit(str(error))
    gc.collect()  # the SDK may crash the interpreter at exit while its objects are alive (sdk-python#300)


if __name__ == "__main__":
    main(*sys.argv[1:])
