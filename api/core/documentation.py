"""What an endpoint says of its answers in the OpenAPI document: descriptions by status, and the errors it may answer.

A route documents its good answers with `response_model` and `status_code`, its errors with `responses=problems(READ)`
or `problems(WRITE)`; with another good answer it is `responses={202: {"model": Accepted}, **problems(WRITE)}`.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from fastapi.routing import APIRoute

from api.core.errors import MEDIA
from api.core.schemas import JsonObject, Problem


def by_name(route: APIRoute) -> str:
    """An operation's id: the name of its function. Its router is told where the id names schemas too, those of a form
    and of one answer of several."""
    return route.name


SIGN_IN: Final = frozenset({400, 401, 408, 413, 422, 429, 503})
"""Error statuses of the endpoint that hands out tokens."""
READ: Final = frozenset({401, 403, 404, 422, 503})
"""Error statuses of an operation that only reads."""
WRITE: Final = READ | {400, 408, 409, 413}
"""Error statuses of an operation that changes something."""
COUNTED: Final = frozenset({429})
"""Beside those of what a person may ask for so many times in a time."""
DESCRIPTIONS: Final[dict[int, str]] = {
    200: "完成",
    201: "已受理",
    202: "已收到，稍后生效",
    400: "请求内容无法解析",
    401: "请先登录",
    403: "无权办理",
    404: "没有找到",
    408: "请求传送过慢或中断",
    409: "与当前状态不符",
    412: "已被他人修改",
    413: "内容过大",
    415: "文件类型不被接受",
    422: "填写的内容有误",
    429: "过于频繁",
    503: "暂时不可用，请稍后重试",
}
"""The description of an answer, by HTTP status."""


def problems(statuses: Iterable[int], model: type[Problem] = Problem) -> dict[int | str, JsonObject]:
    """The `responses=` of a route for its error statuses: `problems(READ)`, `problems(WRITE | {415})`.

    `model` is the problem's schema, a subclass of `Problem` where it has more fields.
    """
    return {
        status: {"model": model, "description": DESCRIPTIONS[status], "content": {MEDIA: {}}}
        for status in sorted(statuses)
    }
