"""Drawing what is looked at again, and starting again what was found wrong: each once, after a crash too."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import structlog

from api.core.context import Services
from api.core.schemas import JsonObject
from api.intake.next_run import reopen
from api.oversight.content import done_tasks, what_was_known
from api.oversight.verdicts import draw_verdicts, tell_case
from domain.errors import Refused, SantuiError, Unavailable
from domain.people.organisation import Actor, Post
from domain.policy.catalogue import KINDS
from domain.transitions.actions import Act
from domain.triage.spot_checks import drawn
from infra.database.columns import ring
from infra.database.engine import Session
from infra.database.tables.read_model import DisputeRow
from infra.database.tables.reporting import SpotCheckRow
from infra.read_model.reporting.spot_checks import find_check
from infra.records.reporting import spot_checks as records

log = structlog.get_logger()
EVERY = 5.0
"""Seconds between two looks."""
VERDICTS_EVERY = 60.0
"""Seconds between two looks at what was diverted or kept: that is nobody's turn yet."""
AT_ONCE = 100


async def keep_drawing(services: Services) -> None:
    """Draws, and starts again what is left, for as long as the process lives."""
    waited = VERDICTS_EVERY
    while True:
        await asyncio.sleep(EVERY)
        waited += EVERY
        try:
            with services.places.taken("spot_checks") as alone:
                if alone:
                    await draw(services)
                    if waited >= VERDICTS_EVERY:
                        await draw_verdicts(services)
                        waited = 0
                    await start_left_again(services)
        except Unavailable as error:
            log.warning("spot_checks_wait", code=error.code)


async def draw(services: Services) -> int:
    """Says of each new ending whether it is drawn; answers how many were.

    The mark is made with the installation's key: nobody can foresee what is drawn, and it is the same each time.
    """
    checks, count = services.policy.playbook.spot_checks, 0
    async with services.database.read() as session:
        rows = await records.to_draw(session, AT_ONCE)
        found = [(row, await _content(session, row)) for row in rows]
    calendar = await services.calendars.current()
    for row, content in found:
        chosen = (
            checks is not None and content is not None and drawn(ring().blind(f"spot:{row.check_id}"), checks.of_100)
        )
        async with services.database.write() as writing:
            if not chosen or content is None or checks is None:
                await records.passed(writing, row.check_id)
                continue
            due_at = calendar.after(max(row.closed_at, datetime.now(UTC)), checks.within)
            await records.put_up(writing, row.check_id, content.pop("path"), due_at, content)
        count += 1
    if count:
        log.info("spot_checks_drawn", count=count)
    return count


async def start_left_again(services: Services) -> None:
    """Does what was to follow of a check found wrong and was left by a crash or an outage."""
    async with services.database.read() as session:
        left = await records.unsettled(session, AT_ONCE)
    for row in left:
        await follow_up(services, row.check_id)


async def follow_up(services: Services, check_id: str) -> None:
    """What follows of a check found wrong: the case of a verdict on diverting is told, a dispute that ended as no risk
    is started again; where it goes on already, that is enough.

    The engine knows the check by its key, so that it is started once.
    """
    async with services.database.read() as session:
        row = await find_check(session, check_id)
        dispute = await session.get(DisputeRow, row.dispute_no) if row else None
    if row is None or row.settled or row.verdict != records.WRONG:
        return
    if row.about != records.OUTCOME:
        await tell_case(services, row)
        return
    stands = dispute is not None and dispute.closed_at is not None and dispute.round == row.round
    if stands:
        reason = f"抽查认定“无风险”有误：{row.sealed['reason']}"
        by = Actor(person_id=row.judged_by, name=row.sealed["judged_name"], posts=list[Post]())
        act = Act(key=f"spot-{check_id}", action="reopen", actor=by, fields={"reason": reason, "spot_check": check_id})
        try:
            await reopen(services, row.dispute_no, reopened=act)
        except Refused as refusal:  # it was started again meanwhile
            log.info("spot_check_not_started", check_id=check_id, code=refusal.code)
        except SantuiError as error:
            log.warning("spot_check_waits", check_id=check_id, code=error.code)
            return
    async with services.database.write() as writing:
        await records.settle(writing, check_id)


async def _content(session: Session, row: SpotCheckRow) -> JsonObject | None:
    """What the desks knew and said; none where the dispute has gone on since."""
    dispute = await session.get(DisputeRow, row.dispute_no)
    if dispute is None or dispute.closed_at is None or dispute.round != row.round:
        return None
    tasks = await done_tasks(session, row.dispute_no, row.round)
    desks = [task for task in tasks if KINDS[task.kind].by_levels]
    said = [task.decision for task in desks if task.decision]
    if not said or said[-1].post is None:
        return None
    return {"path": said[-1].post.path, **what_was_known(dispute, tasks, desks)}
