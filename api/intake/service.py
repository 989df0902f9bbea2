"""受理, one road (law 12): recorded once in one transaction, then told to the engine, then marked delivered.

Whatever breaks in between is made good by the same POST again or by the sweep; nothing that was recorded is lost, and
what is recorded is answered as recorded.
"""

from __future__ import annotations

import unicodedata
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Literal

import structlog
from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints, model_validator

from api.core.context import Services
from api.core.errors import problem
from api.core.old_idempotency import digest
from api.disputes.presenters import moment
from api.intake.delivery import deliver, departments
from domain.base import Strict
from domain.case.capacity import MAX_MESSAGE, size_of
from domain.case.state import Incident, Party
from domain.errors import NotFound, SantuiError, SourceNoConflict
from domain.people.organisation import Actor, OrganisationRef
from domain.policy.fields import Moment
from domain.policy.process import Process
from domain.policy.stages import Stage
from domain.storable_text import UNFIT, is_fit
from domain.triage.duplicate_detection import Known, party_keys, place_key, same_quarrel, similar
from domain.triage.places import resolve_places
from domain.triage.triage import Triage, triage
from infra.database.ids import new_id
from infra.database.tables.intake import IncidentRow
from infra.database.tables.read_model import DisputeRow
from infra.read_model.disputes import dispute_row, find_dispute, revision_of
from infra.records.incidents import Earlier, Hold, find_incident, record_incident

log = structlog.get_logger()
LONGEST_AGO = timedelta(days=3653)
LARGEST = MAX_MESSAGE * 3 // 4
"""Bytes of the largest report: what is recorded must fit into the message that tells it to the case."""


def _speakable(text: Any) -> Any:
    if isinstance(text, str) and not is_fit(text):
        raise ValueError(UNFIT)
    return text


def _written(at: Any) -> Any:
    """A number is no time anybody wrote: it would be read as seconds of 1970."""
    if isinstance(at, int | float) or (isinstance(at, str) and at.strip(" +-").replace(".", "", 1).isdigit()):
        raise ValueError("应为时间，例如 2026-12-31T09:00:00+08:00")
    return at


Said = BeforeValidator(_speakable)
Short = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200), Said]
Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=8000), Said]


def _not_tomorrow(at: datetime) -> datetime:
    if (at - datetime.now(UTC)).days >= 1:
        raise ValueError("时间不能晚于现在")
    return at


def _not_long_ago(at: datetime) -> datetime:
    """[DESIGN] A report is entered within ten years; what happened may lie further back."""
    if datetime.now(UTC) - at > LONGEST_AGO:
        raise ValueError("报告时间不能早于十年前")
    return at


Past = Annotated[Moment, BeforeValidator(_written), AfterValidator(_not_tomorrow)]
Maybe = Annotated[str | None, Said]


class PlaceIn(Strict):
    """Where it happened."""

    address: Short = Field(title="地址")
    grid_code: Maybe = Field(None, title="网格编码", max_length=64)
    organisation_code: Maybe = Field(None, title="单位编码", max_length=64)


class PartyIn(Strict):
    """Somebody in the quarrel."""

    name: Short = Field(title="姓名")
    phone: Maybe = Field(None, title="电话", max_length=40)
    id_number: Maybe = Field(None, title="证件号码", max_length=40)
    side: Literal["a", "b", "other"] = Field("other", title="当事方")


class IncidentIn(Strict):
    """One report received (警情/线索)."""

    source: Short = Field(title="来源（110、12345、grid 网格、walk_in 来访、court 法院、letter 来信、duty_line 值班）")
    source_no: Short = Field(title="来源编号")
    occurred_at: Past = Field(title="发生时间")
    reported_at: Annotated[Past, AfterValidator(_not_long_ago)] = Field(title="报告时间")
    place: PlaceIn = Field(title="地点")
    narrative: Words = Field(title="情况")
    parties: list[PartyIn] = Field([], title="当事人", max_length=100)
    channel_officer: Maybe = Field(None, title="接报人", max_length=100)

    @model_validator(mode="after")
    def _fits_a_case(self) -> IncidentIn:
        if size_of(self) > LARGEST:
            raise ValueError(f"内容合计超过{LARGEST // 1024} KB，请压缩")
        return self


async def report(
    services: Services, actor: Actor, incident: IncidentIn, hold: Hold | None = None
) -> tuple[int, dict[str, Any]]:
    """Takes a report in: 201 with a new dispute, or 200 where it joined one.

    The same content under the same (source, source_no) again gives the first answer. Other content under that number is
    taken in like any report, and answered 409 `source_no_conflict` with what became of it. A report is recorded even
    when the engine is away; it is delivered when the engine is back, and the answer says `published: false`.

    Raises:
        Busy, StoreUnavailable: nothing was recorded.
        KeyReused: nor here, `hold` said so.
    """
    async with services.intake.admitted():
        row = await _recorded(services, actor, incident, hold)
        published = row.delivered or await _delivered(services, row)
    return _answer(row, published, services.policy.playbook.process)


async def _recorded(services: Services, actor: Actor, incident: IncidentIn, hold: Hold | None = None) -> IncidentRow:
    places = await _places(services, incident.place)
    found = triage(incident.narrative, services.policy.lexicon, source=incident.source)
    new, known = _known(incident, found), []
    secret = services.tokens.secret.hex()
    incident_id = new_id()
    sealed: dict[str, Any] = {
        "incident": _incident(incident_id, incident, found).model_dump(mode="json"),
        "triage": found.model_dump(mode="json"),
        "places": {word: ref.model_dump() for word, ref in places.items()},
    }

    def decide(earlier: list[Earlier]) -> str | None:
        these = [_of(each) for each in earlier]
        known.extend(these)
        sealed["similar"] = similar(new, known)
        return same_quarrel(new, these)

    row = IncidentRow(
        incident_id=incident_id,
        source=incident.source,
        source_no=incident.source_no,
        digest=content_digest(incident),
        occurred_at=incident.occurred_at,
        reported_at=incident.reported_at,
        received_at=datetime.now(UTC),
        received_by=actor.person_id,
        place_key=digest(place_key(incident.place.address), secret),
        category=found.category,
        dispute_no="",
        sealed=sealed,
    )
    parties = [digest(key, secret) for party in new.parties for key in party_keys(party)]
    row, _ = await record_incident(services.database, row, decide, parties, services.settings.cell, hold)
    return row


async def _delivered(services: Services, row: IncidentRow) -> bool:
    """Tells the engine and waits until others can see it; whatever stands in the way is the sweep's to mend."""
    try:
        await deliver(services, row)
        return await _seen(services, row)
    except Exception as error:  # it is recorded, and whoever reported it must hear that
        code = error.code if isinstance(error, SantuiError) else type(error).__name__
        log.warning("incident_waits", incident_id=row.incident_id, code=code)
        return False


def _answer(row: IncidentRow, published: bool, process: Process) -> tuple[int, dict[str, Any]]:
    shown = triage_shown(Triage.model_validate(row.sealed["triage"]), row.sealed["places"], process)
    shown["similar"] = row.sealed.get("similar", [])
    body = {"incident_id": row.incident_id, "dispute_no": row.dispute_no, "joined": row.joined, "triage": shown,
            "received_at": moment(row.received_at), **({} if published else {"published": False})}  # fmt: skip
    if row.nth > 1:
        conflict = SourceNoConflict(f"该来源编号已用于内容不同的另一警情，本次内容已另行受理（{row.dispute_no}）")
        return conflict.status, {**problem(conflict), **body}
    return (200 if row.joined else 201), body


async def _seen(services: Services, row: IncidentRow) -> bool:
    """Waits until the read model shows the dispute with this very report; a joined one arrives as a signal."""
    if not row.joined:
        return await services.revisions.published(row.dispute_no, 1)

    async def there(session: Any) -> bool:
        if not await revision_of(session, row.dispute_no):
            return False
        dispute = await dispute_row(session, row.dispute_no)
        return row.incident_id in [incident["incident_id"] for incident in dispute.sealed["incidents"]]

    return await services.revisions.visible(there)


async def receipt(services: Services, actor: Actor, incident_id: str) -> dict[str, Any]:
    """What became of a report, for whoever reported it or sees its case: no word of the case itself.

    Raises:
        NotFound: there is none, or not for this person; the try is noted.
    """
    async with services.database.read() as session:
        row = await find_incident(session, incident_id)
        seen = row is not None and await find_dispute(session, actor, row.dispute_no) is not None
        dispute = await session.get(DisputeRow, row.dispute_no) if row else None
    if row is None or not (seen or row.received_by == actor.person_id):
        services.access.note(actor.person_id, row.dispute_no if row else None, "incident", NotFound.code)
        raise NotFound("没有这条警情")
    return {
        "incident_id": row.incident_id,
        "dispute_no": row.dispute_no,
        "joined": row.joined,
        "received_at": moment(row.received_at),
        "stage": dispute.stage if dispute else Stage.TRIAGE,
        "closed": dispute is not None and dispute.closed_at is not None,
    }


def content_digest(incident: IncidentIn) -> str:
    """A digest of what was reported, however it was written: the offset of an instant, a text's Unicode form, the order
    of the parties and whether nothing is left out or empty say nothing."""
    sent = _plain(incident.model_dump())
    sent["parties"] = sorted(digest(party) for party in sent["parties"])
    return digest(sent)


def _plain(value: Any) -> Any:
    match value:
        case dict():
            return {key: _plain(each) for key, each in value.items()}
        case list():
            return [_plain(each) for each in value]
        case datetime():
            return value.astimezone(UTC).isoformat()
        case str():
            return unicodedata.normalize("NFC", value) or None
        case _:
            return value


def triage_shown(found: Triage, places: dict[str, Any], process: Process) -> dict[str, Any]:
    """The triage object of the contract, its departments as organisations of this county, its colour as the city's own
    scheme has it for the rank.
    """
    lead, *cooperating = departments(found, {word: ref["path"] for word, ref in places.items()})
    return {
        **found.model_dump(mode="json"),
        "colour": process.colour_of_rank(found.rank),
        "suggested_lead": lead,
        "suggested_cooperating": cooperating,
        "similar": [],
    }


async def try_triage(services: Services, narrative: str, source: str, place: PlaceIn | None) -> dict[str, Any]:
    """The triage alone; nothing is stored."""
    places = await _places(services, place or PlaceIn(address="未填"))
    found = triage(narrative, services.policy.lexicon, source=source)
    named = {word: ref.model_dump() for word, ref in places.items()}
    return triage_shown(found, named, services.policy.playbook.process)


def _incident(incident_id: str, incident: IncidentIn, found: Triage) -> Incident:
    return Incident(
        incident_id=incident_id,
        source=incident.source,
        source_no=incident.source_no,
        occurred_at=incident.occurred_at,
        reported_at=incident.reported_at,
        address=incident.place.address,
        narrative=incident.narrative,
        parties=[Party(**party.model_dump()) for party in incident.parties],
        category=found.category,
        rank=found.rank,
    )


async def _places(services: Services, place: PlaceIn) -> dict[str, OrganisationRef]:
    directory = await services.directory.read()
    paths = resolve_places(
        directory, address=place.address, grid_code=place.grid_code, organisation_code=place.organisation_code
    )
    return {word: listed.ref() for word, path in paths.items() if (listed := directory.at(path))}


def _known(incident: IncidentIn, found: Triage) -> Known:
    return Known(
        category=found.category,
        address=incident.place.address,
        narrative=incident.narrative,
        parties=[party.model_dump(include={"name", "phone", "id_number"}) for party in incident.parties],
        reported_at=incident.reported_at,
    )


def _of(earlier: Earlier) -> Known:
    incident = Incident.model_validate(earlier.content["incident"])
    return Known(
        dispute_no=earlier.dispute_no,
        category=earlier.category,
        address=incident.address,
        narrative=incident.narrative,
        parties=[party.model_dump(include={"name", "phone", "id_number"}) for party in incident.parties],
        reported_at=earlier.reported_at,
        closed=earlier.closed,
    )
