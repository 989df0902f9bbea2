"""A clerk who doesn't give up, and the comparison of what was acknowledged with history and read model."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import itertools
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

import httpx2
from temporalio.client import WorkflowExecutionStatus, WorkflowHistory

from api.cli.client import Client, County, Refusal
from domain.base import CHINA
from domain.case.state import DisputeState
from domain.image.projection import project
from domain.image.public_document import public_document
from infra.temporal.client import connect
from tests.instance import ROOT, Instance
from tests.workflows.replayed_state import state_of

PATIENCE = 60.0
HOUSES = itertools.count(100)
T = TypeVar("T")


def insist(do: Callable[[], T], within: float = PATIENCE) -> T:
    """Repeats a request until something answers it: no connection and 503 are no answers."""
    deadline = time.monotonic() + within
    while True:
        try:
            return do()
        except httpx2.TransportError:
            if time.monotonic() > deadline:
                raise
        except Refusal as refusal:
            if refusal.status != 503 or time.monotonic() > deadline:
                raise
        time.sleep(0.1)


def until(fact: Callable[[], T], within: float = PATIENCE) -> T:
    """What `fact` says as soon as it is true."""
    deadline = time.monotonic() + within
    while not (value := insist(fact)):
        assert time.monotonic() < deadline, "it did not become true"
        time.sleep(0.1)
    return value


@dataclass(frozen=True)
class Sent:
    """A decision that was acknowledged."""

    task_id: str
    decision: str
    person: str
    status: int


@dataclass
class Clerk:
    """Answers a dispute's tasks, whatever breaks; remembers what was acknowledged."""

    county: County
    number: str = ""
    sent: list[Sent] = field(default_factory=list)

    def report(self, narrative: str = "双方因停车发生争吵", **more: Any) -> str:
        """Reports an incident at a place of its own, as often as it takes; answers the dispute's number."""
        source_no = f"C{uuid.uuid4().hex[:14]}"
        now = datetime.now(CHINA).isoformat(timespec="seconds")  # one time for all tries: it is one report
        times = {"occurred_at": now, "reported_at": now}
        more = {"source": "walk_in", "place": {"address": f"古山镇金江龙村{next(HOUSES)}号"}, **times, **more}
        self.number = insist(lambda: self.county.alarm(narrative, source_no=source_no, **more))["dispute_no"]
        return self.number

    def task(self, kind: str) -> dict[str, Any]:
        """The first open task of a kind with its candidates, as soon as it can be read."""
        seen = until(lambda: self._open(kind))
        whole: dict[str, Any] = insist(lambda: self.county.supervisor.get(f"/v1/tasks/{seen[0]['task_id']}"))
        return whole

    def _open(self, kind: str) -> list[dict[str, Any]]:
        try:
            return self.county.open_tasks(self.number, kind)
        except Refusal as refusal:
            if refusal.status == 404:  # reported, and not in the read model yet
                return []
            raise

    def prepare(self, kind: str, decision: str, **fields: Any) -> tuple[Client, str, dict[str, Any]]:
        """Who answers which task with what: everything but the sending."""
        task = self.task(kind)
        shown = next(d for d in task["decisions"] if d["name"] == decision)
        who = self.county.person(task["candidates"][0]["username"])
        attachments = [insist(lambda: who.attach(self.number)) for _ in range(shown["files"])]
        body = {"decision": decision, "fields": {**shown["example"], **fields}, "attachments": attachments}
        insist(lambda: who.get("/v1/me"))
        return who, task["task_id"], body

    def answer(self, kind: str, decision: str, **fields: Any) -> dict[str, Any]:
        """Answers a task, with one key as often as it takes."""
        who, task_id, body = self.prepare(kind, decision, **fields)
        return self.send(who, task_id, body)

    def send(self, who: Client, task_id: str, body: dict[str, Any], key: str | None = None) -> dict[str, Any]:
        """Sends a decision until it is answered, and remembers it."""
        key = key or str(uuid.uuid4())
        answer: dict[str, Any] = insist(lambda: who.post(f"/v1/tasks/{task_id}/decide", body, key=key))
        self.sent.append(Sent(task_id, body["decision"], who.username, 202 if "accepted_for" in answer else 200))
        return answer


@contextlib.contextmanager
def faulty_worker(chaos: Instance, said: str) -> Iterator[Path]:
    """Runs a block with a worker whose every workflow task fails with a text; answers its log."""
    log = chaos.var / "logs" / "faulty.log"
    environment = {**chaos.environment, **chaos.settings.environment(), "PYTHONPATH": str(ROOT)}
    with chaos.without("worker"), log.open("ab") as file:
        faulty = subprocess.Popen(
            [sys.executable, "-m", "tests.chaos.faulty_worker", said], cwd=ROOT, env=environment, stdout=file,
            stderr=file, stdin=subprocess.DEVNULL,
        )  # fmt: skip
        try:
            yield log
        finally:
            faulty.kill()
            faulty.wait()


def from_engine(chaos: Instance, number: str) -> tuple[DisputeState, WorkflowHistory]:
    """The case as the engine's own history tells it, decoded with the installation's key."""

    async def read() -> tuple[DisputeState, WorkflowHistory]:
        client = await connect(chaos.settings)
        history = await client.get_workflow_handle(number).fetch_history()
        return await state_of(client, history), history

    try:
        return asyncio.run(read())
    finally:
        gc.collect()  # the SDK's objects are let go while the interpreter is whole (sdk-python#300)


def until_over(chaos: Instance, number: str) -> None:
    """Waits until the run of a closed case has ended, of which the read model shows the last line a moment before."""

    async def ended() -> bool:
        client = await connect(chaos.settings)
        return (await client.get_workflow_handle(number).describe()).status is WorkflowExecutionStatus.COMPLETED

    try:
        until(lambda: asyncio.run(ended()))
    finally:
        gc.collect()  # the SDK's objects are let go while the interpreter is whole (sdk-python#300)


def agrees(chaos: Instance, clerk: Clerk) -> DisputeState:
    """What was acknowledged is in the history and in the read model, each once, and nothing else is."""
    state, _ = from_engine(chaos, clerk.number)
    county = clerk.county
    people = {p["username"]: p["person_id"] for p in (county.person(s.person).get("/v1/me") | {"username": s.person}
                                                      for s in clerk.sent)}  # fmt: skip
    acknowledged = [(s.task_id, s.decision, people[s.person]) for s in clerk.sent]

    def of(entries: list[dict[str, Any]]) -> list[tuple[str, str, str]]:
        return [(e["detail"]["task_id"], e["detail"]["decision"], e["actor_id"]) for e in entries
                if e["kind"] == "decision"]  # fmt: skip

    in_history = [entry.model_dump(mode="json") for entry in state.timeline]
    assert of(in_history) == acknowledged
    until(lambda: county.dispute(clerk.number)["revision"] == state.revision)
    in_read_model = county.timeline(clerk.number)
    assert of(in_read_model) == acknowledged
    shown = [(e["seq"], e["kind"], e["title"], e["detail"]) for e in in_read_model]
    assert shown == [(e["seq"], e["kind"], e["title"], e["detail"]) for e in in_history]
    dispute, image = county.dispute(clerk.number), project(state)
    assert [
        (t["task_id"], t["state"], t["decision"]) for t in sorted(dispute["tasks"], key=lambda t: t["task_id"])
    ] == [
        (t.task_id, t.state, t.task.model_dump(mode="json")["decision"])
        for t in sorted(image.tasks, key=lambda t: t.task_id)
    ]
    whole = public_document(state).model_dump(mode="json")
    for part in ("clocks", "pushes", "assigned", "agreements", "evaluations", "visits", "supervisions", "disposal"):
        assert dispute[part] == whole[part], part
    assert (dispute["stage"], dispute["round"], dispute["outcome"]) == (image.stage, image.round, image.outcome)
    return state
