"""What stands beside a report while it is typed: its triage, where it happened, matters like it. Nothing is kept."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from api.core.context import Services
from api.core.schemas import JsonObject
from api.intake.presenters import present_triage
from api.intake.recording import in_words_of, key_of_place, known_earlier, matter_of, places_of
from api.intake.schemas import PlaceIn, TriageShape
from api.intake.service import check_may_report
from domain.base import Model
from domain.errors import QuotaReached
from domain.people.organisation import Actor, OrganisationRef
from domain.triage.guidance import RiskCue, risk_cues
from domain.triage.learning.applying import suggest
from domain.triage.places import Directory, locate
from domain.triage.repeats.deciding import decide
from domain.triage.repeats.known import Known
from infra.database.engine import Session
from infra.read_model.disputes import visible
from infra.records.incidents import search, standing_of
from infra.records.repeats.candidates import keys_of
from infra.records.repeats.weights import read_likeness

LEAST = 6
"""[DESIGN] Characters of a narrative from which on there is something to judge."""


class TypedSoFar(Model):
    """A report as far as it is typed; nothing of it need be there or be right."""

    source: str
    narrative: str = ""
    address: str = ""
    area: str = ""
    """the code of an organisation"""
    parties: list[JsonObject] = []


@dataclass(frozen=True)
class Alike:
    """An earlier matter like the one that is typed, which the person may see."""

    dispute_no: str
    title: str
    stage: str
    colour: str
    opened_at: datetime
    closed: bool
    percent: int
    why: str
    joins: bool
    """the report would be added to it"""


@dataclass(frozen=True)
class Beside:
    """What stands beside a report."""

    triage: TriageShape
    risks: list[RiskCue]
    """the words of risk, each with what it speaks for"""
    lead: str
    cooperating: list[str]
    """names of the units that are suggested"""
    area: list[str]
    """names of the areas in which the address was found, the widest first"""
    places: dict[str, OrganisationRef]
    alike: list[Alike]
    out_of_sight: int
    """matters like it that the person may not see"""
    joins_unseen: bool
    """the report would be added to one of those"""
    again_in: int = 0
    """seconds until earlier matters are compared again: the person has asked as often as one may in a minute"""


async def look_beside(services: Services, session: Session, actor: Actor, typed: TypedSoFar) -> Beside | None:
    """What there is to tell of a report so far; none where too little is typed. What was shown of earlier matters is
    noted. Comparing is a search, and counted as one: it also tells of matters that the person may not see.

    Raises:
        NotEntitled: none of the person's posts takes reports.
    """
    check_may_report(actor)
    if len(typed.narrative.strip()) < LEAST:
        return None
    process, now = services.policy.playbook.process, datetime.now(UTC)
    lexicon, serving = services.policy.lexicon_at(now), await services.learned.serving()
    names = [str(party["name"]) for party in typed.parties if party.get("name")]
    found = suggest(typed.narrative, lexicon, serving, source=typed.source, names=names)
    directory = await services.directory.read(session)
    place = place_in(directory, typed.address, typed.area)
    places = await places_of(services, place, session)
    shape = present_triage(found, places, process)
    area = locate(directory, address=typed.address, grid_code=place.grid_code,
                  organisation_code=place.organisation_code)  # fmt: skip
    known = Known(category=found.category, address=typed.address, narrative=typed.narrative, parties=typed.parties,
                  reported_at=now)  # fmt: skip
    alike, hidden, joins_unseen, again_in = list[Alike](), 0, False, 0
    try:
        services.searches.count(actor.person_id)
        alike, hidden, joins_unseen = await _alike(services, session, actor, known, place)
    except QuotaReached as error:
        again_in = error.after
        services.access.note_once(actor.person_id, None, "incident:alike", {}, QuotaReached.code)
    return Beside(
        triage=shape,
        risks=risk_cues([typed.narrative], lexicon),
        lead=_name(directory, shape.suggested_lead),
        cooperating=[_name(directory, code) for code in shape.suggested_cooperating],
        area=[each.name for each in directory.areas_of(area)] if area else [],
        places=places,
        alike=alike,
        out_of_sight=hidden,
        joins_unseen=joins_unseen,
        again_in=again_in,
    )


def place_in(directory: Directory, address: str, area: str) -> PlaceIn:
    """A place as a report has it: the area by its code, as a grid or as an organisation."""
    listed = directory.get(area) if area else None
    grid = listed is not None and listed.kind in ("grid", "beat")
    return PlaceIn(
        address=address[:200].strip() or "未填",
        grid_code=area if grid else None,
        organisation_code=area if listed and not grid else None,
    )


async def _alike(
    services: Services, session: Session, actor: Actor, new: Known, place: PlaceIn
) -> tuple[list[Alike], int, bool]:
    aliases = await services.aliases.serving()
    keys = keys_of(new, place.grid_code, aliases.keys(new.address))
    earlier = await search(services.database, new.reported_at, key_of_place(new.address), keys)
    same = {each.dispute_no for each in earlier if matter_of(each) == "dispute"}
    known = [in_words_of(new.address, known_earlier(each), aliases) for each in earlier]
    became = decide(new, known, read_likeness(), same)
    by_number = {str(each["dispute_no"]): each for each in became.similar}
    seen = await visible(session, actor, [*by_number, *filter(None, [became.joins])])
    rows = await standing_of(session, seen & set(by_number))
    alike = [
        Alike(
            dispute_no=number, title=row.title, stage=row.stage, colour=row.colour, opened_at=row.opened_at,
            closed=row.closed_at is not None, percent=round(float(each["score"]) * 100), why=str(each["why"]),
            joins=number == became.joins,
        )
        for number, each in by_number.items() if (row := rows.get(number))
    ]  # fmt: skip
    services.access.note_shown(actor.person_id, "incident:alike", {}, [each.dispute_no for each in alike])
    return alike, len(by_number) - len(alike), bool(became.joins) and became.joins not in seen


def _name(directory: Directory, code: str | None) -> str:
    listed = directory.get(code) if code else None
    return listed.name if listed else ""
