"""Files as HTTP responses, sent piece by piece, whole or a range of them (RFC 9110, 14)."""

from __future__ import annotations

import asyncio
import re
from urllib.parse import quote

import structlog
from fastapi import Response
from starlette.types import Receive, Scope, Send

from api.attachments.service import FileContent
from domain.errors import FileBroken

PIECE = 256 * 1024
SAFE = {
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
    "Accept-Ranges": "bytes",
    "Content-Security-Policy": "default-src 'none'; img-src 'self'; media-src 'self'; style-src 'unsafe-inline'; "
    "frame-ancestors 'none'; sandbox",
}
"""Never run by a browser, whatever it is taken for, and kept out of caches."""
_RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})", re.ASCII)
log = structlog.get_logger()


class _Sealed(Response):
    """The bytes of a file from `begin` to before `end`; closes it. Where it turns out broken on the way, what was sent
    is cut off, and shorter than it said."""

    def __init__(self, file: FileContent, begin: int, end: int, status: int, headers: dict[str, str]) -> None:
        super().__init__(b"", status, headers, file.media_type)
        self.headers["Content-Length"] = str(end - begin)
        self._file, self._begin, self._end = file.file, begin, end

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await asyncio.to_thread(self._file.seek, self._begin)
            left = self._end - self._begin
            piece = await self._piece(left)  # broken where it begins: that can be said still
            await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
            while left := left - len(piece):
                await send({"type": "http.response.body", "body": piece, "more_body": True})
                try:
                    piece = await self._piece(left)
                except FileBroken:
                    log.error("file_broken", at=self._end - left)
                    return
            await send({"type": "http.response.body", "body": piece})
        finally:
            self._file.close()

    async def _piece(self, left: int) -> bytes:
        return await asyncio.to_thread(self._file.read, min(PIECE, left))


def as_file(file: FileContent, asked: str | None = None) -> Response:
    """A file as a response; `asked` is the header `Range`. Several ranges at once are answered with the whole."""
    headers = {**SAFE, "Content-Disposition": _disposition(file)}
    span = _span(asked, file.size)
    if span is None:
        return _Sealed(file, 0, file.size, 200, headers)
    begin, end = span
    if begin >= end:
        file.file.close()
        return Response(status_code=416, headers={**headers, "Content-Range": f"bytes */{file.size}"})
    return _Sealed(file, begin, end, 206, {**headers, "Content-Range": f"bytes {begin}-{end - 1}/{file.size}"})


def _span(asked: str | None, size: int) -> tuple[int, int] | None:
    found = _RANGE.fullmatch(asked.strip()) if asked else None
    if found is None or found[0] == "bytes=-":
        return None
    if not found[1]:
        return max(0, size - int(found[2])), size
    return int(found[1]), min(size, int(found[2] or size) + 1)


def _disposition(file: FileContent) -> str:
    """Of RFC 6266: the name for whoever reads UTF-8, and one of plain letters for the others."""
    kind = "inline" if file.inline else "attachment"
    if file.name is None:
        return kind
    plain = re.sub(r"[^A-Za-z0-9._-]", "_", file.name)
    return f"{kind}; filename=\"{plain}\"; filename*=UTF-8''{quote(file.name, safe='')}"
