"""Drawing what is looked at again of diverting (应分未分, 误分), and telling the case what was found (H-033)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import structlog

from api.core.context import Services
from api.core.schemas import JsonObject
from api.oversight.content import done_tasks, what_was_known
from domain.case.records import DiversionRecord
from domain.errors import DisputeClosed, SantuiError
from domain.people.organisation import Actor
from domain.transitions.triage.second_look import VerdictFoundWrong
from domain.triage.diversion import Diversion
from domain.triage.spot_checks import drawn
from infra.database.columns import ring
from infra.database.engine import Session
from infra.database.tables.read_model import DisputeRow
from infra.database.tables.reporting import SpotCheckRow
from infra.read_model.reporting.verdicts import JudgedVerdict, verdicts_to_draw
from infra.records.reporting import spot_checks as records

log = structlog.get_logger()
LOOKS_BACK = timedelta(days=7)
"""What nobody drew for so long, because everything was down or nothing was to be drawn, is not drawn later."""
AT_ONCE = 100
SAID = ("confirm_triage", "handle_on_scene", "name_officer", "follow_up_responsibly")
"""The kinds of task in which the police judge whose matter it is."""


async def draw_verdicts(services: Services) -> int:
    """Says of each verdict whether it is drawn; answers how many were. A share of nothing is not looked at."""
    checks, count = services.policy.playbook.spot_checks, 0
    if checks is None:
        return 0
    now = datetime.now(UTC)
    calendar = await services.calendars.current()
    for about, of_100 in ((records.KEPT, checks.kept_of_100), (records.DIVERTED, checks.diverted_of_100)):
        if not of_100:
            continue
        async with services.database.read() as session:
            found = await verdicts_to_draw(session, about, now - LOOKS_BACK, AT_ONCE)
            known = [(verdict, await _content(session, verdict)) for verdict in found]
        for verdict, content in known:
            row = _row(verdict)
            if content is not None and drawn(ring().blind(f"spot:{row.check_id}"), of_100):
                due_at = calendar.after(max(verdict.at, now), checks.within)
                row.state, row.due_at, row.sealed = records.DRAWN, due_at, content
                count += 1
            async with services.database.write() as writing:
                await records.verdict_noted(writing, row)
    if count:
        log.info("verdicts_drawn", count=count)
    return count


async def tell_case(services: Services, row: SpotCheckRow) -> None:
    """Tells the case of a verdict that was found wrong; where it is over, the finding stands with the check alone."""
    by = Actor(person_id=row.judged_by, name=row.sealed["judged_name"], posts=[])
    told = VerdictFoundWrong.model_validate(
        {"check_id": row.check_id, "about": row.about, "at": row.closed_at, "reason": row.sealed["reason"], "actor": by}
    )
    try:
        await services.engine.signal(row.dispute_no, "verdict_found_wrong", told)
    except DisputeClosed:
        log.info("verdict_of_what_is_over", check_id=row.check_id)
    except SantuiError as error:
        log.warning("spot_check_waits", check_id=row.check_id, code=error.code)
        return
    async with services.database.write() as writing:
        await records.settle(writing, row.check_id)


def _row(verdict: JudgedVerdict) -> SpotCheckRow:
    mark = f"K{verdict.round}" if verdict.about == records.KEPT else f"D{verdict.at:%Y%m%dT%H%M%S%f}"
    return SpotCheckRow(
        check_id=f"{verdict.dispute_no}-{mark}", about=verdict.about, dispute_no=verdict.dispute_no,
        round=verdict.round, closed_at=verdict.at, state=records.PASSED, path=verdict.path,
    )  # fmt: skip


async def _content(session: Session, verdict: JudgedVerdict) -> JsonObject | None:
    """What was known and said when it was kept or diverted; none of what a rule has found wrong by itself."""
    dispute = await session.get(DisputeRow, verdict.dispute_no)
    if dispute is None:
        return None
    on_record = [DiversionRecord.model_validate(each) for each in dispute.sealed["diversions"]]
    if verdict.about == records.KEPT:
        record = next((each for each in reversed(on_record) if not each.diverted), None)
    else:
        record = next((each for each in on_record if each.diverted and each.at == verdict.at), None)
    if record is not None and record.deviation:
        return None
    decided = await done_tasks(session, verdict.dispute_no, verdict.round)
    said = [task for task in decided if task.kind in SAID and task.decision and task.decision.at <= verdict.at]
    words = Diversion(verdict=record.verdict, grounds=record.grounds).words if record else ""
    return {**what_was_known(dispute, decided, said), "verdict_words": words,
            "verdict_reason": record.reason if record else ""}  # fmt: skip
