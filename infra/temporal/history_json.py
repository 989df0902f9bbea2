"""A history read from JSON as `WorkflowHistory.to_json` writes it, five times as fast as the SDK reads it.

The SDK goes over every event in search of the enums' older spelling and then walks protobuf's descriptors for each
field. Here the walk is done once a type, into a table of what to do with each field; the message is then made by
protobuf's own constructor. Whatever the tables don't know, another spelling or a field of a later server, is left to
the SDK.
"""

from __future__ import annotations

import json
from binascii import a2b_base64
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import cache
from typing import Any

from google.protobuf.descriptor import Descriptor, FieldDescriptor
from pydantic_core import from_json
from temporalio.api.history.v1 import History, HistoryEvent
from temporalio.client import WorkflowHistory

Read = Callable[[Any], Any]
"""Makes of a JSON value what protobuf's constructor takes for a field."""
_LONG = {
    FieldDescriptor.TYPE_INT64, FieldDescriptor.TYPE_UINT64, FieldDescriptor.TYPE_SINT64,
    FieldDescriptor.TYPE_FIXED64, FieldDescriptor.TYPE_SFIXED64,
}  # fmt: skip
_NANOS = 9
_TO_SECONDS = len("2026-11-22T08:00:00")
_UNKNOWN = (KeyError, TypeError, ValueError, AttributeError)
"""What an unexpected value ends with, here or in protobuf's constructor."""


def read_history(workflow_id: str, text: str) -> WorkflowHistory:
    """A workflow's history from its JSON.

    Raises:
        ValueError: it is no history.
    """
    try:
        read = _reader(HistoryEvent.DESCRIPTOR)
        events = History(events=[HistoryEvent(**read(event)) for event in from_json(text)["events"]]).events
    except _UNKNOWN:
        return WorkflowHistory.from_json(workflow_id, text)
    return WorkflowHistory(workflow_id, events)


def read_first_event(workflow_id: str, text: str) -> HistoryEvent:
    """The first event of a history, without reading the others.

    Raises:
        ValueError: it is no history.
    """
    try:
        event, _ = json.JSONDecoder().raw_decode(text, text.index("{", text.index('"events"')))
        return HistoryEvent(**_reader(HistoryEvent.DESCRIPTOR)(event))
    except _UNKNOWN:
        return WorkflowHistory.from_json(workflow_id, text).events[0]


@cache
def _reader(descriptor: Descriptor) -> Read:
    """What makes a message's arguments of its JSON."""
    fields: dict[str, tuple[str, Read | None]] = {}

    def read(value: Mapping[str, Any]) -> dict[str, Any]:
        if not fields:  # made when first needed: a failure has a cause, which is a failure
            fields.update({field.json_name: (field.name, _field(field)) for field in descriptor.fields})
        arguments = {}
        for name, each in value.items():
            field, make = fields[name]
            arguments[field] = make(each) if make else each
        return arguments

    return read


def _field(field: FieldDescriptor) -> Read | None:
    """How a field is read; none where the constructor takes the JSON as it is, as with names of enums."""
    entry = field.message_type
    if entry is not None and entry.GetOptions().map_entry:
        key, of = _value(entry.fields_by_name["key"]), _value(entry.fields_by_name["value"])
        if key is not None:
            return _left_to_the_sdk
        return (lambda value: {name: of(each) for name, each in value.items()}) if of else None
    one = _value(field)
    if one is not None and field.is_repeated:
        return lambda value: [one(each) for each in value]
    return one


def _value(field: FieldDescriptor) -> Read | None:
    if field.type in _LONG:
        return int
    if field.type == FieldDescriptor.TYPE_BYTES:
        return _bytes
    if field.message_type is None:
        return None
    name: str = field.message_type.full_name
    if name.startswith("google.protobuf."):
        read: Read = _WELL_KNOWN.get(name, _left_to_the_sdk)
        return read
    return _reader(field.message_type)


def _bytes(text: str) -> bytes:
    return a2b_base64(text, strict_mode=True)


def _timestamp(text: str) -> dict[str, int]:
    whole, rest = text[:_TO_SECONDS], text[_TO_SECONDS:]
    return {"seconds": int(datetime.fromisoformat(f"{whole}+00:00").timestamp()), "nanos": _nanos(rest, "Z")}


def _duration(text: str) -> dict[str, int]:
    if not text[:1].isdecimal():
        raise ValueError("a duration below zero")
    whole, point, rest = text.rstrip("s").partition(".")
    return {"seconds": int(whole), "nanos": _nanos(f"{point}{rest}s", "s")}


def _nanos(fraction: str, end: str) -> int:
    """Nanoseconds of ".614907098Z", or of the end alone."""
    if fraction == end:
        return 0
    digits = fraction[1:-1]
    if fraction[0] != "." or fraction[-1] != end or not digits.isdecimal() or len(digits) > _NANOS:
        raise ValueError("no fraction of a second")
    return int(digits.ljust(_NANOS, "0"))


def _left_to_the_sdk(_: object) -> Any:
    raise ValueError("a type that histories don't use")


_WELL_KNOWN: Mapping[str, Read] = {"google.protobuf.Timestamp": _timestamp, "google.protobuf.Duration": _duration}
