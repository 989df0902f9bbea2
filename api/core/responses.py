"""Answers of services as HTTP responses."""

from __future__ import annotations

from typing import TypeVar

from fastapi.responses import JSONResponse
from pydantic import BaseModel

from api.core.errors import MEDIA
from api.core.idempotency import Answer

T = TypeVar("T", bound=BaseModel)


def as_response(answer: Answer[T]) -> JSONResponse:
    """An answer with its own status: what was set in its body, and nothing else."""
    media = MEDIA if answer.status >= 400 else "application/json"
    return JSONResponse(answer.document(), status_code=answer.status, media_type=media)
