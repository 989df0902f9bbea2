"""A county that corrects gets better and is told by how much; what was learned is on every suggestion after it."""

from __future__ import annotations

import csv
import random
from pathlib import Path

import pytest

from api.core.context import Services
from api.intake.schemas import TriageIn
from api.intake.service import take_in, try_triage
from api.learning.making import Outcome, learned
from api.learning.schemas import SwitchIn
from api.learning.service import listed, make, switch
from api.tasks.schemas import Answering
from api.tasks.service import decide, whole_task
from domain.errors import FieldsInvalid, NotEntitled
from domain.triage.lexicon import Lexicon
from domain.triage.triage import triage
from infra.database.engine import Session
from infra.database.tables.intake import IncidentRow
from infra.database.tables.operations import LearnedEditionRow
from infra.records.learning.editions import latest
from tests.api.engine import LivingEngine
from tests.api.intake.test_service import report
from tests.api.support import asked, may_answer, somebody

TEXTS = Path(__file__).parents[3] / "bench" / "texts" / "reports_dev.csv"
TAUGHT = 80


def reports() -> list[tuple[str, str]]:
    with TEXTS.open(encoding="utf-8", newline="") as lines:
        rows = [(row["text"], row["category"]) for row in csv.DictReader(lines)]
    random.Random(7).shuffle(rows)
    return rows


def habit(lexicon: Lexicon, category: str) -> str:
    """A county that files all matters of a group under the group's first row."""
    group = lexicon.group_of[category]
    return next(code for code, each in lexicon.group_of.items() if each == group)


async def correct(services: Services, narrative: str, category: str) -> str:
    """A report taken in, and put right at the desk."""
    async with services.database.read() as session:
        taker = await somebody(services, "call_taker", "bureau")
        received = (await take_in(services, session, taker, report(narrative=narrative, source="walk_in"), None)).body
        assert isinstance(services.engine, LivingEngine)
        task = asked(services.engine, received.dispute_no, "confirm_triage")
        analyst = await may_answer(services, task)
        answering = Answering(decision="correct", fields={"category": category, "reason": "类别有误"})
        await decide(services, session, analyst, task.task_id, answering, None)
    return received.dispute_no


async def made(services: Services) -> Outcome:
    [outcome] = [each async for each in learned(services.database, services.policy.lexicon)]
    services.learned.forget()
    return outcome


async def test_a_county_that_corrects_gets_better_and_is_told_by_how_much(
    services: Services, session: Session, engine: LivingEngine
) -> None:
    """Issue 12, “It must show” 5, on reports of our own."""
    lexicon, rows = services.policy.lexicon, reports()
    assert (await made(services)).outcome == "too_few"
    for narrative, category in rows[:TAUGHT]:
        await correct(services, narrative, habit(lexicon, category))
    outcome = await made(services)
    assert (outcome.outcome, outcome.cases, outcome.edition) == ("kept", TAUGHT, 1)
    assert (await made(services)).outcome == "nothing_new"
    async with services.database.read() as reading:
        row = await latest(reading)
    assert isinstance(row, LearnedEditionRow)
    told = row.told["comparison"]
    assert (row.serves, told["verdict"]) == (True, "better")
    assert told["all_parts"]["right"] > told["cues_all_parts"]["right"]

    taker = await somebody(services, "call_taker", "bureau")
    right = cold = 0
    for narrative, category in rows[TAUGHT:]:
        async with services.database.resume(session):
            found = await try_triage(services, session, taker, TriageIn(narrative=narrative))
        assert found.learned
        assert found.learned.edition == 1
        right += found.category == habit(lexicon, category)
        cold += triage(narrative, lexicon).category == habit(lexicon, category)
    assert right > cold + len(rows[TAUGHT:]) // 10

    async with services.database.resume(session):
        new = (await take_in(services, session, taker, report(narrative=rows[TAUGHT][0]), None)).body
        assert new.triage.learned
        kept = await session.get(IncidentRow, new.incident_id)
        assert kept
        assert kept.sealed["triage"]["learned"]["edition"] == 1
        task = asked(engine, new.dispute_no, "confirm_triage")
        whole = await whole_task(services, session, await may_answer(services, task), task.task_id)
        assert whole.brief.learned == new.triage.learned  # told at the desk, with the words that spoke

    supervisor = await somebody(services, "supervisor", "county")
    async with services.database.resume(session):
        off = (await switch(services, session, supervisor, SwitchIn(reason="先看一段时间"), None)).body
    assert (off.serving, off.switched_off) == (None, True)
    async with services.database.resume(session):
        assert (await try_triage(services, session, taker, TriageIn(narrative=rows[TAUGHT][0]))).learned is None
        on = (await switch(services, session, supervisor, SwitchIn(edition=1, reason="核对无误"), None)).body
    assert on.serving
    assert [(each.by, each.on) for each in on.serving.switched] == [(supervisor.name, False), (supervisor.name, True)]


async def test_only_the_countys_supervisor_switches_and_only_to_what_can_serve(
    services: Services, session: Session, engine: LivingEngine
) -> None:
    taker = await somebody(services, "call_taker", "bureau")
    with pytest.raises(NotEntitled):
        await switch(services, session, taker, SwitchIn(reason="试"), None)
    supervisor = await somebody(services, "supervisor", "county")
    with pytest.raises(FieldsInvalid):
        await switch(services, session, supervisor, SwitchIn(edition=1, reason="试"), None)
    async with services.database.resume(session):
        assert (await switch(services, session, supervisor, SwitchIn(reason="试"), None)).body.switched_off
    async with services.database.resume(session):
        assert [each.number for each in (await listed(session, 10, None)).items] == [0]
        assert (await make(services, session, supervisor, None)).status == 202
