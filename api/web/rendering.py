"""Pages from templates, redirects, and the flash message shown once on the next page."""

from __future__ import annotations

import hashlib
import json
import re
import secrets
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote

from fastapi import Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from api.core.context import Services
from api.core.wire.cookies import cookie, forget, keep
from api.web.navigation import OWN, TASKS, low, navigation
from api.web.session import VISIT, Viewer
from domain.storable_text import tame

View = dict[str, Any]
"""What a template is given of a thing: texts and flags by the names the template uses."""
HERE = Path(__file__).parent
FLASH = "santui_flash"
LARGE = "santui_large"
"""A browser that shows large type."""
CARRY = "carried."
"""Prefix of the names of fields that are carried through the sign-in."""
ELSEWHERE = "/login/elsewhere"
"""Where somebody goes on to who signs in by a provider in another window: nowhere, for what he typed waits in the
first. It is kept in that window alone, neither here nor in the browser's storage, which is many people's.
"""
_TASK = re.compile(r"/tasks/[\w-]{1,60}")
"""Where a flash may lead on to."""
_TURNING = re.compile("[\u202a-\u202e\u2066-\u2069]")
"""Marks that make a browser show what follows in another order than it was written in: 元009 for 900元. They are
kept, as part of what was said, and never obeyed (Unicode TR 36, bidirectional text spoofing).
"""


@cache
def asset(name: str) -> str:
    """The address of a static file, with a digest of its content so that no browser keeps an old one."""
    content = (HERE / "static" / name).read_bytes()
    return f"/static/{name}?v={hashlib.sha256(content).hexdigest()[:10]}"


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
    )
    environment.globals["asset"] = asset
    return environment


def show(
    request: Request, template: str, viewer: Viewer | None = None, *, status: int = 200, **context: Any
) -> HTMLResponse:
    """A page; never kept in a cache, because it shows people's quarrels."""
    flash = _flash(request)
    path = request.url.path
    at = TASKS if path == "/" and "box" in request.query_params else path
    groups = navigation(viewer, at) if viewer else []
    shell = {"large": bool(cookie(request, LARGE)), "path": path, "groups": groups, "own": OWN, "low": low(groups)}
    html = _environment().get_template(template).render(viewer=viewer, flash=flash, shell=shell, **context)
    html = _TURNING.sub("", html)
    response = HTMLResponse(html, status_code=status, headers={"Cache-Control": "no-store", "Vary": "HX-Request"})
    if flash:
        forget(request, response, FLASH)
    return response


def by_htmx(request: Request) -> bool:
    """Whether htmx sent the request, and will put the answer into the page."""
    return request.headers.get("HX-Request") == "true"


def go(request: Request, to: str, flash: dict[str, str] | None = None) -> Response:
    """Sends the browser to another page, with a message to show there."""
    response = Response(headers={"HX-Redirect": to}) if by_htmx(request) else RedirectResponse(to, status_code=303)
    if flash:
        keep(request, response, FLASH, quote(json.dumps(flash, ensure_ascii=False)), 60)
    return response


def inside(path: str) -> str:
    """A path of this site, the inbox where it is none: nobody is sent elsewhere by a link."""
    return path if path.startswith("/") and not path.startswith(("//", "/\\")) and path.isprintable() else "/"


def sign_in_page(
    request: Request,
    services: Services,
    *,
    status: int = 200,
    to: str = "/",
    username: str = "",
    error: str = "",
    back: str = "",
    carried: list[tuple[str, str]] | None = None,
    half: str = "",
    visit: str = "",
) -> Response:
    """The sign-in form. `carried` are fields typed before the sign-in expired; afterwards they go back to the form at
    `back`. With `half`, what says that the first proof was shown, the second is asked for. `visit` is what the
    browser is to keep, where that is decided already.
    """
    visit = visit or cookie(request, VISIT) or secrets.token_urlsafe(18)
    response = show(request, "login.html", status=status, csrf=services.forms.csrf(visit), to=to, username=username,
                    error=error, back=back, carried=carried or [], carry=CARRY, half=half, elsewhere=ELSEWHERE,
                    provider=services.settings.oidc_name if services.provider else "")  # fmt: skip
    keep(request, response, VISIT, visit, 3600)
    return response


def _flash(request: Request) -> dict[str, str] | None:
    try:
        flash = json.loads(unquote(cookie(request, FLASH)))
    except (ValueError, RecursionError):
        return None
    valid = isinstance(flash, dict) and isinstance(flash.get("text"), str)
    if not valid:
        return None
    leads = _TASK.fullmatch(str(flash.get("next"))) is not None
    texts = {name: tame(str(flash.get(name))) for name in ("tone", "text", "next", "next_called")}
    return texts if leads else texts | {"next": ""}
