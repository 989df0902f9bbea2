"""Errors as pages: every route of the desk answers in HTML, says what happened and what to do next."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any
from urllib.parse import quote

import structlog
from fastapi import APIRouter, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from starlette.convertors import Convertor, register_url_convertor
from starlette.exceptions import HTTPException

from api.deps import ServicesDep
from api.errors import full
from api.pages.rendering import by_htmx, go, show
from api.pages.session import SESSION, get_viewer
from domain.errors import (
    FieldsInvalid,
    NotFound,
    NotSignedIn,
    Refused,
    SantuiError,
    StoreUnavailable,
    TooLarge,
    Unavailable,
)

log = structlog.get_logger()

ADVICE = {
    "not_entitled": "请确认您登录的账号与岗位；确需办理的，请联系该事项所列岗位的人员。",
    "four_eyes": "请由未参与本轮办理的其他人员作出该项处理。",
    "csrf_failed": "请返回上一页刷新后重新提交，已提交成功的内容不受影响。",
    "not_found": "链接可能有误，或者该事项不在您的管辖范围内。",
    "task_closed": "其他人员可能已先行办理，请到纠纷页面查看最新情况。",
    "task_claimed_by_other": "请与认领人联系，待其取消认领后再办理。",
    "stale_round": "纠纷已进入新一轮，请到纠纷页面办理本轮待办。",
    "decision_not_allowed": "请改选其他处理意见后重新提交。",
    "action_not_allowed": "纠纷状态已变化，请刷新纠纷页面查看现在可用的操作。",
    "dispute_closed": "该纠纷已办结，只能由有权岗位重新启动。",
    "idempotency_key_reused": "请核对内容后再次提交。",
    "engine_unavailable": "填写的内容没有提交成功，请稍后再试。",
    "store_unavailable": "请稍后再试。",
    "too_large": "请压缩后重新上传。",
    "media_type_refused": "请换用照片（JPG、PNG）、视频、录音、PDF 或办公文档。",
}


MAYBE, MAYBE_ADVICE = "可能已生效", "请稍后刷新查看；重试将得到同一结果。"
"""Of what was sent and not answered: nobody may call it a failure."""
_OF_STATUS: dict[int, type[SantuiError]] = {404: NotFound, 413: TooLarge}


def advice(code: str) -> str:
    """What to do about a problem."""
    return ADVICE.get(code, "请稍后重试；问题持续出现的，请联系系统管理员。")


def fault_page(request: Request, error: SantuiError) -> Response:
    """An error as a page."""
    title, detail, told = error.title, error.detail if error.detail != error.title else "", advice(error.code)
    if isinstance(error, Unavailable) and error.may_take_effect:
        title, detail, told = MAYBE, "", MAYBE_ADVICE
    response = show(request, "error.html", status=error.status, title=title, code=error.code, detail=detail,
                    advice=told)  # fmt: skip
    if by_htmx(request):  # whatever part was asked for: the error takes the place of the page's body
        response.headers.update({"HX-Retarget": "#main", "HX-Reselect": "#main", "HX-Reswap": "outerHTML"})
    return response


def _to_sign_in(request: Request) -> Response:
    here = request.headers.get("Referer", "/") if by_htmx(request) or request.method != "GET" else str(request.url)
    path = "/" + here.split("//", 1)[-1].partition("/")[2]
    known = SESSION in request.cookies
    flash = {"tone": "warn", "text": "登录已失效，请重新登录"} if known else None
    response = go(request, "/login" if path == "/" else f"/login?next={quote(path, safe='')}", flash)
    if known:
        response.delete_cookie(SESSION)
    return response


class PageRoute(APIRoute):
    """A route whose errors are pages."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The handler, with every error turned into a page."""
        handle = super().get_route_handler()

        async def page(request: Request) -> Response:
            try:
                return await handle(request)
            except NotSignedIn:
                return _to_sign_in(request)
            except SantuiError as error:
                return fault_page(request, error)
            except RequestValidationError:
                return fault_page(request, FieldsInvalid("地址或内容有误"))
            except HTTPException as error:
                return fault_page(request, _OF_STATUS.get(error.status_code, Refused)())
            except Exception as error:
                if full(error):
                    return fault_page(request, StoreUnavailable())
                log.error("unforeseen", path=getattr(request.scope.get("route"), "path", ""), exc_info=error)
                return fault_page(request, SantuiError())

        return page


class _PagePath(Convertor[str]):
    """Any path but those of the JSON interface and of operations, which answer for themselves."""

    regex = r"(?!v1(?:/|$)|static/|healthz|readyz|metrics|openapi\.json).*"

    def convert(self, value: str) -> str:
        return value

    def to_string(self, value: str) -> str:
        return value


register_url_convertor("page", _PagePath())
router = APIRouter(route_class=PageRoute)


@router.get("/{path:page}")
async def not_found(request: Request, services: ServicesDep, path: str) -> Response:
    """Every other address, for somebody signed in."""
    await get_viewer(request, services)
    raise NotFound("没有这个页面")
