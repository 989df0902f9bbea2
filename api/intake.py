"""受理, one road (law 12): recorded once in one transaction, then told to the engine, then marked delivered.

Whatever breaks in between is made good by the same POST again or by the sweep; nothing that was recorded is lost.
"""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import Annotated, Any, Literal

import structlog
from pydantic import AfterValidator, Field, StringConstraints, model_validator
from temporalio.service import RPCError

from api.context import Services
from api.engine import handle, start, tell, visible
from api.once import digest
from api.views import moment
from domain import keys
from domain.actions import Act
from domain.base import Strict
from domain.errors import DisputeClosed, SantuiError, Unavailable
from domain.fields import Moment
from domain.likeness import Known, place_key, same_quarrel, similar
from domain.opening import open_state
from domain.organisation import Actor, OrganisationRef
from domain.places import resolve_places
from domain.responsibility import organisations_for
from domain.room import MESSAGE, weight
from domain.state import DisputeState, Incident, Party
from domain.triage import Triage, triage
from infra.ids import new_id
from infra.incidents import Earlier, mark_delivered, record_incident, undelivered
from infra.queries import dispute_row, revision_of
from infra.tables import IncidentRow
from workflows.dispute import DisputeInput

log = structlog.get_logger()
SWEEP_EVERY = 5.0
LARGEST = MESSAGE * 3 // 4
"""Bytes of the largest report: what is recorded must fit into the message that tells it to the case."""
Short = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]


def _not_tomorrow(at: datetime) -> datetime:
    if (at - datetime.now(UTC)).days >= 1:
        raise ValueError("时间不能晚于现在")
    return at


Past = Annotated[Moment, AfterValidator(_not_tomorrow)]


class PlaceIn(Strict):
    """Where it happened."""

    address: Short = Field(title="地址")
    grid_code: str | None = Field(None, title="网格编码", max_length=64)
    organisation_code: str | None = Field(None, title="单位编码", max_length=64)


class PartyIn(Strict):
    """Somebody in the quarrel."""

    name: Short = Field(title="姓名")
    phone: str | None = Field(None, title="电话", max_length=40)
    id_number: str | None = Field(None, title="证件号码", max_length=40)
    side: Literal["a", "b", "other"] = Field("other", title="当事方")


class IncidentIn(Strict):
    """One report received (警情/线索)."""

    source: Short = Field(title="来源（110、12345、grid 网格、walk_in 来访、court 法院、letter 来信、duty_line 值班）")
    source_no: Short = Field(title="来源编号")
    occurred_at: Past = Field(title="发生时间")
    reported_at: Past = Field(title="报告时间")
    place: PlaceIn = Field(title="地点")
    narrative: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=8000)] = Field(
        title="情况"
    )
    parties: list[PartyIn] = Field([], title="当事人", max_length=100)
    channel_officer: str | None = Field(None, title="接报人", max_length=100)

    @model_validator(mode="after")
    def _fits_a_case(self) -> IncidentIn:
        if weight(self) > LARGEST:
            raise ValueError(f"内容合计超过{LARGEST // 1024} KB，请压缩")
        return self


async def report(services: Services, actor: Actor, incident: IncidentIn) -> tuple[int, dict[str, Any]]:
    """Takes a report in: 201 with a new dispute, or 200 where it joined one.

    The same (source, source_no) again gives the first answer. A report is recorded even when the engine is away; it is
    delivered when the engine is back, and the answer says `published: false`.
    """
    places = await _places(services, incident.place)
    found = triage(incident.narrative, services.policy.lexicon, source=incident.source)
    earlier_seen: list[Earlier] = []

    def decide(earlier: list[Earlier]) -> str | None:
        earlier_seen.extend(earlier)
        return same_quarrel(_known(incident, found), [_of(e) for e in earlier])

    now = datetime.now(UTC)
    incident_id = new_id()
    row = IncidentRow(
        incident_id=incident_id,
        source=incident.source,
        source_no=incident.source_no,
        digest=digest(incident.model_dump(mode="json")),
        occurred_at=incident.occurred_at,
        reported_at=incident.reported_at,
        received_at=now,
        received_by=actor.person_id,
        place_key=digest(place_key(incident.place.address), services.tokens.secret.hex()),
        category=found.category,
        dispute_no="",
        sealed={
            "incident": _incident(incident_id, incident, found).model_dump(mode="json"),
            "triage": found.model_dump(mode="json"),
            "places": {word: ref.model_dump() for word, ref in places.items()},
        },
    )
    row, fresh = await record_incident(services.database, row, decide, services.settings.cell)
    delivered = True
    if fresh:
        try:
            await deliver(services, row)
        except SantuiError as error:
            log.warning("incident_waits", incident_id=row.incident_id, code=error.code)
            delivered = False
        delivered = delivered and await _seen(services, row)
    shown = triage_shown(Triage.model_validate(row.sealed["triage"]), row.sealed["places"])
    shown["similar"] = similar(_known(incident, found), [_of(e) for e in earlier_seen])
    body = {"incident_id": row.incident_id, "dispute_no": row.dispute_no, "joined": row.joined, "triage": shown,
            "received_at": moment(row.received_at), **({} if delivered else {"published": False})}  # fmt: skip
    return (200 if row.joined else 201), body


async def _seen(services: Services, row: IncidentRow) -> bool:
    """Waits until the read model shows the dispute with this very report; a joined one arrives as a signal."""

    async def there(session: Any) -> bool:
        if not await revision_of(session, row.dispute_no):
            return False
        dispute = await dispute_row(session, row.dispute_no)
        return row.incident_id in [incident["incident_id"] for incident in dispute.sealed["incidents"]]

    return await visible(services, there)


async def deliver(services: Services, row: IncidentRow) -> None:
    """Tells the engine of a recorded report, and marks it delivered. Safe to repeat.

    Raises:
        Unavailable: the engine does not answer.
    """
    incident = Incident.model_validate(row.sealed["incident"])
    if not row.joined:
        await start(services, DisputeInput(state=_first_state(services, row, incident)))
    else:
        try:
            await tell(services, row.dispute_no, "incident_added", incident)
        except DisputeClosed:
            await reopen(services, row.dispute_no, incident=incident)
    await mark_delivered(services.database, row.incident_id)


async def reopen(
    services: Services, dispute_no: str, *, incident: Incident | None = None, reopened: Act | None = None
) -> None:
    """Starts the next run of a closed dispute from the state its last run left (law 8), once for the key of a click.

    Raises:
        ActionNotAllowed: somebody else started it first.
        Unavailable: the engine does not answer.
    """
    last = handle(services, dispute_no)
    try:
        run_id = (await last.describe()).run_id
        closed = services.client.get_workflow_handle(dispute_no, run_id=run_id, result_type=DisputeState)
        # The read model shows a closed dispute a moment before its run has ended; a run that does not end is the next
        # one: another report, or another click, was faster.
        async with asyncio.timeout(services.settings.decision_timeout_seconds):
            state: DisputeState = await closed.result()
    except TimeoutError as error:
        raise Unavailable("该纠纷刚刚启动，请稍后重试") from error
    except RPCError as error:  # away, or not started yet: of two reports at once the second may be told first
        raise Unavailable from error
    if reopened and keys.applied(state, reopened.key):  # this very click did so before, and the case has closed again
        return
    if run_id not in state.runs:  # a case under the first rules does not keep them itself
        state.runs = [*state.runs, run_id]
    await start(services, DisputeInput(state=state, incident=incident, reopened=reopened), next_run=True)


async def sweep(services: Services) -> None:
    """Delivers, for as long as the process lives, what a crash or an outage left undelivered."""
    while True:
        await asyncio.sleep(SWEEP_EVERY)
        try:
            for row in await undelivered(services.database):
                if (datetime.now(UTC) - row.received_at).total_seconds() > SWEEP_EVERY:
                    await deliver(services, row)
                    log.info("incident_delivered_late", incident_id=row.incident_id)
        except SantuiError as error:
            log.warning("sweep_waits", code=error.code)


def triage_shown(found: Triage, places: dict[str, Any]) -> dict[str, Any]:
    """The triage object of the contract, its departments as organisations of this county."""
    lead, *cooperating = _departments(found, {word: ref["path"] for word, ref in places.items()})
    return {
        **found.model_dump(mode="json"),
        "suggested_lead": lead,
        "suggested_cooperating": cooperating,
        "similar": [],
    }


async def try_triage(services: Services, narrative: str, source: str, place: PlaceIn | None) -> dict[str, Any]:
    """The triage alone; nothing is stored."""
    places = await _places(services, place or PlaceIn(address="未填"))
    found = triage(narrative, services.policy.lexicon, source=source)
    return triage_shown(found, {word: ref.model_dump() for word, ref in places.items()})


def _first_state(services: Services, row: IncidentRow, incident: Incident) -> DisputeState:
    found = Triage.model_validate(row.sealed["triage"])
    places = {word: OrganisationRef.model_validate(ref) for word, ref in row.sealed["places"].items()}
    lead, *cooperating = _departments(found, {word: ref.path for word, ref in places.items()})
    return open_state(
        row.dispute_no,
        playbook=services.policy.playbook,
        calendar=services.policy.calendar,
        places=places,
        incident=incident,
        triage=found.model_copy(update={"suggested_lead": lead, "suggested_cooperating": cooperating}),
        at=row.received_at,
    )


def _departments(found: Triage, places: dict[str, str]) -> list[str]:
    return organisations_for([found.suggested_lead, *found.suggested_cooperating], places)


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
