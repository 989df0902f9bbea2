"""Signing in and out, in a browser."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response

from api.core.context import Services
from api.core.deps import KNOWN_DEVICE, ServicesDep, SessionDep, Where, WhereDep
from api.core.wire.cookies import cookie, forget, keep
from api.people.schemas import Token
from api.people.session_service import sign_out
from api.signing_in.halves import half_of, proved_by
from api.signing_in.service import Proved, enter, let_in, try_begun
from api.web.errors import PageRoute
from api.web.rendering import CARRY, ELSEWHERE, go, inside, show, sign_in_page
from api.web.session import FIELDS, SESSION, VISIT, PostedDep, ViewerDep, check_csrf, check_fit, text, typed
from domain.errors import BadCsrf, NotSignedIn, TooManyTries
from domain.people.second_factor import LONGEST

router = APIRouter(route_class=PageRoute)
YEAR = 365 * 24 * 3600
NextDep = Annotated[str, Query(alias="next", max_length=500)]


@router.get("/login")
async def login_page(request: Request, services: ServicesDep, to: NextDep = "/") -> Response:
    """The sign-in form."""
    return sign_in_page(request, services, to=inside(to))


@dataclass(frozen=True)
class SignInForm:
    """The sign-in form as it was sent: `to` is where the person wanted to go, `carried` what was typed at `back` before
    the sign-in expired.
    """

    username: str
    password: str = field(repr=False)
    to: str
    back: str
    carried: list[tuple[str, str]]
    visit: str = ""
    """what the browser keeps by which the form is its own"""
    half: str = field(repr=False, default="")
    """what says that the first proof was shown"""
    otp: str = field(repr=False, default="")


async def get_sign_in_form(request: Request, services: ServicesDep) -> SignInForm:
    """The sign-in form, its token checked.

    Raises:
        BadCsrf
        FieldsInvalid: it holds text that can't be kept.
    """
    visit = cookie(request, VISIT)
    async with request.form(max_files=0, max_fields=FIELDS) as form:
        if not visit:
            raise BadCsrf("浏览器未接受 Cookie，或页面停留过久")
        check_fit(form)
        check_csrf(services.forms.csrf(visit), form)
        return SignInForm(
            username=text(form, "username")[:100],
            password=str(form.get("password") or "")[:200],
            to=inside(text(form, "next")),
            back=inside(text(form, "back")),
            carried=[(name.removeprefix(CARRY), value) for name, value in typed(form) if name.startswith(CARRY)],
            visit=visit,
            half=text(form, "half")[:1000],
            otp=text(form, "otp")[:LONGEST],
        )


FormDep = Annotated[SignInForm, Depends(get_sign_in_form)]


@router.post("/login")
async def login(
    request: Request,
    services: ServicesDep,
    form: FormDep,
    session: SessionDep,  # after the form: no connection waits for what a stranger sends
    where: WhereDep,
) -> Response:
    """Signs in and goes on to where the person wanted to go, with what was typed there before the sign-in expired; of
    who has a second factor a code is asked for first.
    """
    try:
        come = await enter(services, session, form.username, form.password, where)
    except (NotSignedIn, TooManyTries) as error:
        return _again(request, services, form, error.status, error.detail)
    return _code_asked(request, services, form, come) if isinstance(come, Proved) else let(request, form, come, where)


@router.post("/login/code")
async def login_code(
    request: Request, services: ServicesDep, form: FormDep, session: SessionDep, where: WhereDep
) -> Response:
    """The second proof: what the first has shown is in the form."""
    proved = await proved_by(services, session, form.visit, form.half)
    if proved is None:
        return _again(request, services, form, NotSignedIn.status, "停留过久或口令已变更，请重新登录")
    username, whose = proved.person.username, proved.person.person_id
    try:
        if not form.otp:
            return _code_asked(request, services, form, proved, status=422, error="请填写动态验证码")
        tried = await try_begun(services, session, username, whose, {"device": where.device}, where)
        come = await let_in(services, session, proved, form.otp, where, tried)
    except (NotSignedIn, TooManyTries) as error:
        return _code_asked(request, services, form, proved, status=error.status, error=error.detail)
    return _code_asked(request, services, form, come) if isinstance(come, Proved) else let(request, form, come, where)


@router.get("/login/code")
async def login_code_reread(request: Request) -> Response:
    """The address of the form, read again: one begins anew."""
    return go(request, "/login")


def let(request: Request, form: SignInForm, token: Token, where: Where) -> Response:
    """Keeps the sign-in in the browser, and goes on."""
    response: Response
    if form.carried:
        response = show(request, "resume.html", back=form.back, carried=form.carried)
    elif form.to == ELSEWHERE:
        response = show(request, "signed_in_elsewhere.html")
    else:
        response = go(request, form.to)
    keep(request, response, SESSION, token.access_token, token.expires_in)
    if where.keeps:
        keep(request, response, KNOWN_DEVICE, where.keeps, YEAR)
    forget(request, response, VISIT)
    return response


def _again(request: Request, services: Services, form: SignInForm, status: int, error: str) -> Response:
    return sign_in_page(request, services, status=status, to=form.to, username=form.username, error=error,
                        back=form.back, carried=form.carried)  # fmt: skip


def _code_asked(
    request: Request, services: Services, form: SignInForm, proved: Proved, *, status: int = 200, error: str = ""
) -> Response:
    return sign_in_page(request, services, status=status, to=form.to, error=error, back=form.back,
                        carried=form.carried, half=half_of(services, form.visit, proved))  # fmt: skip


@router.post("/logout")
async def logout(request: Request, services: ServicesDep, viewer: ViewerDep, form: PostedDep) -> Response:
    """Signs out of this browser: the sign-in is ended, whoever else has its cookie."""
    await sign_out(services, viewer.actor.person_id, cookie(request, SESSION))
    response = go(request, "/login", {"tone": "ok", "text": "已退出登录"})
    forget(request, response, SESSION)
    return response


@router.get("/logout")
async def logout_reread(request: Request) -> Response:
    """The address of the form, read again: nobody is signed out by a link."""
    return go(request, "/")
