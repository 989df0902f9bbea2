"""报送: alone or in a numbered bundle, once whatever happens on the way, and each desk's list of the day."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from api.core.context import Services
from api.reporting.schemas import Report, ReportIn
from api.reporting.sending import send_left
from api.reporting.service import day_of_desk, listed_reports, report_up, whole_report
from domain.base import china
from domain.errors import FieldsInvalid, NotEntitled, NotFound
from domain.people.organisation import Actor
from infra.database.engine import Session
from tests.api.engine import LivingEngine
from tests.api.support import answered, asked, dispute, somebody

QUOTE = "每日通过邛崃市局和派出所两个层级对警情进行分析研判，提取各类风险信息后，通过平台报送至邛崃市委政法委"


async def waiting(services: Services, engine: LivingEngine, how_many: int) -> tuple[list[str], list[str]]:
    """New disputes at the station's desk: their numbers, and the tasks."""
    numbers = [await dispute(services) for _ in range(how_many)]
    return numbers, [asked(engine, number, "confirm_triage").task_id for number in numbers]


async def sent(services: Services, session: Session, by: Actor, tasks: list[str], key: str | None = None) -> Report:
    """A report of these tasks."""
    return (await report_up(services, session, by, ReportIn(tasks=tasks), key)).body


async def test_a_desk_reports_several_under_one_number_and_the_next_desk_has_them(
    desks: Services, session: Session, engine: LivingEngine
) -> None:
    station = await somebody(desks, "command_room", "station-gushan")
    numbers, tasks = await waiting(desks, engine, 3)
    report = await sent(desks, session, station, tasks, "k")
    today = f"{china(datetime.now(UTC)):%Y%m%d}"
    assert report.number == f"BS-station-gushan-{today}-001", QUOTE
    assert (report.bundle, report.counts.sent, report.counts.refused) == (True, 3, 0)
    assert [line.dispute_no for line in report.items] == numbers
    for number in numbers:
        task = asked(engine, number, "confirm_triage")
        assert task.about["level"] == 2, "the bureau's desk judges next"
    assert await sent(desks, session, station, tasks, "k") == report, "a repeat sends nothing twice"
    analyst = await somebody(desks, "bureau_analyst", "bureau")
    upward = [asked(engine, number, "confirm_triage").task_id for number in numbers]
    above = await sent(desks, session, analyst, upward)
    assert (above.organisation, above.number[-3:]) == ("bureau", "001"), "each desk has a series of its own"
    assert all(asked(engine, number, "dispatch") for number in numbers)
    committee = await somebody(desks, "committee_dispatcher", "committee")
    listed = await listed_reports(desks, session, committee, None, None, 9, None)
    assert {item.number for item in listed.items} == {report.number, above.number}, "who receives it reads it"
    for place in ("station-gushan", "bureau"):
        own = await listed_reports(desks, session, committee, china(datetime.now(UTC)).date(), place, 9, None)
        assert report.number in [item.number for item in own.items] or place == "bureau"


async def test_an_answer_alone_is_a_report_of_its_own_in_the_same_series(
    desks: Services, session: Session, engine: LivingEngine
) -> None:
    station = await somebody(desks, "command_room", "station-gushan")
    [first, _], [_, task] = await waiting(desks, engine, 2)
    await answered(desks, first, "confirm_triage", "report_up")
    await sent(desks, session, station, [task])
    listed = await listed_reports(desks, session, station, None, "station-gushan", 9, None)
    assert [(item.number[-3:], item.bundle, item.counts.sent) for item in listed.items] == [
        ("002", False, 1),
        ("001", False, 1),
    ]
    alone = await whole_report(desks, session, station, listed.items[1].number)
    assert [line.dispute_no for line in alone.items] == [first]


async def test_what_needs_a_word_of_its_own_stays_at_the_desk_and_says_why(
    desks: Services, session: Session, engine: LivingEngine
) -> None:
    station = await somebody(desks, "command_room", "station-gushan")
    knife = await dispute(desks, narrative="有人持刀威胁邻居，称今晚要砍人")
    [number], tasks = await waiting(desks, engine, 1)
    police = asked(engine, knife, "confirm_triage").task_id
    report = await sent(desks, session, station, [police, *tasks])
    by_number = {line.dispute_no: line for line in report.items}
    assert (by_number[number].state, by_number[knife].state) == ("sent", "refused")
    assert "须公安先行处置" in by_number[knife].reason
    await answered(desks, knife, "confirm_triage", "report_up", police_handled="已到场收缴刀具并训诫")
    listed = await listed_reports(desks, session, station, None, None, 9, None)
    assert sum(item.counts.sent for item in listed.items) == 2, "each counts once, by whichever report"


async def test_what_is_no_task_of_the_desk_is_refused_and_nothing_is_reported(
    desks: Services, session: Session, engine: LivingEngine
) -> None:
    station = await somebody(desks, "command_room", "station-gushan")
    elsewhere = await somebody(desks, "command_room", "station-baiyang")
    [number, other], tasks = await waiting(desks, engine, 2)
    await answered(desks, other, "confirm_triage", "report_up")
    with pytest.raises(FieldsInvalid) as refusal:
        await sent(desks, session, station, tasks)
    assert [error["field"] for error in refusal.value.errors] == ["tasks.1"]
    with pytest.raises(FieldsInvalid):
        await sent(desks, session, elsewhere, tasks[:1])
    assert asked(engine, number, "confirm_triage").about["level"] == 1


async def test_a_bundle_whose_engine_was_away_goes_up_when_it_is_back_and_once(
    desks: Services, session: Session, engine: LivingEngine
) -> None:
    station = await somebody(desks, "command_room", "station-gushan")
    numbers, tasks = await waiting(desks, engine, 2)
    engine.mode = "away"
    report = await sent(desks, session, station, tasks, "k")
    assert (report.counts.waiting, report.counts.sent) == (2, 0)
    later = datetime.now(UTC) + timedelta(minutes=1)
    assert await send_left(desks, later) == 0
    engine.mode = "up"
    assert await send_left(desks, later) == 1
    assert await send_left(desks, later) == 0
    report = await whole_report(desks, session, station, report.number)
    assert (report.counts.waiting, report.counts.sent) == (0, 2)
    assert [asked(engine, number, "confirm_triage").about["level"] for number in numbers] == [2, 2]


async def test_where_the_desk_reports_nothing_up_the_approval_of_the_third_push_is_the_report(
    services: Services, session: Session, engine: LivingEngine
) -> None:
    """Jinhua has no committee: its station reports to the centre what it pushes a third time, alone or with others."""
    station = await somebody(services, "command_room", "station-gushan")
    chief = await somebody(services, "station_chief", "station-gushan")
    numbers = [await dispute(services) for _ in range(2)]
    with pytest.raises(FieldsInvalid) as refusal:
        await sent(services, session, station, [asked(engine, numbers[0], "confirm_triage").task_id])
    assert "不再上报" in refusal.value.errors[0]["message"]
    for number in numbers:
        await answered(services, number, "confirm_triage", "confirm")
        await answered(services, number, "handle_on_scene", "unsettled")
        await answered(services, number, "follow_up_responsibly", "request_third_push", suggested=["housing"])
    assert (await listed_reports(services, session, chief, None, None, 9, None)).items == []
    tasks = [asked(engine, number, "approve_third_push").task_id for number in numbers]
    report = await sent(services, session, chief, tasks)
    assert (report.bundle, report.counts.sent, report.organisation) == (True, 2, "station-gushan")
    assert [engine.state(number).suggested for number in numbers] == [["housing"], ["housing"]]
    assert all(asked(engine, number, "dispatch") for number in numbers)


async def test_a_report_is_nobody_s_who_sees_none_of_its_disputes(
    desks: Services, session: Session, engine: LivingEngine
) -> None:
    station = await somebody(desks, "command_room", "station-gushan")
    _, tasks = await waiting(desks, engine, 1)
    report = await sent(desks, session, station, tasks)
    stranger = await somebody(desks, "command_room", "station-baiyang")
    assert (await listed_reports(desks, session, stranger, None, None, 9, None)).items == []
    with pytest.raises(NotFound):
        await whole_report(desks, session, stranger, report.number)


async def test_the_list_of_the_day_has_the_unreviewed_on_top_at_each_desk(
    desks: Services, session: Session, engine: LivingEngine
) -> None:
    """Both levels look, each at what came to it that day; what is judged stands below, with how it was judged."""
    station = await somebody(desks, "command_room", "station-gushan")
    analyst = await somebody(desks, "bureau_analyst", "bureau")
    numbers, tasks = await waiting(desks, engine, 3)
    report = await sent(desks, session, station, tasks[:1])
    await answered(desks, numbers[1], "confirm_triage", "no_risk")
    day = await day_of_desk(desks, session, station, None, None, 9, None)
    assert day.items[0].task.dispute_no == numbers[2], QUOTE
    assert [item.reviewed for item in day.items] == [False, True, True]
    assert (day.counts.received, day.counts.unreviewed, day.counts.reviewed) == (3, 1, 2)
    assert (day.counts.reported, day.counts.no_risk) == (1, 0)
    judged = {item.task.dispute_no: (item.decision_name, item.report) for item in day.items if item.reviewed}
    assert judged == {numbers[0]: ("确认研判", report.number), numbers[1]: ("无风险", None)}
    above = await day_of_desk(desks, session, analyst, None, None, 9, None)
    assert {item.task.dispute_no for item in above.items} == {numbers[0], numbers[1]}
    pages = await day_of_desk(desks, session, station, None, None, 2, None)
    rest = await day_of_desk(desks, session, station, None, None, 2, pages.next_cursor)
    assert [item.task.task_id for item in (*pages.items, *rest.items)] == [i.task.task_id for i in day.items]


async def test_what_was_not_judged_on_its_day_stays_on_the_list_until_it_is(
    desks: Services, session: Session, engine: LivingEngine
) -> None:
    station = await somebody(desks, "command_room", "station-gushan")
    [number], _ = await waiting(desks, engine, 1)
    tomorrow = china(datetime.now(UTC)).date() + timedelta(days=1)
    owed = await day_of_desk(desks, session, station, tomorrow, None, 9, None)
    assert ([item.task.dispute_no for item in owed.items], owed.counts.before) == ([number], 1)
    await answered(desks, number, "confirm_triage", "report_up")
    assert (await day_of_desk(desks, session, station, tomorrow, None, 9, None)).items == []


async def test_who_oversees_a_desk_reads_its_day_and_nobody_else(
    desks: Services, session: Session, engine: LivingEngine
) -> None:
    await waiting(desks, engine, 1)
    supervisor = await somebody(desks, "supervisor", "county")
    day = await day_of_desk(desks, session, supervisor, None, "station-gushan", 9, None)
    assert day.counts.unreviewed == 1
    assert (await day_of_desk(desks, session, supervisor, None, None, 9, None)).items == []
    stranger = await somebody(desks, "station_chief", "station-baiyang")
    with pytest.raises(NotEntitled):
        await day_of_desk(desks, session, stranger, None, "station-gushan", 9, None)


async def test_a_list_of_reports_is_read_page_by_page(desks: Services, session: Session, engine: LivingEngine) -> None:
    station = await somebody(desks, "command_room", "station-gushan")
    numbers = [(await sent(desks, session, station, (await waiting(desks, engine, 1))[1])).number for _ in range(3)]
    pages, cursor = list[str](), None
    while len(pages) <= len(numbers):
        page = await listed_reports(desks, session, station, None, None, 1, cursor)
        pages += [item.number for item in page.items]
        if (cursor := page.next_cursor) is None:
            break
    assert pages == numbers[::-1]
