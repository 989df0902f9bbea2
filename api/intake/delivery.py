"""What was recorded, told to the engine: at once, or by the sweep, each report by itself."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import structlog
from prometheus_client import Counter

from api.core.context import Services
from api.core.engine import EndedOutside
from domain.case.opening import open_state
from domain.case.state import DisputeState, Incident
from domain.errors import ActionNotAllowed, DisputeClosed, SantuiError, StoreUnavailable
from domain.people.organisation import OrganisationRef
from domain.transitions import message_keys
from domain.transitions.actions import Act
from domain.triage.responsibility import organisations_for
from domain.triage.triage import Triage
from infra.database.tables.intake import IncidentRow
from infra.records.deliveries import DEAD_AFTER, Letter, mark_delivered, mark_failed, undelivered
from infra.records.incidents import find_incident, first_of_number
from workflows.dispute import DisputeInput

log = structlog.get_logger()
SWEEP_EVERY = 5.0
TRY_WITHIN = 30.0
HANDS = 8
"""So many disputes are swept at once: one that makes the engine wait does not keep the others waiting."""
FAILED = Counter("santui_undeliverable_total", "Tries at delivering a report that failed while the engine answered")


async def deliver(services: Services, row: IncidentRow) -> None:
    """Tells the engine of a recorded report, and marks it delivered. Safe to repeat.

    Raises:
        Unavailable: the engine does not answer.
        DisputeClosed: the case was closed again meanwhile.
    """
    incident = Incident.model_validate(row.sealed["incident"])
    if row.nth > 1:
        first = await first_of_number(services.database, row)
        incident.source_no, incident.conflicts_with = f"{row.source_no}#{row.nth}", first
    if not row.joined:
        await services.engine.start(DisputeInput(state=_first_state(services, row, incident)))
    else:
        try:
            await services.engine.signal(row.dispute_no, "incident_added", incident)
        except (DisputeClosed, EndedOutside):  # either way the report begins the next run
            try:
                await reopen(services, row.dispute_no, incident=incident)
            except ActionNotAllowed:  # another report has begun that run, and this one is for it too
                await services.engine.signal(row.dispute_no, "incident_added", incident)
    await mark_delivered(services.database, row.incident_id)


async def reopen(
    services: Services, dispute_no: str, *, incident: Incident | None = None, reopened: Act | None = None
) -> None:
    """Starts the next run of a closed dispute from the state its last run left (law 8), or, where that was ended from
    outside, from the state its history tells; once for the key of a click.

    Raises:
        ActionNotAllowed: somebody else started the next run first.
        Unavailable: the engine does not answer.
    """
    last = await services.engine.last_run(dispute_no)
    begin = last.left
    if reopened and message_keys.applied(begin.state, reopened.key):
        return  # this very click did so before, and the case has closed again
    if last.run_id not in begin.state.runs:  # a case under the first rules does not keep them itself
        begin.state.runs = [*begin.state.runs, last.run_id]
    why = {"incident": incident, "reopened": reopened or begin.reopened}
    await services.engine.start(begin.model_copy(update=why), next_run=True)


async def recover(services: Services, dispute_no: str) -> bool:
    """Starts the next run of a case whose run was ended from outside; False where it was not.

    Raises:
        NotFound: the engine knows no such case.
        Unavailable: the engine does not answer.
    """
    ended = await services.engine.ended_outside(dispute_no)
    if ended:
        await reopen(services, dispute_no)
    return ended


async def sweep(services: Services) -> None:
    """Delivers, for as long as the process lives, what a crash or an outage left undelivered."""
    while True:
        await asyncio.sleep(SWEEP_EVERY)
        try:
            await sweep_once(services, datetime.now(UTC) - timedelta(seconds=SWEEP_EVERY))
        except Exception as error:  # the sweep outlives whatever comes up
            log.warning("sweep_waits", code=_code(error))


async def sweep_once(services: Services, before: datetime) -> None:
    """One try at everything received before an instant whose time has come.

    The reports of one dispute follow each other, disputes go side by side. While the engine is away nothing is tried:
    its absence is no report's fault.
    """
    due = await undelivered(services.database, before)
    if not due or not await services.engine.answers():
        return
    hands = asyncio.Semaphore(HANDS)

    async def dispute(letters: Sequence[Letter]) -> None:
        async with hands:
            for letter in sorted(letters, key=lambda each: each.joined):  # what opens it before what joins it
                if not await _try(services, letter):
                    return

    of_dispute: dict[str, list[Letter]] = {}
    for letter in due:
        of_dispute.setdefault(letter.dispute_no, []).append(letter)
    await asyncio.gather(*(dispute(letters) for letters in of_dispute.values()))


async def _try(services: Services, letter: Letter) -> bool:
    """Whether a report could be delivered; if not, and it was not for want of the engine, when it is tried again."""
    try:
        async with asyncio.timeout(TRY_WITHIN):
            async with services.database.read() as session:
                row = await find_incident(session, letter.incident_id)
            assert row is not None, "no report is ever deleted"
            await deliver(services, row)
    except StoreUnavailable as error:
        log.warning("sweep_waits", code=error.code)
        return False
    except Exception as error:  # a report that no engine takes must not keep the others from being delivered
        if await services.engine.answers():
            await _put_off(services, letter, _code(error))
        return False
    log.info("incident_delivered_late", incident_id=letter.incident_id)
    return True


async def _put_off(services: Services, letter: Letter, code: str) -> None:
    """It is tried again later; too often makes a dead letter, which is said as an error every time."""
    FAILED.inc()
    attempts = letter.attempts + 1
    say = log.error if attempts >= DEAD_AFTER else log.warning
    say("incident_not_delivered", incident_id=letter.incident_id, attempts=attempts, code=code)
    with contextlib.suppress(StoreUnavailable):  # then it is tried sooner
        await mark_failed(services.database, letter, code)


def _code(error: Exception) -> str:
    """A failure as a code; its text may quote a report."""
    return error.code if isinstance(error, SantuiError) else type(error).__name__


def _first_state(services: Services, row: IncidentRow, incident: Incident) -> DisputeState:
    found = Triage.model_validate(row.sealed["triage"])
    places = {word: OrganisationRef.model_validate(ref) for word, ref in row.sealed["places"].items()}
    lead, *cooperating = departments(found, {word: ref.path for word, ref in places.items()})
    return open_state(
        row.dispute_no,
        playbook=services.policy.playbook,
        calendar=services.policy.calendar,
        places=places,
        incident=incident,
        triage=found.model_copy(update={"suggested_lead": lead, "suggested_cooperating": cooperating}),
        at=row.received_at,
    )


def departments(found: Triage, places: dict[str, str]) -> list[str]:
    """The organisations that a triage suggests, the lead first."""
    return organisations_for([found.suggested_lead, *found.suggested_cooperating], places)
