"""A diversion on record: who decided what, and what shows later that it should have been otherwise."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from domain.case.diverting import diverts, note_diversion, undo, verdict_of
from domain.errors import FieldsInvalid
from domain.people.organisation import Post
from domain.policy.parts.diversions import DiversionPolicy
from domain.policy.stages import Stage
from domain.transitions.facts import add_incident
from tests.domain.mediated_dispute import Told
from tests.domain.support import COMMAND_ROOM, OFFICER, PLACES, SCENE, Desk, alarm


def hotline(**more: Any) -> Desk:
    """A parking quarrel that came by the hotline, before the command room."""
    return Desk(**{"source": "12345", **more})


def judged(desk: Desk, choice: bool | None = None) -> bool:
    """What triage does with the desk's choice."""
    verdict = verdict_of(desk.state)
    diverted = diverts(desk.state, verdict, choice)
    note_diversion(desk.case, verdict, diverted=diverted)
    return diverted


@pytest.mark.req("H-033", "H-034")
def test_what_must_go_goes_by_itself_and_what_is_kept_is_a_deviation() -> None:
    desk = hotline()
    assert judged(desk)
    assert desk.state.diverted
    assert desk.state.diversions[-1].deviation is None
    kept = hotline()
    assert not judged(kept, choice=False)
    assert (kept.state.diversions[-1].verdict, kept.state.diversions[-1].deviation) == ("must", "missed")
    assert kept.logged("diversion") == ["不分流（应分流）"]


@pytest.mark.req("H-033")
def test_what_may_go_stays_unless_somebody_says_so() -> None:
    for more in ({"source": "110"}, {"confidence": 0.2}, {"elsewhere": False}):
        assert not judged(hotline(**more))
        assert judged(hotline(**more), choice=True)
    assert not judged(hotline(police=True), choice=True)


@pytest.mark.req("H-033", "H-034")
def test_a_triage_says_why_it_keeps_what_should_go_and_never_diverts_what_may_not() -> None:
    desk = hotline()
    task = desk.case.open("confirm_triage")
    with pytest.raises(FieldsInvalid) as refused:
        desk.decide(task, "confirm", COMMAND_ROOM, divert=False)
    assert "不分流的，须说明理由" in refused.value.errors[0]["message"]
    with pytest.raises(FieldsInvalid) as refused:
        desk.decide(task, "correct", COMMAND_ROOM, divert=True, police=True, reason="持刀")
    assert refused.value.errors == [{"field": "divert", "message": "不得分流：须公安先行处置"}]
    desk.decide(task, "confirm", COMMAND_ROOM, divert=False, reason="双方均在所内，当场可调")


@pytest.mark.req("H-046", "J-046")
@pytest.mark.parametrize("how", ["recall", "send_back"])
def test_what_the_police_get_back_was_diverted_needlessly_and_does_not_go_again_by_itself(how: str) -> None:
    desk = hotline()
    judged(desk)
    desk.push(Stage.PUSH_3, "dispatch")
    if how == "recall":
        desk.act("recall", OFFICER, reason="现场再起冲突")
    else:
        undo(desk.case, how)
    record = desk.state.diversions[-1]
    assert (record.undone, record.undone_at, record.deviation) == (how, desk.at, "needless")
    assert desk.state.diverted is None
    assert verdict_of(desk.state).verdict == ("may" if how == "recall" else "must")


@pytest.mark.req("H-046")
def test_the_police_watch_to_the_end_what_they_diverted() -> None:
    """“分流不分家”."""
    desk = hotline()
    watching = DiversionPolicy.model_validate({"watched_by": [{"role": "station_deputy", "at": "station"}]})
    desk.state.process = desk.state.process.model_copy(update={"diversion": watching})
    deputy = Post(role="station_deputy", path=PLACES["station"])
    assert deputy not in desk.case.open("rule_refusal").watchers
    judged(desk)
    for kind in ("dispatch", "dispose", "evaluate", "visit"):
        assert deputy in desk.case.open(kind).watchers, kind
    assert deputy not in desk.case.open("supervise", about={"title": "", "matter": "x", "level": 0}).watchers


@pytest.mark.req("H-052")
def test_an_alarm_on_a_diverted_matter_within_the_time_flows_back() -> None:
    """“回流案”."""
    desk = hotline()
    judged(desk)
    desk.at += timedelta(days=3)
    for number, source in ((2, "110"), (3, "grid")):
        add_incident(desk.case, alarm(number, desk.at).model_copy(update={"source": source}))
    desk.at += timedelta(days=40)
    add_incident(desk.case, alarm(4, desk.at))
    assert len(desk.state.diversions[-1].came_back) == 1
    assert desk.logged("came_back") == ["回流：分流后再次报警（第1次）"]
    never = Desk()
    add_incident(never.case, alarm(2, never.at))
    assert never.logged("came_back") == []


@pytest.mark.req("H-052")
def test_an_alarm_of_the_diversions_own_second_flows_back() -> None:
    """“回流案”: reports tell their time to the second."""
    desk = hotline()
    told = desk.at
    desk.at += timedelta(milliseconds=600)
    judged(desk)
    add_incident(desk.case, alarm(2, told - timedelta(seconds=1)))
    assert desk.logged("came_back") == []
    add_incident(desk.case, alarm(3, told))
    assert len(desk.logged("came_back")) == 1


@pytest.mark.req("H-041", "H-033")
def test_while_the_scene_is_not_safe_nobody_diverts() -> None:
    """“稳控现场后，民警‘派单’”."""
    desk = hotline()
    task = desk.case.open("confirm_triage")
    with pytest.raises(FieldsInvalid) as refused:
        desk.decide(task, "confirm", COMMAND_ROOM, divert=True, scene_safe=False)
    assert refused.value.errors == [{"field": "divert", "message": "不得分流：现场尚未稳控"}]
    desk.decide(task, "confirm", COMMAND_ROOM, scene_safe=False)
    assert not judged(desk, choice=True)
    again = desk.case.open("confirm_triage")
    desk.decide(again, "confirm", COMMAND_ROOM, divert=True, scene_safe=True)
    assert judged(desk, choice=True)


@pytest.mark.req("H-041")
def test_what_the_officer_on_the_scene_says_counts_and_silence_changes_nothing() -> None:
    desk = hotline()
    desk.decide(desk.push(), "unsettled", SCENE, reason="一方持械", scene_safe=False)
    assert verdict_of(desk.state).grounds[0].code == "scene_unsafe"
    desk.decide(desk.push(), "unsettled", SCENE, reason="仍在劝解")
    assert verdict_of(desk.state).verdict == "never"


@pytest.mark.req("H-041", "J-023")
def test_an_approval_that_comes_when_the_scene_is_no_longer_safe_diverts_nothing() -> None:
    told = Told()
    told.answer("confirm_triage", "confirm", divert=True)
    told.answer("handle_on_scene", "unsettled", reason="一方持械返回", scene_safe=False)
    told.answer("approve_third_push", "approve")
    assert (told.state.stage, told.state.left_police) == (Stage.PUSH_2, False)
    assert told.state.diversions[-1].reason == "批准前情况有变"
