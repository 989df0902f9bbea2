"""Errors as pages: what happened, and what to do next."""

from __future__ import annotations

import re
from collections.abc import Callable, Coroutine
from html import escape
from typing import Any
from urllib.parse import quote

import structlog
from fastapi import APIRouter, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from starlette.convertors import Convertor, register_url_convertor
from starlette.exceptions import HTTPException

from api.core.deps import SealingRequest, get_services
from api.core.errors import disk_full
from api.core.wire.cookies import cookie, forget
from api.web.rendering import by_htmx, go, show, sign_in_page
from api.web.session import FIELDS, MOST_FILES, SESSION, ViewerDep, typed
from domain.errors import (
    EnrolmentDue,
    FieldsInvalid,
    NeedToKnow,
    NotFound,
    NotSignedIn,
    PasswordDue,
    Refused,
    SantuiError,
    StoreUnavailable,
    TooLarge,
    TooSlow,
    Unavailable,
)
from infra.database.errors import explained

log = structlog.get_logger()

ADVICE = {
    "not_entitled": "请确认您登录的账号与岗位；确需办理的，请联系该事项所列岗位的人员。",
    "four_eyes": "请由未参与本轮办理的其他人员作出该项处理。",
    "need_to_know": "确有需要的，请打开该纠纷，说明用途和事由后限时查看。",
    "csrf_failed": "请返回上一页刷新后重新提交，已提交成功的内容不受影响。",
    "not_found": "链接可能有误，或者该事项不在您的管辖范围内。",
    "task_closed": "其他人员可能已先行办理，请到纠纷页面查看最新情况。",
    "task_claimed_by_other": "请与认领人联系，待其取消认领后再办理。",
    "stale_round": "纠纷已进入新一轮，请到纠纷页面办理本轮待办。",
    "decision_not_allowed": "请改选其他处理意见后重新提交。",
    "action_not_allowed": "纠纷状态已变化，请刷新纠纷页面查看现在可用的操作。",
    "dispute_closed": "该纠纷已办结，只能由有权岗位重新启动。",
    "idempotency_key_reused": "此前已经提交过一次，请先查看办理结果；需要再次提交的，请从页面重新进入。",
    "engine_unavailable": "填写的内容没有提交成功，请稍后再试。",
    "store_unavailable": "请稍后再试。",
    "too_large": "请压缩后重新上传。",
    "media_type_refused": "请换用照片（JPG、PNG）、视频、录音、PDF 或办公文档。",
}


MAX_TYPED = 200_000
"""Characters of a form that are shown again."""
MAX_FORM = 64 * 2**20
"""Bytes of a form that is read for what was typed in it."""
NOT_TYPED = frozenset(
    "decision attached add drop to watch next back username password old new again otp "
    "draft begun do source area matter".split()
)
"""Fields that are chosen, or must not be shown. (`to` is a person, or the last day of a period: a day is shown.)"""
DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


MAYBE, MAYBE_ADVICE = "可能已生效", "请稍后刷新查看；重试将得到同一结果。"
"""Title and advice for a write that may have taken effect although no answer came."""
OWED = {PasswordDue.code: "/account/password", EnrolmentDue.code: "/account/second-factor"}
"""Where what is due before anything else is done."""
_OF_STATUS: dict[int, type[SantuiError]] = {404: NotFound, 408: TooSlow, 413: TooLarge}


def advice(code: str) -> str:
    """What to do about a problem."""
    return ADVICE.get(code, "请稍后重试；问题持续出现的，请联系系统管理员。")


def error_page(request: Request, error: SantuiError, unsent: list[str]) -> Response:
    """An error as a page, with `unsent`: what was typed and could not be submitted.

    Where a script sent the form, the error goes above it and the form stays as it is, its files too.
    """
    form_stays = by_htmx(request) and request.method == "POST"
    title, detail, next_step = error.title, error.detail if error.detail != error.title else "", advice(error.code)
    if isinstance(error, Unavailable) and error.may_take_effect:
        title, detail, next_step = MAYBE, "", MAYBE_ADVICE
    page = show(request, "error.html", status=error.status, title=title, code=error.code, detail=detail,
                advice=next_step, unsent=[] if form_stays else unsent)  # fmt: skip
    if form_stays:
        page.headers.update({"HX-Retarget": "#main", "HX-Reselect": ".oops", "HX-Reswap": "afterbegin"})
        return page
    return _as_whole_page(request, page)


def _as_whole_page(request: Request, response: Response) -> Response:
    """The answer takes the place of the page's body, also where a script asked for a part of a page."""
    if by_htmx(request):
        response.headers.update({"HX-Retarget": "#main", "HX-Reselect": "#main", "HX-Reswap": "outerHTML"})
    return response


async def _typed_fields(request: Request) -> list[tuple[str, str]]:
    """The text fields of the form that was sent; none where it can't be read, or is longer than a person types.

    Also for requests without sign-in, hence the limits.
    """
    length = request.headers.get("Content-Length", "")
    if request.method != "POST" or not _from_here(request) or not length.isdecimal() or int(length) > MAX_FORM:
        return []
    try:
        async with request.form(max_files=MOST_FILES, max_fields=FIELDS) as form:
            found = typed(form)
    except (HTTPException, OSError, RuntimeError):  # too much, no room, or it was read once and could not be
        return []
    return found if sum(len(value) for _, value in found) <= MAX_TYPED else []


def _from_here(request: Request) -> bool:
    """Whether a page of ours sent it: what another site put into a form is not shown as if it had been typed."""
    site, origin = request.headers.get("Sec-Fetch-Site"), request.headers.get("Origin", "")
    return site == "same-origin" if site else origin.partition("//")[2] == request.headers.get("Host")


def _is_text(name: str, value: str) -> bool:
    """Whether a field holds something written, not chosen."""
    chosen = name in NOT_TYPED or name.endswith(".side")
    return (name == "to" and bool(DAY.fullmatch(value))) or (not chosen and bool(value.strip()))


async def _sign_in(request: Request) -> Response:
    """The sign-in page; what was typed is carried through the sign-in and shown in its form again afterwards."""
    carried = await _typed_fields(request)
    if not any(_is_text(name, value) for name, value in carried):
        return _to_sign_in(request)
    page = sign_in_page(request, await get_services(request), status=401, back=request.url.path, carried=carried,
                        error="登录已失效，请重新登录；填写的内容不会丢失")  # fmt: skip
    return _as_whole_page(request, page)


def _to_sign_in(request: Request) -> Response:
    """Sends the browser to the sign-in page, from which it comes back to where it is."""
    here = request.headers.get("Referer", "/") if by_htmx(request) or request.method != "GET" else str(request.url)
    path = "/" + here.split("//", 1)[-1].partition("/")[2]
    expired = bool(cookie(request, SESSION))
    flash = {"tone": "warn", "text": "登录已失效，请重新登录"} if expired else None
    response = go(request, "/login" if path == "/" else f"/login?next={quote(path, safe='')}", flash)
    if expired:
        forget(request, response, SESSION)
    return response


class PageRoute(APIRoute):
    """A route whose errors are pages."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The handler, with every error turned into a page."""
        handle = super().get_route_handler()

        async def page(received: Request) -> Response:
            request = SealingRequest(received.scope, received.receive)
            shown: SantuiError
            try:
                with explained():  # the request's session is closed behind this, and would explain it too late
                    return await handle(request)
            except NotSignedIn:
                return await _sign_in(request)
            except (PasswordDue, EnrolmentDue) as due:
                if by_htmx(request):  # a piece of the page that asks for what is due: nothing may take it away
                    return Response(status_code=204)
                return go(request, OWED[due.code], {"tone": "bad", "text": due.title})
            except NeedToKnow as kept:
                if request.method == "GET" and not by_htmx(request):
                    return go(request, f"/disputes/{kept.dispute_no}/need-to-know")
                shown = kept
            except SantuiError as error:
                shown = error
            except RequestValidationError:
                shown = FieldsInvalid("地址或内容有误")
            except HTTPException as error:
                shown = _OF_STATUS.get(error.status_code, Refused)()
            except Exception as error:
                shown = StoreUnavailable() if disk_full(error) else SantuiError()
                if not disk_full(error):
                    log.error("unforeseen", path=getattr(request.scope.get("route"), "path", ""), exc_info=error)
            unsent = [value for name, value in await _typed_fields(request) if _is_text(name, value)]
            return error_page(request, shown, unsent)

        return page


class PartRoute(PageRoute):
    """A route of a piece of a page that is asked for while somebody types: what goes wrong with it is told in its
    place, and never takes the page away.
    """

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The handler, with every error turned into a line of text."""
        handle = APIRoute.get_route_handler(self)

        async def part(received: Request) -> Response:
            request = SealingRequest(received.scope, received.receive)
            try:
                with explained():
                    return await handle(request)
            except NotSignedIn as error:
                said, status = "登录已失效；提交时会请您重新登录，填写的内容不会丢失", error.status
            except SantuiError as error:
                said, status = error.detail or error.title, error.status
            except HTTPException as error:
                said, status = _OF_STATUS.get(error.status_code, Refused).title, error.status_code
            return Response(f'<p class="faint" role="status">{escape(said)}</p>', status, media_type="text/html")

        return part


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
async def not_found(viewer: ViewerDep, path: str) -> Response:
    """Every other address, for somebody signed in."""
    raise NotFound("没有这个页面")
