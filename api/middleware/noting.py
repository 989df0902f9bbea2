"""Middleware that has every request of a signed-in person leave its trace: what no service noted itself is noted here,
by its route; what a service noted of a change is written before the answer.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from contextlib import suppress

from fastapi import FastAPI
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.core.context import Services
from domain.errors import NotEntitled, NotFound, StoreUnavailable
from domain.storable_text import tame
from infra.records.access_log.asking import Asking, asked
from infra.records.access_log.log import OK

READING = ("GET", "HEAD")
REFUSALS = {403: NotEntitled.code, 404: NotFound.code}
"""By status, those by which somebody is kept from what is not his."""
OUTCOMES = dict.fromkeys(range(200, 300), OK) | REFUSALS
"""By status; a page that was sent something sends on (303), and a redirected reading has read nothing."""
SENT_ON = 303
REFUSED = "refused"
"""The code of what was refused before any service knew what was asked for."""
OTHER = "get:"
"""Before the path of a route that has no word of its own: nothing is read without a trace because a table forgot it."""
QUERY = 400
"""Characters that are kept of an address' query, sealed."""


class Noting:
    """The middleware, on the wire itself. `words` by "METHOD path" of routes; those at `silent` paths say of nobody but
    who asks, or nothing at all; of a program everything is noted.
    """

    def __init__(self, app: ASGIApp, words: Mapping[str, str], silent: Collection[str]) -> None:
        self._app, self._words, self._silent = app, words, silent

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers a request, and has it noted before the answer begins."""
        if scope["type"] != "http":
            return await self._app(scope, receive, send)
        client = scope.get("client")
        with asked(Asking(address=client[0] if client else "")) as request:

            async def sending(message: Message) -> None:
                if message["type"] == "http.response.start":
                    await self._note(scope, request, message["status"])
                await send(message)

            await self._app(scope, receive, sending)

    async def _note(self, scope: Scope, request: Asking, status: int) -> None:
        services: Services | None = getattr(scope["app"].state, "services", None)
        if services is None:
            return
        if request.waiting and scope["method"] not in READING:
            with suppress(StoreUnavailable):  # it is done, and on record with what was done; its entry waits
                await services.access.written()
        route = getattr(scope.get("route"), "path", "")
        reads = scope["method"] in READING
        outcome = OK if status == SENT_ON and not reads else OUTCOMES.get(status)
        if request.actor is None or outcome is None or (request.noted if outcome == OK else request.refused):
            return
        word = REFUSED if outcome != OK else self._words.get(f"{scope['method']} {route}")
        if word is None and reads and route and (request.program or route not in self._silent):
            word = f"{OTHER}{route}"
        if word is None:
            return
        about = {"route": f"{scope['method']} {route or scope['path'][:QUERY]}", "asked": _query(scope)}
        number = scope.get("path_params", {}).get("no")
        with suppress(StoreUnavailable):  # asked for room before it was answered
            services.access.note_once(request.actor.person_id, number, word, about, outcome)


def _query(scope: Scope) -> str:
    return tame(scope["query_string"][:QUERY].decode(errors="replace"))


def install(app: FastAPI, words: Mapping[str, str], silent: Collection[str]) -> None:
    """Adds the middleware."""
    app.add_middleware(Noting, words=words, silent=silent)
