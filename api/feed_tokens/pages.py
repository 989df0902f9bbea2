"""The page 程序令牌: those one has given to programs."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response
from pydantic import ValidationError
from starlette.datastructures import FormData

from api.core.context import Services
from api.core.deps import ServicesDep, SessionDep
from api.core.wire.cookies import cookie
from api.feed_tokens import service
from api.feed_tokens.schemas import FeedTokenIn, FeedTokenMade
from api.signing_in.proving_again import proof_due
from api.web.errors import PageRoute
from api.web.formatting import present, stamp
from api.web.rendering import go, show
from api.web.session import SESSION, PostedDep, Viewer, ViewerDep, text
from domain.errors import Conflict, FieldsInvalid, NotFound, TooManyTries
from domain.people.feed_tokens import SCOPES
from domain.validation_messages import field_errors
from infra.database.engine import Session

router = APIRouter(route_class=PageRoute)
HERE = "/account/tokens"


@router.get(HERE)
async def tokens_page(request: Request, services: ServicesDep, session: SessionDep, viewer: ViewerDep) -> Response:
    """One's own programs' tokens, and the form of a new one."""
    return await _page(request, services, session, viewer)


@router.post(HERE)
async def make_token_page(
    request: Request, services: ServicesDep, session: SessionDep, viewer: ViewerDep, form: PostedDep
) -> Response:
    """Makes one, and shows it this once: no address leads to it again."""
    try:
        made = await service.make_token(services, session, viewer.actor, cookie(request, SESSION), _asked(form))
    except ValidationError as error:
        wrong = {each["field"].partition(".")[0]: each["message"] for each in field_errors(error)}
    except FieldsInvalid as refusal:
        wrong = {each["field"]: each["message"] for each in refusal.errors}
    except (Conflict, TooManyTries) as refusal:
        wrong = {"": refusal.detail or refusal.title}
    else:
        return await _page(request, services, session, viewer, made=made)
    return await _page(request, services, session, viewer, form=form, wrong=wrong)


@router.post("/account/tokens/{token_id}/end")
async def end_token_page(
    request: Request, services: ServicesDep, viewer: ViewerDep, form: PostedDep, token_id: str
) -> Response:
    """Ends one."""
    try:
        await service.end_token(services, viewer.actor, token_id[:64])
    except NotFound as refusal:
        return go(request, HERE, {"tone": "bad", "text": refusal.detail})
    return go(request, HERE, {"tone": "ok", "text": "已停用，使用它的程序从现在起不能再连接"})


@router.get("/account/tokens/{token_id}/end")
async def end_token_reread(request: Request, viewer: ViewerDep) -> Response:
    """The address of a form, read again: the page it was on."""
    return go(request, HERE)


def _asked(form: FormData) -> FeedTokenIn:
    asked = {"purpose": text(form, "purpose"), "scopes": form.getlist("scopes"), "days": text(form, "days") or None,
             "password": str(form.get("password") or ""), "otp": text(form, "otp")}  # fmt: skip
    return FeedTokenIn.model_validate(asked)


async def _page(
    request: Request, services: Services, session: Session, viewer: Viewer, *,
    form: FormData | None = None, wrong: dict[str, str] | None = None, made: FeedTokenMade | None = None,
) -> Response:  # fmt: skip
    now = present()
    async with services.database.resume(session):
        held = await service.own_tokens(services, session, viewer.actor)
        due = await proof_due(session, viewer.actor, cookie(request, SESSION))
    rows = [
        {
            "id": each.token_id,
            "purpose": each.purpose,
            "scopes": "、".join(SCOPES[name].name for name in each.scopes),
            "made": stamp(each.made_at, now),
            "until": f"{each.until:%Y-%m-%d}",
            "used": stamp(each.used_at, now) if each.used_at else "",
            "address": each.address,
            "new": made is not None and each.token_id == made.token_id,
        }
        for each in held
    ]
    typed = {"purpose": text(form, "purpose"), "days": text(form, "days")} if form else {"purpose": "", "days": ""}
    return show(request, "feed_tokens.html", viewer, status=422 if wrong else 200, rows=rows, wrong=wrong or {},
                typed=typed, chosen=form.getlist("scopes") if form else [], scopes=SCOPES, made=made,
                due=due, most=services.settings.feed_token_days)  # fmt: skip
