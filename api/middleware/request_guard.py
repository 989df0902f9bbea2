"""Middleware that checks every request before a route reads it: no body of a stranger, above its limit or without end,
no text that can't be kept. A request that is cut off by the end of the process is answered.

Who sends a body is asked before any of it is read, and so is its length where it says one. A page's form of somebody
whose sign-in is over is read as far as one without files goes: what was typed is carried through the sign-in. Where an
answer comes before the whole body was read, the connection ends with it.

Text that can't be kept (`domain.storable_text`) is refused here once, with the name of the field, instead of wherever
it would break something. What forms hold is checked where they are read.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Iterator
from contextlib import suppress
from typing import Any
from urllib.parse import parse_qsl

from fastapi import FastAPI
from starlette.datastructures import Headers
from starlette.requests import cookie_parser
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.core.deps import person_of
from api.core.errors import problem_response
from api.core.wire.cookies import named
from api.middleware.bodies import Body, Pace, again, none
from domain.errors import (
    EnrolmentDue,
    FieldsInvalid,
    NotSignedIn,
    OutOfScope,
    PasswordDue,
    Refused,
    SantuiError,
    TooLarge,
    Unavailable,
)
from domain.storable_text import UNFIT, fit, is_fit, tame
from infra.runtime.settings import Settings

JSON_LIMIT = 2**20
"""Bytes of a JSON body: the largest form there is, filled in to its own limits, has less."""
FORM_LIMIT = 4 * 2**20
"""Bytes of a desk's form without files; Chinese takes nine a character there."""
CODEC_LIMIT = 16 * 2**20
"""Bytes of payloads that Temporal's UI wants to be decoded at once."""
OPEN_LIMIT = 64 * 1024
"""Bytes of what somebody sends who is not signed in: a name, a password, a code."""
OPEN = ("/v1/auth/", "/login")
"""Where one signs in."""
PROGRAMS = ("/v1/", "/codec/")
"""Where programs ask, which are told that they are not signed in; people are led to sign in."""
FORMS = ("multipart/form-data", "application/x-www-form-urlencoded")
_SUSPICIOUS = re.compile(rb"\\u(?:[dD][89a-fA-F]|0000)|NaN|Infinity|[eE]\+?\d{3}|\d{300}")
"""In UTF-8 bytes: what may spell a character that can't be kept, or a number that is none."""
_DEEPEST = 100
"""Levels of nesting of a JSON body."""


def check_json(body: bytes) -> None:
    """Checks that everything in a JSON body can be kept. What is no JSON at all is refused by its reader.

    Raises:
        FieldsInvalid: names the field.
        Refused: it is not UTF-8, or deeper than anything of ours.
    """
    try:
        body.decode()
    except UnicodeDecodeError as error:
        raise Refused("请求内容须为UTF-8编码") from error
    if body.count(b"[") + body.count(b"{") <= _DEEPEST and not _SUSPICIOUS.search(body):
        return
    try:
        value = json.loads(body)
    except RecursionError as error:
        raise Refused("请求内容嵌套过深") from error
    except ValueError:
        return
    errors = [{"field": tame(".".join(path)), "message": message} for path, message in _wrong(value, ())]
    if errors:
        raise FieldsInvalid(errors=errors[:20])


def _wrong(value: Any, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], str]]:
    if len(path) > _DEEPEST:
        raise Refused("请求内容嵌套过深")
    match value:
        case str():
            if not is_fit(value):
                yield path, UNFIT
        case float() if value != value or abs(value) == float("inf"):
            yield path, "应为数字"
        case dict():
            for name, held in value.items():
                if not is_fit(name):
                    yield (*path, name), UNFIT
                yield from _wrong(held, (*path, name))
        case list():
            for number, held in enumerate(value):
                yield from _wrong(held, (*path, str(number)))


class RequestGuard:
    """The middleware, on the wire itself. `files_limit`: the bytes that the files of one form may have together;
    `cookie`: the one by which pages know somebody."""

    def __init__(self, app: ASGIApp, files_limit: int, pace: Pace, cookie: str) -> None:
        self._app, self._files_limit, self._pace, self._cookie = app, files_limit, pace, cookie

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Guards a request."""
        if scope["type"] != "http":
            return await self._app(scope, receive, send)
        headers = Headers(scope=scope)
        kind = headers.get("content-type", "").partition(";")[0].strip().lower()
        has_body = headers.get("content-length", "0") != "0" or "transfer-encoding" in headers
        body = Body(receive, self._limit(scope["path"], kind), self._pace) if has_body else None
        begun = False

        async def sending(message: Message) -> None:
            nonlocal begun
            begun = True
            if body is None or body.ended:
                await send(message)
            elif message["type"] == "http.response.start":
                await send({**message, "headers": [*message["headers"], (b"connection", b"close")]})
            elif message.get("more_body"):
                await send(message)
            else:
                await send({**message, "more_body": True})
                await body.throw_away()
                await send({"type": "http.response.body", "body": b""})

        try:
            check_query(scope["query_string"])
            await self._app(scope, await self._checked(scope, headers, kind, body) if body else receive, sending)
        except SantuiError as error:
            if begun:
                raise
            await problem_response(error)(scope, receive, sending)
        except asyncio.CancelledError:  # the process ends, and has waited for this request as long as it may
            if begun:
                raise
            cut = Unavailable("服务正在重启，请稍后重试", may_take_effect=scope["method"] not in ("GET", "HEAD"))
            await problem_response(cut)(scope, receive, sending)

    async def _checked(self, scope: Scope, headers: Headers, kind: str, body: Body) -> Receive:
        """The `receive` that the application reads the body from.

        Raises:
            Refused: NotSignedIn, FieldsInvalid, TooLarge, TooSlow, or what can't be read at all
        """
        path, length = scope["path"], headers.get("content-length", "")
        declared = int(length) if length.isdecimal() else 0
        if not path.startswith(OPEN) and not await self._known(scope, headers):
            if path.startswith(PROGRAMS):
                raise NotSignedIn
            if declared > FORM_LIMIT:
                return none()  # the page sends him to the sign-in
            body.limit = min(body.limit, FORM_LIMIT)
        if declared > body.limit:
            raise TooLarge
        if kind in FORMS:
            return body.receive
        content = await body.whole()
        check_json(content)
        return again(content, body.receive)

    async def _known(self, scope: Scope, headers: Headers) -> bool:
        """Whether a sign-in of somebody comes with the request; whether it serves for this is asked later.

        Raises:
            StoreUnavailable
        """
        scheme, _, token = headers.get("authorization", "").partition(" ")
        kept = cookie_parser(headers.get("cookie", ""))
        own = token.strip() if scheme.lower() == "bearer" else kept.get(named(scope["scheme"], self._cookie), "")
        if own:
            with suppress(NotSignedIn):
                with suppress(PasswordDue, EnrolmentDue, OutOfScope):  # he is somebody all the same
                    await person_of(scope["app"].state.services, own)
                return True
        return False

    def _limit(self, path: str, kind: str) -> int:
        if path.startswith("/codec/"):
            return CODEC_LIMIT
        if path.startswith(OPEN):  # a page's sign-in carries what was typed before it
            return FORM_LIMIT if path.startswith("/login") else OPEN_LIMIT
        return {
            "multipart/form-data": FORM_LIMIT + self._files_limit,
            "application/x-www-form-urlencoded": FORM_LIMIT,
        }.get(kind, JSON_LIMIT)


def check_query(query: bytes) -> None:
    """Checks that everything in a query can be kept.

    Raises:
        FieldsInvalid
    """
    if b"%00" in query:  # a surrogate can't be spelt there
        for name, value in parse_qsl(query.decode("latin-1"), keep_blank_values=True):
            fit("query", name)
            fit(name, value)


def install(app: FastAPI, settings: Settings, files: int, cookie: str) -> None:
    """Adds the middleware; `files` is how many files one form may bring."""
    pace = Pace(settings.head_seconds, settings.body_rate, settings.body_seconds)
    limit = files * settings.max_attachment_mb * 2**20
    app.add_middleware(RequestGuard, files_limit=limit, pace=pace, cookie=cookie)
