"""What lies ahead of a case is what then came, wherever in a golden history the clock alone went on."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest
from temporalio.api.enums.v1 import EventType
from temporalio.client import WorkflowHistory

from api.histories.ahead import Course, course_in_thread
from api.histories.replay import moments, replay, up_to
from domain.case.state import DisputeState, Entry
from tests.replay.golden import CONVERTER, FILES, name_of, read

SIGNALED = EventType.EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED
A_MOMENT = timedelta(minutes=1)
UPDATED = EventType.EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_ACCEPTED


def silences(history: WorkflowHistory) -> list[tuple[int, int]]:
    """Where a drill moved the clock and nobody said anything: the last workflow task before each such stretch, and the
    last in it.
    """
    found: list[tuple[int, int]] = []
    begun, ends = 0, moments(history)
    for event in history.events:
        signal = event.workflow_execution_signaled_event_attributes.signal_name if event.event_type == SIGNALED else ""
        over = [end for end in ends if end < event.event_id]
        if signal == "clock_advanced":
            begun = begun or over[-1]
        elif begun and (signal or event.event_type == UPDATED):
            found.append((begun, over[-1]))
            begun = 0
    return [*found, (begun, ends[-1])] if begun else found


@pytest.fixture(params=FILES, ids=name_of)
def history(request: pytest.FixtureRequest) -> WorkflowHistory:
    """Each golden history in turn."""
    file: Path = request.param
    return read(file)


async def test_what_lies_ahead_in_a_golden_history_is_what_then_came(history: WorkflowHistory) -> None:
    for before, after in silences(history):
        at, until = (_time_of(history, event) for event in (before, after))
        stood = (await replay(up_to(history, before), CONVERTER)).state
        came = (await replay(up_to(history, after), CONVERTER)).state
        assert stood is not None
        assert came is not None
        course = Course(now=partial(_at, at), length=until - at)
        foreseen = await course_in_thread(up_to(history, before), CONVERTER, course)
        assert foreseen.earlier == stood.timeline
        new = came.timeline[len(stood.timeline) :]
        assert told(foreseen.entries) == told(new)
        for each, then in zip(foreseen.entries, new, strict=True):
            assert each.at <= then.at, "foreseen is the very instant; a worker comes a moment later"
            assert not any(each.at < other.at <= then.at - A_MOMENT for other in foreseen.entries)


def _time_of(history: WorkflowHistory, event_id: int) -> datetime:
    return next(e.event_time.ToDatetime(tzinfo=UTC) for e in history.events if e.event_id == event_id)


def _at(at: datetime, state: DisputeState) -> datetime:
    """The time of the case at the event, whatever it is by the wall's clock."""
    return at


def told(entries: list[Entry]) -> list[tuple[str, str]]:
    return [(entry.kind, entry.title) for entry in entries]


async def test_the_golden_histories_have_silences_in_which_the_clock_decides() -> None:
    found = [read(file) for file in FILES]
    assert sum(len(silences(history)) for history in found) >= 20
