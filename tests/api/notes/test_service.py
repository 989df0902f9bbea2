"""What a hotline hears: by the dispute's number or by one's own report, once for its key, told whoever holds it."""

from __future__ import annotations

import pytest

from api.core.context import Services
from api.notes.schemas import NoteIn
from api.notes.service import note_on, note_on_report
from domain.errors import KeyReused, NotEntitled, NotFound
from infra.database.engine import Session
from infra.read_model.disputes import timeline_of
from infra.read_model.messages import messages_of
from tests.api.engine import LivingEngine
from tests.api.intake.test_service import report
from tests.api.support import dispute, somebody

STILL = NoteIn(text="来电人称对方仍在施工，要求尽快处理")


async def test_a_note_stands_on_the_timeline_once_and_whoever_is_asked_is_told(
    services: Services, session: Session
) -> None:
    number = await dispute(services)
    chief = await somebody(services, "station_chief", "station-gushan")
    answer = await note_on(services, session, chief, number, STILL, "k")
    assert (answer.status, answer.body.source, answer.body.published) == (201, "walk_in", True)
    async with services.database.resume(session):
        again = await note_on(services, session, chief, number, STILL, "k")
    assert again.document() == answer.document()
    async with services.database.resume(session):
        with pytest.raises(KeyReused):
            await note_on(services, session, chief, number, NoteIn(text="另一件事"), "k")
    room = await somebody(services, "command_room", "station-gushan")
    async with services.database.resume(session):
        [line] = [entry for entry in await timeline_of(session, number) if entry.kind == "hotline_note"]
        page = await messages_of(session, room, unread=True, limit=9, cursor=None)
    assert (line.detail["text"], line.actor) == (STILL.text, chief.name)
    assert [(m.kind, m.sealed["text"]) for m in page.rows] == [("hotline_note", STILL.text)]


async def test_without_a_worker_it_waits_and_says_so(
    services: Services, session: Session, engine: LivingEngine
) -> None:
    number = await dispute(services)
    chief = await somebody(services, "station_chief", "station-gushan")
    engine.mode = "no worker"
    answer = await note_on(services, session, chief, number, STILL, "k")
    assert (answer.status, answer.body.published) == (201, False)


async def test_an_operator_adds_to_his_own_report_also_where_he_does_not_see_the_case(
    services: Services, session: Session
) -> None:
    from api.intake.service import take_in

    operator = await somebody(services, "hotline_operator", "hotline")
    taken = await take_in(services, session, operator, report(source="12345"), None)
    async with services.database.resume(session):
        answer = await note_on_report(services, session, operator, taken.body.incident_id, STILL, None)
    assert (answer.body.source, answer.body.dispute_no) == ("12345", taken.body.dispute_no)
    taker = await somebody(services, "call_taker", "bureau")
    async with services.database.resume(session):
        with pytest.raises(NotFound):
            await note_on_report(services, session, taker, taken.body.incident_id, STILL, None)


async def test_who_takes_no_reports_passes_nothing_on(services: Services, session: Session) -> None:
    number = await dispute(services)
    auditor = await somebody(services, "auditor", "county")
    with pytest.raises(NotEntitled):
        await note_on(services, session, auditor, number, STILL, None)
    stranger = await somebody(services, "station_chief", "station-baiyang")
    async with services.database.resume(session):
        with pytest.raises(NotFound):
            await note_on(services, session, stranger, number, STILL, None)
