"""A workflow in memory holds nothing of the activation before."""

from __future__ import annotations

import gzip
from pathlib import Path
from typing import Any

import pytest
from google.protobuf.message import Message
from temporalio.bridge.proto.workflow_activation import WorkflowActivation, WorkflowActivationJob
from temporalio.client import WorkflowHistory
from temporalio.worker import Replayer, UnsandboxedWorkflowRunner, WorkflowInstance, WorkflowInstanceDetails

from infra.runtime.crypto import load_keys
from infra.temporal.codec import data_converter
from infra.temporal.light_instances import LEGACY, OF_ONE_ACTIVATION, Ahead, LightRunner
from workflows.dispute import WORKFLOWS

GOLDEN = Path(__file__).parents[2] / "replay"


async def replayed(runner: type[UnsandboxedWorkflowRunner]) -> WorkflowInstance:
    """The instance of a replayed history."""
    made: list[WorkflowInstance] = []

    class Remembering(runner):  # type: ignore[valid-type, misc]
        def create_instance(self, det: WorkflowInstanceDetails) -> WorkflowInstance:
            made.append(super().create_instance(det))
            return made[-1]

    file = min(GOLDEN.glob("histories/*/*.json.gz"))
    history = WorkflowHistory.from_json("unknown", gzip.decompress(file.read_bytes()).decode())
    number = history.events[0].workflow_execution_started_event_attributes.workflow_id
    replayer = Replayer(
        workflows=WORKFLOWS,
        data_converter=data_converter(load_keys(GOLDEN / "golden.key")),
        workflow_runner=Remembering(),
    )
    await replayer.replay_workflow(WorkflowHistory(number, history.events))
    return made[0]


async def kept_after_a_replay(runner: type[UnsandboxedWorkflowRunner]) -> dict[str, Any]:
    """What it has left in its attributes."""
    return vars(await replayed(runner))


@pytest.mark.parametrize("name", OF_ONE_ACTIVATION)
async def test_the_sdk_keeps_what_is_let_go_of_here(name: str) -> None:
    assert name in await kept_after_a_replay(UnsandboxedWorkflowRunner)
    assert name not in await kept_after_a_replay(LightRunner)


async def test_no_message_of_an_activation_stays() -> None:
    kept = await kept_after_a_replay(LightRunner)
    assert [name for name, value in kept.items() if isinstance(value, Message)] == ["_last_completion_result"]
    assert type(kept["_workflow_input"].headers) is dict


async def test_a_coroutine_thrown_away_after_its_activation_cancels_its_timer_without_a_fault_in_the_log() -> None:
    instance: Any = await replayed(LightRunner)
    instance._deleting = False  # nobody evicts anything from a process that ends
    timer = instance.call_later(60, print)
    instance._timer_handle_cancelled(timer)
    assert not instance._pending_timers


def lived(*steps: tuple[str, int]) -> list[bool]:
    """What `Ahead` says of activations: `old` ones of a replay, `new` ones, questions by themselves and with a task,
    each with the length of the history.
    """
    ahead, found = Ahead(), []
    for step, length in steps:
        job = WorkflowActivationJob()
        if step in ("asked", "asked_along"):
            job.query_workflow.query_id = LEGACY if step == "asked" else "1"
        elif step == "let_go":
            job.remove_from_cache.SetInParent()
        else:
            job.signal_workflow.SetInParent()
        act = WorkflowActivation(history_length=length, is_replaying=step != "new", jobs=[job])
        found.append(ahead.asked(act))
    return found


@pytest.mark.parametrize(
    ("steps", "last"),
    [
        # As seen on the server: what the lost task 14 was begun for, lived through for a question before task 17.
        ([("old", 3), ("old", 10), ("new", 14), ("asked", 14)], True),
        ([("old", 3), ("old", 10), ("asked", 11)], False),
        ([("old", 3), ("new", 14), ("asked_along", 14)], False),
        ([("old", 3), ("new", 14), ("new", 17), ("asked", 17)], False),
        ([("old", 3), ("new", 14), ("new", 14), ("asked", 14)], True),
        ([("new", 3), ("asked", 4)], False),
        ([("new", 3), ("new", 9), ("asked", 10)], False),
        ([("old", 3), ("new", 14), ("let_go", 14)], False),
    ],
)
def test_a_question_by_itself_to_what_may_be_ahead_of_its_history_is_told(
    steps: list[tuple[str, int]], *, last: bool
) -> None:
    assert lived(*steps) == [False] * (len(steps) - 1) + [last]
