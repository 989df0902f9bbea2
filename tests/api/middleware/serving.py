"""The application behind its own server, over a service test's database: for what is between the wire and a route."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import httpx2
import uvicorn

from api.app import create_app
from api.core.context import Services
from api.middleware.connections import bounded
from domain.people.organisation import Actor
from tests.sign_ins import token_of


@dataclass(frozen=True)
class Served:
    """Where it listens, and a browser's and a program's way in for one person."""

    port: int
    token: str
    opened: list[Wire] = field(default_factory=list)

    @property
    def headers(self) -> dict[str, str]:
        """Of who is signed in."""
        return {"Authorization": f"Bearer {self.token}"}

    def http(self) -> httpx2.AsyncClient:
        """A client of that person."""
        return httpx2.AsyncClient(
            base_url=f"http://127.0.0.1:{self.port}", headers=self.headers, trust_env=False, timeout=60
        )

    async def wire(self, head: str, body: bytes = b"", *, signed_in: bool = True) -> Wire:
        """A connection on which the beginning of a request was sent."""
        wire = await self.connected()
        lines = [*head.splitlines(), "Host: 127.0.0.1"]
        lines += [f"Authorization: Bearer {self.token}"] if signed_in else []
        wire.writer.write("\r\n".join([*lines, "", ""]).encode() + body)
        await wire.writer.drain()
        return wire

    async def connected(self) -> Wire:
        """A connection on which nothing was sent; closed with the server."""
        self.opened.append(Wire(*await asyncio.open_connection("127.0.0.1", self.port)))
        return self.opened[-1]


@dataclass(frozen=True)
class Wire:
    """A connection, byte by byte."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    async def status(self, seconds: float = 10) -> int:
        """The status of what is answered; 0 where the connection ends without."""
        async with asyncio.timeout(seconds):
            line = await self.reader.readline()
        return int(line.split()[1]) if line else 0

    async def ended(self, seconds: float = 10) -> bool:
        """Whether the other side ends the connection in time."""
        try:
            async with asyncio.timeout(seconds):
                while await self.reader.read(65536):
                    pass
        except TimeoutError:
            return False
        except ConnectionError:
            return True
        return True

    def close(self) -> None:
        """Ends it from here."""
        self.writer.close()


@asynccontextmanager
async def serving(services: Services, who: Actor, **limits: Any) -> AsyncIterator[Served]:
    """The application with these settings, for the length of a block."""
    settings = services.settings.model_copy(update=limits)
    app = create_app(settings)
    app.state.services = services
    listening = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(
        uvicorn.Config(
            app,
            lifespan="off",
            log_config=None,
            http=bounded(settings),
            proxy_headers=False,
            timeout_graceful_shutdown=1,
        )
    )
    serve = asyncio.create_task(server.serve([listening]))
    token = await token_of(services.database, who.person_id, timedelta(hours=1))
    try:
        while not server.started:
            await asyncio.sleep(0.01)
        yield (served := Served(listening.getsockname()[1], token))
        for wire in served.opened:
            wire.close()
    finally:
        server.should_exit = True
        await serve
