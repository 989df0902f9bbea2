"""The golden histories: what was recorded of every edition of the process, and how they are read."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pydantic import BaseModel, RootModel
from temporalio.api.common.v1 import Payload
from temporalio.api.enums.v1 import EventType
from temporalio.client import WorkflowHistory
from temporalio.converter import DataConverter

from domain.case.records import Incident
from domain.image.list_deltas import Kept, with_kept
from domain.policy.spans import Calendar
from domain.transitions import actions, decisions, facts, handover
from infra.runtime.crypto import load_keys
from infra.temporal.codec import data_converter, stated_owner, unsealed_payload
from tests.replay.record import HISTORIES, KEY
from workflows.dispute import DisputeInput


class Seconds(RootModel[int]):
    """How far a drill has moved a clock."""


class Key(RootModel[str]):
    """The key of a message that was orphaned."""


MESSAGES: dict[str, type[BaseModel]] = {
    "decide": decisions.Command,
    "decision": decisions.Command,
    "claim": handover.Claim,
    "delegate": handover.Handover,
    "transfer": handover.Handover,
    "act": actions.Act,
    "incident_added": Incident,
    "hotline_note": facts.Note,
    "calendar_edition": Calendar,
    "merged_in": facts.Merged,
    "clock_advanced": Seconds,
    "orphan": Key,
}
"""What each update and signal carries."""
KEYS = load_keys(KEY)
CONVERTER: DataConverter = data_converter(KEYS)
FILES = sorted(HISTORIES.glob("*/*.json.gz"))


def name_of(file: Path) -> str:
    """`1/masks-jinhua`."""
    return f"{file.parent.name}/{file.name.removesuffix('.json.gz')}"


def read(file: Path) -> WorkflowHistory:
    """A golden history; the workflow id is the one that its start event's input is sealed for."""
    history = WorkflowHistory.from_json("", gzip.decompress(file.read_bytes()).decode())
    (sent,) = history.events[0].workflow_execution_started_event_attributes.input.payloads
    return WorkflowHistory(stated_owner(sent), history.events)


def plain(payload: Payload) -> Any:
    """The JSON of a payload."""
    return json.loads(unsealed_payload(payload, KEYS)[1].data)


def payloads(history: WorkflowHistory) -> list[tuple[type[BaseModel], Any]]:
    """Every message that people, facts and intake sent, as its model and the JSON on record."""
    found: list[tuple[type[BaseModel], Any]] = []
    for event in history.events:
        match event.event_type:
            case EventType.EVENT_TYPE_WORKFLOW_EXECUTION_STARTED:
                model: type[BaseModel] = DisputeInput
                sent = event.workflow_execution_started_event_attributes.input
            case EventType.EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_ACCEPTED:
                asked = event.workflow_execution_update_accepted_event_attributes.accepted_request.input
                model, sent = MESSAGES[asked.name], asked.args
            case EventType.EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED:
                told = event.workflow_execution_signaled_event_attributes
                model, sent = MESSAGES[told.signal_name], told.input
            case _:
                continue
        (payload,) = sent.payloads
        found.append((model, plain(payload)))
    return found


def last_shown(history: WorkflowHistory) -> dict[str, Any]:
    """The case as it was shown last, by the answers to updates and by the engine: each image has of the lists
    only the items that changed.
    """
    shown: dict[str, Any] = {}
    revision = 0
    for image in images(history):
        if image["revision"] <= revision:
            continue
        kept = {name: Kept.model_validate(each) for name, each in image.get("kept", {}).items()}
        shown, revision = with_kept(shown, image["document"], kept), image["revision"]
    return shown


def images(history: WorkflowHistory) -> Iterator[dict[str, Any]]:
    """Every image on record."""
    for event in history.events:
        match event.event_type:
            case EventType.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED:
                (payload,) = event.activity_task_scheduled_event_attributes.input.payloads
                yield plain(payload)
            case EventType.EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_COMPLETED:
                for payload in event.workflow_execution_update_completed_event_attributes.outcome.success.payloads:
                    if image := plain(payload)["image"]:
                        yield image
