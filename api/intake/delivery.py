"""A recorded report on its way to the engine: it starts a dispute, or joins one that is there."""

from __future__ import annotations

from api.core.context import Services
from api.core.engine import EndedOutside
from api.intake.next_run import reopen
from api.intake.recording import Content
from api.people.beats import beat_of
from domain.case.opening import open_state
from domain.case.records import Beat, SplitFrom, SplitOff
from domain.case.state import DisputeState
from domain.errors import ActionNotAllowed, DisputeClosed
from domain.policy.spans import Calendar
from domain.triage.responsibility import suggested_organisations
from domain.triage.triage import Triage
from infra.database.tables.intake import IncidentRow
from infra.database.tables.read_model import DisputeRow
from infra.records.deliveries import mark_delivered
from infra.records.incidents import first_of_number
from workflows.dispute import DisputeInput


async def deliver(services: Services, row: IncidentRow) -> None:
    """Sends a recorded report to the engine, and marks it delivered. Safe to repeat.

    Raises:
        Unavailable: the engine does not answer.
        DisputeClosed: the case was closed again meanwhile.
    """
    content = Content.model_validate(row.sealed)
    incident = content.incident
    if row.nth > 1:
        first = await first_of_number(services.database, row)
        incident.source_no, incident.conflicts_with = f"{row.source_no}#{row.nth}", first
    if not row.joined:
        beat = await beat_of(services, content.places)
        calendar = await services.calendars.current()
        state = _first_state(services, row, content, beat, calendar)
        if row.apart_from:
            state.split_from = await _origin(services, row, row.apart_from)
        await services.engine.start(DisputeInput(state=state))
    else:
        try:
            await services.engine.signal(row.dispute_no, "incident_added", incident)
        except (DisputeClosed, EndedOutside):  # either way the report begins the next run
            try:
                await reopen(services, row.dispute_no, incident=incident)
            except ActionNotAllowed:  # another report has begun that run, and this one is for it too
                await services.engine.signal(row.dispute_no, "incident_added", incident)
    await mark_delivered(services.database, row.incident_id, row.dispute_no)


def _first_state(
    services: Services, row: IncidentRow, content: Content, beat: Beat, calendar: Calendar
) -> DisputeState:
    found = _heard_alone(content) if row.apart_from else content.triage
    paths = {word: place.path for word, place in content.places.items()}
    lead, *cooperating = suggested_organisations(found, paths)
    state = open_state(
        row.dispute_no,
        playbook=services.policy.playbook,
        calendar=calendar,
        places=content.places,
        incident=content.incident,
        triage=found.model_copy(update={"suggested_lead": lead, "suggested_cooperating": cooperating}),
        at=row.received_at,
        beat=beat,
        matter=content.matter,
        batch=content.batch,
    )
    state.organisations |= {ref.path: ref for ref in content.organisations}
    return state


def _heard_alone(content: Content) -> Triage:
    """The triage without what the number of reports had raised (G2): they were another matter's."""
    own = content.incident
    return content.triage.model_copy(update={"rank": own.rank, "harm": own.harm, "urgency": own.urgency})


async def _origin(services: Services, row: IncidentRow, number: str) -> SplitFrom:
    """The dispute that a report was taken out of, and what was said when it was."""
    async with services.database.read() as session:
        dispute = await session.get(DisputeRow, number)
    said = dispute.sealed.get("split_off", []) if dispute else []
    splits = (SplitOff.model_validate(each) for each in said if each["incident_id"] == row.incident_id)
    last = next(splits, None)
    return SplitFrom(dispute_no=number, by_name=last.by_name if last else "", reason=last.reason if last else "")
