"""Permission checks that need the organisation tree; the rules are `domain.people.permissions`."""

from __future__ import annotations

from collections.abc import Collection

from api.core.context import Services
from domain.errors import NotEntitled
from domain.people import permissions
from domain.people.organisation import Actor
from infra.database.engine import Session


async def holds_at_root(services: Services, session: Session, actor: Actor, roles: Collection[str]) -> bool:
    """Whether a person holds one of the roles at the county's root."""
    return permissions.holds_at_root(actor, (await services.directory.read(session)).root.path, roles)


async def at_root(services: Services, session: Session, actor: Actor, roles: Collection[str], what: str) -> None:
    """Requires one of the roles at the county's root. `what` is the code of the access log under which a refusal is
    noted.

    Raises:
        NotEntitled
    """
    if not await holds_at_root(services, session, actor, roles):
        services.access.note(actor.person_id, None, what, NotEntitled.code)
        raise NotEntitled
