"""Homes by role: a leader's figures, an auditor's trail. Whoever works in the list of tasks has that for his home."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from api.access_log.schemas import AccessItem, UnusualReader
from api.access_log.service import taken_out, unusual_reading
from api.audit.job_service import REPLAYS, job, jobs
from api.audit.schemas import Job, JobItem
from api.core.context import Services
from api.core.permissions import holds_at_root
from api.criminal_cases.schemas import CriminalCaseItem
from api.criminal_cases.service import listed as criminal_cases
from api.indicators.board import Board, board
from api.indicators.question import ask, today
from api.oversight.schemas import SpotChecks
from api.oversight.spot_checks import listed_checks
from api.workbench.desk import IDLE_DAYS
from domain.indicators.formulas import DEFAULT_WINDOWS
from domain.people.organisation import Actor
from domain.people.permissions import ACCESS_LOG_READERS, CRIME_READERS, own_places
from infra.database.engine import Session
from infra.read_model.workbench.waiting import WHATS, Asked, standing_of
from infra.records.archive import Holdings, holdings

SPANS = {"month": "本月", "last": "上月", "year": "本年"}
"""Periods of a leader's home."""
SHOWN = 6
CRIME_DAYS = timedelta(days=90)


@dataclass(frozen=True)
class Trail:
    """What an auditor needs first; none of a part that is not his to read."""

    replays: list[JobItem]
    latest: Job | None
    """the newest of them, with its findings"""
    kept: Holdings
    taken: list[AccessItem] | None
    unusual: list[UnusualReader] | None
    checks: SpotChecks | None
    crimes: list[CriminalCaseItem] | None


async def leaders_board(services: Services, session: Session, actor: Actor, span: str) -> Board:
    """The figures of what a leader oversees, in one of SPANS; noted."""
    first, last = _days(span)
    question = await ask(services, session, actor, first=first, last=last, organisation=None, by=None, as_of=None,
                         windows=DEFAULT_WINDOWS)  # fmt: skip
    services.access.note(actor.person_id, None, "figures")
    return await board(services, session, question)


async def troubles(session: Session, actor: Actor) -> dict[str, int]:
    """How many tasks within his sight are late, nearly late, red, taken by nobody, idle."""
    now = datetime.now(UTC)
    asked = Asked(WHATS[0], now, now - timedelta(days=IDLE_DAYS))
    return (await standing_of(session, actor, asked, [])).counts


async def trail(services: Services, session: Session, actor: Actor) -> Trail:
    """What an auditor looks at first: his latest replays, what is kept, what was taken out, who reads far more than
    others, spot checks that wait, and crimes that nobody has said a word on; noted.
    """
    mine = await jobs(session, actor, REPLAYS, 3, None)
    latest = await job(session, actor, mine.items[0].job_id) if mine.items else None
    kept = await holdings(session)
    root = await holds_at_root(services, session, actor, ACCESS_LOG_READERS)
    checks = None
    if root and services.policy.playbook.spot_checks is not None:
        checks = await listed_checks(services, session, actor, "open", SHOWN, None)
    crimes = None
    if own_places(actor, CRIME_READERS):
        page = await criminal_cases(services, session, actor, today() - CRIME_DAYS, today(), SHOWN, None)
        crimes = page.items
    taken = await taken_out(services, session, actor, SHOWN) if root else None
    unusual = (await unusual_reading(services, session, actor)).items if root else None
    return Trail(mine.items, latest, kept, taken, unusual, checks, crimes)


def _days(span: str) -> tuple[date, date]:
    now = today()
    if span == "last":
        last = now.replace(day=1) - timedelta(days=1)
        return last.replace(day=1), last
    return (now.replace(month=1, day=1) if span == "year" else now.replace(day=1)), now
