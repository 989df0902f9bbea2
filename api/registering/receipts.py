"""What became of reports, for whoever made them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from api.core.context import Services
from api.intake.recording import Content
from api.intake.service import receipt
from domain.case.records import Incident
from domain.errors import NeedToKnow
from domain.people.organisation import Actor, Post
from domain.policy.catalogue import KINDS
from domain.policy.stages import Stage
from infra.database.engine import Session
from infra.database.tables.intake import IncidentRow
from infra.database.tables.read_model import DisputeRow
from infra.read_model.disputes import visible
from infra.records.incidents import reports_by, standing_of, whose_turn

MOST = 100
"""Reports that are listed, the latest."""


@dataclass(frozen=True)
class Became:
    """A report, and where its dispute stands; of a dispute that the reporter does not see no more than its stage."""

    incident: Incident
    category_name: str
    colour: str
    received_at: datetime
    dispute_no: str
    joined: bool
    stage: Stage
    closed: bool
    sees: bool
    area: list[str]
    """names of the township and the station in whose area it lies"""
    asked: list[Post]
    """whose turn it is; none where the reporter does not see it"""


async def reported_by(services: Services, session: Session, actor: Actor) -> list[Became]:
    """What somebody reported himself, the latest first, and what became of it."""
    rows = await reports_by(session, actor.person_id, MOST)
    return await _became(services, session, actor, rows)


async def became_of(services: Services, session: Session, actor: Actor, incident_id: str) -> Became:
    """What became of one report, for its reporter and for those who see the dispute; what was reported is shown to
    them only.

    Raises:
        NotFound: there is none, or not for this person; the try is noted.
    """
    await receipt(services, session, actor, incident_id)
    row = await session.get_one(IncidentRow, incident_id)
    if row.received_by != actor.person_id and not await visible(session, actor, [row.dispute_no]):
        raise NeedToKnow(dispute_no=row.dispute_no)
    services.access.note(actor.person_id, row.dispute_no, "incident")
    return (await _became(services, session, actor, [row]))[0]


async def _became(services: Services, session: Session, actor: Actor, rows: Sequence[IncidentRow]) -> list[Became]:
    numbers = {row.dispute_no for row in rows}
    seen = await visible(session, actor, numbers)
    standing, turn = await standing_of(session, numbers), dict[str, list[Post]]()
    for number, kind, role, path in await whose_turn(session, seen):
        if not KINDS[kind].aside:
            turn.setdefault(number, []).append(Post(role=role, path=path))
    return [_one(services, row, standing.get(row.dispute_no), row.dispute_no in seen, turn) for row in rows]


def _one(
    services: Services,
    row: IncidentRow,
    standing: DisputeRow | None,
    sees: bool,
    turn: dict[str, list[Post]],
) -> Became:
    content, process = Content.model_validate(row.sealed), services.policy.playbook.process
    found = content.triage
    return Became(
        incident=content.incident,
        category_name=found.category_name,
        colour=standing.colour if sees and standing else process.colour_for(found.harm, found.urgency),
        received_at=row.received_at,
        dispute_no=row.dispute_no,
        joined=row.joined,
        stage=Stage(standing.stage) if standing else Stage.TRIAGE,
        closed=standing is not None and standing.closed_at is not None,
        sees=sees,
        area=list(dict.fromkeys(content.places[word].name for word in ("township", "station"))),
        asked=turn.get(row.dispute_no, []),
    )
