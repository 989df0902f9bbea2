"""Criminal cases on record, the disputes before them, and people's word on what each grew out of (Q-062, Q-063, J-050).

The register is of the police who have the cases and of those who oversee them. What is found of the people of a case is
a question to a person, never an answer: only his word makes a case one that grew out of a dispute.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, date, datetime, timedelta

from pydantic import TypeAdapter

from api.core.context import Services
from api.core.idempotency import Answer, Effect, once
from api.core.masking import masked
from api.core.schemas import Listed
from api.criminal_cases.schemas import (
    CrimeComparison,
    CrimeFigures,
    CriminalCase,
    CriminalCaseIn,
    CriminalCaseItem,
    Involved,
    OriginIn,
    OriginItem,
    WithdrawnIn,
)
from api.disputes.access import visible_dispute
from api.intake.recording import key_of_place
from api.look_back.service import sorted_out
from domain.base import china
from domain.case.records import Party
from domain.errors import Conflict, FieldsInvalid, NotEntitled, NotFound
from domain.people.organisation import Actor, within
from domain.people.permissions import CRIME_READERS, CRIME_REGISTRARS, own_places
from infra.database.engine import Session
from infra.database.ids import new_id
from infra.database.tables.crimes import CriminalCaseRow
from infra.database.tables.read_model import DisputeRow
from infra.read_model.earlier_matters import earlier_matters
from infra.read_model.reporting.crimes import conversions, figures
from infra.records.people import names_of
from infra.records.reporting import crimes as records
from infra.records.reporting.crimes import Told, Word

REGISTER, WORD, WITHDRAW = "crimes:register", "crimes:word", "crimes:withdraw"
"""Operations of idempotency keys."""
_CASE: TypeAdapter[CriminalCase] = TypeAdapter(CriminalCase)
NOBODY = "没有这一刑事案件"


async def register(
    services: Services, session: Session, actor: Actor, asked: CriminalCaseIn, key: str | None
) -> Answer[CriminalCase]:
    """Puts a case on record. One whose number a dispute was turned into grew out of that dispute, by its police's word.
    Noted.

    Raises:
        NotEntitled: it is no business of this person's; noted.
        FieldsInvalid: there is no such organisation.
        Conflict: a case of this number is on record.
    """
    paths = own_places(actor, CRIME_REGISTRARS)
    entitled(services, actor, paths)
    directory = await services.directory.read(session)
    path = directory.named(asked.organisation).path if asked.organisation else paths[0]
    entitled(services, actor, paths, path)

    async def do(_: str) -> Effect[CriminalCase]:
        async def keep(writing: Session) -> Answer[CriminalCase]:
            if await records.by_number(writing, asked.case_no):
                raise Conflict(f"编号为“{asked.case_no}”的刑事案件已经登记")
            told = Told(
                parties=[Party.model_validate(party.model_dump()) for party in asked.parties],
                address=asked.address,
                place_key=key_of_place(asked.address),
                summary=asked.summary,
            )
            row = CriminalCaseRow(
                case_id=new_id(), case_no=asked.case_no, path=path, registered_on=str(asked.registered_on),
                from_dispute=asked.from_dispute, homicide=asked.homicide, noted_by=actor.person_id,
                noted_at=datetime.now(UTC), sealed=told.model_dump(mode="json"),
            )  # fmt: skip
            for each in await conversions(writing, [], *_turned(asked.registered_on)):
                if each.case_no == asked.case_no:
                    records.put_word(row, Word(
                        dispute_no=each.dispute_no, opened_at=each.opened_at, grew=True, reason="办理中转为本案",
                        by="转刑事案件", at=each.closed_at,
                    ))  # fmt: skip
            writing.add(row)
            await writing.flush()
            return Answer(201, await _whole(services, writing, actor, row))

        return Effect(keep, records.LOCK)

    answer = await once(services, session, actor, REGISTER, key, asked.model_dump(mode="json"), _CASE, do)
    services.access.note(actor.person_id, None, "crimes:register")
    return answer


async def listed(
    services: Services, session: Session, actor: Actor, first: date | None, last: date | None, limit: int,
    cursor: str | None,
) -> Listed[CriminalCaseItem]:  # fmt: skip
    """The cases of a period, the newest first. Noted.

    Raises:
        NotEntitled: the register is no business of this person's; noted.
    """
    paths = own_places(actor, CRIME_READERS)
    entitled(services, actor, paths)
    begin, end = period(first, last)
    page = await records.listed(session, paths, begin, end, limit, cursor)
    services.access.note(actor.person_id, None, "crimes")
    items = [await _item(services, session, row) for row in page.rows]
    return Listed[CriminalCaseItem](items=items, next_cursor=page.next_cursor)


async def whole(services: Services, session: Session, actor: Actor, case_id: str) -> CriminalCase:
    """A case with the disputes before it. Noted.

    Raises:
        NotFound: there is none for this person.
    """
    row = await _readable(services, session, actor, case_id)
    services.access.note(actor.person_id, None, "crimes:case")
    return await _whole(services, session, actor, row)


async def grown_out_of(
    services: Services, session: Session, actor: Actor, dispute: DisputeRow
) -> list[tuple[CriminalCaseItem, str]]:
    """Of a dispute that the person may open, the cases of his register of which it was said last that they grew out of
    it, each with who said so; to others none. A dispute shows no other crime of its people (docs/triage.md). Noted
    where there is one.
    """
    paths = own_places(actor, CRIME_READERS)
    if not paths:
        return []
    found = []
    for row in await records.grown(session, paths, china(dispute.opened_at).date()):
        word = Told.model_validate(row.sealed).latest().get(dispute.dispute_no)
        if word and word.grew:
            found.append((await _item(services, session, row), word.by))
    if found:
        services.access.note(actor.person_id, dispute.dispute_no, "crimes")
    return found


async def compared(
    services: Services, session: Session, actor: Actor, first: date | None, last: date | None
) -> CrimeComparison:
    """The figures of a period beside those of the same days a year before.

    Raises:
        NotEntitled: the register is no business of this person's; noted.
    """
    paths = own_places(actor, CRIME_READERS)
    entitled(services, actor, paths)
    begin, end = period(first, last)
    now = await figures(session, paths, begin, end)
    before = await figures(session, paths, _year_before(begin), _year_before(end))
    return CrimeComparison(
        first=begin,
        last=end,
        now=CrimeFigures.model_validate(now._asdict()),
        year_before=CrimeFigures.model_validate(before._asdict()),
        change=_change(now.cases, before.cases),
        homicide_change=_change(now.homicides, before.homicides),
    )


async def say(
    services: Services, session: Session, actor: Actor, case_id: str, asked: OriginIn, key: str | None
) -> Answer[CriminalCase]:
    """Somebody's word on whether a case grew out of a dispute that he sees; the latest on a dispute counts. Noted.

    Raises:
        NotFound: there is no such case, or no such dispute, for this person.
        NotEntitled: he may read it, but not speak on it; noted.
        FieldsInvalid: the dispute was opened after the case was registered.
        Conflict: the case is withdrawn.
    """
    row = await _readable(services, session, actor, case_id)
    entitled(services, actor, own_places(actor, CRIME_REGISTRARS), row.path)
    dispute = await visible_dispute(services, session, actor, asked.dispute_no)
    opened_at = china(dispute.opened_at)
    if opened_at.date() > date.fromisoformat(row.registered_on):
        raise FieldsInvalid(errors=[{"field": "dispute_no", "message": "该纠纷在立案之后才登记"}])

    async def do(_: str) -> Effect[CriminalCase]:
        async def keep(writing: Session) -> Answer[CriminalCase]:
            kept = await _standing(writing, case_id)
            records.put_word(kept, Word(
                dispute_no=asked.dispute_no, opened_at=opened_at, grew=asked.grew, reason=asked.reason, by=actor.name,
                at=datetime.now(UTC),
            ))  # fmt: skip
            await writing.flush()
            return Answer(200, await _whole(services, writing, actor, kept))

        return Effect(keep, records.LOCK)

    content = {"case_id": case_id, **asked.model_dump(mode="json")}
    answer = await once(services, session, actor, WORD, key, content, _CASE, do)
    services.access.note(actor.person_id, asked.dispute_no, "crimes:word")
    return answer


async def withdraw(
    services: Services, session: Session, actor: Actor, case_id: str, asked: WithdrawnIn, key: str | None
) -> Answer[CriminalCase]:
    """Takes a case out of the figures that was put on record by mistake; it stays to be read. Noted.

    Raises:
        NotFound: there is no such case for this person.
        NotEntitled: he may read it, but not withdraw it; noted.
        Conflict: it is withdrawn already.
    """
    row = await _readable(services, session, actor, case_id)
    entitled(services, actor, own_places(actor, CRIME_REGISTRARS), row.path)

    async def do(_: str) -> Effect[CriminalCase]:
        async def keep(writing: Session) -> Answer[CriminalCase]:
            kept = await _standing(writing, case_id)
            records.withdraw(kept, asked.reason, actor.name)
            await writing.flush()
            return Answer(200, await _whole(services, writing, actor, kept))

        return Effect(keep, records.LOCK)

    content = {"case_id": case_id, **asked.model_dump(mode="json")}
    answer = await once(services, session, actor, WITHDRAW, key, content, _CASE, do)
    services.access.note(actor.person_id, None, "crimes:withdraw")
    return answer


def period(first: date | None, last: date | None) -> tuple[date, date]:
    """The days that are asked about: this year up to today where nothing is said.

    Raises:
        FieldsInvalid: it ends before it begins.
    """
    today = china(datetime.now(UTC)).date()
    begin, end = first or (last or today).replace(month=1, day=1), last or today
    if end < begin:
        raise FieldsInvalid(errors=[{"field": "to", "message": "末日不能早于首日"}])
    return begin, end


def _turned(registered_on: date) -> tuple[datetime, datetime]:
    """When a dispute may have been turned into a case that was registered on a day."""
    near = timedelta(days=366)
    return records.day_begins(registered_on - near), records.day_begins(registered_on + near)


def entitled(services: Services, actor: Actor, paths: Collection[str], path: str | None = None) -> None:
    """Requires that somebody's posts reach the register, or the part of it that an organisation has.

    Raises:
        NotEntitled: they don't; noted.
    """
    if not paths or (path is not None and not any(within(path, each) for each in paths)):
        services.access.note(actor.person_id, None, "crimes", NotEntitled.code)
        raise NotEntitled


async def _readable(services: Services, session: Session, actor: Actor, case_id: str) -> CriminalCaseRow:
    row = await records.find(session, case_id)
    if row is None or not any(within(row.path, each) for each in own_places(actor, CRIME_READERS)):
        raise NotFound(NOBODY)
    return row


async def _standing(session: Session, case_id: str) -> CriminalCaseRow:
    row = await records.find(session, case_id)
    if row is None:
        raise NotFound(NOBODY)
    if row.withdrawn:
        raise Conflict("该案件登记有误，已经撤回")
    return row


async def _item(services: Services, session: Session, row: CriminalCaseRow) -> CriminalCaseItem:
    listed = (await services.directory.read(session)).at(row.path)
    return CriminalCaseItem(
        case_id=row.case_id,
        case_no=row.case_no.removesuffix(f" {row.case_id}"),
        registered_on=date.fromisoformat(row.registered_on),
        organisation=listed.code if listed else row.path.rpartition("/")[2],
        organisation_name=listed.name if listed else "",
        from_dispute=row.from_dispute,
        homicide=row.homicide,
        grew=row.grew,
        prior_known=row.prior_known,
        judged=bool(Told.model_validate(row.sealed).words),
        withdrawn=row.withdrawn,
    )


async def _whole(services: Services, session: Session, actor: Actor, row: CriminalCaseRow) -> CriminalCase:
    told = Told.model_validate(row.sealed)
    item = await _item(services, session, row)
    after = records.day_begins(item.registered_on) + timedelta(days=1)
    people = {"parties": [party.model_dump() for party in told.parties]}
    found = await earlier_matters(session, actor, "", people, after, told.place_key)
    latest = told.latest()
    return CriminalCase(
        **item.model_dump(),
        address=told.address,
        summary=told.summary,
        parties=[Involved(name=each.name, phone=each.phone, side=each.side) for each in map(masked, told.parties)],
        noted_by=(await names_of(session, [row.noted_by])).get(row.noted_by, ""),
        noted_at=china(row.noted_at),
        withdrawn_why=told.withdrawn_why,
        origins=[
            OriginItem(dispute_no=word.dispute_no, grew=word.grew, reason=word.reason, by=word.by, at=china(word.at),
                       latest=latest[word.dispute_no] is word)
            for word in told.words
        ],
        earlier=sorted_out(actor, [each for each in found if each.opened_at < after]),
    )  # fmt: skip


def _year_before(day: date) -> date:
    return day.replace(year=day.year - 1, day=28 if (day.month, day.day) == (2, 29) else day.day)


def _change(now: int, before: int) -> float | None:
    return round(now / before - 1, 4) if before else None
