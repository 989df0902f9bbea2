"""A case never outgrows the engine: with the largest of everything for a hundred decisions, and where it did before."""

from __future__ import annotations

import random
import uuid
from collections import Counter
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from temporalio.client import WorkflowUpdateFailedError

from domain.base import CHINA
from domain.case.capacity import MAX_CASE, MAX_HISTORY, MAX_INCIDENTS, MAX_MESSAGE, size_of
from domain.case.records import Incident, Party
from domain.case.state import DisputeState
from domain.image.projection import project
from domain.people.organisation import Actor, Post
from domain.transitions.decisions import Command, Receipt
from infra.database.tables.read_model import TaskRow
from infra.read_model.writer import write_image
from infra.temporal.client import TASK_TIMEOUT
from tests.workflows.engine import DIRECTORY, Engine, Handle, organisation, until
from workflows.dispute import DisputeInput, DisputeWorkflow
from workflows.ports import TASK_QUEUE

DECISIONS = 100
EACH = 8_000
"""Bytes of history that a further short report may cost."""
WORDS = random.Random(7)
ROAD = {
    "confirm_triage": ("confirm",),
    "handle_on_scene": ("unsettled",),
    "follow_up_responsibly": ("contacted", "contacted", "contacted", "request_third_push"),
    "approve_third_push": ("approve",),
    "dispatch": ("assign",),
    "accept_assignment": ("accept",),
    "dispose": ("progress", "progress", "disposed"),
    "cooperate": ("disposed",),
    "evaluate": ("return",),
}
"""What is answered, the next one each time a task of the kind is asked; again and again, each return a round."""
DEPARTMENTS = [o.code for o in DIRECTORY.organisations if o.kind == "department"][:14]


def words(count: int) -> str:
    """So many characters that no compression makes much smaller."""
    return "".join(chr(WORDS.randrange(0x4E00, 0x9FA5)) for _ in range(count))


def largest(command: Command) -> Command:
    """The same decision with as much as a message may hold: its texts at their limits, then as many things met."""
    fields: dict[str, Any] = {**command.fields, "reason": command.fields.get("reason", "") or words(4000)}
    if command.decision == "return":
        fields |= {"reason": "false", "explanation": words(4000), "redo": "dispatch"}
    else:
        fields["reason"] = words(4000)
    fields |= {name: words(4000) for name in ("summary", "who", "instructions") if name in fields}
    if "met" in fields:
        at = datetime.now(CHINA).isoformat()
        fields["met"] = [{"who": words(80), "at": at, "where": words(80)} for _ in range(20)]
    full = command.model_copy(update={"fields": fields, "note": words(4000)})
    if command.decision == "disposed":
        left = (MAX_MESSAGE - size_of(full) - 4000) // 700
        due = (datetime.now(CHINA) + timedelta(days=30)).date().isoformat()
        fields["obligations"] = [
            {"party": words(90), "kind": "act", "what": words(90), "due_on": due} for _ in range(left)
        ]
    assert size_of(full) < MAX_MESSAGE - 3000
    return full


async def pending(office: Engine, handle: Handle) -> list[TaskRow]:
    """The tasks that the story waits for, the oldest first."""
    async with office.database.read() as session:
        rows = (await session.execute(select(TaskRow).filter_by(dispute_no=handle.id).order_by("task_id"))).scalars()
        return [row for row in rows if row.state in ("open", "claimed") and row.kind in ROAD]


async def unless_full(office: Engine, handle: Handle, command: Command) -> Receipt | None:
    """Sends a decision; nothing where the case has no room for it."""
    try:
        return await office.send(handle, command)
    except WorkflowUpdateFailedError as refused:
        if "附件" not in str(refused.cause):
            raise
        return None


async def answered(office: Engine, handle: Handle, asked: Counter[str]) -> bool:
    """Answers the first task with the largest message; where the case is full, with a short one. Whether it was."""
    row = (await until(lambda: pending(office, handle)))[0]
    road = ROAD[row.kind]
    decision = road[asked[row.kind] % len(road)]
    asked[row.kind] += 1
    command = await office.command(handle, row.kind, decision)
    post = Post.model_validate(row.sealed["addressees"][0])
    update: dict[str, Any] = {
        "task_id": row.task_id,
        "actor": Actor(person_id=uuid.uuid4().hex, name="某", posts=[post]),
    }
    if decision == "assign":
        lead, *others = DEPARTMENTS
        update["fields"] = {**command.fields, "lead": lead, "cooperating": others}
        update["organisations"] = {code: organisation(code) for code in DEPARTMENTS}
    short = command.model_copy(update=update)
    receipt = await unless_full(office, handle, largest(short))
    full = receipt is None
    if receipt is None:
        receipt = await office.send(handle, short.model_copy(update={"key": uuid.uuid4().hex}))
    revision = receipt.revision

    async def shown() -> bool:
        return await office.revision(handle) >= revision

    await until(shown)
    return full


def crowd(number: int) -> Incident:
    """An alarm with the longest narrative and as many parties as fit."""
    now = datetime.now(CHINA)
    parties = [Party(name=words(60), side="a", phone="1" * 40, id_number="3" * 40) for _ in range(60)]
    return Incident(incident_id=f"crowd-{number}", source="110", source_no=f"{number}", occurred_at=now,
                    reported_at=now, address=words(200), narrative=words(8000), parties=parties)  # fmt: skip


@pytest.mark.timeout(300)
@pytest.mark.timeout(300)
async def test_with_the_largest_of_everything_a_case_still_works_after_a_hundred_decisions(working: Engine) -> None:
    handle = await working.open()
    asked: Counter[str] = Counter()
    full = 0
    for n in range(DECISIONS):
        if n % 20 == 3:
            await handle.signal("incident_added", crowd(n))
        full += await answered(working, handle, asked)
    assert full > 0, "it was filled"
    state = await working.state(handle)
    assert sum(entry.kind == "decision" for entry in state.timeline) == DECISIONS
    assert MAX_CASE - MAX_MESSAGE < state.held < MAX_CASE + DECISIONS * 1024 + 5 * 8192

    described = await working.client.get_workflow_handle(handle.id).describe()
    size = described.raw_description.workflow_execution_info.history_size_bytes
    print(f"held {state.held:,}, state {len(state.model_dump_json().encode()):,}, history {size:,} bytes")
    assert size < MAX_HISTORY, "far from what the engine ends a run for"

    before = len([entry for entry in state.timeline if entry.kind == "overdue"])
    await working.advance(handle, days=40)
    state = await working.state(handle)
    assert len([entry for entry in state.timeline if entry.kind == "overdue"]) > before, "deadlines fire"

    await working.published(handle)
    await working.forget(handle.id)  # the whole image is sent again
    await working.act(handle, "escalate", "supervisor")
    await working.published(handle)
    grown, state = await working.rows(handle.id), await working.state(handle)
    await working.forget(handle.id)
    await write_image(working.database, project(state))
    assert await working.rows(handle.id) == grown

    await working.act(handle, "withdraw", "station_chief")
    await working.decide(handle, "approve_change", "approve")  # so many alarms gave it a graver colour
    closed = await working.client.get_workflow_handle(handle.id, result_type=DisputeState).result()
    assert closed.outcome == "withdrawn"
    again = await working.client.start_workflow(
        DisputeWorkflow.run, DisputeInput(state=closed, incident=crowd(1000)), id=handle.id, task_queue=TASK_QUEUE,
        task_timeout=TASK_TIMEOUT,
    )  # fmt: skip
    await until(lambda: pending(working, again))
    await working.published(again)
    state = await working.state(again)
    assert state.round == closed.round + 1
    assert "接报记录" in state.incidents[-1].narrative


async def test_the_largest_decisions_left_while_nobody_works_do_not_wedge_the_case(office: Engine) -> None:
    async with office.working():
        handle = await office.open()
        await office.decide(handle, "confirm_triage", "confirm")
        await office.decide(handle, "handle_on_scene", "unsettled")
        command = await office.command(handle, "follow_up_responsibly", "contacted")
    for n in range(30):
        await handle.signal("decision", largest(command.model_copy(update={"key": f"left-{n}"})))
    async with office.working():
        await office.published(handle)
        state = await office.state(handle)
        refused = [entry for entry in state.timeline if entry.kind == "decision_refused"]
        taken = [entry for entry in state.timeline if entry.kind == "decision"][2:]
        assert len(taken) + len(refused) == 30
        assert refused, "the last ones found no room, and it is on record"
        assert await answered(office, handle, Counter({"follow_up_responsibly": 3}))


async def test_a_flood_of_alarms_does_not_wedge_the_case(working: Engine) -> None:
    handle = await working.open()
    for n in range(MAX_INCIDENTS + 20):
        await handle.signal("incident_added", crowd(n).model_copy(update={"narrative": words(50)}))

    async def all_there() -> bool:
        return (
            len([e for e in (await working.state(handle)).timeline if e.kind == "incident_added"]) == MAX_INCIDENTS + 20
        )

    await until(all_there, 60)
    await working.published(handle)
    state = await working.state(handle)
    assert len(state.incidents) == MAX_INCIDENTS
    await working.decide(handle, "confirm_triage", "confirm")


async def history_bytes(office: Engine, handle: Handle) -> int:
    """How long a run's history is."""
    described = await office.client.get_workflow_handle(handle.id).describe()
    return int(described.raw_description.workflow_execution_info.history_size_bytes)


@pytest.mark.timeout(300)
async def test_repeats_of_a_case_full_of_words_do_not_freeze_it(working: Engine) -> None:
    handle, long, short = await working.open(), 14, 207

    async def reported(number: int, characters: int) -> None:
        alarm = crowd(number).model_copy(update={"narrative": words(characters), "parties": []})
        await handle.signal("incident_added", alarm)
        await working.published(handle)  # one by one: a burst would be published in one go

    for number in range(long):
        await reported(number, 7900)
    full = await history_bytes(working, handle)
    for number in range(short):
        await reported(long + number, 20)
    size = await history_bytes(working, handle)
    print(f"{full:,} bytes after {long} long reports, then {(size - full) // short:,} a report: {size:,}")
    assert (size - full) // short < EACH
    assert size < 10_000_000
    await working.decide(handle, "confirm_triage", "confirm")


async def test_only_an_ending_is_taken_where_the_engine_could_not_carry_more(
    working: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    handle = await working.open()
    command = await working.command(handle, "confirm_triage", "confirm")
    monkeypatch.setattr("domain.case.capacity.MAX_EVENTS", 1)
    with pytest.raises(WorkflowUpdateFailedError) as refused:
        await working.send(handle, command)
    assert "只能办结" in str(refused.value.cause)
    await working.act(handle, "withdraw", "supervisor")
    state: DisputeState = await working.client.get_workflow_handle(handle.id, result_type=DisputeState).result()
    assert state.outcome == "withdrawn"
