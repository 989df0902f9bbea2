"""Running disputes outlive the code: every history ever recorded replays with the code of today, to the same end."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from temporalio.client import WorkflowHistory

import workflows.dispute
from api.histories.replay import RECIPE, first_state, moments, replay, up_to
from domain.case.state import DisputeState
from domain.image.public_document import public_document
from domain.policy.stages import Stage
from infra.read_model.diff import values_that_differ
from infra.temporal.codec import converter_for
from infra.temporal.envelope import PayloadNotOpened
from tests.replay.golden import CONVERTER, FILES, last_shown, name_of, payloads, read
from workflows.desk import Desk

UNGATED = f"a case of before would stand otherwise today: a gate is missing, see {RECIPE}"


@pytest.fixture(params=FILES, ids=name_of)
def history(request: pytest.FixtureRequest) -> WorkflowHistory:
    """Each golden history in turn."""
    file: Path = request.param
    return read(file)


def test_every_edition_has_all_the_lives_of_the_one_before() -> None:
    editions = sorted({file.parent.name for file in FILES}, key=int)
    assert editions[0] == "1"
    lives = [{file.name for file in FILES if file.parent.name == edition} for edition in editions]
    for before, after in pairwise(lives):
        assert before <= after


async def test_it_replays_to_the_end_on_record(history: WorkflowHistory) -> None:
    replayed = await replay(history, CONVERTER)
    assert replayed.error is None, replayed.error
    assert replayed.state is not None
    ended = history.events[-1].workflow_execution_completed_event_attributes.result.payloads
    if ended:
        (result,) = await converter_for(history.workflow_id, CONVERTER).decode(ended, [DisputeState])
        assert replayed.state == result, UNGATED
    shown = last_shown(history)
    now = public_document(replayed.state).model_dump(mode="json")
    del shown["actions"]  # what may be done to it is the code's to say, not the case's
    assert values_that_differ(shown, known(shown, now)) == [], UNGATED


async def test_the_state_at_every_moment_goes_on_from_the_one_before(history: WorkflowHistory) -> None:
    before: DisputeState = await first_state(history, CONVERTER)
    assert not before.timeline
    for event in moments(history):
        replayed = await replay(up_to(history, event), CONVERTER)
        state = replayed.state
        assert state is not None, replayed.error
        assert state.revision >= before.revision
        assert state.round >= before.round
        seen = [entry.model_dump() for entry in state.timeline]
        assert seen[: len(before.timeline)] == [entry.model_dump() for entry in before.timeline]
        assert [task.task_id for task in state.tasks][: len(before.tasks)] == [task.task_id for task in before.tasks]
        before = state
    whole = (await replay(history, CONVERTER)).state
    assert whole == before


def test_every_message_on_record_is_still_understood(history: WorkflowHistory) -> None:
    for model, sent in payloads(history):
        read_back = model.model_validate(sent).model_dump(mode="json")
        lost = [path for path in values_that_differ(sent, known(sent, read_back)) if path]
        assert lost == [], f"{model.__name__} loses {lost}"


async def test_under_another_number_it_does_not_open() -> None:
    moved = WorkflowHistory("D2026-999999", read(FILES[0]).events)
    with pytest.raises(PayloadNotOpened, match="found at 'D2026-999999'"):
        await first_state(moved, CONVERTER)
    replayed = await replay(moved, CONVERTER)
    assert replayed.state is None
    assert replayed.error is not None


async def test_a_changed_process_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    async def skips_the_second_push(desk: Desk) -> Stage:
        await desk.ask("handle_on_scene")
        return Stage.PUSH_3

    monkeypatch.setitem(workflows.dispute.STAGES, Stage.PUSH_1, skips_the_second_push)
    replayed = await replay(read(next(f for f in FILES if f.name.startswith("the-car"))), CONVERTER)
    assert replayed.error is not None
    assert replayed.error.endswith(f"a gate is missing, see {RECIPE}")
    assert replayed.state is None


def known(sent: Any, read_back: Any) -> Any:
    """What was read, cut to what had been sent: fields that are newer than the message have their defaults."""
    if isinstance(sent, dict) and isinstance(read_back, dict):
        return {key: known(sent[key], read_back[key]) for key in sent if key in read_back}
    if isinstance(sent, list) and isinstance(read_back, list) and len(sent) == len(read_back):
        return [known(a, b) for a, b in zip(sent, read_back, strict=True)]
    return read_back
