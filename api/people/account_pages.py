"""The page 我的账号: where one is signed in, and signing out there."""

from __future__ import annotations

from urllib.parse import urlencode

from fastapi import APIRouter, Request, Response
from pydantic import ValidationError

from api.access_log.labels import noted, outcome
from api.access_log.service import own_entries
from api.core.deps import CursorDep, ServicesDep, SessionDep
from api.core.wire.cookies import cookie
from api.people import session_service as service
from api.people.password_service import change_password
from api.people.schemas import PasswordIn, SignInHeld
from api.web.errors import PageRoute
from api.web.formatting import present, stamp
from api.web.rendering import go, show
from api.web.session import SESSION, PostedDep, ViewerDep
from domain.errors import FieldsInvalid, NotFound, TooManyTries
from domain.people.passwords import LONGEST
from domain.people.second_factor import FACTORS
from domain.people.sign_ins import WAYS
from domain.validation_messages import field_errors
from infra.records.access_log.log import OK

router = APIRouter(route_class=PageRoute)
RECENT = 20
"""Entries that a page shows of what is on record about an account."""


BROWSERS = (("MicroMessenger", "微信"), ("DingTalk", "钉钉"), ("Edg", "Edge 浏览器"), ("360SE", "360 浏览器"),
            ("QQBrowser", "QQ 浏览器"), ("Firefox", "火狐浏览器"), ("Chrome", "谷歌浏览器"),
            ("Safari", "Safari 浏览器"))  # fmt: skip
SYSTEMS = (("Harmony", "鸿蒙手机"), ("Android", "安卓手机"), ("iPhone", "苹果手机"), ("iPad", "苹果平板"),
           ("Windows", "Windows 电脑"), ("Mac OS", "苹果电脑"), ("Linux", "Linux 电脑"))  # fmt: skip
"""What a browser says of itself, in the order in which it is to be believed: most claim to be others too."""


def device_called(said: str) -> str:
    """What people call the device that a browser describes (its `User-Agent`); a program's own words stay."""
    found = [next((name for sign, name in names if sign in said), "") for names in (SYSTEMS, BROWSERS)]
    return " · ".join(filter(None, found)) or said or "（未说明）"


@router.get("/account")
async def account_page(
    request: Request, services: ServicesDep, session: SessionDep, viewer: ViewerDep, cursor: CursorDep = None
) -> Response:
    """One's own sign-ins, and what is on record about one's account."""
    held = await service.own_sign_ins(services, session, viewer.actor, cookie(request, SESSION))
    now = present()
    rows = [
        {
            "id": each.session_id,
            "device": device_called(each.device),
            "address": each.address or "（未知地址）",
            "begun": stamp(each.begun_at, now),
            "seen": stamp(each.seen_at, now),
            "until": stamp(each.until, now),
            "current": each.current,
            "by": _by(each),
        }
        for each in held
    ]
    async with services.database.resume(session):
        page = await own_entries(services, session, viewer.actor, limit=RECENT, cursor=cursor)
    entries = [
        {
            "at": f"{each.at:%Y-%m-%d %H:%M:%S}",
            "who": f"{each.name}{'（代您）' if each.in_my_name else ''}" if not each.mine else "本人",
            "what": noted(each.what),
            "no": each.dispute_no or "",
            "outcome": outcome(each.outcome),
            "refused": each.outcome != OK,
            "address": each.address,
        }
        for each in page.items
    ]
    more = "/account?" + urlencode({"cursor": page.next_cursor}) if page.next_cursor else ""
    return show(request, "account.html", viewer, rows=rows, entries=entries, more=more,
                first="/account" if cursor else "")  # fmt: skip


def _by(held: SignInHeld) -> str:
    """By what somebody came in, in words."""
    return f"{WAYS[held.way]}、{FACTORS[held.factor]}" if held.factor else WAYS[held.way]


@router.get("/account/password")
async def password_page(request: Request, viewer: ViewerDep) -> Response:
    """The form of a new password."""
    return show(request, "password.html", viewer, wrong={})


@router.post("/account/password")
async def change_password_page(
    request: Request, services: ServicesDep, session: SessionDep, viewer: ViewerDep, form: PostedDep
) -> Response:
    """Changes one's own password; what was typed is never shown again."""
    old, new, again = (str(form.get(name) or "")[: LONGEST + 1] for name in ("old", "new", "again"))
    wrong = {} if new == again else {"again": "两次填写的新口令不一致"}
    if not wrong:
        try:
            asked = PasswordIn(old=old, new=new)
            ended = await change_password(services, session, viewer.actor, cookie(request, SESSION), asked)
            left = f"，其他 {ended.ended} 处登录已退出" if ended.ended else ""
            return go(request, "/account", {"tone": "ok", "text": f"口令已修改{left}"})
        except ValidationError as error:
            wrong = {each["field"]: each["message"] for each in field_errors(error)}
        except FieldsInvalid as refusal:
            wrong = {each["field"]: each["message"] for each in refusal.errors}
        except TooManyTries as refusal:
            wrong = {"old": refusal.title}
    return show(request, "password.html", viewer, status=422, wrong=wrong)


@router.post("/account/sessions/end")
async def end_others(request: Request, services: ServicesDep, viewer: ViewerDep, form: PostedDep) -> Response:
    """Signs out everywhere but here."""
    ended = await service.end_others(services, viewer.actor, cookie(request, SESSION))
    said = f"已退出其他 {ended} 处登录" if ended else "没有其他登录"
    return go(request, "/account", {"tone": "ok", "text": said})


@router.post("/account/sessions/{session_id}/end")
async def end_one(
    request: Request, services: ServicesDep, viewer: ViewerDep, form: PostedDep, session_id: str
) -> Response:
    """Signs out on one device."""
    try:
        await service.end_sign_in(services, viewer.actor, session_id[:64])
    except NotFound as refusal:
        return go(request, "/account", {"tone": "bad", "text": refusal.detail})
    return go(request, "/account", {"tone": "ok", "text": "已退出该处登录"})


@router.get("/account/sessions/end")
@router.get("/account/sessions/{session_id}/end")
async def end_reread(request: Request, viewer: ViewerDep) -> Response:
    """The address of a form, read again: the page it was on."""
    return go(request, "/account")
