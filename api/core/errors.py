"""Errors as RFC 9457 problem documents, in the reader's language."""

from __future__ import annotations

import errno

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from api.core.schemas import JsonObject
from domain.errors import QuotaReached, Refused, SantuiError, StoreUnavailable, Unavailable, by_code
from domain.validation_messages import field_errors

MEDIA = "application/problem+json"
log = structlog.get_logger()
_DISK_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EIO)
_TITLES = {
    404: "未找到",
    405: "不支持的请求方法",
    408: "请求传送过慢或中断，请重试",
    413: "内容超过大小限制",
    415: "不支持的内容类型",
    400: "请求格式有误",
}


def problem(error: SantuiError) -> JsonObject:
    """The body of a problem document."""
    body: JsonObject = {
        "type": f"urn:santui:{error.code}",
        "title": error.title,
        "status": error.status,
        "code": error.code,
        "detail": error.detail,
    }
    if isinstance(error, Unavailable) and error.may_take_effect:
        body["may_take_effect"] = True
    return {**body, "errors": error.errors} if error.errors else body


def refusal_of(body: JsonObject) -> Refused:
    """The refusal that a stored problem document was made of."""
    kind = by_code(str(body.get("code"))) or Refused
    refusal = kind(str(body.get("detail", "")), errors=body.get("errors"))
    assert isinstance(refusal, Refused), "only refusals are stored"
    return refusal


def problem_response(error: SantuiError) -> JSONResponse:
    """An error as a response."""
    headers = {"Retry-After": "2"} if error.status == 503 else {}
    headers |= {"WWW-Authenticate": "Bearer"} if error.status == 401 else {}
    headers |= {"Retry-After": str(error.after)} if isinstance(error, QuotaReached) else {}
    return JSONResponse(problem(error), status_code=error.status, media_type=MEDIA, headers=headers)


def disk_full(error: BaseException | None) -> bool:
    """Whether a file could not be written: the disk is full, read-only or broken."""
    return isinstance(error, OSError) and error.errno in _DISK_FULL


def install(app: FastAPI) -> None:
    """Makes the application answer every error as a problem document."""

    @app.exception_handler(SantuiError)
    async def _domain(_: Request, error: SantuiError) -> JSONResponse:
        return problem_response(error)

    @app.exception_handler(RequestValidationError)
    async def _invalid(_: Request, error: RequestValidationError) -> JSONResponse:
        body = {"type": "urn:santui:fields_invalid", "title": "填写的内容有误", "status": 422, "code": "fields_invalid",
                "detail": "填写的内容有误", "errors": field_errors(list(error.errors()), skip=1)}  # fmt: skip
        return JSONResponse(body, status_code=422, media_type=MEDIA)

    @app.exception_handler(HTTPException)
    async def _http(_: Request, error: HTTPException) -> JSONResponse:
        if disk_full(error.__cause__):  # a form could not be spooled to disk while it was read
            return problem_response(StoreUnavailable("附件暂时无法保存，请稍后重试"))
        title = _TITLES.get(error.status_code, "请求未被受理")
        code = {404: "not_found", 405: "method_not_allowed", 408: "too_slow", 413: "too_large"}.get(
            error.status_code, "bad_request"
        )
        body = {"type": f"urn:santui:{code}", "title": title, "status": error.status_code, "code": code}
        return JSONResponse(body, status_code=error.status_code, media_type=MEDIA, headers=error.headers)

    @app.exception_handler(OSError)
    async def _system(request: Request, error: OSError) -> JSONResponse:
        if disk_full(error):
            return problem_response(StoreUnavailable())
        return await _unexpected(request, error)

    @app.exception_handler(Exception)
    async def _unexpected(request: Request, error: Exception) -> JSONResponse:
        log.error("unforeseen", path=request.url.path, exc_info=error)
        return problem_response(SantuiError())
