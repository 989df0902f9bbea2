"""What the tests of the people's room share: deputyships that begin now."""

from __future__ import annotations

from datetime import timedelta

from api.core.context import Services
from api.core.idempotency import Answer
from api.people.deputy_service import name_deputy
from api.people.schemas import Deputyship
from api.web.formatting import present
from domain.people.deputies import Naming
from domain.people.organisation import Actor


def naming(deputy: Actor, person: Actor | None = None, days: int = 3) -> Naming:
    """A deputy from now on; of oneself unless a person is given."""
    now = present()
    return Naming(
        deputy=deputy.person_id, since=now, until=now + timedelta(days=days),
        person=person.person_id if person else None,
    )  # fmt: skip


async def name_now(
    services: Services, by: Actor, deputy: Actor, person: Actor | None = None, key: str | None = None
) -> Answer[Deputyship]:
    """Names a deputy from now on, as a request of its own."""
    async with services.database.read() as session:
        return await name_deputy(services, session, by, naming(deputy, person), key)
