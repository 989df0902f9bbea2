"""`python -m api.serve [NAME]`: an API process, by the name that its supervisor gave it."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import socket
import sys

import uvicorn
from fastapi import FastAPI
from pydantic import ValidationError

from api.app import create_app
from api.middleware.connections import bounded
from domain.errors import StoreUnavailable
from infra.runtime.file_permissions import set_private_umask
from infra.runtime.listening import shared_listeners
from infra.runtime.logs import configure_logs
from infra.runtime.settings import Settings, explain, get_settings
from infra.startup.garbage import settled
from infra.startup.installation import check_installation
from infra.startup.preflight import PreflightError

FAILED_TO_START = 3
"""The exit code of uvicorn's own command."""
KEEP_ALIVE = 75
"""Seconds an idle connection stays open: longer than clients keep theirs (httpx: 5), which close it then. Where the
server does, what is sent in that moment meets a reset."""


class Server(uvicorn.Server):
    """Keeps what was made by the time it serves, and ends the event streams before it waits for open requests to end:
    they would never do so by themselves.
    """

    def __init__(self, app: FastAPI, config: uvicorn.Config) -> None:
        super().__init__(config)
        self._app = app

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begins to serve."""
        await super().startup(sockets)
        settled()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Stops taking requests, and finishes what is under way."""
        self._app.state.services.broadcaster.close()
        await super().shutdown(sockets)


def unfit(settings: Settings) -> str:
    """Why nobody may sign in here; empty where they may. Production asks again whenever the process starts, and serves
    nothing that it could not ask about; elsewhere a database that is away is waited for with the light on red.
    """
    try:
        asyncio.run(check_installation(settings))
    except PreflightError as error:
        return str(error)
    except StoreUnavailable as error:
        return str(error) if settings.production else ""
    return ""


def main(name: str = "api") -> None:
    """Serves with the settings of the environment until told to end; `name` tells it from the others."""
    set_private_umask()
    try:
        settings = get_settings()
    except ValidationError as error:
        sys.exit(explain(error))
    configure_logs(settings.log_level)
    if reason := unfit(settings):
        sys.exit(reason)
    app = create_app(settings, name)
    config = uvicorn.Config(
        app,
        host=settings.http_host,
        port=settings.http_port,
        log_config=None,
        proxy_headers=False,  # `api.middleware.front_door` reads them
        access_log=False,  # paths hold dispute numbers and queries; what is needed is in /metrics and the access log
        timeout_graceful_shutdown=5,
        timeout_keep_alive=KEEP_ALIVE,
        http=bounded(settings),
    )
    server = Server(app, config)
    with contextlib.suppress(KeyboardInterrupt):  # raised again once the server has ended in order
        # None: it opens the one address itself, which nobody else may have then.
        server.run(shared_listeners(settings.http_host, settings.http_port) if settings.api_processes > 1 else None)
    gc.unfreeze()
    gc.collect()  # the SDK may crash the interpreter at exit while its client is alive (sdk-python#300)
    if not server.started:
        sys.exit(FAILED_TO_START)


if __name__ == "__main__":
    main(*sys.argv[1:])
