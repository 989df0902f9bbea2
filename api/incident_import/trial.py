"""What the rows of a file would come to if they were registered now: judged as a report is, compared with what is on
record and with the rows before. Nothing is kept of it but the job's own result.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime

from api.core.context import Services
from api.core.schemas import JsonObject
from api.importing.reading import Row
from api.incident_import.schemas import Came, RowWrong
from api.incident_import.sheet import Reader
from api.intake.recording import content_digest, in_words_of, key_of_place, known_earlier, matter_of
from api.intake.schemas import IncidentIn
from api.intake.service import check_may_report, check_source
from api.registering.sources import sources_for
from domain.errors import FieldsInvalid, NotEntitled
from domain.people.organisation import Actor
from domain.policy.intake.sources import matter_said
from domain.triage.learning.applying import suggest
from domain.triage.repeats.deciding import decide
from domain.triage.repeats.known import Known
from infra.database.engine import Session
from infra.read_model.disputes import visible
from infra.records.deputies import acting
from infra.records.incidents import recorded_before, search
from infra.records.repeats.candidates import keys_of
from infra.records.repeats.weights import read_likeness

NEAR = 20
"""So many earlier rows of the file are compared that have a place, a telephone or a document with a row in common."""
_ROW = "row:"


@dataclass
class _Before:
    """The rows so far."""

    same: dict[tuple[str, str], int] = field(default_factory=dict)
    """the row of a number and content"""
    alike: dict[str, list[tuple[Known, str]]] = field(default_factory=lambda: defaultdict(list))
    """by what they are found again, the latest last, each with its matter"""


def rows_of(request: JsonObject) -> list[Row]:
    """The rows that a job was asked for."""
    return [Row(number, cells) for number, cells in request["rows"]]


async def reader_for(services: Services, session: Session, actor: Actor) -> Reader:
    """What makes reports of somebody's rows.

    Raises:
        NotEntitled: he may not report, or by no source.
    """
    check_may_report(actor)
    process = services.policy.playbook.process
    if not (sources := sources_for(actor, process)):
        raise NotEntitled("您的岗位不受理警情")
    return Reader(process, await services.directory.read(session), sources)


async def tried(services: Services, request: JsonObject) -> AsyncIterator[Came]:
    """What each row would come to, one after the other."""
    before = _Before()
    for row in rows_of(request):
        async with services.database.read() as session:
            actor = await acting(session, request["person_id"], datetime.now(UTC))
            if actor is None:
                raise NotEntitled("账号已停用或没有岗位，没有继续")
            reader = await reader_for(services, session, actor)
            came = await _tried(services, session, actor, reader, row, before)
        yield came


async def checked(
    services: Services, session: Session, actor: Actor, reader: Reader, row: Row
) -> tuple[IncidentIn | None, list[RowWrong]]:
    """The report of a row, as its reporter may make it; or what is wrong with it."""
    report, wrong = reader.report(row)
    if report is None:
        return None, wrong
    try:
        await check_source(services, session, actor, report)
    except FieldsInvalid as error:
        return None, said(reader, row, report, error)
    except NotEntitled as error:
        return None, [RowWrong(row=row.number, field=reader.head("source", report.source), message=error.detail)]
    return report, []


def said(reader: Reader, row: Row, report: IncidentIn, error: FieldsInvalid) -> list[RowWrong]:
    """A refusal by its fields, as of the row's columns."""
    return [RowWrong(row=row.number, field=reader.head(each["field"], report.source), message=each["message"])
            for each in error.errors]  # fmt: skip


async def _tried(services: Services, session: Session, actor: Actor, reader: Reader, row: Row, before: _Before) -> Came:
    report, wrong = await checked(services, session, actor, reader, row)
    if report is None:
        return Came(row=row.number, outcome="wrong", errors=wrong)
    lexicon, serving = services.policy.lexicon_at(datetime.now(UTC)), await services.learned.serving()
    names = [party.name for party in report.parties]
    found = suggest(report.narrative, lexicon, serving, source=report.source, names=names)
    colour = services.policy.playbook.process.colour_for(found.harm, found.urgency)
    came = Came(row=row.number, outcome="new", category=found.category_name, colour=colour, police=found.police)
    same = (f"{report.source}/{report.source_no}", content_digest(report))
    if (first := before.same.setdefault(same, row.number)) != row.number:
        return came.model_copy(update={"outcome": "twice", "with_row": first})
    known, came.number_taken = await recorded_before(services.database, report.source, report.source_no, same[1])
    if known is not None:
        number = known.dispute_no
        seen = known.received_by == actor.person_id or await visible(session, actor, [number])
        return came.model_copy(update={"outcome": "known", "dispute_no": number if seen else ""})
    new = Known(
        category=found.category, address=report.place.address, narrative=report.narrative,
        parties=[party.model_dump(include={"name", "phone", "id_number"}) for party in report.parties],
        reported_at=report.reported_at,
    )  # fmt: skip
    await _where_to(services, session, actor, came, report, new, before)
    return came


async def _where_to(
    services: Services, session: Session, actor: Actor, came: Came, report: IncidentIn, new: Known, before: _Before
) -> None:
    """Says whether a report would be added to a dispute, one on record or one that a row before begins."""
    aliases = await services.aliases.serving()
    listed = services.policy.playbook.process.sources.get(report.source)
    matter, _ = matter_said(listed, report.matter)
    keys, place = keys_of(new, report.place.grid_code, aliases.keys(new.address)), key_of_place(new.address)
    earlier = await search(services.database, new.reported_at, place, keys)
    own = [place, *(str(party[part]) for party in new.parties for part in ("phone", "id_number") if party[part])]
    rows = {each.dispute_no: (each, about) for key in own for each, about in before.alike[key][-NEAR:]}
    known = [in_words_of(new.address, known_earlier(each), aliases) for each in earlier]
    known += [each for each, _ in rows.values()]
    same = {each.dispute_no for each in earlier if matter_of(each) == matter}
    same |= {number for number, (_, about) in rows.items() if about == matter}
    joins = decide(new, known, read_likeness(), same).joins
    if joins:
        came.outcome = "joined"
        if joins.startswith(_ROW):
            came.with_row = int(joins.removeprefix(_ROW))
        elif await visible(session, actor, [joins]):
            came.dispute_no = joins
    mine = new.model_copy(update={"dispute_no": joins or f"{_ROW}{came.row}"})
    for key in own:
        before.alike[key].append((mine, matter))
