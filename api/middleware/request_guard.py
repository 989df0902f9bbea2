"""Middleware that checks every request before a route reads it: no body above its limit, no text that can't be kept. A
request that is cut off by the end of the process is answered.

Text that can't be kept (`domain.storable_text`) is refused here once, with the name of the field, instead of wherever
it would break something. What forms hold is checked where they are read.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qsl

from fastapi import FastAPI
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.core.errors import problem_response
from domain.errors import FieldsInvalid, Refused, SantuiError, TooLarge, Unavailable
from domain.storable_text import UNFIT, fit, is_fit, tame
from infra.runtime.settings import Settings

JSON_LIMIT = 2**20
"""Bytes of a JSON body: the largest form there is, filled in to its own limits, has less."""
FORM_LIMIT = 4 * 2**20
"""Bytes of a desk's form without files; Chinese takes nine a character there."""
CODEC_LIMIT = 16 * 2**20
"""Bytes of payloads that Temporal's UI wants to be decoded at once."""
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
    """The middleware, on the wire itself. `files_limit`: the bytes that the files of one form may have together."""

    def __init__(self, app: ASGIApp, files_limit: int) -> None:
        self._app, self._files_limit = app, files_limit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Guards a request."""
        if scope["type"] != "http":
            return await self._app(scope, receive, send)
        begun = False

        async def sending(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            await self._app(scope, await self._checked(scope, receive), sending)
        except SantuiError as error:
            await problem_response(error)(scope, receive, sending)
        except asyncio.CancelledError:  # the process ends, and has waited for this request as long as it may
            if begun:
                raise
            cut = Unavailable("服务正在重启，请稍后重试", may_take_effect=scope["method"] not in ("GET", "HEAD"))
            await problem_response(cut)(scope, receive, sending)

    async def _checked(self, scope: Scope, receive: Receive) -> Receive:
        """The `receive` that the application reads the request from.

        Raises:
            Refused: FieldsInvalid, TooLarge, or what can't be read at all
        """
        if b"%00" in scope["query_string"]:  # a surrogate can't be spelt there
            for name, value in parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True):
                fit("query", name)
                fit(name, value)
        headers = Headers(scope=scope)
        if "content-length" not in headers and "transfer-encoding" not in headers:
            return receive
        kind = headers.get("content-type", "").partition(";")[0].strip().lower()
        limit = self._limit(scope["path"], kind)
        length = headers.get("content-length", "")
        if length.isdecimal() and int(length) > limit:
            raise TooLarge
        if kind in ("multipart/form-data", "application/x-www-form-urlencoded"):
            return _counted(receive, limit)
        body = await _whole(receive, limit)
        check_json(body)
        return _again(body, receive)

    def _limit(self, path: str, kind: str) -> int:
        if path.startswith("/codec/"):
            return CODEC_LIMIT
        return {
            "multipart/form-data": FORM_LIMIT + self._files_limit,
            "application/x-www-form-urlencoded": FORM_LIMIT,
        }.get(kind, JSON_LIMIT)


async def _whole(receive: Receive, limit: int) -> bytes:
    """The whole body.

    Raises:
        TooLarge
    """
    parts, size, more = [], 0, True
    while more:
        message = await receive()
        if message["type"] != "http.request":
            break
        parts.append(message.get("body", b""))
        size += len(parts[-1])
        more = message.get("more_body", False)
        if size > limit:
            raise TooLarge
    return b"".join(parts)


def _again(body: bytes, receive: Receive) -> Receive:
    """A body that was read, to be read once more; then whatever comes."""
    read = False

    async def receiving() -> Message:
        nonlocal read
        if read:
            return await receive()
        read = True
        return {"type": "http.request", "body": body, "more_body": False}

    return receiving


def _counted(receive: Receive, limit: int) -> Receive:
    """A body that is read as it comes, as long as it is within its limit: its reader answers, a page by a page."""
    size = 0

    async def receiving() -> Message:
        nonlocal size
        message = await receive()
        size += len(message.get("body", b""))
        if size > limit:
            raise HTTPException(413)
        return message

    return receiving


def install(app: FastAPI, settings: Settings, files: int) -> None:
    """Adds the middleware; `files` is how many files one form may bring."""
    app.add_middleware(RequestGuard, files_limit=files * settings.max_attachment_mb * 2**20)
