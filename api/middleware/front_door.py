"""Middleware that every request meets first: who asks, over what, and under which name.

Outermost, because everything inside goes by it: the access log and the brake on sign-ins by the address, cookies and
HSTS by the scheme. Which address a chain of proxies speaks of is uvicorn's rule (from the right, the first that is no
trusted proxy). What it leaves open is closed here (ADR 0049): an IPv4 address in an IPv6 one is itself, what is no
address is not taken for one, and who asks through a proxy has no more at once than who asks directly.
"""

from __future__ import annotations

from collections import Counter

from fastapi import FastAPI
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from api.core.errors import problem_response
from domain.errors import HostUnknown, Refused, SantuiError, TooManyConnections
from infra.runtime.front_door import LOCAL, counted_as, host_name, is_loopback, plain_address
from infra.runtime.settings import Settings

HSTS = "max-age=31536000"
"""A year: the browser asks over TLS only (RFC 6797). Not of names below this one, which may be others'. [DESIGN]"""


class FrontDoor:
    """The middleware, on the wire itself."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self._app = app
        self._proxies, self._hosts = settings.proxies, settings.host_names
        self._production, self._most = settings.production, settings.connections_per_address
        self._under_way: Counter[str] = Counter()
        """requests that came through proxies and are not answered to their end, by what their address counts as"""
        self._forwarded = ProxyHeadersMiddleware(
            self._let_in,  # type: ignore[arg-type]
            [str(each) for each in self._proxies.networks],
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Lets a request in, or says why not."""
        if scope["type"] != "http":
            return await self._app(scope, receive, send)
        peer, port = scope.get("client") or ("", 0)
        peer = plain_address(peer) or peer
        scope["client"] = (peer, port)
        if not self._proxies.trusts(peer):
            return await self._let_in(scope, receive, send)
        scope.setdefault("state", {})["proxy"] = peer
        await self._forwarded(scope, receive, send)  # type: ignore[arg-type]

    async def _let_in(self, scope: Scope, receive: Receive, send: Send) -> None:
        proxy = scope.get("state", {}).get("proxy")
        if proxy is not None:
            address, port = scope["client"]
            scope["client"] = (plain_address(address) or proxy, port)
        if self._production:  # there is no way in but over TLS: no cookie is to go another because a header is missing
            scope["scheme"] = "https"
        if scope["scheme"] == "https":
            send = _strictly(send)
        if refused := self._refusal(scope):
            return await problem_response(refused)(scope, receive, send)
        if proxy is None:  # then the connection itself was counted
            return await self._app(scope, receive, send)
        address = counted_as(scope["client"][0])
        if self._under_way[address] >= self._most:
            return await problem_response(TooManyConnections())(scope, receive, send)
        self._under_way[address] += 1
        try:
            await self._app(scope, receive, send)
        finally:
            self._under_way[address] -= 1
            if not self._under_way[address]:
                del self._under_way[address]

    def _refusal(self, scope: Scope) -> SantuiError | None:
        """Why a request under its name is not answered; nothing of what it says is repeated."""
        given = Headers(scope=scope).getlist("host")
        name = host_name(given[0]) if len(given) == 1 else None
        if name is None:
            return Refused("请求没有写明主机名，或写法有误")
        # Probes and the command line ask their own machine by its own name; behind a proxy nobody does.
        own = name in LOCAL and is_loopback(scope["client"][0]) and "proxy" not in scope.get("state", {})
        return None if name in self._hosts or own else HostUnknown()


def _strictly(send: Send) -> Send:
    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            MutableHeaders(scope=message)["Strict-Transport-Security"] = HSTS
        await send(message)

    return sending


def install(app: FastAPI, settings: Settings) -> None:
    """Adds the middleware; to be called last, so that it is outermost."""
    app.add_middleware(FrontDoor, settings=settings)
