"""One's own sign-ins: seeing them, ending them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import cast

from api.core.context import Services
from api.people.schemas import SignInHeld
from domain.base import china
from domain.errors import NotFound
from domain.people.organisation import Actor
from domain.people.second_factor import Factor
from domain.people.sign_ins import Ending, Way
from infra.database.engine import Session
from infra.records.signing_in.sessions import digest, end_sessions, sessions_of
from infra.wakeups.wakeups import Topic


async def own_sign_ins(services: Services, session: Session, actor: Actor, token: str) -> list[SignInHeld]:
    """The person's sign-ins that still hold, the last used first; `token` is the one that asks."""
    rows = await sessions_of(session, actor.person_id, datetime.now(UTC), services.settings.sign_in_lasting)
    services.access.note(actor.person_id, None, "sign_ins")
    return [
        SignInHeld(
            session_id=row.session_id, begun_at=china(row.begun_at), seen_at=china(row.seen_at), until=china(row.until),
            address=row.sealed["address"], device=row.sealed["device"], current=row.session_id == digest(token),
            way=cast(Way, row.way), factor=cast(Factor, row.factor),
        )
        for row in rows
    ]  # fmt: skip


async def sign_out(services: Services, person_id: str, token: str) -> None:
    """Ends the sign-in of a token; one that has ended already stays so."""
    await _end(services, person_id, "here", only=digest(token))


async def end_sign_in(services: Services, actor: Actor, session_id: str) -> int:
    """Ends one of the person's sign-ins.

    Raises:
        NotFound: it is none of his, or has ended.
    """
    ended = await _end(services, actor.person_id, "elsewhere", only=session_id)
    if not ended:
        services.access.note(actor.person_id, None, "sign_ins:end", NotFound.code)
        raise NotFound("没有这一登录，或已经退出")
    return ended


async def end_others(services: Services, actor: Actor, token: str) -> int:
    """Ends all the person's sign-ins but the one that asks; answers how many."""
    return await _end(services, actor.person_id, "elsewhere", but=digest(token))


async def _end(services: Services, person_id: str, how: Ending, *, only: str = "", but: str = "") -> int:
    async with services.database.write() as writing, services.access.within(writing):
        ended = await end_sessions(writing, person_id, datetime.now(UTC), how, person_id, only=only, but=but)
        services.access.note(person_id, None, "sign_ins:end")
    services.database.wakeups.changed(Topic.PEOPLE)
    return ended
