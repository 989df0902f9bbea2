"""How much a case may hold: long texts are refused before it would not fit, short ones never, alarms never."""

from __future__ import annotations

from datetime import timedelta

import pytest

from domain.case.capacity import (
    KEPT_CHARACTERS,
    MAX_CASE,
    MAX_EVENTS,
    MAX_HISTORY,
    MAX_INCIDENTS,
    MAX_PARTIES,
    MAX_WHOLE_INCIDENTS,
    MEASURED_FROM,
    SHORT,
    check_growth,
    check_room,
    count_in,
    size_of,
)
from domain.case.records import Party
from domain.case.state import Entry
from domain.errors import Conflict, FieldsInvalid
from domain.transitions.facts import Merged, Note, add_incident, hotline_note, merge_in
from tests.domain.support import SCENE, Desk, alarm

LONG = "长" * 5000


def test_a_case_counts_what_it_takes_in_from_its_first_alarm_on() -> None:
    desk = Desk()
    assert desk.state.held == size_of(desk.state.incidents[0])
    command = desk.command(desk.push(), "settled", SCENE, summary="劝离")
    before = desk.state.held
    count_in(desk.state, command)
    assert desk.state.held == before + size_of(command)


def test_a_full_case_refuses_long_answers_and_takes_short_ones() -> None:
    desk = Desk(held=MAX_CASE)
    task = desk.push()
    check_room(desk.state, desk.command(task, "settled", SCENE, summary="劝" * (SHORT // 3 - 60)))
    with pytest.raises(FieldsInvalid) as refused:
        check_room(desk.state, desk.command(task, "settled", SCENE, summary="劝离", note=LONG))
    assert "附件" in refused.value.errors[0]["message"]


def test_what_is_left_may_be_filled() -> None:
    desk = Desk()
    command = desk.command(desk.push(), "settled", SCENE, summary="劝离", note=LONG)
    desk.state.held = MAX_CASE - size_of(command)
    check_room(desk.state, command)
    desk.state.held += 1
    with pytest.raises(FieldsInvalid):
        check_room(desk.state, command)


def test_a_full_case_still_takes_every_alarm_and_keeps_its_beginning() -> None:
    desk = Desk(held=MAX_CASE)
    parties = [Party(name=f"甲{n}", side="a", phone="13800000000") for n in range(9)]
    add_incident(desk.case, alarm(2, desk.at).model_copy(update={"narrative": LONG, "parties": parties}))
    [_, added] = desk.state.incidents
    assert added.narrative[:KEPT_CHARACTERS] == LONG[:KEPT_CHARACTERS]
    assert len(added.narrative) - KEPT_CHARACTERS in range(40)
    assert desk.logged("incident_added") == ["重复警情并入（第2次）"]


def test_alarms_beyond_what_a_case_keeps_are_counted_once_each() -> None:
    desk = Desk()
    for n in range(2, MAX_INCIDENTS + 4):
        desk.at += timedelta(days=31)  # no recolouring in between
        for _ in range(2):  # delivered twice
            add_incident(desk.case, alarm(n, desk.at))
    assert len(desk.state.incidents) == MAX_INCIDENTS
    assert desk.logged("incident_added")[-1] == f"重复警情并入（第{MAX_INCIDENTS + 3}次）"
    assert len(desk.logged("incident_added")) == MAX_INCIDENTS + 2


def test_so_many_alarms_are_kept_with_all_their_words_and_later_ones_begun() -> None:
    desk, whole = Desk(), MAX_WHOLE_INCIDENTS
    for n in range(2, whole + 3):
        add_incident(desk.case, alarm(n, desk.at).model_copy(update={"narrative": "长" * 300}))
    assert [i.narrative for i in desk.state.incidents[1:whole]] == ["长" * 300] * (whole - 1)
    assert all(len(i.narrative) < KEPT_CHARACTERS + 40 for i in desk.state.incidents[whole:])


def test_a_case_lists_so_many_parties_and_no_more() -> None:
    desk = Desk()
    crowd = [Party(name=f"工人{n}", side="a") for n in range(120)]
    add_incident(desk.case, alarm(2, desk.at).model_copy(update={"parties": crowd}))
    others = [Party(name=f"业主{n}", side="b") for n in range(120)]
    merge_in(desk.case, Merged(dispute_no="D2026-000002", incidents=[alarm(3, desk.at)], parties=others))
    assert len(desk.state.parties) == MAX_PARTIES


def test_a_note_that_finds_no_room_is_shortened() -> None:
    desk = Desk(held=MAX_CASE)
    hotline_note(desk.case, Note(key="k", source="12345", text=LONG))
    assert len(desk.state.timeline[-1].detail["text"]) < KEPT_CHARACTERS + 40


def grown(desk: Desk) -> None:
    """So many lines, each unlike the others, that a case comes near the engine's limits."""
    for n in range(MEASURED_FROM):
        words = "".join(chr(0x4E00 + (n * 7919 + k * k * 104729) % 20000) for k in range(700))
        desk.state.timeline.append(Entry(seq=n, at=desk.at, kind="decision", title=words))


def test_where_the_engine_could_not_carry_more_a_case_only_ends() -> None:
    desk = Desk()
    check_growth(desk.state, history=0, events=0)
    for history, events in ((MAX_HISTORY, 0), (0, MAX_EVENTS)):
        with pytest.raises(Conflict):
            check_growth(desk.state, history=history, events=events)
    grown(desk)
    with pytest.raises(Conflict) as told:
        check_growth(desk.state, history=0, events=0)
    assert "只能办结" in told.value.detail
