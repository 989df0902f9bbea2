"""A person's streams are so many and no more."""

from __future__ import annotations

from contextlib import AsyncExitStack, asynccontextmanager

import pytest

from api.core.context import Services
from api.messages.streams import stream_of
from domain.errors import TooManyStreams
from tests.api.support import somebody
from tests.sign_ins import token_of


async def test_nobody_has_more_streams_than_a_person_may(services: Services) -> None:
    token, other = [
        await token_of(services.database, (await somebody(services, role, "station-gushan")).person_id)
        for role in ("station_chief", "station_deputy")
    ]
    stream = asynccontextmanager(stream_of)
    async with AsyncExitStack() as held:
        for _ in range(services.settings.streams_per_person):
            await held.enter_async_context(stream(services, token, None))
        with pytest.raises(TooManyStreams):
            await held.enter_async_context(stream(services, token, None))
        await held.enter_async_context(stream(services, other, None))
    async with stream(services, token, None):
        pass
