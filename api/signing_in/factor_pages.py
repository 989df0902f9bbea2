"""The page 动态验证码: taking a second factor, its recovery codes, another device, doing without."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from fastapi import APIRouter, Request, Response
from markupsafe import Markup

from api.core.context import Services
from api.core.deps import ServicesDep, SessionDep
from api.core.wire.cookies import cookie
from api.signing_in import factor_service as service
from api.signing_in.schemas import Offered, RecoveryCodes
from api.web.errors import PageRoute
from api.web.formatting import present, stamp
from api.web.rendering import go, show
from api.web.session import SESSION, PostedDep, Viewer, ViewerDep, text
from domain.errors import Conflict, FieldsInvalid, NotFound, TooManyTries
from domain.people.second_factor import LONGEST
from infra.database.engine import Session

router = APIRouter(route_class=PageRoute)
HERE = "/account/second-factor"


async def _page(
    request: Request, services: Services, session: Session, viewer: Viewer, *, wrong: str = "",
    device: Offered | None = None, codes: list[str] | None = None,
) -> Response:  # fmt: skip
    """The page as things stand; with a device to be taken, or codes to be kept, it shows these alone."""
    async with services.database.resume(session):
        own = await service.own_factor(services, session, viewer.actor)
    return show(
        request, "second_factor.html", viewer, status=422 if wrong else 200, wrong=wrong, codes=codes, own=own,
        since=stamp(own.since, present()) if own.since else "", secret=_spaced(device.secret) if device else "",
        qr=Markup(device.qr) if device else "",
    )  # fmt: skip


def _spaced(secret: str) -> str:
    return " ".join(secret[n : n + 4] for n in range(0, len(secret), 4))


@router.get(HERE)
async def factor_page(request: Request, services: ServicesDep, session: SessionDep, viewer: ViewerDep) -> Response:
    """One's own second factor."""
    return await _page(request, services, session, viewer)


@router.post(f"{HERE}/offer")
async def offer_page(
    request: Request, services: ServicesDep, session: SessionDep, viewer: ViewerDep, form: PostedDep
) -> Response:
    """A secret for a device, as a picture to be photographed and as letters to be typed."""
    try:
        device = await service.offer_device(services, session, viewer.actor, text(form, "otp")[:LONGEST])
    except (FieldsInvalid, TooManyTries) as refusal:
        return await _page(request, services, session, viewer, wrong=_said(refusal))
    return await _page(request, services, session, viewer, device=device)


@router.post(f"{HERE}/confirm")
async def confirm_page(
    request: Request, services: ServicesDep, session: SessionDep, viewer: ViewerDep, form: PostedDep
) -> Response:
    """Takes the device by its first code, and shows the recovery codes."""
    typed = text(form, "otp")[:LONGEST]
    try:
        made = await service.confirm_device(services, session, viewer.actor, cookie(request, SESSION), typed)
    except (FieldsInvalid, TooManyTries) as refusal:
        async with services.database.resume(session):
            device = await service.waiting_device(session, viewer.actor)
        return await _page(request, services, session, viewer, wrong=_said(refusal), device=device)
    return await _page(request, services, session, viewer, codes=made.codes)


@router.post(f"{HERE}/recovery-codes")
async def recovery_page(
    request: Request, services: ServicesDep, session: SessionDep, viewer: ViewerDep, form: PostedDep
) -> Response:
    """New recovery codes."""
    return await _changed(request, services, session, viewer, text(form, "otp"), service.renew_recovery_codes)


@router.post(f"{HERE}/remove")
async def remove_page(
    request: Request, services: ServicesDep, session: SessionDep, viewer: ViewerDep, form: PostedDep
) -> Response:
    """Does without."""
    return await _changed(request, services, session, viewer, text(form, "otp"), service.remove_device)


async def _changed(
    request: Request, services: Services, session: Session, viewer: Viewer, typed: str,
    change: Callable[..., Awaitable[object]],
) -> Response:  # fmt: skip
    try:
        done = await change(services, session, viewer.actor, typed[:LONGEST])
    except (FieldsInvalid, TooManyTries, Conflict, NotFound) as refusal:
        return await _page(request, services, session, viewer, wrong=_said(refusal))
    if isinstance(done, RecoveryCodes):
        return await _page(request, services, session, viewer, codes=done.codes)
    return go(request, "/account", {"tone": "ok", "text": "动态验证码已停用"})


def _said(refusal: FieldsInvalid | TooManyTries | Conflict | NotFound) -> str:
    return "；".join(each["message"] for each in refusal.errors) or refusal.detail


@router.get(f"{HERE}/offer")
@router.get(f"{HERE}/confirm")
@router.get(f"{HERE}/recovery-codes")
@router.get(f"{HERE}/remove")
async def reread(request: Request, viewer: ViewerDep) -> Response:
    """The address of a form, read again: the page it was on."""
    return go(request, HERE)
