"""Redelivery: what a crash or an outage left undelivered is sent to the engine again, each report by itself."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import structlog
from prometheus_client import Counter

from api.core.context import Services
from api.intake.delivery import deliver
from domain.errors import SantuiError, StoreUnavailable
from infra.records.deliveries import DEAD_AFTER, Letter, mark_failed, undelivered
from infra.records.incidents import find_incident

log = structlog.get_logger()
EVERY = 5.0
"""Seconds between two rounds; a report that young is left to the request that brought it."""
TRY_WITHIN = 30.0
"""Seconds."""
AT_ONCE = 8
"""So many disputes are worked on at once: one that makes the engine wait does not keep the others waiting."""
FAILED = Counter("santui_undeliverable_total", "Tries at delivering a report that failed while the engine answered")


async def keep_redelivering(services: Services) -> None:
    """Delivers what is due, for as long as the process lives."""
    while True:
        await asyncio.sleep(EVERY)
        try:
            # One process of a machine at a time; on several machines a report may be sent twice, which does no harm.
            with services.places.taken("redelivery") as alone:
                if alone:
                    await deliver_due(services, datetime.now(UTC) - timedelta(seconds=EVERY))
        except Exception as error:  # this goes on whatever comes up
            log.warning("sweep_waits", code=_code(error))


async def deliver_due(services: Services, before: datetime) -> None:
    """One try at everything received before an instant whose time has come.

    The reports of one dispute follow each other, disputes go side by side. While the engine is away nothing is tried:
    its absence is no report's fault.
    """
    due = await undelivered(services.database, before)
    if not due or not await services.engine.answers():
        return
    turns = asyncio.Semaphore(AT_ONCE)

    async def dispute(letters: Sequence[Letter]) -> None:
        async with turns:
            for letter in sorted(letters, key=lambda each: each.joined):  # what opens it before what joins it
                if not await _try(services, letter):
                    return

    of_dispute: dict[str, list[Letter]] = {}
    for letter in due:
        of_dispute.setdefault(letter.dispute_no, []).append(letter)
    await asyncio.gather(*(dispute(letters) for letters in of_dispute.values()))


async def _try(services: Services, letter: Letter) -> bool:
    """Whether a report could be delivered; where it could not although the engine answers, it is put off."""
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
    """It is tried again later; from so many failures on it is a dead letter, and each is logged as an error."""
    FAILED.inc()
    attempts = letter.attempts + 1
    write = log.error if attempts >= DEAD_AFTER else log.warning
    write("incident_not_delivered", incident_id=letter.incident_id, attempts=attempts, code=code)
    with contextlib.suppress(StoreUnavailable):  # then it is tried sooner
        await mark_failed(services.database, letter, code)


def _code(error: Exception) -> str:
    """A failure as a code; its text may quote a report."""
    return error.code if isinstance(error, SantuiError) else type(error).__name__
