"""Histories read from JSON: what the SDK reads, and without it; what only the SDK knows is left to it."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest
from temporalio.api.common.v1 import Header, Payload, Payloads, WorkflowType
from temporalio.api.enums.v1 import EventType, RetryState, TimeoutType
from temporalio.api.failure.v1 import ApplicationFailureInfo, Failure, TimeoutFailureInfo
from temporalio.api.history.v1 import (
    ActivityTaskFailedEventAttributes,
    History,
    HistoryEvent,
    WorkflowExecutionStartedEventAttributes,
)
from temporalio.client import WorkflowHistory

from infra.temporal.history_json import read_first_event, read_history
from tests.replay.golden import FILES, name_of

STARTED = HistoryEvent(
    event_id=2**40,
    event_type=EventType.EVENT_TYPE_WORKFLOW_EXECUTION_STARTED,
    workflow_execution_started_event_attributes=WorkflowExecutionStartedEventAttributes(
        workflow_type=WorkflowType(name="Dispute"),
        input=Payloads(payloads=[Payload(metadata={"encoding": b"\xff\x00"}, data=bytes(range(256)))]),
        header=Header(fields={"k": Payload(data=b"v")}),
        attempt=3,
    ),
)
STARTED.event_time.FromNanoseconds(1_790_000_000_123_456_789)
STARTED.workflow_execution_started_event_attributes.workflow_task_timeout.FromNanoseconds(10_500_000_000)
FAILED = HistoryEvent(
    event_type=EventType.EVENT_TYPE_ACTIVITY_TASK_FAILED,
    activity_task_failed_event_attributes=ActivityTaskFailedEventAttributes(
        failure=Failure(
            message="坏了",
            application_failure_info=ApplicationFailureInfo(type="t", non_retryable=True),
            cause=Failure(timeout_failure_info=TimeoutFailureInfo(timeout_type=TimeoutType.TIMEOUT_TYPE_HEARTBEAT)),
        ),
        retry_state=RetryState.RETRY_STATE_TIMEOUT,
    ),
)
FAILED.event_time.FromSeconds(1_790_000_000)


@pytest.fixture
def alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """The SDK's own reading is out of reach."""
    monkeypatch.delattr(WorkflowHistory, "from_json")


def test_golden_histories_are_read_as_the_sdk_reads_them(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = {name_of(file): gzip.decompress(Path(file).read_bytes()).decode() for file in FILES}
    theirs = {name: list(WorkflowHistory.from_json("D", text).events) for name, text in texts.items()}
    monkeypatch.delattr(WorkflowHistory, "from_json")
    assert {name: list(read_history("D", text).events) for name, text in texts.items()} == theirs
    assert {name: read_first_event("D", text) for name, text in texts.items()} == {
        name: events[0] for name, events in theirs.items()
    }


@pytest.mark.usefixtures("alone")
@pytest.mark.parametrize("events", [[STARTED], [STARTED, FAILED]])
def test_every_kind_of_field_comes_back(events: list[HistoryEvent]) -> None:
    history = WorkflowHistory("D", events)
    found = read_history("D", history.to_json())
    assert (found.workflow_id, list(found.events)) == ("D", events)
    assert History(events=found.events).SerializeToString() == History(events=events).SerializeToString()


@pytest.mark.parametrize(
    ("written", "otherwise"),
    [
        ("EVENT_TYPE_ACTIVITY_TASK_FAILED", "ActivityTaskFailed"),  # as older servers write enums
        ("eventTime", "event_time"),  # as protobuf names it
        ("nonRetryable", "fieldOfALaterServer"),
        ('Z"', '+08:00"'),
    ],
)
def test_what_is_spelt_otherwise_is_read_by_the_sdk(written: str, otherwise: str) -> None:
    text = WorkflowHistory("D", [FAILED]).to_json()
    assert written in text
    text = text.replace(written, otherwise)
    theirs = list(WorkflowHistory.from_json("D", text).events)
    assert list(read_history("D", text).events) == theirs
    assert read_first_event("D", text) == theirs[0]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "Expecting value"),
        ("[]", "not a dictionary"),
        ("{}", "iterable 'events'"),
        ('{"events": "none"}', "not a dictionary"),
        ('{"events": [1]}', "not a dictionary"),
    ],
)
def test_no_history_is_no_history(text: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        read_history("D", text)
