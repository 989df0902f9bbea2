"""The embedded server with a worker in this process, a database beside it, and people who answer tasks."""

from __future__ import annotations

import asyncio
import contextlib
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import select
from temporalio.api.enums.v1 import EventType, WorkflowTaskFailedCause
from temporalio.api.history.v1 import WorkflowTaskFailedEventAttributes
from temporalio.client import Client, WorkflowHandle, WorkflowHistory, WorkflowQueryFailedError
from temporalio.service import RPCError
from temporalio.testing import TimeSkipper

import worker
from api.histories.replay import RECIPE
from api.tasks.examples import decision_shown, example
from domain.case.opening import open_state
from domain.case.records import Evidence, Incident, Party
from domain.case.state import DisputeState, Task
from domain.image.update_result import UpdateResult
from domain.people.organisation import Actor, OrganisationRef, Post
from domain.policy.behaviour import RULES
from domain.policy.playbook import Playbook, load_playbook
from domain.policy.spans import Calendar
from domain.policy.stages import Stage
from domain.transitions.actions import Act
from domain.transitions.decisions import Command, Receipt
from domain.transitions.message import Message, Seen
from domain.triage.places import Directory, resolve_places
from domain.triage.triage import Triage
from infra.database.columns import unlock
from infra.database.engine import Database, migrate, open_database
from infra.database.tables.read_model import DisputeRow, TaskRow
from infra.demo import county
from infra.read_model.writer import forget, stored_rows, write_image
from infra.runtime.crypto import load_keys
from infra.runtime.settings import Settings
from infra.temporal.client import TASK_TIMEOUT, connect, drill_clock
from infra.temporal.drill import pass_time
from infra.temporal.embedded import prepare_namespace, server_command, typed
from tests.domain.support import people_named, table
from tests.infra.support import ROOT, free_port
from tests.workflows.replayed_state import state_of
from workflows.dispute import DisputeInput, DisputeWorkflow
from workflows.ports import TASK_QUEUE
from workflows.publisher import StandsOtherwise
from workflows.search_attributes import SEARCH_ATTRIBUTES, attributes

DIRECTORY = Directory(organisations=county.organisations())
WITHIN = 60.0
FAILED = EventType.EVENT_TYPE_WORKFLOW_TASK_FAILED
NONDETERMINISTIC = WorkflowTaskFailedCause.WORKFLOW_TASK_FAILED_CAUSE_NON_DETERMINISTIC_ERROR
MACHINES = "Fatal error in workflow machines"
"""Other commands too, where they leave the SDK no way to say so."""
SEE = f"see {RECIPE}"
PICTURE = Evidence(attachment_id="a-1", media_type="image/png", sha256="0" * 64)
Handle = WorkflowHandle[Any, Any]
T = TypeVar("T")


async def until(fact: Callable[[], Awaitable[T]], within: float = WITHIN) -> T:
    """What `fact` says as soon as it is true."""
    try:
        async with asyncio.timeout(within):
            while not (value := await fact()):
                await asyncio.sleep(0.03)
    except TimeoutError as error:
        raise TimeoutError(f"{getattr(fact, '__qualname__', fact)} is not so within {within:g} s") from error
    return value


class Stuck(AssertionError):
    """The story is not where a test waits for it; says why, as far as can be seen."""


def read_playbook(code: str) -> Playbook:
    """A city's playbook."""
    return load_playbook((ROOT / "playbooks" / f"{code}.yaml").read_text(encoding="utf-8"), code)


def first_state(number: str, playbook: str, **more: Any) -> DisputeState:
    """A case as intake hands it to the engine."""
    now = datetime.now(UTC)
    incident = Incident(
        incident_id=str(uuid.uuid4()), source="walk_in", source_no=number, occurred_at=now, reported_at=now,
        address="古山镇金江龙村12号", narrative="双方因停车发生争吵",
        parties=[Party(name="李某", side="a"), Party(name="罗某", side="b")],
    )  # fmt: skip
    found = Triage(
        category="property_parking", category_name="停车纠纷", colour="blue", rank=1, police=False, divertible=False,
        confidence=1.0, risk_kinds=[], suggested_lead="housing", suggested_cooperating=["urban_mgmt"], cues=[],
        alternatives=[], statutory_track=None,
    )  # fmt: skip
    paths = resolve_places(DIRECTORY, address=incident.address, grid_code=None, organisation_code=None)
    places = {word: listed.ref() for word, path in paths.items() if (listed := DIRECTORY.at(path))}
    state = open_state(
        number, playbook=read_playbook(playbook), calendar=Calendar(), places=places, incident=incident, triage=found,
        at=now,
    )  # fmt: skip
    return state.model_copy(update=more)


def organisation(code: str) -> OrganisationRef:
    """An organisation of the demo county."""
    listed = DIRECTORY.get(code)
    assert listed is not None
    return listed.ref()


class ReadModel:
    """What a database holds of disputes."""

    def __init__(self, database: Database) -> None:
        self.database = database

    async def rows(self, number: str) -> dict[str, list[dict[str, Any]]]:
        """All that the read model holds of a dispute, by table, in a fixed order."""
        async with self.database.read() as session:
            held = await stored_rows(session, number)
        return {table.__name__: sorted(rows, key=str) for table, rows in held.items()}

    async def forget(self, number: str) -> None:
        """Throws away what the read model holds of a dispute."""
        await forget(self.database, number)


class Engine(ReadModel):
    """A server, its client and a read model; workers come and go."""

    def __init__(self, settings: Settings, client: Client, database: Database, server: Server) -> None:
        super().__init__(database)
        self.settings, self.client, self.server = settings, client, server
        self.drill: TimeSkipper = drill_clock(client)

    @contextlib.asynccontextmanager
    async def working(self) -> AsyncIterator[None]:
        """A worker for the length of a block."""
        unlock(load_keys(self.settings.key_file))  # another test may have opened another installation meanwhile
        async with worker.build_worker(self.settings, self.client, self.database):
            yield

    async def open(self, playbook: str = "jinhua", **more: Any) -> Handle:
        """Starts a dispute."""
        number = f"D2026-{uuid.uuid4().int % 10**9:09d}"
        state = first_state(number, playbook, **more)
        return await self.drill.client.start_workflow(
            DisputeWorkflow.run, DisputeInput(state=state), id=number, search_attributes=attributes(state),
            task_queue=TASK_QUEUE, task_timeout=TASK_TIMEOUT,
        )  # fmt: skip

    async def published(self, handle: Handle) -> None:
        """Waits until the story rests, and the engine has written what it owes the read model."""

        async def rests() -> bool:
            try:
                _, rests = await handle.query(DisputeWorkflow.progress)
            except (WorkflowQueryFailedError, RPCError):  # asked before a worker was there (docs/adr/0055)
                return False
            return bool(rests)

        await until(rests)

    # --- people

    async def task(self, handle: Handle, kind: str, within: float = WITHIN) -> Task:
        """The first open task of a kind, as soon as the read model has it.

        Raises:
            Stuck
        """

        async def found() -> Task | None:
            async with self.database.read() as session:
                rows = (await session.execute(select(TaskRow).filter_by(dispute_no=handle.id, kind=kind))).scalars()
                pending = [row for row in rows if row.state in ("open", "claimed")]
            return Task.model_validate(pending[0].sealed) if pending else None

        try:
            task = await until(found, within)
        except TimeoutError as error:
            raise Stuck(await self.why_stuck(handle, kind)) from error
        assert task is not None
        return task

    async def why_stuck(self, handle: Handle, kind: str) -> str:
        """Why a story does not ask a kind of task that a test waits for."""
        failures = []
        for event in (await self.history(handle)).events:
            if event.event_type == FAILED:
                failures.append(event.workflow_task_failed_event_attributes)
            elif event.event_type == EventType.EVENT_TYPE_WORKFLOW_TASK_COMPLETED:
                failures.clear()  # it went on since
        if any(_goes_otherwise(each) for each in failures):
            return (
                f"{handle.id} can't go on under this code, it goes otherwise in its history: a gate is missing, {SEE}"
            )
        if failures:
            return f"{handle.id} asks no {kind}, its workflow task fails: {failures[-1].failure.message[:200]}"
        async with self.database.read() as session:
            rows = (await session.execute(select(TaskRow).filter_by(dispute_no=handle.id))).scalars()
            asked = sorted({row.kind for row in rows if row.state in ("open", "claimed")})
            dispute = await session.get(DisputeRow, handle.id)
        instead = f"it waits for {', '.join(asked) or 'nobody'}" if dispute else "it is not in the read model"
        rules = dispute.sealed["rules"] if dispute else RULES
        reason = (
            f"a case that began under rules {rules}, before this step: a gate is missing"
            if rules < RULES
            else "the script lacks the new step, if there is one; answer it there"
        )
        return f"{handle.id} asks no {kind}, {instead}: {reason}, {SEE}"

    async def command(self, handle: Handle, kind: str, decision: str, **fields: Any) -> Command:
        """A valid decision of somebody entitled to it."""
        task = await self.task(handle, kind)
        async with self.database.read() as session:
            row = await session.get(DisputeRow, handle.id)
        assert row is not None
        codes = ("housing", "urban_mgmt")
        files = decision_shown(kind, decision, task.about, row.sealed).files
        two = {"cooperating": ["urban_mgmt"]} if decision == "assign" else {}
        people = table(task.about.get("requires", []))
        filled = {**example(kind, decision, task.about, row.sealed, people=people), **two, **fields}
        return Command(
            key=str(uuid.uuid4()), task_id=task.task_id, decision=decision, fields=filled, people=people_named(filled),
            evidence=[PICTURE.model_copy(update={"sha256": uuid.uuid4().hex * 2}) for _ in range(files)],
            actor=actor(task.addressees[0]), organisations={code: organisation(code) for code in codes},
        )  # fmt: skip

    async def send(self, handle: Handle, message: Message, update: str = "decide") -> Receipt:
        """Sends a message by the update, and writes what is new to the read model, as the API does."""
        result = await self.ask(handle, message, update)
        if result.image is not None:  # none where the key came first from somebody who had seen nothing
            await write_image(self.database, result.image)
        return result.receipt

    async def ask(self, handle: Handle, message: Message, update: str = "decide") -> UpdateResult:
        """Sends a message by the update, and leaves the read model as it is."""
        seeing = message.model_copy(update={"seen": await self.seen(handle)})
        result: UpdateResult = await handle.execute_update(update, seeing, id=message.key, result_type=UpdateResult)
        return result

    async def decide(self, handle: Handle, kind: str, decision: str, **fields: Any) -> Receipt:
        """Answers the open task of a kind, and waits until the read model shows what came of it."""
        receipt = await self.send(handle, await self.command(handle, kind, decision, **fields))

        async def shown() -> bool:
            return await self.revision(handle) >= receipt.revision

        await until(shown)
        return receipt

    async def act(self, handle: Handle, action: str, role: str) -> None:
        """An action by somebody of the dispute's station."""
        station = (await self.state(handle)).places["station"]
        message = Act(key=str(uuid.uuid4()), action=action, fields={"reason": "测试"},
                      actor=actor(Post(role=role, path=station)))  # fmt: skip
        await self.send(handle, message, "act")

    async def seen(self, handle: Handle) -> Seen | None:
        """Where the read model has a case, if it has it."""
        async with self.database.read() as session:
            row = await session.get(DisputeRow, handle.id)
        return Seen(revision=row.revision, stage=Stage(row.stage), round=row.round) if row else None

    async def revision(self, handle: Handle) -> int:
        """Where the read model stands."""
        async with self.database.read() as session:
            row = await session.get(DisputeRow, handle.id)
        return row.revision if row else 0

    async def advance(self, handle: Handle, **by: float) -> None:
        """Moves the dispute's clock forward."""

        async def next_due() -> datetime | None:
            await self.published(handle)
            return await handle.query(DisputeWorkflow.next_due)

        await pass_time(self.drill, handle, timedelta(**by), next_due)

    # --- what is on record

    async def history(self, handle: Handle) -> WorkflowHistory:
        """The history as stored."""
        return await self.client.get_workflow_handle(handle.id).fetch_history()

    async def events(self, handle: Handle, kind: EventType.ValueType) -> list[Any]:
        """The events of one type."""
        return [event for event in (await self.history(handle)).events if event.event_type == kind]

    async def state(self, handle: Handle) -> DisputeState:
        """The case as its history tells it."""
        return await state_of(self.client, await self.history(handle))


def _goes_otherwise(failed: WorkflowTaskFailedEventAttributes) -> bool:
    """Whether a workflow task failed because the case goes otherwise under this code."""
    otherwise = failed.failure.application_failure_info.type == StandsOtherwise.__name__
    return otherwise or failed.cause == NONDETERMINISTIC or MACHINES in failed.failure.message


def actor(post: Post) -> Actor:
    """Somebody who holds a post: one person a role."""
    return Actor(person_id=f"p-{post.role}", name=f"{post.role}某", posts=[post])


class Server:
    """The embedded server's process; it can be killed and started again on its file."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    async def start(self) -> None:
        """Starts it and waits until it is prepared."""
        s = self._settings
        with (s.var / "server.log").open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                *server_command(s), stdout=log, stderr=log, start_new_session=True
            )
        await prepare_namespace(s.temporal_target, s.temporal_namespace, s.retention_days, typed(SEARCH_ATTRIBUTES))

    async def kill(self) -> None:
        """kill -9."""
        self._process.kill()
        await self._process.wait()


@contextlib.asynccontextmanager
async def engine(var: Path) -> AsyncIterator[Engine]:
    """An embedded server, prepared, with an empty database."""
    settings = Settings(
        var=var, http_port=free_port(), temporal_port=free_port(), temporal_ui_port=free_port(), workflow_sandbox=True
    )
    var.mkdir(parents=True)
    database, server = open_database(settings), Server(settings)
    try:
        await asyncio.to_thread(migrate, settings)
        await server.start()
        yield Engine(settings, await connect(settings), database, server)
    finally:
        await database.close()
        await server.kill()
