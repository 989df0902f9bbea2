"""The page 我的, by which a phone reaches everything, and how large this browser shows its type."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from api.core.wire.cookies import forget, keep
from api.web.errors import PageRoute
from api.web.rendering import LARGE, go, inside, show
from api.web.session import PostedDep, ViewerDep, text

router = APIRouter(route_class=PageRoute)
A_YEAR = 365 * 24 * 3600


@router.get("/menu")
async def menu_page(request: Request, viewer: ViewerDep) -> Response:
    """Every way there is, in one list."""
    return show(request, "menu.html", viewer)


@router.post("/account/type")
async def set_type(request: Request, viewer: ViewerDep, posted: PostedDep) -> Response:
    """Large type in this browser, or the ordinary one, and back to where it was asked for."""
    response = go(request, inside(text(posted, "to")))
    if text(posted, "large"):
        keep(request, response, LARGE, "1", A_YEAR)
    else:
        forget(request, response, LARGE)
    return response
