"""The dispatcher's board: what waits to be sent on with the units suggested, where everything stands, and several sent
at once: each is one decision, checked and answered by itself.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from api.core.context import Services
from api.tasks.schemas import AcceptedFor, Answering
from api.tasks.service import decide, inbox_box
from api.workbench.schemas import Board, Offer, Sent, Waiting, Wish
from domain.errors import FieldsInvalid, NotEntitled, SantuiError
from domain.people.organisation import Actor
from domain.people.permissions import LOAD_READERS
from infra.database.engine import Session
from infra.read_model.tasks import InboxFilter
from infra.read_model.workbench.board import Load, board_of, loads_of, suggested_for

MOST = 25
"""Waiting assignments that the board shows, and that are sent at once."""
NONE = Load(0, 0, 0)
INSTRUCTIONS = "请按职责及时办理，办结后反馈结果"
"""What a unit is asked where the dispatcher says nothing else. [DESIGN]"""


async def board(services: Services, session: Session, actor: Actor) -> Board:
    """The board of somebody who judges, sends on or oversees; noted.

    Raises:
        NotEntitled: what units have in hand does not concern him.
    """
    if not actor.has_role(*LOAD_READERS):
        raise NotEntitled
    now = datetime.now(UTC)
    page = await inbox_box(services, session, actor, "todo", InboxFilter(kind="dispatch"), limit=MOST, cursor=None)
    numbers = [item.dispute_no for item in page.items]
    offered = await offers_of(services, session, await suggested_for(session, numbers), now)
    waiting = [Waiting(item, offered.get(item.dispute_no, [])) for item in page.items]
    stands, cards = await board_of(session, actor, now)
    services.access.note_shown(actor.person_id, "list", {"board": True}, [card.dispute_no for card in cards])
    return Board(waiting, page.next_cursor is not None, stands, cards)


async def offers_of(
    services: Services, session: Session, suggested: Mapping[str, tuple[str | None, list[str]]], now: datetime
) -> dict[str, list[Offer]]:
    """The units suggested for each dispute, those that there are, with what they have in hand."""
    directory = await services.directory.read(session)
    units = {code: unit for _, codes in suggested.values() for code in codes if (unit := directory.get(code))}
    loads = await loads_of(session, {unit.path for unit in units.values()}, now) if units else {}
    offers = {}
    for number, (lead, codes) in suggested.items():
        known = [code for code in codes if code in units]
        first = lead if lead in known else next(iter(known), None)
        offers[number] = [
            Offer(code, units[code].name, code == first, loads.get(units[code].path, NONE)) for code in known
        ]
    return offers


async def assign_each(
    services: Services, session: Session, actor: Actor, wishes: Sequence[Wish], key: str
) -> list[Sent]:
    """Sends disputes where they are wished, one after the other, each once for the key; one that is refused holds up no
    other. The session is closed then.
    """
    await session.close()
    return [await _assign(services, session, actor, wish, f"{key}.{wish.task_id}") for wish in wishes]


async def _assign(services: Services, session: Session, actor: Actor, wish: Wish, key: str) -> Sent:
    fields = {"lead": wish.lead, "cooperating": wish.cooperating, "instructions": wish.instructions}
    answering = Answering(decision="assign", fields=fields)
    try:
        async with services.database.resume(session):
            answer = await decide(services, session, actor, wish.task_id, answering, key)
    except FieldsInvalid as error:
        return Sent(wish.task_id, done=False, said="；".join(e["message"] for e in error.errors) or error.detail)
    except SantuiError as error:
        return Sent(wish.task_id, done=False, said=error.detail)
    finally:
        await session.close()
    later = isinstance(answer.body, AcceptedFor)
    return Sent(wish.task_id, done=True, said="已受理，稍后生效" if later else "已交办")
