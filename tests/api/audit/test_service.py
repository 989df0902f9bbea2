"""The audit's services: who may read histories, replays asked for once, one's own jobs."""

from __future__ import annotations

from datetime import timedelta

import pytest

from api.audit import job_service, service
from api.audit.case_at_event import case_at
from api.audit.comparison import compared
from api.audit.history_in_words import in_words
from api.audit.moments import by_moment
from api.audit.schemas import ReplayIn
from api.core.context import Services
from api.histories.replay import replay
from api.indicators.question import today
from api.web.organisation_labels import offices_of
from domain.errors import FieldsInvalid, KeyReused, NotEntitled, NotFound
from infra.database.engine import Session
from infra.records.jobs import finish, take_next
from tests.api.support import dispute, somebody
from tests.replay.golden import CONVERTER, FILES, read


async def test_a_history_is_for_auditing_roles_and_a_try_is_noted(services: Services, session: Session) -> None:
    number = await dispute(services)
    auditor = await somebody(services, "auditor", "county")
    await service.may_audit(services, session, auditor, number)
    assert services.access.backlog == 0
    officer = await somebody(services, "bureau_analyst", "bureau")
    with pytest.raises(NotEntitled):
        await service.may_audit(services, session, officer, number)
    with pytest.raises(NotFound):
        await service.may_audit(services, session, auditor, "D2026-999999")
    assert services.access.backlog == 2


async def test_a_replay_is_asked_for_once_for_its_key(services: Services, session: Session) -> None:
    number = await dispute(services)
    auditor = await somebody(services, "auditor", "county")
    asked = ReplayIn(dispute_no=number)
    first = await job_service.ask_for_replays(services, session, auditor, asked, "k")
    async with services.database.resume(session):
        again = await job_service.ask_for_replays(services, session, auditor, asked, "k")
    assert (first.status, again.body.job_id) == (202, first.body.job_id)
    period = ReplayIn.model_validate({"from": today() - timedelta(days=3), "to": today()})
    async with services.database.resume(session):
        with pytest.raises(KeyReused):
            await job_service.ask_for_replays(services, session, auditor, period, "k")
        await job_service.ask_for_replays(services, session, auditor, period, None)
    async with services.database.resume(session):
        mine = await job_service.jobs(session, auditor, "replays", 1, None)
        (older,) = (await job_service.jobs(session, auditor, None, 1, mine.next_cursor)).items
    assert set(mine.items[0].request) == {"since", "until"}
    assert (older.job_id, older.state, older.request) == (first.body.job_id, "queued", {"dispute_no": number})


async def test_a_period_is_replayed_for_auditors_of_the_whole_county_only(services: Services, session: Session) -> None:
    analyst = await somebody(services, "bureau_analyst", "bureau")
    period = ReplayIn.model_validate({"from": today(), "to": today()})
    with pytest.raises(NotEntitled):
        await job_service.ask_for_replays(services, session, analyst, period, "k")
    async with services.database.resume(session):
        with pytest.raises(NotEntitled):  # the stored answer
            await job_service.ask_for_replays(services, session, analyst, period, "k")
    assert services.access.backlog == 1


async def test_a_job_is_its_askers_own(services: Services, session: Session) -> None:
    number = await dispute(services)
    auditor = await somebody(services, "auditor", "county")
    answer = await job_service.ask_for_replays(services, session, auditor, ReplayIn(dispute_no=number), None)
    job_id = answer.body.job_id
    finding = {"dispute_no": number, "run": "r", "events": 7, "replayed": True, "state_matches": False,
               "error": None, "differences": ["revision"]}  # fmt: skip
    taken = await take_next(services.database)
    assert taken
    assert taken.job_id == job_id
    await finish(services.database, taken, "done", [finding])
    async with services.database.resume(session):
        job = await job_service.job(session, auditor, job_id)
        assert (job.state, [found.sound for found in job.results]) == ("done", [False])
        assert job.model_dump(mode="json", exclude_unset=True)["results"] == [finding]
        with pytest.raises(NotFound):
            await job_service.job(session, await somebody(services, "supervisor", "county"), job_id)


async def test_a_history_in_words_leads_to_the_case_at_each_of_its_moments() -> None:
    history = read(next(file for file in FILES if file.name.startswith("relapse-jinhua")))
    words = in_words(history, await replay(history, CONVERTER))
    assert words.error is None
    events = [event.event_id for item in words.items for event in item.events]
    assert events + [event.event_id for event in words.after] == list(range(1, words.events + 1))
    early = await case_at(history, words.items[0].event_id, CONVERTER)
    last = await case_at(history, None, CONVERTER)
    assert (early.round, early.event, last.event) == (1, words.items[0].event_id, words.events)
    assert last.timeline[: len(early.timeline)] == early.timeline
    assert len(last.timeline) == sum(len(item.entries) for item in words.items)
    with pytest.raises(FieldsInvalid):
        await case_at(history, words.events + 1, CONVERTER)


async def test_each_moment_is_compared_with_the_one_before(services: Services, session: Session) -> None:
    history = read(next(file for file in FILES if file.name.startswith("relapse-jinhua")))
    run = by_moment(history, await replay(history, CONVERTER))
    offices = await offices_of(services, session)
    first, second = run.moments[:2]
    assert (run.before(first), run.following(first), run.at(None, 1), run.at(first.event, None)) == (
        None, second, second, first
    )  # fmt: skip
    opened = await case_at(history, first.event, CONVERTER)
    was = await case_at(history, run.moments[-2].event, CONVERTER)
    view = compared(services, offices, opened, None, first)
    assert {task["mark"] for task in view["tasks"]} == {""}, "at first nothing is marked"
    last = run.moments[-1]
    view = compared(services, offices, await case_at(history, None, CONVERTER), was, last)
    assert sum(len(day["entries"]) for day in view["fresh"]) <= len(last.entries)
    assert {fact["name"]: fact["was"] for fact in view["head"]}["办结"] == "无", "the last moment closed it"
    with pytest.raises(FieldsInvalid):
        run.at(None, len(run.moments))
