"""Watching a dispute (关注): its open tasks stand in the box `watched`, and its events are sent to the person."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from pydantic import TypeAdapter

from api.core.context import Services
from api.core.idempotency import Answer, Effect, once
from api.disputes.access import visible_dispute
from api.disputes.schemas import Watched
from domain.people.organisation import Actor
from infra.database.engine import Session
from infra.records.messages import unwatch, watch

_WATCHED: TypeAdapter[Watched] = TypeAdapter(Watched)


async def watch_dispute(
    services: Services, session: Session, actor: Actor, dispute_no: str, key: str | None
) -> Answer[Watched]:
    """Watches a dispute for as long as the person may see it; again changes nothing.

    Raises:
        NotFound: there is no such dispute for this person.
    """
    return await _set(services, session, actor, dispute_no, key, f"watch:{dispute_no}", watch, watched=True)


async def unwatch_dispute(
    services: Services, session: Session, actor: Actor, dispute_no: str, key: str | None
) -> Answer[Watched]:
    """Watches a dispute no more; again changes nothing.

    Raises:
        NotFound: there is no such dispute for this person.
    """
    return await _set(services, session, actor, dispute_no, key, f"unwatch:{dispute_no}", unwatch, watched=False)


async def _set(
    services: Services,
    session: Session,
    actor: Actor,
    dispute_no: str,
    key: str | None,
    operation: str,
    change: Callable[[Session, str, str], Awaitable[None]],
    *,
    watched: bool,
) -> Answer[Watched]:
    async def do(_: str) -> Effect[Watched]:
        await visible_dispute(services, session, actor, dispute_no)

        async def apply(writing: Session) -> Answer[Watched]:
            await change(writing, dispute_no, actor.person_id)
            return Answer(200, Watched(dispute_no=dispute_no, watched=watched))

        return Effect(apply)

    return await once(services, session, actor, operation, key, None, _WATCHED, do)
