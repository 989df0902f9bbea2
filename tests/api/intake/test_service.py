"""Intake's service: a report begins a dispute or joins one, once for its key, whether or not the engine is there."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import pytest

from api.core.context import Services
from api.core.errors import MEDIA
from api.core.responses import as_response
from api.intake.redelivery import deliver_due
from api.intake.schemas import IncidentIn, NumberConflict, Received, TriageIn
from api.intake.service import receipt, take_in, try_triage
from domain.base import china
from domain.case.records import Incident
from domain.errors import KeyReused, NotEntitled, NotFound
from domain.people.organisation import Actor
from domain.policy.addressing import Addressing
from domain.policy.intake.sources import Source
from domain.policy.stages import Stage
from infra.database.engine import Session
from infra.read_model.disputes import revision_of
from infra.records.deliveries import undelivered
from tests.api.engine import LivingEngine
from tests.api.support import somebody

KNIFE = "男子持刀威胁邻居，扬言杀人"
_HOUSES = count(100)


def report(**more: Any) -> IncidentIn:
    """A quarrel at a house of its own, an hour ago."""
    house, at = next(_HOUSES), datetime.now(UTC) - timedelta(hours=1)
    content = {
        "source": "110", "source_no": f"N{house}", "occurred_at": at, "reported_at": at,
        "place": {"address": f"古山镇金江龙村{house}号"}, "narrative": "两户因宅基地边界争执，砌墙被拦",
        "parties": [{"name": f"甲{house}", "phone": "13800001234", "side": "a"}, {"name": f"乙{house}", "side": "b"}],
    }  # fmt: skip
    return IncidentIn.model_validate({**content, **more})


async def call_taker(services: Services) -> Actor:
    """Somebody who takes reports, of the county's command room."""
    return await somebody(services, "call_taker", "bureau")


async def test_a_report_begins_a_dispute_that_can_be_seen_when_it_is_answered(
    services: Services, session: Session, engine: LivingEngine
) -> None:
    who = await call_taker(services)
    answer = await take_in(services, session, who, report(), "k")
    assert answer.status == 201
    assert engine.state(answer.body.dispute_no).incidents[0].incident_id == answer.body.incident_id
    async with services.database.resume(session):
        assert await revision_of(session, answer.body.dispute_no) >= 1
        known = await receipt(services, session, who, answer.body.incident_id)
    assert (known.dispute_no, known.stage, known.closed) == (answer.body.dispute_no, Stage.PUSH_1, False)
    assert (known.received_at, known.received_at.utcoffset()) == (answer.body.received_at, timedelta(hours=8))


async def test_repeats_are_given_to_triage_when_a_report_joins(services: Services, session: Session) -> None:
    who, seen, first = await call_taker(services), [], report()
    for number in range(3):
        again = first.model_copy(update={"source_no": f"{first.source_no}-{number}"})
        body = (await take_in(services, session, who, again, None)).document()
        seen.append((body["joined"], [cue["text"] for cue in body["triage"]["cues"] if cue["code"] == "G2"]))
    assert seen == [(False, []), (True, []), (True, ["30日内第3次"])]


async def test_who_may_report_by_a_source_is_the_mechanism_s_to_say(
    services: Services, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    only = Source(name="网格上报", reported_by=[Addressing(role="grid_worker", at="township")])
    monkeypatch.setitem(services.policy.playbook.process.sources, "grid", only)
    with pytest.raises(NotEntitled, match="网格上报"):
        await take_in(services, session, await call_taker(services), report(source="grid"), None)
    worker = await somebody(services, "grid_worker", "village-gushan-1")
    assert (await take_in(services, session, worker, report(source="grid"), None)).status == 201


async def test_the_same_report_again_is_one_report_with_a_key_and_without(services: Services, session: Session) -> None:
    who, incident = await call_taker(services), report()
    first = await take_in(services, session, who, incident, "k")
    for key in ("k", None, "another"):
        again = await take_in(services, session, who, incident, key)
        assert (again.status, again.body.incident_id) == (201, first.body.incident_id)
    with pytest.raises(KeyReused):
        await take_in(services, session, who, report(), "k")


async def test_a_second_report_of_a_quarrel_joins_it(
    services: Services, session: Session, engine: LivingEngine
) -> None:
    who, incident = await call_taker(services), report()
    first = await take_in(services, session, who, incident, None)
    second = await take_in(services, session, who, incident.model_copy(update={"source_no": "again"}), None)
    assert (second.status, second.body.joined, second.body.dispute_no) == (200, True, first.body.dispute_no)
    assert [similar.dispute_no for similar in second.body.triage.similar] == [first.body.dispute_no]
    [(number, name, message)] = engine.sent
    assert (number, name) == (first.body.dispute_no, "incident_added")
    assert isinstance(message, Incident)
    assert message.incident_id == second.body.incident_id


async def test_other_content_under_a_number_is_taken_in_and_answered_as_a_problem(
    services: Services, session: Session, engine: LivingEngine
) -> None:
    who, quiet = await call_taker(services), report()
    first = await take_in(services, session, who, quiet, None)
    knife = report(source_no=quiet.source_no, narrative=KNIFE)
    answer = await take_in(services, session, who, knife, "k")
    assert isinstance(answer.body, NumberConflict)
    assert (answer.status, answer.body.code, answer.body.triage.colour) == (409, "source_no_conflict", "red")
    assert answer.body.dispute_no != first.body.dispute_no
    assert as_response(answer).media_type == MEDIA
    assert engine.state(answer.body.dispute_no).incidents[0].conflicts_with == first.body.dispute_no
    again = await take_in(services, session, who, knife, "k")
    assert (again.status, again.body.incident_id) == (409, answer.body.incident_id)
    assert type(again.body) is NumberConflict
    assert type((await take_in(services, session, who, quiet, None)).body) is Received


async def test_what_is_reported_while_the_engine_is_away_is_recorded_and_delivered_later(
    services: Services, session: Session, engine: LivingEngine
) -> None:
    who, incident = await call_taker(services), report()
    engine.mode = "away"
    answer = await take_in(services, session, who, incident, "k")
    assert (answer.status, answer.document()["published"]) == (201, False)
    later = datetime.now(UTC) + timedelta(seconds=1)
    await deliver_due(services, later)  # nothing is tried while the engine is away
    [letter] = await undelivered(services.database, later)
    assert letter.attempts == 0
    engine.mode = "up"
    await deliver_due(services, later)
    assert await undelivered(services.database, later) == []
    again = await take_in(services, session, who, incident, "k")
    assert (again.status, again.body.incident_id) == (201, answer.body.incident_id)
    assert engine.state(answer.body.dispute_no).incidents[0].incident_id == answer.body.incident_id


async def test_of_one_report_at_once_a_single_one_is_recorded(services: Services) -> None:
    who, incident = await call_taker(services), report()

    async def send() -> Received:
        async with services.database.read() as session:
            return (await take_in(services, session, who, incident, "k")).body

    assert len({received.incident_id for received in await asyncio.gather(*(send() for _ in range(8)))}) == 1


async def test_who_takes_no_reports_reports_nothing_and_a_receipt_is_for_who_has_to_do_with_it(
    services: Services, session: Session
) -> None:
    stranger = await somebody(services, "auditor", "county")
    with pytest.raises(NotEntitled):
        await take_in(services, session, stranger, report(), None)
    with pytest.raises(NotEntitled):
        await try_triage(services, session, stranger, TriageIn(narrative=KNIFE))
    answer = await take_in(services, session, await call_taker(services), report(), None)
    nobody = Actor(person_id="p-nobody", name="张某", posts=[])
    async with services.database.resume(session):
        with pytest.raises(NotFound):
            await receipt(services, session, nobody, answer.body.incident_id)


async def test_a_triage_alone_is_the_one_that_a_report_would_get(services: Services, session: Session) -> None:
    who, incident = await call_taker(services), report(narrative=KNIFE)
    alone = await try_triage(services, session, who, TriageIn(narrative=KNIFE, source="110", place=incident.place))
    await session.close()
    answer = await take_in(services, session, who, incident, None)
    assert answer.document()["triage"] == alone.model_dump(mode="json", exclude_unset=True)
    assert (alone.colour, alone.similar) == ("red", [])
    assert answer.body.received_at == china(answer.body.received_at)
