"""Signing in by a provider, in a browser: there, and back."""

from __future__ import annotations

import secrets
from dataclasses import astuple
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from itsdangerous import BadSignature, URLSafeTimedSerializer

from api.core.context import Services
from api.core.deps import ServicesDep, SessionDep, WhereDep
from api.core.wire.cookies import cookie, forget, keep
from api.signing_in.halves import half_of
from api.signing_in.pages import NextDep, SignInForm, let
from api.signing_in.provider_service import enter_by_word
from api.signing_in.service import Proved
from api.web.errors import PageRoute
from api.web.rendering import go, inside, sign_in_page
from api.web.session import VISIT
from domain.errors import NotFound, NotSignedIn, ProviderUnavailable
from infra.single_sign_on.provider import Asked, Provider

router = APIRouter(route_class=PageRoute)
ASKED = "santui_asked"
"""The cookie with what was asked of the provider, signed: only the browser that asked can bring the answer."""
LASTS = 600
"""Seconds for which it waits."""
BACK = "login/provider/back"
BroughtDep = Annotated[str, Query(max_length=4000)]


def _provider(services: Services) -> Provider:
    if services.provider is None:
        raise NotFound("没有设置统一身份认证")
    return services.provider


def _signing(services: Services) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(services.forms.secret, salt="santui.asked.v1")


@router.get("/login/provider")
async def to_provider(request: Request, services: ServicesDep, to: NextDep = "/") -> Response:
    """Sends the browser to the provider."""
    provider = _provider(services)
    try:
        address, asked = await provider.ask(f"{request.base_url}{BACK}")
    except ProviderUnavailable as error:
        return sign_in_page(request, services, status=error.status, to=inside(to), error=error.detail)
    response = go(request, address)
    keep(request, response, ASKED, _signing(services).dumps([*astuple(asked), inside(to)]), LASTS)
    return response


@router.get("/login/provider/back")
async def from_provider(
    request: Request, services: ServicesDep, session: SessionDep, where: WhereDep,
    code: BroughtDep = "", state: BroughtDep = "", iss: BroughtDep = "", error: BroughtDep = "",
) -> Response:  # fmt: skip
    """Whom the provider sends back: signs in, or asks for a code first."""
    provider, to = _provider(services), "/"
    brought = {"code": code, "state": state, "iss": iss, "error": error}
    await session.close()  # the provider is asked first
    try:
        *parts, to = _signing(services).loads(cookie(request, ASKED), max_age=LASTS)
        said = await provider.hear(
            Asked(*parts), f"{request.base_url}{BACK}", {name: value for name, value in brought.items() if value}
        )
        async with services.database.resume(session):
            come = await enter_by_word(services, session, said, where)
    except BadSignature:
        response = sign_in_page(request, services, status=401, to=to, error="停留过久，请重新登录")
    except (NotSignedIn, ProviderUnavailable) as refusal:
        response = sign_in_page(request, services, status=refusal.status, to=to, error=refusal.detail)
    else:
        if isinstance(come, Proved):
            visit = cookie(request, VISIT) or secrets.token_urlsafe(18)
            half = half_of(services, visit, come)
            response = sign_in_page(request, services, to=to, half=half, visit=visit)
        else:
            response = let(request, SignInForm(username="", password="", to=to, back="", carried=[]), come, where)
    forget(request, response, ASKED)
    return response
