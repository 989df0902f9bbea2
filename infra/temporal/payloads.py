"""Models as JSON in the engine's payloads, by one converter for all cases; the mark in place of what is not ours."""

from __future__ import annotations

from typing import Any

from temporalio.api.common.v1 import Payload
from temporalio.contrib.pydantic import PydanticPayloadConverter
from temporalio.converter import CompositePayloadConverter, EncodingPayloadConverter

from domain.foreign import Foreign

_MARK = "binary/foreign"
_PYDANTIC = PydanticPayloadConverter()


def marked(why: str) -> Payload:
    """The mark in place of a payload that is not ours; `why` in codes."""
    return Payload(metadata={"encoding": _MARK.encode()}, data=why.encode())


class _MarkConverter(EncodingPayloadConverter):
    """Reads a mark, whatever type was expected; writes none."""

    @property
    def encoding(self) -> str:
        """Of marks. Nothing that Temporal keeps has it: what comes so from outside is in the clear, and marked."""
        return _MARK

    def to_payload(self, value: Any) -> Payload | None:
        """None: another converter writes it."""
        return None

    def from_payload(self, payload: Payload, type_hint: type | None = None) -> Any:
        """A `Foreign`."""
        return Foreign(payload.data.decode())


class SharedPayloadConverter(CompositePayloadConverter):
    """The SDK's pydantic converter, made once.

    The SDK makes a converter for every activation, and keeps one with every cached workflow. The pydantic one makes and
    keeps the adapters of all types it meets, which are the same for every case.
    """

    def __init__(self) -> None:
        self.converters = _CONVERTERS


_CONVERTERS = {**_PYDANTIC.converters, _MARK.encode(): _MarkConverter()}
