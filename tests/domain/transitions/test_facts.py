"""Facts that arrive by themselves."""

from __future__ import annotations

from datetime import timedelta

import pytest

from domain.case.case import COLOUR
from domain.case.ladder import no_table
from domain.case.records import Party
from domain.policy.parts.supervision import Raising
from domain.policy.spans import Calendar, Span
from domain.policy.stages import Stage
from domain.transitions.facts import Note, add_incident, calendar_edition, hotline_note, restart_stage
from tests.domain.support import MONDAY, PLACES, SCENE, Desk, alarm, person


@pytest.mark.req("H-001")
def test_a_repeat_alarm_joins_counts_and_keeps_each_caller_s_demand() -> None:
    desk = Desk()
    task = desk.push()
    stamped = task.revision
    again = alarm(2, desk.at + timedelta(days=1)).model_copy(update={"parties": [Party(name="罗某", side="b")]})
    add_incident(desk.case, again)
    assert len(desk.state.incidents) == 2
    assert [incident.narrative for incident in desk.state.incidents] == ["第1次报警", "第2次报警"]
    assert {party.name for party in desk.state.parties} == {"李某", "罗某"}
    assert task.revision > stamped  # whoever holds the case is told


@pytest.mark.req("Q-097", "Q-030")
def test_what_a_later_alarm_tells_of_is_a_risk_of_the_case() -> None:
    """“配合出具…家暴事件人身保护令”: also where only the second call says that he beats her."""
    desk = Desk(risk_kinds=["group_event"])
    desk.push()
    told = alarm(2, desk.at, risk_kinds=["domestic_violence", "group_event"])
    for _ in range(2):
        add_incident(desk.case, told)
    assert desk.state.risk_kinds == ["group_event", "domestic_violence"]
    assert no_table(desk.state) == "涉家庭暴力，不得组织当面调解"
    [order] = desk.state.pending("apply_protection")
    assert order.addressees[0].role == "responsible_officer"
    assert desk.logged("risks_added") == ["重复警情带来新的风险类型"]


def test_at_triage_the_desks_last_word_opens_the_protection_order() -> None:
    desk = Desk()
    desk.case.enter(Stage.TRIAGE)
    add_incident(desk.case, alarm(2, desk.at, risk_kinds=["domestic_violence"]))
    assert (desk.state.risk_kinds, desk.state.pending("apply_protection")) == (["domestic_violence"], [])


def test_the_same_alarm_told_twice_counts_once() -> None:
    desk = Desk()
    for _ in range(2):
        add_incident(desk.case, alarm(2, desk.at))
    assert len(desk.state.incidents) == 2
    assert len(desk.logged("incident_added")) == 1


def test_the_third_alarm_within_thirty_days_raises_the_colour_by_one() -> None:
    desk = Desk()
    desk.push()
    add_incident(desk.case, alarm(2, MONDAY + timedelta(days=10)))
    assert desk.state.colour == "blue"
    add_incident(desk.case, alarm(3, MONDAY + timedelta(days=30)))
    assert desk.state.colour == "yellow"
    add_incident(desk.case, alarm(4, MONDAY + timedelta(days=30)))
    assert desk.state.colour == "yellow"


def test_three_alarms_over_a_longer_time_do_not() -> None:
    desk = Desk()
    for number, days in ((2, 20), (3, 31)):
        add_incident(desk.case, alarm(number, MONDAY + timedelta(days=days)))
    assert desk.state.colour == "blue"


def test_a_playbook_says_how_many_alarms_within_how_long_raise_the_colour() -> None:
    for raising, colour in (
        (Raising(after_alarms=2), "yellow"),
        (Raising(after_alarms=2, alarms_within=Span(calendar_days=9)), "blue"),
        (Raising(after_alarms="never"), "blue"),
    ):
        desk = Desk()
        desk.state.process = desk.state.process.model_copy(update={"raising": raising})
        add_incident(desk.case, alarm(2, MONDAY + timedelta(days=10)))
        assert desk.state.colour == colour


def test_a_graver_alarm_raises_to_its_own_colour_and_a_milder_one_never_lowers() -> None:
    desk = Desk()
    desk.push()
    add_incident(desk.case, alarm(2, MONDAY, rank=3))
    assert desk.state.colour == "red"
    clock = desk.state.clock(COLOUR)
    assert clock
    assert clock.due_at == MONDAY + timedelta(days=1)
    add_incident(desk.case, alarm(3, MONDAY, rank=1))
    assert desk.state.colour == "red"


def test_during_follow_up_a_repeat_alarm_takes_the_dispute_back_to_triage() -> None:
    desk = Desk()
    desk.case.enter(Stage.FOLLOW_UP)
    visit = desk.case.open("visit")
    add_incident(desk.case, alarm(2, MONDAY))
    turn = desk.state.interruption
    assert turn
    assert (turn.action, turn.goto) == ("repeat_alarm", Stage.TRIAGE)
    assert visit.state == "void"


def test_a_hotline_s_note_stands_on_the_timeline() -> None:
    desk = Desk()
    hotline_note(desk.case, Note(key="k", source="12345", text="来电人称仍在施工"))
    assert desk.state.timeline[-1].detail == {"source": "12345", "text": "来电人称仍在施工"}


def test_what_the_hotline_hears_is_told_whoever_holds_the_case_once() -> None:
    desk = Desk()
    task = desk.push()
    operator = person("operator", ("hotline_operator", "/c/hotline"))
    for _ in range(2):
        hotline_note(desk.case, Note(key="k.c", source="12345", text="来电人称仍在施工", actor=operator))
    [line] = [entry for entry in desk.state.timeline if entry.kind == "hotline_note"]
    assert (line.actor, line.detail["told"]) == ("operator", [["on_scene_officer", PLACES["station"]]])
    desk.claim(task, SCENE)
    hotline_note(desk.case, Note(key="l.c", source="12345", text="又来电", actor=operator))
    assert desk.state.timeline[-1].detail["person"] == SCENE.person_id
    assert "told" not in desk.state.timeline[-1].detail


def test_a_new_calendar_counts_from_now_on_and_moves_no_deadline() -> None:
    desk = Desk()
    desk.case.open("accept_assignment", about={"path": "/c/housing"})
    before = desk.state.clocks[0].due_at
    flood = Calendar(edition="flood", holidays=[MONDAY.date() + timedelta(days=1)])
    for _ in range(2):
        calendar_edition(desk.case, flood)
    assert len(desk.logged("calendar_edition")) == 1
    assert desk.state.clocks[0].due_at == before
    desk.case.open("accept_assignment", about={"path": "/c/market"})
    assert desk.state.clocks[1].due_at == before + timedelta(days=1)


def test_the_desk_reads_whose_source_number_a_report_has() -> None:
    desk = Desk()
    add_incident(desk.case, alarm(2, desk.at).model_copy(update={"conflicts_with": "D2026-000777"}))
    add_incident(desk.case, alarm(3, desk.at).model_copy(update={"conflicts_with": desk.state.dispute_no}))
    add_incident(desk.case, alarm(4, desk.at))
    assert desk.logged("source_no_conflict") == [
        "来源编号重复：与D2026-000777的警情同号而内容不同，请核实",
        "来源编号重复：与本纠纷的警情同号而内容不同，请核实",
    ]


def test_a_case_taken_up_anew_asks_its_stage_again_and_leaves_the_asides_and_clocks_alone() -> None:
    desk = Desk()
    task = desk.push()
    aside = desk.case.open("supervise", about={"title": "督办", "matter": "m", "level": 1})
    approval = desk.case.open("approve_change", about={"title": "变更", "change": 1})
    awaited = desk.case.open("approve_change", about={"title": "认定非矛盾纠纷"})
    clock = desk.state.clock(COLOUR)
    restart_stage(desk.case)
    assert [t.state for t in (task, aside, approval, awaited)] == ["void", "open", "open", "void"]
    assert desk.state.clock(COLOUR) is clock
