"""Recording a report: its triage, the comparison with earlier reports of the place, and the row of the database."""

from __future__ import annotations

import unicodedata
from datetime import UTC, datetime
from typing import Any

from pydantic import Field

from api.core.context import Services
from api.core.idempotency import digest
from api.intake.schemas import IncidentIn, PlaceIn, Similar
from domain.base import Model, absent
from domain.case.hazards.batch import Batch
from domain.case.records import Incident, Party
from domain.people.organisation import Actor, OrganisationRef
from domain.policy.intake.sources import matter_said, particulars_said
from domain.policy.matters.matter import Matter, usual
from domain.triage.address.aliases import Aliases
from domain.triage.address.sameness import key as place_key
from domain.triage.learning.applying import suggest
from domain.triage.places import resolve_places
from domain.triage.repeats.deciding import decide as decided
from domain.triage.repeats.known import Known
from domain.triage.triage import Triage
from infra.database.columns import ring
from infra.database.engine import Session
from infra.database.ids import new_id
from infra.database.tables.intake import IncidentRow
from infra.records.incidents import WINDOW, Earlier, Hold, record_incident
from infra.records.repeats.candidates import keys_of
from infra.records.repeats.weights import read_likeness


class Content(Model):
    """What is sealed of a report: `IncidentRow.sealed`."""

    incident: Incident
    triage: Triage
    places: dict[str, OrganisationRef]
    """by what each is to the report, as `domain.triage.places` names them"""
    matter: Matter = Field(Matter.DISPUTE, exclude_if=usual)
    batch: Batch | None = Field(None, exclude_if=absent)
    """of a batch of hazards: what it brings"""
    organisations: list[OrganisationRef] = Field([], exclude_if=absent)
    """those of its items"""
    similar: list[Similar] = []
    """earlier disputes like it, as they were when it was recorded"""


async def record(services: Services, actor: Actor, report: IncidentIn, hold: Hold | None = None) -> IncidentRow:
    """Records a report, new or joined to a dispute; the row first recorded where it was recorded before.

    Raises:
        StoreUnavailable: nothing was recorded.
        KeyReused: nor here, `hold` said so.
    """
    places = await places_of(services, report.place)
    aliases = await services.aliases.serving()
    serving, lexicon = await services.learned.serving(), services.policy.lexicon_at(datetime.now(UTC))

    def suggested(repeats: int = 0) -> Triage:
        names = [party.name for party in report.parties]
        return suggest(report.narrative, lexicon, serving, source=report.source, names=names, repeats=repeats)

    found = suggested()
    new, known, same = _as_known(report, found), list[Known](), set[str]()
    incident_id = new_id()
    listed = services.policy.playbook.process.sources.get(report.source)
    particulars, _ = particulars_said(listed, report.particulars)
    matter, _ = matter_said(listed, report.matter)
    incident = _incident(incident_id, report, found, particulars)
    content = Content(incident=incident, triage=found, places=places, matter=matter)
    sealed = content.model_dump(mode="json")

    def decide(earlier: list[Earlier]) -> str | None:
        known.extend(in_words_of(report.place.address, known_earlier(each), aliases) for each in earlier)
        same.update(before.dispute_no for before in earlier if matter_of(before) == matter)
        became = decided(new, known, read_likeness(), same)
        sealed["similar"] = became.similar
        if became.joins:  # G2: how often it was reported; the case itself counts what that does to its colour
            times = 1 + sum(each.dispute_no == became.joins and _within(report, each) for each in known)
            sealed["triage"] = suggested(times).model_dump(mode="json")
        return became.joins

    row = IncidentRow(
        incident_id=incident_id,
        source=report.source,
        source_no=report.source_no,
        digest=content_digest(report),
        occurred_at=report.occurred_at,
        reported_at=report.reported_at,
        received_at=datetime.now(UTC),
        received_by=actor.person_id,
        place_key=key_of_place(report.place.address),
        category=found.category,
        dispute_no="",
        sealed=sealed,
    )
    keys = keys_of(new, report.place.grid_code, aliases.keys(new.address))
    row, _ = await record_incident(services.database, row, decide, keys, services.settings.cell, hold)
    return row


def key_of_place(address: str) -> str:
    """By what reports and criminal cases of one place are found, however its address was written: a keyed digest."""
    return digest(place_key(address), _secret())


def _secret() -> str:
    """Under what places and callers are compared: apart from the secret of the sign-ins, which a turned key changes."""
    return ring().lasting("intake").hex()


async def places_of(services: Services, place: PlaceIn, session: Session | None = None) -> dict[str, OrganisationRef]:
    """The organisations that have to do with a place, by what each is to it; `session` where one is open."""
    directory = await services.directory.read(session)
    paths = resolve_places(
        directory,
        address=place.address,
        grid_code=place.grid_code,
        organisation_code=place.organisation_code,
        added=services.policy.playbook.process.words.places,
    )
    return {word: listed.ref() for word, path in paths.items() if (listed := directory.at(path))}


def content_digest(report: IncidentIn) -> str:
    """A digest of what was reported, however it was written: the offset of an instant, a text's Unicode form, the order
    of the parties, and whether an empty value is left out, make no difference."""
    sent = _plain(report.model_dump())
    for unsaid in ("particulars", "matter"):
        if not sent[unsaid]:
            del sent[unsaid]
    sent["parties"] = sorted(digest(party) for party in sent["parties"])
    return digest(sent)


def number_of_content(report: IncidentIn) -> str:
    """The end of a number for a report that its source gave none: the same for the same content, which it does not
    tell."""
    return digest(content_digest(report), _secret())[:12]


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


def _incident(incident_id: str, report: IncidentIn, found: Triage, particulars: dict[str, str]) -> Incident:
    return Incident(
        incident_id=incident_id,
        source=report.source,
        source_no=report.source_no,
        occurred_at=report.occurred_at,
        reported_at=report.reported_at,
        address=report.place.address,
        narrative=report.narrative,
        parties=[Party(**party.model_dump()) for party in report.parties],
        category=found.category,
        police=found.police_heard,
        rank=found.rank,
        harm=found.harm,
        urgency=found.urgency,
        risk_kinds=list(found.risk_kinds),
        unsure=[cue.text for cue in found.unsure],
        doubtful=found.doubtful,
        particulars=particulars,
    )


def _within(report: IncidentIn, earlier: Known) -> bool:
    """Whether an earlier report lies no further back than repeats are counted."""
    return abs(report.reported_at - earlier.reported_at) <= WINDOW


def _as_known(report: IncidentIn, found: Triage) -> Known:
    return Known(
        category=found.category,
        address=report.place.address,
        narrative=report.narrative,
        parties=[party.model_dump(include={"name", "phone", "id_number"}) for party in report.parties],
        reported_at=report.reported_at,
    )


def matter_of(earlier: Earlier) -> Matter:
    """What the dispute of an earlier report is about: as it stands now, or before it was published as it began."""
    return Matter(earlier.matter or earlier.content.get("matter", Matter.DISPUTE))


def in_words_of(address: str, earlier: Known, aliases: Aliases) -> Known:
    """An earlier report with its place under the name by which the new one has it, where the county knows both."""
    return earlier.model_copy(update={"address": aliases.toward(earlier.address, address)})


def known_earlier(earlier: Earlier) -> Known:
    """An earlier report as likeness needs it."""
    incident = Incident.model_validate(earlier.content["incident"])
    return Known(
        dispute_no=earlier.dispute_no,
        apart_from=earlier.apart_from,
        category=earlier.category,
        address=incident.address,
        narrative=incident.narrative,
        parties=[party.model_dump(include={"name", "phone", "id_number"}) for party in incident.parties],
        reported_at=earlier.reported_at,
        closed=earlier.closed,
    )
