"""Raising supervision of figures (督导): the month that closed is judged once, whoever looks and how often.

“将…‘四数四率’作为重点指标进行督导” (Q-073): figures of the organisation responsible, as they stood at the month's
close.
"""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import structlog

from api.core.context import Services
from domain.base import china
from domain.errors import Unavailable
from domain.indicators.breaches import breaches
from domain.indicators.formulas import DEFAULT_WINDOWS
from domain.indicators.periods import Period
from infra.database.tables.reporting import FigureSupervisionRow
from infra.read_model.indicators import TOTAL, Scope, Span, figures
from infra.records.reporting.figure_supervision import OPEN, raise_once

log = structlog.get_logger()
EVERY = 3600.0
"""Seconds between two looks."""
FIRST = 20.0


async def keep_raising(services: Services) -> None:
    """Looks for as long as the process lives."""
    await asyncio.sleep(FIRST)
    while True:
        try:
            with services.places.taken("figure_supervision") as alone:
                if alone and (count := await raise_for(services, last_month(datetime.now(UTC)))):
                    log.info("figures_supervised", organisations=count)
        except Unavailable as error:
            log.warning("figures_wait", code=error.code)
        await asyncio.sleep(EVERY)


def month_of(now: datetime) -> Period:
    """The month of an instant, by the clock in China."""
    first = china(now).date().replace(day=1)
    return Period(first=first, last=(first + timedelta(days=31)).replace(day=1) - timedelta(days=1))


def last_month(now: datetime) -> Period:
    """The month that has closed last, by the clock in China."""
    last = china(now).date().replace(day=1) - timedelta(days=1)
    return Period(first=last.replace(day=1), last=last)


async def raise_for(services: Services, period: Period) -> int:
    """Raises what a month calls for: one supervision an organisation; answers how many are new."""
    policy = services.policy.playbook.figure_supervision
    if policy is None:
        return 0
    async with services.database.read() as session:
        directory = await services.directory.read(session)
        scope = Scope(paths=[directory.root.path], attribution="responsible", by="responsible", windows=DEFAULT_WINDOWS)
        [found] = await figures(session, [Span(period=period, as_of=period.last)], scope)
    now, count = datetime.now(UTC), 0
    due_at = (await services.calendars.current()).after(now, policy.answer_within)
    for path, theirs in found.items():
        listed = directory.at(path)
        if path == TOTAL or listed is None or listed.kind not in policy.kinds:
            continue
        if not (wrong := breaches(theirs, policy.thresholds)):
            continue
        row = FigureSupervisionRow(
            supervision_id=f"DD-{period.first:%Y%m}-{listed.code}", path=path, month=f"{period.first:%Y-%m}",
            opened_at=now, due_at=due_at, state=OPEN,
            findings=[breach.model_dump() for breach in wrong], sealed={"said": []},
        )  # fmt: skip
        async with services.database.write(f"figures:{row.supervision_id}") as writing:
            count += await raise_once(writing, row, "；".join(breach.words for breach in wrong))
    return count
