"""Breaking the glass of a case: who may, for how long, on record before he sees it, and told to who answers for it."""

from __future__ import annotations

from datetime import UTC, datetime

from pydantic import TypeAdapter

from api.core.context import Services
from api.core.idempotency import Answer, Effect, once
from api.disputes.access import refused
from api.glass.schemas import BreakGlass, Glass
from domain.base import china
from domain.errors import Conflict, NotEntitled
from domain.people.need_to_know import GLASS_HOLDS, GLASS_PURPOSES, may_break_glass
from domain.people.organisation import Actor
from infra.database.engine import Session
from infra.database.tables.read_model import DisputeRow
from infra.read_model.disputes import KEPT, closed_to, known_of
from infra.read_model.messages import GLASS
from infra.records.access_log.glass import broken, who_watches_over
from infra.records.messages import NewMessage, add_messages
from infra.runtime.policy_files import role_of

_GLASS = TypeAdapter(Glass)
L1 = "按岗位职责不得查看敏感案件"


async def known_case(services: Services, session: Session, actor: Actor, dispute_no: str) -> DisputeRow:
    """A dispute within the person's sight, as its line in the list shows it to him.

    Raises:
        NotFound: there is none; noted.
    """
    row = await known_of(session, actor, dispute_no)
    if row is None:
        raise await refused(services, session, actor, dispute_no, "glass")
    return row


async def break_glass(
    services: Services, session: Session, actor: Actor, dispute_no: str, asked: BreakGlass, key: str | None
) -> Answer[Glass]:
    """Opens a case that is need-to-know to a person for `GLASS_HOLDS`. That he broke the glass, for what and why, is on
    record with it, and its officer, its holder, the nearest auditor and the nearest supervisor are told.

    Raises:
        NotFound: there is no such dispute within his sight.
        NotEntitled: his posts see ordinary cases only.
        Conflict: he may open it as it is.
    """

    async def do(_: str) -> Effect[Glass]:
        row = await known_case(services, session, actor, dispute_no)
        if not await closed_to(session, actor, [dispute_no]):
            raise Conflict("您可以直接查看本案，无须说明用途")
        if not may_break_glass(actor):
            services.access.note(actor.person_id, dispute_no, "glass", NotEntitled.code)
            raise NotEntitled(L1)
        told = await _told(session, actor, row)
        now = datetime.now(UTC)
        until = now + GLASS_HOLDS

        async def apply(writing: Session) -> Answer[Glass]:
            said = {"purpose": asked.purpose, "reason": asked.reason}
            await broken(writing, dispute_no, actor.person_id, now, until, said)
            await add_messages(writing, [_message(actor, dispute_no, asked, person) for person in told], now)
            services.access.note(actor.person_id, dispute_no, "glass", about=said)
            return Answer(200, Glass(dispute_no=dispute_no, until=china(until), **said))

        return Effect(apply)

    return await once(services, session, actor, f"glass:{dispute_no}", key, asked.model_dump(), _GLASS, do)


async def _told(session: Session, actor: Actor, row: DisputeRow) -> list[str]:
    """Who is told: the case's officer, who has it in hand, and whoever watches over the one who looks."""
    holder = row.holder if row.holder and role_of(row.holder).name == row.holder else None  # a person, no role
    named = [person for person in (row.officer, holder) if person and person != actor.person_id]
    watching = await who_watches_over(session, [post.path for post in actor.posts], actor.person_id)
    return list(dict.fromkeys([*named, *watching]))


def _message(actor: Actor, dispute_no: str, asked: BreakGlass, person_id: str) -> NewMessage:
    said = f"限时查看敏感案件，用途：{GLASS_PURPOSES[asked.purpose]}"
    content = {"by": actor.name, "said": said, "text": asked.reason, "task_id": None, "title": KEPT}
    return NewMessage(person_id=person_id, kind=GLASS, dispute_no=dispute_no, content=content)
