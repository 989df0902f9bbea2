"""The payload codec: every payload and every failure is compressed and encrypted before Temporal sees it (law 7), and
opens only for the workflow that it was sealed for.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Callable, Sequence
from typing import Self

from google.protobuf.message import DecodeError, Message
from temporalio.api.common.v1 import Payload
from temporalio.api.history.v1 import SignalExternalWorkflowExecutionInitiatedEventAttributes
from temporalio.converter import (
    ActivitySerializationContext,
    DataConverter,
    DefaultFailureConverterWithEncodedAttributes,
    PayloadCodec,
    SerializationContext,
    WithSerializationContext,
    WorkflowSerializationContext,
)

from infra.runtime.crypto import KeyRing
from infra.temporal.envelope import DictionaryMissing, Head, Kind, Owner, PayloadNotOpened, head_of, sealed, unsealed
from infra.temporal.payloads import SharedPayloadConverter, marked

ENCODING = b"binary/encrypted"
"""What Temporal's own tools call a payload that only a codec reads."""
_BEAT = re.compile(r"-\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$")
"""What the engine adds to the id of a workflow that a schedule starts; its input was sealed with the schedule."""


class EncryptionCodec(PayloadCodec, WithSerializationContext):
    """Seals for the workflow that the SDK says it works for, and opens what was sealed for that one."""

    def __init__(self, keys: KeyRing, owner: Owner | None = None) -> None:
        self._keys, self._owner = keys, owner

    def with_context(self, context: SerializationContext) -> Self:
        """The codec for a workflow's payloads, or those of its activities."""
        match context:
            case WorkflowSerializationContext():
                owner: Owner | None = Owner(family(context.workflow_id), Kind.WORKFLOW)
            case ActivitySerializationContext(workflow_id=str(workflow_id)) if workflow_id:
                owner = Owner(family(workflow_id), Kind.ACTIVITY)
            case _:
                owner = None
        return type(self)(self._keys, owner)

    async def encode(self, payloads: Sequence[Payload]) -> list[Payload]:
        """Seals under the current key.

        Raises:
            LookupError: for no workflow: nothing is sealed that could be read anywhere.
        """
        return [self._seal(payload) for payload in payloads]

    async def decode(self, payloads: Sequence[Payload]) -> list[Payload]:
        """Opens what was sealed for the same workflow, and nothing else.

        Raises:
            PayloadNotOpened: in the clear, spoilt, sealed for another, or with a key that is not here.
            DictionaryMissing: ours, and compressed by a newer version of this code.
        """
        return [self._open(payload) for payload in payloads]

    def marking(self) -> MarkingCodec:
        """The codec of workers."""
        return MarkingCodec(self._keys, self._owner)

    def opening_only(self) -> OpeningCodec:
        """The codec of replays: that of workers without its sealing half."""
        return OpeningCodec(self._keys, self._owner)

    def _seal(self, payload: Payload) -> Payload:
        if self._owner is None:
            raise LookupError("a payload is sealed for a workflow: the converter needs its context")
        return sealed_payload(payload, self._owner, self._keys)

    def _open(self, payload: Payload) -> Payload:
        if not is_sealed(payload):
            raise PayloadNotOpened("in the clear")
        if self._owner is None:
            raise PayloadNotOpened("for no workflow: the converter needs its context")
        head, opened = unsealed_payload(payload, self._keys)
        if (head.workflow_id, head.kind) != (self._owner.workflow_id, self._owner.kind):
            raise PayloadNotOpened(f"sealed for {_named(head)}, found at {_named(self._owner)}")
        return opened


class MarkingCodec(EncryptionCodec):
    """Opens what is ours, and leaves a mark where it is not: for workers and replays, since a workflow task that can't
    read one payload is tried again for ever, and whoever reaches the engine could wedge any case (docs/adr/0039).

    A mark reaches the code as `domain.foreign.Foreign`. A missing *dictionary* still stops the case: only the
    installation itself can have used one, and the next version of the code knows it.
    """

    def _open(self, payload: Payload) -> Payload:
        try:
            return super()._open(payload)
        except DictionaryMissing:
            raise
        except PayloadNotOpened as error:
            return marked(str(error))


class OpeningCodec(MarkingCodec):
    """Opens or marks, and seals nothing: for replays, in which what a workflow says goes nowhere."""

    async def encode(self, payloads: Sequence[Payload]) -> list[Payload]:
        """The payloads as they are."""
        return list(payloads)


class SealingConverter(DataConverter):
    """A data converter that is bound to a workflow at the cost of a copy: the SDK binds one for every call, and its own
    makes the payload and failure converters anew each time.
    """

    def with_context(self, context: SerializationContext) -> Self:
        """The converter for a workflow's payloads, or those of its activities. Ours are converted alike for each."""
        bound = copy.copy(self)
        assert isinstance(self.payload_codec, EncryptionCodec)
        object.__setattr__(bound, "payload_codec", self.payload_codec.with_context(context))
        return bound


def data_converter(keys: KeyRing) -> DataConverter:
    """pydantic payloads, encrypted; messages and stack traces of failures as well."""
    return SealingConverter(
        payload_converter_class=SharedPayloadConverter,
        payload_codec=EncryptionCodec(keys),
        failure_converter_class=DefaultFailureConverterWithEncodedAttributes,
    )


def marking(converter: DataConverter) -> DataConverter:
    """The converter with the codec of workers."""
    bound = copy.copy(converter)
    assert isinstance(converter.payload_codec, EncryptionCodec)
    object.__setattr__(bound, "payload_codec", converter.payload_codec.marking())
    return bound


def converter_for(workflow_id: str, converter: DataConverter) -> DataConverter:
    """The converter for a workflow's payloads: where the SDK does not bind it, since we read a history ourselves."""
    return converter.with_context(WorkflowSerializationContext(namespace="", workflow_id=workflow_id))


def family(workflow_id: str) -> str:
    """The id that a workflow's payloads are sealed for: its own, or the schedule's for all that one starts."""
    return _BEAT.sub("", workflow_id)


def _named(owner: Head | Owner) -> str:
    return f"{owner.workflow_id!r} as {owner.kind:d}"


def is_sealed(payload: Payload) -> bool:
    """Whether it is in an envelope."""
    return payload.metadata.get("encoding") == ENCODING


def stated_owner(payload: Payload) -> str:
    """The workflow that a sealed payload says it is for, not yet proven.

    Raises:
        PayloadNotOpened: no envelope.
    """
    return head_of(payload.data)[0].workflow_id


def sealed_payload(payload: Payload, owner: Owner, keys: KeyRing) -> Payload:
    """A payload sealed for a workflow."""
    return Payload(metadata={"encoding": ENCODING}, data=sealed(payload.SerializeToString(), owner, keys))


def unsealed_payload(payload: Payload, keys: KeyRing) -> tuple[Head, Payload]:
    """A sealed payload opened, and for whom it was sealed: for who can't know where it was found.

    Raises:
        PayloadNotOpened
    """
    head, plain = unsealed(payload.data, keys)
    try:
        return head, Payload.FromString(plain)
    except DecodeError as error:
        raise PayloadNotOpened("no payload") from error


def opened(message: Message, workflow_id: str, keys: KeyRing) -> None:
    """Opens every payload inside an engine's message of a workflow, in place: for showing a history to who may read it.

    What is spoilt, or was sealed for another workflow than the one that has it, stays sealed.
    """

    def open_(payload: Payload, owner: str) -> Payload:
        if not is_sealed(payload):
            return payload
        try:
            head, plain = unsealed_payload(payload, keys)
        except PayloadNotOpened:
            return payload
        return plain if head.workflow_id == owner else payload

    rewrite(message, family(workflow_id), open_)


def rewrite(message: Message, workflow_id: str, change: Callable[[Payload, str], Payload]) -> None:
    """Changes every payload inside an engine's message in place; `change` is told whose it is."""
    if isinstance(message, SignalExternalWorkflowExecutionInitiatedEventAttributes):
        workflow_id = message.workflow_execution.workflow_id  # what is said to another is sealed for that one
    for field, value in message.ListFields():
        if field.message_type is None:
            continue
        if field.message_type.GetOptions().map_entry:
            parts = [part for part in value.values() if isinstance(part, Message)]
        else:
            parts = list(value) if field.is_repeated else [value]
        for part in parts:
            if isinstance(part, Payload):
                part.CopyFrom(change(part, workflow_id))
            else:
                rewrite(part, workflow_id, change)
