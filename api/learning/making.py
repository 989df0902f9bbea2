"""The job that learns from confirmed cases, and keeps what came of it: an edition that serves, or why none was made."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Literal

import structlog

from api.learning.aliases import learned as aliases_learned
from domain.base import Model
from domain.triage.learning.training import FEWEST_CASES, MOST_CASES, PARTS, Case, compare, learn
from domain.triage.lexicon import Lexicon
from domain.triage.triage import evidence, triage
from infra.database.engine import Database
from infra.records.learning.cases import Confirmed, confirmed
from infra.records.learning.editions import find as find_edition
from infra.records.learning.editions import keep, latest, secret, serving_number, serving_of

log = structlog.get_logger()


class Outcome(Model):
    """What came of a run; `edition` is the number under which it is kept, none where there was too little to judge."""

    outcome: Literal["too_few", "nothing_new", "kept", "kept_out"]
    cases: int
    edition: int | None = None


async def learned(database: Database, lexicon: Lexicon) -> AsyncIterator[Outcome]:
    """Learns where a fifth of the cases is new since the last run: the newest fifth judges, and no edition that is
    compared may have seen it. Begun again after a crash it makes the same.
    """
    await aliases_learned(database)
    cases = await confirmed(database, MOST_CASES)
    async with database.read() as session:
        before = await latest(session)
        number = await serving_number(session)
        serving = await find_edition(session, number) if number is not None else None
    if len(cases) < FEWEST_CASES:
        yield Outcome(outcome="too_few", cases=len(cases))
        return
    if before and sum(case.at > before.until for case in cases) < len(cases) // PARTS:
        yield Outcome(outcome="nothing_new", cases=len(cases))
        return
    key, taught = secret(), [_case(each, lexicon) for each in cases]
    found = compare(taught, key, lexicon.group_of, serving_of(serving).edition if serving else None)
    edition = learn(taught, key, lexicon.group_of) if found.verdict == "better" else None
    row = await keep(database, until=cases[-1].at, cases=len(cases), comparison=found, edition=edition)
    log.info("learned", edition=row.number, cases=len(cases), verdict=found.verdict)
    yield Outcome(outcome="kept" if edition else "kept_out", cases=len(cases), edition=row.number)


def _case(each: Confirmed, lexicon: Lexicon) -> Case:
    return Case(
        each.narrative,
        evidence(each.narrative, lexicon, each.source),
        triage(each.narrative, lexicon, source=each.source).category,
        each.category,
        each.names,
    )
