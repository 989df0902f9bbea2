"""The numbers of a dispute's people, for a purpose that is said and kept."""

from __future__ import annotations

from api.core.context import Services
from api.core.masking import masked
from api.disputes.access import visible_dispute
from api.unmasking.schemas import Asked, Told, Unmasked
from domain.case.records import Party
from domain.errors import NotEntitled
from domain.people.need_to_know import may_identify, may_reach
from domain.people.organisation import Actor
from infra.database.engine import Session
from infra.database.tables.read_model import DisputeRow
from infra.read_model.tasks import works_on


async def may_unmask(session: Session, actor: Actor, dispute_no: str) -> bool:
    """Whether somebody who sees a dispute may ask for its numbers."""
    return may_reach(actor, works=False) or may_reach(actor, works=await works_on(session, actor, dispute_no))


async def unmask(services: Services, session: Session, actor: Actor, dispute_no: str, asked: Asked) -> Unmasked:
    """The numbers of a dispute's people. That they were asked for, and why, is on record before they are shown.

    Raises:
        NotFound: there is no such dispute, or not for this person.
        NotEntitled: nothing of it is his to do.
        StoreUnavailable: it can't be put on record now.
    """
    row = await visible_dispute(services, session, actor, dispute_no)
    if not await may_unmask(session, actor, dispute_no):
        services.access.note(actor.person_id, dispute_no, "unmask", NotEntitled.code)
        raise NotEntitled("只有正在办理的人员和指挥、分派、督办岗位可以查看完整号码")
    return await _shown(services, actor, row, asked)


async def number_to_call(services: Services, session: Session, actor: Actor, dispute_no: str, name: str) -> str:
    """The telephone of the party whom a visit is to, for the person whose visit it is; empty where none is known. That
    it was shown is on record.

    Raises:
        NotFound, NotEntitled, StoreUnavailable: as `unmask`.
    """
    found = await unmask(services, session, actor, dispute_no, Asked(purpose="visit"))
    return next((party.phone for party in found.parties if party.name == name and party.phone), "")


async def _shown(services: Services, actor: Actor, row: DisputeRow, asked: Asked) -> Unmasked:
    services.access.note(actor.person_id, row.dispute_no, "unmask", about=asked.model_dump())
    await services.access.written()
    identity = may_identify(actor)
    parties = [Party.model_validate(party) for party in row.sealed["parties"]]
    return Unmasked(
        dispute_no=row.dispute_no,
        purpose=asked.purpose,
        parties=[p if identity else p.model_copy(update={"id_number": masked(p).id_number}) for p in parties],
        incidents=[
            Told(source=each["source"], source_no=each["source_no"], narrative=each["narrative"])
            for each in row.sealed["incidents"]
        ],
    )
