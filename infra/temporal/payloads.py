"""Models as JSON in the engine's payloads, by one converter for all cases."""

from __future__ import annotations

from temporalio.contrib.pydantic import PydanticPayloadConverter
from temporalio.converter import CompositePayloadConverter

_PYDANTIC = PydanticPayloadConverter()


class SharedPayloadConverter(CompositePayloadConverter):
    """The SDK's pydantic converter, made once.

    The SDK makes a converter for every activation, and keeps one with every cached workflow. The pydantic one makes and
    keeps the adapters of all types it meets, which are the same for every case.
    """

    def __init__(self) -> None:
        self.converters = _PYDANTIC.converters
