"""Who should handle a dispute, and why; what became of alike ones. Worked out for whoever looks, and kept nowhere.

Outside any lock, and bounded: see `infra.read_model.handling`. It suggests nothing that triage has not suggested.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

from api.core.context import Services
from api.disputes.access import visible_dispute
from api.handling.schemas import (
    Alike,
    AlikeDispute,
    AlikeSummary,
    Counted,
    Handling,
    InHand,
    SuggestedUnit,
    UnitLoad,
)
from api.intake.recording import Content, known_earlier
from domain.base import china
from domain.people.organisation import Actor
from domain.people.permissions import LOAD_READERS
from domain.policy.addressing import PLACE_NAMES
from domain.policy.catalogue import OUTCOMES
from domain.policy.parts.ladder import Ladder
from domain.triage.handling.alike import MOST_NEAR, PLACE_KINDS, SINCE, Closed, Near, Summary, nearest, summarise
from domain.triage.handling.reasons import Row, Suggested, why_category, why_row, why_units
from domain.triage.overlays import edition_of
from domain.triage.places import Directory, Kind
from domain.triage.repeats.known import Known
from domain.triage.responsibility import organisations_for
from infra.database.engine import Session
from infra.database.tables.read_model import DisputeRow
from infra.read_model.disputes import visible
from infra.read_model.handling.alike import MOST_COUNTED, Asked, closed_by_number, closed_of_class, like_in_words
from infra.read_model.handling.load import MOST_UNITS, in_hand, loads, who_answers
from infra.records.incidents import find_incident
from infra.records.repeats.candidates import keys_of
from infra.records.repeats.weights import read_likeness

MOST_UNITS_NAMED = 5
_KINDS = {
    Kind.STATION: "station", Kind.BEAT: "station", Kind.BUREAU: "bureau", Kind.TOWN: "township",
    Kind.TOWN_CENTRE: "town_centre", Kind.CENTRE: "centre", Kind.COMMITTEE: "committee", Kind.VILLAGE: "village",
    Kind.GRID: "grid", Kind.JUSTICE_OFFICE: "justice_office", Kind.COURT: "court", Kind.TRIBUNAL: "court",
    Kind.WOMENS_FEDERATION: "womens_federation", Kind.RISK_CENTRE: "risk_centre",
}  # fmt: skip
OTHERS, WITHOUT_LADDER = "部门及其他单位", "未经调解阶梯（现场、交办办理）"


async def handling_on(services: Services, session: Session, actor: Actor, dispute_no: str) -> Handling:
    """Who should handle a dispute that the person may see; the reading is noted.

    Raises:
        NotFound: there is no such dispute for this person.
    """
    found = await handling_of(services, session, actor, dispute_no)
    services.access.note(actor.person_id, dispute_no, "handling")
    return found


async def handling_of(services: Services, session: Session, actor: Actor, dispute_no: str) -> Handling:
    """The same beside what is noted already: on the page of a case, of a task.

    Raises:
        NotFound: there is no such dispute for this person.
    """
    return await handling_in(services, session, actor, await visible_dispute(services, session, actor, dispute_no))


async def handling_in(services: Services, session: Session, actor: Actor, row: DisputeRow) -> Handling:
    """The same of a dispute that was read for who may see it."""
    directory = await services.directory.read(session)
    report = await find_incident(session, row.sealed["incidents"][0]["incident_id"])
    content = Content.model_validate(report.sealed) if report else None
    places = {word: place.path for word, place in content.places.items()} if content else {}
    listed = _row(services, row, places)
    why = why_category(content.triage, row.category, row.category_name) if content else []
    told = actor.has_role(*LOAD_READERS)
    return Handling(
        dispute_no=row.dispute_no,
        category=row.category,
        category_name=row.category_name,
        because=[*why, *([why_row(listed)] if row.sealed["suggested"] else [])],
        units=await _units(services, session, actor, row, listed, places, directory, told=told),
        alike=await _alike(services, session, actor, row, directory, told=told),
    )


# --- the units


async def _units(services: Services, session: Session, actor: Actor, row: DisputeRow, listed: Row,
                 places: Mapping[str, str], directory: Directory, *, told: bool) -> list[SuggestedUnit]:  # fmt: skip
    suggested: list[str] = row.sealed["suggested"][:MOST_UNITS]
    units = {code: unit for code in suggested if (unit := directory.get(code))}
    names = {code: unit.name for code, unit in units.items()}
    lead = row.sealed["suggested_lead"]
    because = why_units(suggested, lead if lead in suggested else None, listed, places, names)
    paths = {code: unit.path for code, unit in units.items()}
    busy = await loads(services.database, [*paths.values()]) if told else {}
    people = await who_answers(services.database, [*paths.values()], row.officer) if told else {}
    shown = []
    for each in because:
        path = paths.get(each.code, "")
        load, one = busy.get(path), people.get(path)
        shown.append(_shown(each, names, UnitLoad(open=load.open, overdue=load.overdue, at_least=load.more)
                            if load else None, InHand(person_id=one[0], name=one[1],
                            open=await in_hand(session, actor, one[0])) if one else None))  # fmt: skip
    return shown


def _shown(each: Suggested, names: Mapping[str, str], load: UnitLoad | None, answers: InHand | None) -> SuggestedUnit:
    return SuggestedUnit(
        organisation=each.code,
        organisation_name=names.get(each.code, each.code),
        lead=each.lead,
        because=each.because,
        load=load,
        answers=answers,
    )


def _row(services: Services, row: DisputeRow, places: Mapping[str, str]) -> Row:
    """The row of the list by which the units were suggested: of the day of intake, or, where a desk has corrected the
    class by a later list, of today.
    """
    rows, suggested = [], row.sealed["suggested"]
    for at in (row.opened_at, datetime.now(UTC)):
        lexicon = services.policy.lexicon_at(at)
        category = lexicon.categories.get(row.category) or next(iter(lexicon.categories.values()))
        departments = {code: department.name for code, department in lexicon.departments.items()}
        edition = edition_of(services.policy.overlays, category.code, china(at).date())
        rows.append(Row(category, departments, edition))
    meant = (r for r in rows if organisations_for([r.category.lead, *r.category.cooperating], places) == suggested)
    return next(meant, rows[0])


# --- the alike ones


async def _alike(services: Services, session: Session, actor: Actor, row: DisputeRow, directory: Directory, *,
                 told: bool) -> Alike:  # fmt: skip
    since = _since(row)
    asked = Asked(row.category, row.matter, row.dispute_no, since)
    edition, database = (row.playbook, row.edition), services.database
    of_class = await closed_of_class(database, asked)
    new = known_at_hand(row)
    led = await like_in_words(database, keys_of(new), asked)
    near = nearest(new, [known_earlier(each) for each in led], read_likeness().commonness)
    closed = {each.dispute_no: each for each in await closed_by_number(database, [n.dispute_no for n in near])}
    near = [each for each in near if each.dispute_no in closed]
    seen = await visible(session, actor, [each.dispute_no for each in near])
    ladder = services.policy.playbook.process.ladder
    tiers = ladder if edition == (services.policy.playbook.code, services.policy.playbook.edition) else None

    def summary(found: Sequence[Closed], most: int) -> AlikeSummary:
        return _summary(summarise(found, edition), directory, tiers, told=told, capped=len(found) >= most)

    return Alike(
        since=china(since),
        same_category=summary(of_class, MOST_COUNTED),
        near_in_words=summary([*closed.values()], MOST_COUNTED),
        nearest=[
            _near(each, closed[each.dispute_no], row, directory, tiers)
            for each in [n for n in near if n.dispute_no in seen][:MOST_NEAR]
        ],
        out_of_sight=len(near) - len(seen),
    )


def _since(row: DisputeRow) -> datetime:
    """By the clock of the case, which a drill may have moved ahead."""
    return datetime.now(UTC) + timedelta(seconds=row.ahead) - SINCE


def known_at_hand(row: DisputeRow) -> Known:
    """A dispute by its first report, as likeness needs it."""
    first = row.sealed["incidents"][0]
    return Known(
        category=row.category,
        address=first["address"],
        narrative=first["narrative"],
        parties=row.sealed["parties"],
        reported_at=row.opened_at,
    )


def _summary(found: Summary, directory: Directory, ladder: Ladder | None, *, told: bool, capped: bool) -> AlikeSummary:
    bodies: Counter[str] = Counter()
    for path, count in found.units.items():
        listed = directory.at(path)
        bodies[_KINDS.get(Kind(listed.kind), "") if listed and listed.kind in {*Kind} else ""] += count
    units = [Counted(code=_code(path), name=_name(directory, path), count=n) for path, n in found.units.items()]
    return AlikeSummary(
        counted=found.counted,
        capped=capped,
        outcomes=[Counted(code=code, name=OUTCOMES.get(code, code), count=n) for code, n in found.outcomes.items()],
        settled=found.settled,
        by_place=[Counted(code=code, name=PLACE_NAMES.get(code, OTHERS), count=n) for code, n in bodies.most_common()],
        by_unit=units[:MOST_UNITS_NAMED] if told else None,
        by_tier=[Counted(code=str(tier), name=_tier(tier, ladder) or WITHOUT_LADDER, count=n)
                 for tier, n in found.tiers.items()],
        days=found.days,
        relapsed=found.relapsed,
        earlier_editions=found.earlier,
    )  # fmt: skip


def _near(near: Near, closed: Closed, row: DisputeRow, directory: Directory, ladder: Ladder | None) -> AlikeDispute:
    earlier = closed.edition != (row.playbook, row.edition)
    at_place = [f"同为{PLACE_KINDS[near.place_kind]}"] if near.place_kind else []
    return AlikeDispute(
        dispute_no=near.dispute_no,
        outcome=closed.outcome,
        closed_at=china(closed.closed_at),
        organisation=_code(closed.unit),
        organisation_name=_name(directory, closed.unit),
        tier=_tier(closed.tier, None if earlier else ladder),
        days=None if closed.days is None else round(closed.days, 1),
        relapsed=closed.relapsed,
        earlier_edition=earlier,
        shares=[f"同类（{row.category_name}）", *at_place],
        words=near.words,
    )


def _tier(tier: int, ladder: Ladder | None) -> str:
    """What a tier is called; of another edition's ladder only its number is known."""
    if not tier:
        return ""
    return ladder.tiers[tier - 1].name if ladder and tier <= len(ladder.tiers) else f"第 {tier} 级调解"


def _code(path: str) -> str:
    return path.rpartition("/")[2]


def _name(directory: Directory, path: str) -> str:
    listed = directory.at(path)
    return listed.name if listed else _code(path)
