"""What lies ahead of a running case: seen without touching it, by the calendar in effect, and so it comes."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from api.histories.ahead import Course, course_in_thread
from domain.case.state import DisputeState, Entry
from domain.policy.spans import Calendar
from tests.workflows.engine import Engine, Handle

Told = list[tuple[str, str]]


def by_its_clock(state: DisputeState) -> datetime:
    return datetime.now(UTC) + timedelta(seconds=state.ahead)


def told(entries: list[Entry]) -> Told:
    return [(entry.kind, entry.title) for entry in entries]


async def ahead(working: Engine, handle: Handle, **by: float) -> Course:
    course = Course(now=by_its_clock, length=timedelta(**by))
    return await course_in_thread(await working.history(handle), working.client.data_converter, course)


async def test_one_looks_ahead_without_touching_the_case_and_so_it_comes(working: Engine) -> None:
    handle = await working.open()
    await working.decide(handle, "confirm_triage", "confirm")
    await working.published(handle)
    before = await working.history(handle)
    course = await ahead(working, handle, days=40)
    assert {"due", "overdue", "supervision"} <= {entry.kind for entry in course.entries}
    assert len((await working.history(handle)).events) == len(before.events)

    await working.advance(handle, days=40)
    await working.published(handle)
    came = (await working.state(handle)).timeline[len(course.earlier) :]
    assert told(came[: len(course.entries)]) == told(course.entries)
    assert course.until is not None
    assert all(entry.at > course.until for entry in came[len(course.entries) :])


async def test_an_edition_of_the_calendar_in_effect_is_counted_by(working: Engine) -> None:
    usual, moved = await working.open(), await working.open()
    feast: list[date] = [(datetime.now(UTC) + timedelta(days=n)).date() for n in range(15)]
    for handle in (usual, moved):
        await working.decide(handle, "confirm_triage", "confirm")
        if handle is moved:
            await handle.signal("calendar_edition", Calendar(edition="feast", holidays=feast))
        await working.decide(handle, "handle_on_scene", "settled")
        await working.published(handle)
    courses = [await ahead(working, handle, days=60) for handle in (usual, moved)]
    due = [next(entry.at for entry in course.entries if entry.kind == "due") for course in courses]
    assert due[0] + timedelta(days=9) < due[1], "two working days to evaluate, behind the feast"

    await working.advance(moved, days=60)
    await working.published(moved)
    came = (await working.state(moved)).timeline[len(courses[1].earlier) :]
    assert told(came[: len(courses[1].entries)]) == told(courses[1].entries)


async def test_a_life_left_alone_after_its_visits_ends_where_the_outlook_ends(working: Engine) -> None:
    handle = await working.open()
    await working.decide(handle, "confirm_triage", "confirm")
    await working.decide(handle, "handle_on_scene", "settled")
    await working.decide(handle, "evaluate", "accept")
    await working.published(handle)
    course = await ahead(working, handle, days=400)
    await working.advance(handle, days=399)
    state = await working.state(handle)
    closes = any(entry.kind == "closed" for entry in course.entries)
    assert closes == state.closed
