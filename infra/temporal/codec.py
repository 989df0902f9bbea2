"""The payload codec: every payload and every failure is compressed and encrypted before Temporal sees it (law 7)."""

from __future__ import annotations

import dataclasses
import zlib
from collections.abc import Sequence

from google.protobuf.message import Message
from temporalio.api.common.v1 import Payload
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.converter import DataConverter, DefaultFailureConverterWithEncodedAttributes, PayloadCodec

from infra.runtime.crypto import KeyRing

ENCODING = b"binary/encrypted"
_CONTEXT = b"santui.payload.v1"
_FAST = 1


class EncryptionCodec(PayloadCodec):
    """AES-256-GCM over the compressed payload; the key id stands in the metadata."""

    def __init__(self, keys: KeyRing) -> None:
        self._keys = keys

    async def encode(self, payloads: Sequence[Payload]) -> list[Payload]:
        """Encrypts under the current key."""
        return [self._encode(payload) for payload in payloads]

    async def decode(self, payloads: Sequence[Payload]) -> list[Payload]:
        """Decrypts what this codec made; anything else passes through unchanged."""
        return [self.open(payload) for payload in payloads]

    def _encode(self, payload: Payload) -> Payload:
        sealed = self._keys.seal(zlib.compress(payload.SerializeToString(), _FAST), _CONTEXT)
        metadata = {"encoding": ENCODING, "encryption-key-id": self._keys.current.encode()}
        return Payload(metadata=metadata, data=sealed)

    def open(self, payload: Payload) -> Payload:
        """Decrypts one payload."""
        if payload.metadata.get("encoding") != ENCODING:
            return payload
        key_id = payload.metadata["encryption-key-id"].decode()
        plain = zlib.decompress(self._keys.unseal(key_id, payload.data, _CONTEXT))
        return Payload.FromString(plain)


def opened(message: Message, codec: EncryptionCodec) -> None:
    """Decrypts every payload inside an engine's message, in place: for showing a history to who may read it."""
    for field, value in message.ListFields():
        if field.message_type is None:
            continue
        if field.message_type.GetOptions().map_entry:
            parts = [part for part in value.values() if isinstance(part, Message)]
        else:
            parts = list(value) if field.is_repeated else [value]
        for part in parts:
            if isinstance(part, Payload):
                part.CopyFrom(codec.open(part))
            else:
                opened(part, codec)


def data_converter(keys: KeyRing) -> DataConverter:
    """pydantic payloads, encrypted; messages and stack traces of failures as well."""
    return dataclasses.replace(
        pydantic_data_converter,
        payload_codec=EncryptionCodec(keys),
        failure_converter_class=DefaultFailureConverterWithEncodedAttributes,
    )
