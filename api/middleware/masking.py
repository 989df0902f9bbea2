"""Middleware that masks personal numbers in every answer, whoever wrote it: an endpoint or page added later forgets
nothing. Who may see a number asks for it (`api.unmasking`).
"""

from __future__ import annotations

from collections.abc import Callable

from fastapi import FastAPI, Request
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.core.masking import masked_html, masked_json

UNMASKED = "unmasked"
"""Of a request's state: its answer shows numbers on purpose, and that was noted."""


def install(app: FastAPI) -> None:
    """Masks what the application answers."""
    app.add_middleware(Masking)


def leave_unmasked(request: Request) -> None:
    """Lets the answer to a request show the numbers as they are."""
    setattr(request.state, UNMASKED, True)


class Masking:
    """JSON and pages are gathered and masked as a whole; streams and files pass."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        scope.setdefault("state", {})
        start: Message | None = None
        body = bytearray()

        async def masking(message: Message) -> None:
            nonlocal start
            if message["type"] == "http.response.start" and _mask_for(message) is not None:
                start = message
                return
            if start is None or message["type"] != "http.response.body":
                await send(message)
                return
            body.extend(message.get("body", b""))
            if message.get("more_body", False):
                return
            mask, whole = _mask_for(start), bytes(body)
            if mask and whole and not scope["state"].get(UNMASKED):
                whole = mask(whole.decode()).encode()
                MutableHeaders(scope=start)["content-length"] = str(len(whole))
            await send(start)
            await send({"type": "http.response.body", "body": whole})

        await self._app(scope, receive, masking)


def _mask_for(start: Message) -> Callable[[str], str] | None:
    """How an answer of that kind is masked; none where it is passed on as it comes."""
    kind = MutableHeaders(scope=start).get("content-type", "").partition(";")[0]
    if kind in ("application/json", "application/problem+json"):
        return masked_json
    return masked_html if kind == "text/html" else None
