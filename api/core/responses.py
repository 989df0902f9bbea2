"""Answers of services as HTTP responses."""

from __future__ import annotations

from typing import TypeVar
from urllib.parse import quote

from fastapi import Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel

from api.core.errors import MEDIA
from api.core.idempotency import Answer

T = TypeVar("T", bound=BaseModel)


def as_response(answer: Answer[T]) -> JSONResponse:
    """An answer with its own status: what was set in its body, and nothing else."""
    media = MEDIA if answer.status >= 400 else "application/json"
    return JSONResponse(answer.document(), status_code=answer.status, media_type=media)


def as_download(content: bytes, media_type: str, name: str) -> Response:
    """A file that the browser saves under a name and nobody keeps on the way."""
    headers = {
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(name)}",
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
    }
    return Response(content, media_type=media_type, headers=headers)
