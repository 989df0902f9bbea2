"""联席会议: called on a case outside any whistle, under Wuwei's mechanism (W-040)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from temporalio.exceptions import ApplicationError

from domain.image.shown_summons import shown_summons
from domain.policy.playbook import load_playbook
from domain.transitions.actions import actions_thinkable
from tests.domain.mediated_dispute import Told
from tests.domain.policy.test_playbook import mistakes
from tests.domain.support import MONDAY, PLACES, PLAYBOOKS, person

SET_UP = "建立综治、派出所和社区、街道联席会议制度,定期分析辖区治安形势和矛盾隐患,对重点矛盾纠纷会商研判"
MEMBERS = ["centre_dispatcher", "station_chief", "village_secretary", "township_leader"]
TEXT = (PLAYBOOKS / "wuwei.yaml").read_text(encoding="utf-8")
CHIEF = person("chief", ("station_chief", PLACES["station"]))


def called(**more: Any) -> Told:
    """The station's chief calls the conference on a dispute whose officer is at the scene."""
    told = Told("wuwei")
    told.act("convene", by=CHIEF, reason="两村争水，曾多次聚集", where="街道会议室", **{
        "at": MONDAY + timedelta(hours=3), "to": [], **more})  # fmt: skip
    return told


def arrive(told: Told, *, but: str = "") -> None:
    """Everybody checks in, but for one role."""
    for task in told.state.pending("check_in"):
        if task.addressees[0].role != but:
            told.answer("check_in", "arrived", of=task.addressees[0].path)


@pytest.mark.req("W-040", "W-042")
def test_the_standing_members_are_called_and_whoever_is_asked_besides() -> None:
    """“建立综治、派出所和社区、街道联席会议制度”."""
    told = called(to=[{"organisation": "housing", "role": "department_handler"}])
    asked = [task.addressees[0].role for task in told.state.pending("check_in")]
    assert asked == [*(role for role in MEMBERS if role != "station_chief"), "department_handler"], "who calls is there"
    [conference] = told.state.summons
    assert (conference.cause, conference.why, conference.where) == (
        "conference", "综治、派出所和社区、街道联席会议", "街道会议室",
    )  # fmt: skip
    assert told.logged("summoned") == [], "nobody whistled"


@pytest.mark.req("W-040", "H-042")
def test_it_has_its_people_its_minutes_and_a_plan_that_is_waited_for() -> None:
    """“对重点矛盾纠纷会商研判,点对点交办”; “……物业、业主党员代表等联合会商”."""
    told = called()
    arrive(told, but="village_secretary")
    assert told.state.pending("confer") == [], "one has still to come"
    told.life.pass_time(timedelta(hours=6))
    [task] = told.state.pending("confer")
    assert [post.role for post in task.addressees] == ["station_chief"]
    guest = {"name": "业主党员代表甘某", "consent": True}
    seats = [{"person": f"{line['any_of'][0]}@{line['path']}#1"} for line in task.about["called"]]
    plan = [{"what": "测量渠道并商定轮灌日", "organisation": "housing", "role": "department_handler",
             "due": told.life.at + timedelta(days=3)}]  # fmt: skip
    told.answer("confer", "agreed", participants=[*seats, guest], minutes="各方同意轮灌", items=plan)
    [shown] = shown_summons(told.state)
    came = {each.role: each.standing for each in shown.called}
    assert came == {"centre_dispatcher": "arrived", "village_secretary": "absent", "township_leader": "arrived"}
    [sitting] = shown.conferences
    assert (sitting.result, sitting.minutes) == ("agreed", "各方同意轮灌")
    assert "业主党员代表甘某" in [each["name"] for each in sitting.participants], "no post, and at the table"
    assert [(item.what, item.standing) for item in shown.items] == [("测量渠道并商定轮灌日", "open")], "点对点交办"
    assert told.logged("consensus")[-1].startswith("联席会议形成决议：召集后")
    told.answer("confirm_triage", "confirm")
    told.answer("handle_on_scene", "settled")
    assert told.state.stage == "push_1", "what was planned is done before it goes on"
    told.answer("carry_out", "done")
    assert told.state.stage == "follow_up"


def test_one_is_called_at_a_time_by_whom_the_playbook_names_and_for_a_time_to_come() -> None:
    told = Told("wuwei")
    officer = person("officer", ("responsible_officer", PLACES["station"]))
    asked = {"reason": "会商", "where": "会议室", "at": MONDAY + timedelta(hours=1), "to": []}
    with pytest.raises(ApplicationError) as refusal:
        told.act("convene", by=officer, **asked)
    assert refusal.value.type == "not_entitled"
    with pytest.raises(ApplicationError) as refusal:
        told.act("convene", by=CHIEF, **{**asked, "at": MONDAY - timedelta(hours=1)})
    assert refusal.value.details[0]["errors"][0]["field"] == "at"
    told.act("convene", by=CHIEF, **asked)
    assert "convene" not in actions_thinkable(told.state)
    arrive(told)
    assert "convene" not in actions_thinkable(told.state), "it sits"
    told.answer("confer", "called_off", reason="双方已和好")
    assert "convene" in actions_thinkable(told.state)


def test_a_city_without_one_calls_none_and_pins_nothing() -> None:
    told = Told("jinhua")
    assert "convene" not in actions_thinkable(told.state)
    assert "conference" not in told.state.process.model_dump()


def test_a_conference_that_could_not_sit_is_refused() -> None:
    assert (
        "calls people together: mayor"
        in mistakes("by: [centre_dispatcher, station_chief, town", "by: [mayor, town", TEXT)[0]
    )
    again = "      - {role: township_leader, at: township}\n\n  tasks:"
    twice = again.replace("township_leader, at: township", "station_chief, at: station")
    assert "is a member already" in mistakes(again, twice, TEXT)[0]
    short = "    name: 综治、派出所和社区、街道联席会议\n"
    assert "longer than that" in mistakes(short, f"{short}    confer_within: {{hours: 2}}\n", TEXT)[0]
    assert load_playbook(TEXT, "wuwei.yaml")
