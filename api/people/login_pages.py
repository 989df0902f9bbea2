"""Signing in and out."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from api.core.deps import ServicesDep, SessionDep
from api.people.service import sign_in
from api.web.errors import PageRoute
from api.web.rendering import CARRY, go, show, sign_in_page
from api.web.session import FIELDS, SESSION, VISIT, PostedDep, check_csrf, check_fit, keep, text, typed
from domain.errors import BadCsrf, NotSignedIn, TooManyTries

router = APIRouter(route_class=PageRoute)
NextDep = Annotated[str, Query(alias="next", max_length=500)]


def inside(path: str) -> str:
    """A path of this site, the inbox where it is none: nobody is sent elsewhere by a link."""
    return path if path.startswith("/") and not path.startswith(("//", "/\\")) and path.isprintable() else "/"


@router.get("/login")
async def login_page(request: Request, services: ServicesDep, to: NextDep = "/") -> Response:
    """The sign-in form."""
    return sign_in_page(request, services, to=inside(to))


@router.post("/login")
async def login(request: Request, services: ServicesDep, session: SessionDep) -> Response:
    """Signs in and goes on to where the person wanted to go, with what was typed there before the sign-in was over."""
    visit = request.cookies.get(VISIT, "")
    async with request.form(max_files=0, max_fields=FIELDS) as form:
        if not visit:
            raise BadCsrf("浏览器未接受 Cookie，或页面停留过久")
        check_fit(form)
        check_csrf(services.tokens.csrf(visit), form)
        username, to, back = text(form, "username")[:100], inside(text(form, "next")), inside(text(form, "back"))
        password = str(form.get("password") or "")[:200]
        carried = [(name.removeprefix(CARRY), value) for name, value in typed(form) if name.startswith(CARRY)]
    try:
        token = await sign_in(services, session, username, password)
    except (NotSignedIn, TooManyTries) as error:
        return sign_in_page(request, services, status=error.status, to=to, username=username, error=error.detail,
                            back=back, carried=carried)  # fmt: skip
    response = show(request, "resume.html", back=back, carried=carried) if carried else go(request, to)
    keep(request, response, SESSION, token.access_token, token.expires_in)
    response.delete_cookie(VISIT)
    return response


@router.post("/logout")
async def logout(request: Request, form: PostedDep) -> Response:
    """Signs out of this browser."""
    response = go(request, "/login", {"tone": "ok", "text": "已退出登录"})
    response.delete_cookie(SESSION)
    return response


@router.get("/logout")
async def logout_reread(request: Request) -> Response:
    """The address of the form, read again: nobody is signed out by a link."""
    return go(request, "/")
