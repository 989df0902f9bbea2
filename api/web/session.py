"""Sign-in of pages, and their forms: the session cookie holds the bearer token; forms carry a token bound to it."""

from __future__ import annotations

import hmac
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request
from starlette.datastructures import FormData, UploadFile

from api.core.context import Services
from api.core.deps import ServicesDep, SessionDep, person_of
from api.core.permissions import holds_at_root
from api.core.wire.cookies import cookie
from api.web.organisation_labels import beside
from domain.errors import BadCsrf, NotSignedIn
from domain.people.organisation import Actor
from domain.people.permissions import ACCESS_LOG_READERS, AUDITORS, CRIME_READERS, home_of, overseen, own_places
from domain.policy.catalogue import KINDS
from domain.policy.process import Process
from domain.storable_text import fit
from infra.database.engine import Session
from infra.read_model.messages import count_unread
from infra.runtime.policy_files import role_name

SESSION = "santui_session"
VISIT = "santui_visit"
"""Before sign-in: a random value, so that the sign-in form too is bound to the browser it was sent to."""
FIELDS = 3000
"""Fields that are read of a form."""
MOST_FILES = 100
"""Files that are read of a form; those beyond what one answer may bring are refused by name."""


@dataclass(frozen=True)
class Viewer:
    """The signed-in person, and what the head of every page shows of him."""

    actor: Actor
    csrf: str
    posts: str
    """names of his first two posts"""
    unread: int
    """number of unread messages"""
    audits: str
    """path of the audit page he may open; empty where there is none"""
    deputising: str
    """names of those he deputises for"""
    oversees: bool
    """whether he may read indicators of organisations"""
    desk: bool = False
    """whether he is at a desk that judges reports"""
    checks: bool = False
    """whether he looks again at what was found to be no risk"""
    hazards: bool = False
    """whether batches of hazards are sent here"""
    crimes: bool = False
    """whether he may read a part of the register of criminal cases"""
    homed: bool = False
    """whether his home is another than the list of tasks"""
    county: str = ""
    """name of the county whose system it is"""


async def get_viewer(request: Request, services: ServicesDep, session: SessionDep) -> Viewer:
    """The person behind the session cookie.

    Raises:
        NotSignedIn
    """
    token = cookie(request, SESSION)
    if not token:
        raise NotSignedIn
    actor = await person_of(services, token, request.url.path)
    unread = await count_unread(session, actor)
    directory = await services.directory.read(session)
    return Viewer(
        actor=actor,
        csrf=services.forms.csrf(token),
        posts=await _posts(services, session, actor),
        unread=unread,
        audits=await _audits(services, session, actor),
        deputising="、".join(other.name for other in actor.deputises),
        oversees=bool(overseen(actor)),
        desk=bool({post.role for post in actor.reach} & desk_roles(services.policy.playbook.process)),
        checks=_checks(services, actor),
        hazards=services.policy.playbook.hazards is not None,
        homed=bool(home_of(actor)),
        crimes=bool(own_places(actor, CRIME_READERS)),
        county=directory.root.name,
    )


def _checks(services: Services, actor: Actor) -> bool:
    checks = services.policy.playbook.spot_checks
    return checks is not None and bool({post.role for post in actor.reach} & {address.role for address in checks.by})


def desk_roles(process: Process) -> set[str]:
    """The roles that judge reports in a mechanism."""
    chains = [desk for source in process.sources.values() for desk in source.desks]
    asked = [policy.by for kind, policy in process.tasks.items() if kind in KINDS and KINDS[kind].by_levels]
    outside = [desk.outside_hours for desk in chains if desk.outside_hours]
    return {address.role for address in (*chains, *outside, *(a for by in asked for a in by))}


async def _audits(services: Services, session: Session, actor: Actor) -> str:
    if actor.has_role(*AUDITORS):
        return "/audit"
    return "/audit/access" if await holds_at_root(services, session, actor, ACCESS_LOG_READERS) else ""


async def _posts(services: Services, session: Session, actor: Actor) -> str:
    directory = await services.directory.read(session)
    names = []
    for post in actor.posts[:2]:
        place = directory.at(post.path)
        role = role_name(post.role)
        names.append(f"{place.name}{beside(place.name, role)}" if place else role)
    return "、".join(names) + ("等" if len(actor.posts) > 2 else "")


ViewerDep = Annotated[Viewer, Depends(get_viewer)]


def check_csrf(expected: str, form: FormData) -> None:
    """Raises BadCsrf where a form does not carry the token of its page."""
    sent = form.get("csrf")
    if not isinstance(sent, str) or not hmac.compare_digest(sent.encode(), expected.encode()):
        raise BadCsrf


def check_fit(form: FormData) -> None:
    """Raises FieldsInvalid where a form holds text that can't be kept."""
    for name, value in form.multi_items():
        fit(name, name)
        fit(name, (value.filename or "") if isinstance(value, UploadFile) else value)


@dataclass(frozen=True)
class Posted:
    """A form as it was sent. `stale`: without the token of this sign-in; it is shown again, and nothing is done."""

    form: FormData
    stale: bool = False


async def get_filled(
    request: Request, services: ServicesDep, session: SessionDep, viewer: ViewerDep
) -> AsyncIterator[Posted]:
    """A form that can be shown again with what was typed; `api.web.submission.send` refuses a stale one.

    Raises:
        FieldsInvalid: it holds text that can't be kept.
    """
    await session.close()  # files may take long to come in
    form = await request.form(max_files=MOST_FILES, max_fields=FIELDS)
    try:
        check_fit(form)
        try:
            check_csrf(viewer.csrf, form)
            stale = False
        except BadCsrf:
            stale = True
        async with services.database.resume(session):
            yield Posted(form, stale)
    finally:
        await form.close()


async def get_posted(filled: Annotated[Posted, Depends(get_filled, scope="function")]) -> FormData:
    """A form without typed content, its token checked.

    Raises:
        BadCsrf
    """
    if filled.stale:
        raise BadCsrf
    return filled.form


FilledDep = Annotated[Posted, Depends(get_filled, scope="function")]
PostedDep = Annotated[FormData, Depends(get_posted)]


HIDDEN = {"csrf", "key"}
"""Fields that the page itself puts into its forms."""


def typed(form: FormData) -> list[tuple[str, str]]:
    """The fields somebody filled in: all but files and the page's own."""
    return [(name, value) for name, value in form.multi_items() if isinstance(value, str) and name not in HIDDEN]


def text(form: FormData, name: str) -> str:
    """A field of a form as text; empty if it is absent or a file."""
    value = form.get(name)
    return value.strip() if isinstance(value, str) else ""
