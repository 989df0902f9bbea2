"""The codec: what it seals opens for the workflow it was sealed for, and for no other."""

from __future__ import annotations

import base64
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from temporalio.api.common.v1 import Payload
from temporalio.api.failure.v1 import Failure
from temporalio.api.history.v1 import HistoryEvent
from temporalio.converter import (
    ActivitySerializationContext,
    DataConverter,
    NexusSerializationContext,
    SerializationContext,
    WorkflowSerializationContext,
)
from temporalio.exceptions import ApplicationError

from domain.foreign import Foreign
from infra.runtime.crypto import KeyRing, load_keys
from infra.temporal.codec import (
    EncryptionCodec,
    converter_for,
    data_converter,
    marking,
    opened,
    sealed_payload,
    stated_owner,
)
from infra.temporal.envelope import DictionaryMissing, Head, Kind, Owner, PayloadNotOpened, head_of, sealed, unsealed

KEYS = KeyRing({"k1": bytes(32)})
OWNER = Owner("D2026-000001", Kind.WORKFLOW)
NAME = "欧阳贰叁肆"


def workflow(workflow_id: str) -> WorkflowSerializationContext:
    return WorkflowSerializationContext(namespace="santui", workflow_id=workflow_id)


def activity(workflow_id: str | None) -> ActivitySerializationContext:
    return ActivitySerializationContext(
        namespace="santui", activity_id="1", activity_type="publish", activity_task_queue="santui",
        workflow_id=workflow_id, workflow_type="Dispute", is_local=False,
    )  # fmt: skip


def codec(context: SerializationContext) -> EncryptionCodec:
    return EncryptionCodec(KEYS).with_context(context)


async def moved(sent: SerializationContext, found: SerializationContext) -> list[Payload]:
    return await codec(found).decode(await codec(sent).encode([Payload(data=NAME.encode())]))


@given(st.binary(), st.text(), st.sampled_from(Kind))
def test_what_is_sealed_opens(data: bytes, workflow_id: str, kind: Kind) -> None:
    head, plain = unsealed(sealed(data, Owner(workflow_id, kind), KEYS), KEYS)
    assert (plain, head.workflow_id, head.kind, head.signature) == (data, workflow_id, kind, 0)


@pytest.mark.parametrize("context", [workflow("D2026-000001"), activity("D2026-000001")], ids=["workflow", "activity"])
async def test_it_opens_where_it_was_sealed_for(context: SerializationContext) -> None:
    (payload,) = await moved(context, context)
    assert payload.data.decode() == NAME


@pytest.mark.parametrize(
    ("sent", "found"),
    [
        (workflow("D2026-000001"), workflow("D2026-000002")),
        (workflow("D2026-000001"), activity("D2026-000001")),
        (activity("D2026-000001"), workflow("D2026-000001")),
        (activity("D2026-000001"), activity("D2026-000002")),
        (workflow("rhythm-digest-2026-11-26T00:00:00Z"), workflow("rhythm-archive-2026-11-26T00:00:00Z")),
        (workflow("D2026-000001"), activity(None)),
        (workflow("D2026-000001"), NexusSerializationContext(endpoint="e", service="s", operation="o")),
    ],
    ids=str,
)  # fmt: skip
async def test_moved_elsewhere_it_does_not_open(sent: SerializationContext, found: SerializationContext) -> None:
    with pytest.raises(PayloadNotOpened):
        await moved(sent, found)


async def test_what_a_schedule_is_given_opens_in_each_workflow_that_it_starts() -> None:
    (payload,) = await moved(workflow("rhythm-digest"), workflow("rhythm-digest-2026-11-26T00:00:00Z"))
    assert payload.data.decode() == NAME


@pytest.mark.parametrize("context", [None, activity(None)], ids=["none", "an activity of no workflow"])
async def test_nothing_is_sealed_for_no_workflow(context: SerializationContext | None) -> None:
    unbound = codec(context) if context else EncryptionCodec(KEYS)
    with pytest.raises(LookupError):
        await unbound.encode([Payload(data=b"x")])


@pytest.mark.parametrize("encoding", [b"json/plain", b"binary/null", b"binary/foreign", b""])
async def test_what_is_in_the_clear_is_refused_and_a_worker_gets_a_mark_for_it(encoding: bytes) -> None:
    payload = Payload(metadata={"encoding": encoding}, data=b"1")
    with pytest.raises(PayloadNotOpened, match="in the clear"):
        await codec(workflow("D2026-000001")).decode([payload])
    assert await for_a_worker([payload]) == [Foreign("in the clear")]


async def for_a_worker(payloads: list[Payload]) -> list[Any]:
    """What a worker's code gets."""
    return await marking(converter_for("D2026-000001", data_converter(KEYS))).decode(payloads, [int] * len(payloads))


async def test_a_worker_gets_what_is_ours_and_a_mark_for_each_that_is_not() -> None:
    mine = await converter_for("D2026-000001", data_converter(KEYS)).encode([1])
    another = await converter_for("D2026-000002", data_converter(KEYS)).encode([2])
    spoilt = Payload.FromString(mine[0].SerializeToString())
    spoilt.data = spoilt.data[:-1] + bytes([spoilt.data[-1] ^ 1])
    found = await for_a_worker([mine[0], another[0], spoilt])
    assert found[0] == 1
    assert [isinstance(each, Foreign) for each in found[1:]] == [True, True]
    assert found[2] == Foreign("not as it was sealed")


async def test_what_only_a_newer_version_reads_stops_a_worker_too() -> None:
    """Only the installation can have written it: to go on without it would be to lose it."""
    head = Head("D2026-000001", Kind.WORKFLOW, "k1", dictionary=65_535).packed()
    envelope = head + KEYS.seal(b"x", b"santui.payload" + head)
    with pytest.raises(DictionaryMissing):
        await for_a_worker([Payload(metadata={"encoding": b"binary/encrypted"}, data=envelope)])


def test_whatever_byte_is_spoilt_it_does_not_open() -> None:
    envelope = sealed(NAME.encode(), OWNER, KEYS)
    for at in range(len(envelope)):
        spoilt = bytearray(envelope)
        spoilt[at] ^= 1
        with pytest.raises(PayloadNotOpened):
            unsealed(bytes(spoilt), KEYS)


def test_cut_short_it_does_not_open() -> None:
    envelope = sealed(NAME.encode(), OWNER, KEYS)
    for length in range(len(envelope)):
        with pytest.raises(PayloadNotOpened):
            unsealed(envelope[:length], KEYS)


@given(st.binary())
def test_garbage_does_not_open(garbage: bytes) -> None:
    with pytest.raises(PayloadNotOpened):
        unsealed(garbage, KEYS)


def test_it_opens_with_the_key_it_names_after_a_new_one_has_come() -> None:
    envelope = sealed(b"x", OWNER, KEYS)
    both = KeyRing({"k2": bytes(31) + b"\1", "k1": bytes(32)})
    assert unsealed(envelope, both)[1] == b"x"
    assert head_of(sealed(b"x", OWNER, both))[0].key_id == "k2"
    with pytest.raises(PayloadNotOpened, match="no key 'k1'"):
        unsealed(envelope, KeyRing({"k2": bytes(31) + b"\1"}))


def test_a_dictionary_that_is_not_here_is_said() -> None:
    head = Head("D2026-000001", Kind.WORKFLOW, "k1", dictionary=65_535).packed()
    with pytest.raises(PayloadNotOpened, match="no dictionary 65535"):
        unsealed(head + KEYS.seal(b"x", b"santui.payload" + head), KEYS)


def test_what_was_sealed_by_us_but_is_no_text_does_not_open() -> None:
    head = Head("D2026-000001", Kind.WORKFLOW, "k1", dictionary=1).packed()
    with pytest.raises(PayloadNotOpened, match="not compressed with dictionary 1"):
        unsealed(head + KEYS.seal(b"x", b"santui.payload" + head), KEYS)


async def test_a_codec_that_is_bound_is_not_bound_by_a_context_of_no_workflow() -> None:
    with pytest.raises(LookupError):
        await codec(workflow("D2026-000001")).with_context(activity(None)).encode([Payload(data=b"x")])


def test_there_is_room_for_a_signature_which_can_t_be_taken_away() -> None:
    envelope = sealed(b"x", OWNER, KEYS)
    _, end = head_of(envelope)
    assert head_of(envelope)[0].signature == 0
    head = Head("D2026-000001", Kind.WORKFLOW, "k1", dictionary=0, signature=64).packed()
    assert len(head) == end
    frame = base64.b64decode("KLUv/SABCQAAeA==")  # zstd's of b"x", without a dictionary
    body = head + KEYS.seal(frame, b"santui.payload" + head)
    found, plain = unsealed(body + bytes(64), KEYS)
    assert (found.signature, plain) == (64, b"x")
    for changed in (body, bytes([1, 0]) + body[2:]):
        with pytest.raises(PayloadNotOpened):
            unsealed(changed, KEYS)


def test_the_layout_is_what_it_was() -> None:
    """An envelope of version 1 as it was made once. It must open for ever, so this test never changes."""
    envelope = base64.b64decode("AQABAAACazEADEQyMDI2LTAwMDAwMQAAAAAAAAAAAAAAAOYSb8BtYWJuBzZerXl40yV0QlBpH5eeWxt9")
    head, begin = head_of(envelope)
    assert head == Head("D2026-000001", Kind.WORKFLOW, "k1", dictionary=0)
    assert (envelope[0], envelope[1], envelope[2], envelope[3:5], envelope[5]) == (1, 0, 1, b"\0\0", 2)
    assert (envelope[6:8], envelope[8:10], envelope[10:22], begin) == (b"k1", b"\0\x0c", b"D2026-000001", 22)
    assert unsealed(envelope, KEYS) == (head, b"x")


def test_payloads_of_other_uses_of_the_key_do_not_open() -> None:
    head = Head("D2026-000001", Kind.WORKFLOW, "k1", dictionary=0).packed()
    with pytest.raises(PayloadNotOpened):
        unsealed(head + KEYS.seal(b"x", head), KEYS)


def test_many_threads_seal_and_open_at_once() -> None:
    texts = [f"{NAME}{n}".encode() * (n % 50 + 1) for n in range(2000)]
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda text: unsealed(sealed(text, OWNER, KEYS), KEYS)[1], texts))
    assert found == texts


# --- through the SDK's converter


@pytest.fixture
def converter() -> DataConverter:
    return data_converter(KEYS)


async def test_a_failure_says_nothing_in_clear(converter: DataConverter) -> None:
    mine = converter_for("D2026-000001", converter)
    failure = Failure()
    await mine.encode_failure(ApplicationError(NAME, {"who": NAME}, type="not_entitled"), failure)
    assert NAME.encode() not in failure.SerializeToString()
    assert failure.application_failure_info.type == "not_entitled"
    with pytest.raises(PayloadNotOpened):
        await converter_for("D2026-000002", converter).decode_failure(Failure.FromString(failure.SerializeToString()))
    read = await mine.decode_failure(failure)
    assert str(read).endswith(NAME)


async def test_a_converter_is_bound_to_a_workflow_and_stays_as_it_was_otherwise(converter: DataConverter) -> None:
    mine = converter_for("D2026-000001", converter)
    assert mine.payload_converter is converter.payload_converter
    assert mine.failure_converter is converter.failure_converter
    (payload,) = await mine.encode([{"who": NAME}])
    assert stated_owner(payload) == "D2026-000001"
    assert await mine.decode([payload]) == [{"who": NAME}]
    with pytest.raises(LookupError):
        await converter.encode(["x"])


def test_a_history_opens_with_what_it_said_to_another_dispute_but_not_under_another_number() -> None:
    event = HistoryEvent()
    told = event.signal_external_workflow_execution_initiated_event_attributes
    told.workflow_execution.workflow_id = "D2026-000002"
    told.input.payloads.append(sealed_payload(Payload(data=b"1"), Owner("D2026-000002", Kind.WORKFLOW), KEYS))
    event.user_metadata.summary.CopyFrom(sealed_payload(Payload(data=b"2"), OWNER, KEYS))
    other = HistoryEvent.FromString(event.SerializeToString())
    opened(event, "D2026-000001", KEYS)
    assert (told.input.payloads[0].data, event.user_metadata.summary.data) == (b"1", b"2")
    moved_there = other.user_metadata.summary
    before = moved_there.SerializeToString()
    opened(other, "D2026-000003", KEYS)
    assert moved_there.SerializeToString() == before
    told = other.signal_external_workflow_execution_initiated_event_attributes
    assert told.input.payloads[0].data == b"1"


def test_a_key_that_another_process_uses_already_opens_before_the_next_start(tmp_path: Path) -> None:
    """Processes are started again one after the other: what one seals under a new key is no stranger's."""
    file = tmp_path / "santui.key"
    early = load_keys(file)
    file.write_text(f"k9:{base64.b64encode(bytes(range(32))).decode()}\n{file.read_text()}")
    later = load_keys(file)
    assert (early.current, later.current) == (early.ids[0], "k9")
    assert unsealed(sealed(b"x", OWNER, later), early)[1] == b"x"
    file.unlink()
    with pytest.raises(PayloadNotOpened, match="no key"):
        unsealed(sealed(b"x", OWNER, KeyRing({"k8": bytes(32)})), early)
