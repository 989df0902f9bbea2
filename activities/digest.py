"""Digests: the morning's one message a person about tasks that press; what is past its time is let go of on the way."""

from __future__ import annotations

from datetime import UTC, datetime

import structlog
from temporalio import activity

from infra.database.engine import Database
from infra.read_model.digests import send_digests
from infra.read_model.people.vacancy_alerts import alert_vacancies
from infra.records.events import trim_events
from infra.records.idempotency_store import trim_answers

log = structlog.get_logger()


class Digesting:
    """The activity with the database it reads and writes."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @activity.defn(name="digest")
    async def digest(self) -> int:
        """See `workflows.ports.digest`."""
        now = datetime.now(UTC)
        sent = await send_digests(self._database, now, activity.heartbeat)
        alerted = await alert_vacancies(self._database, now)
        await trim_events(self._database, now)
        forgotten = await trim_answers(self._database, now, activity.heartbeat)
        log.info("digests", people=sent, vacancies=alerted, answers_let_go=forgotten)
        return sent
