"""Push 1 on the running system (“智能研判现场办”): who was where before, the law, what is forbidden."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from tests.e2e.support import People

SMASH = "有人在新村门口闹事，扬言要砸了他的车，双方因货款纠纷争执"
GUSHAN, BAIYANG = "古山镇金江龙村{}号", "白洋街道万石院新村{}号"


def luo(**more: Any) -> dict[str, Any]:
    """Somebody with a telephone of the test's own."""
    return {"name": "罗建国", "phone": f"137{uuid.uuid4().int % 10**8:08d}", "side": "b", **more}


def reported(people: People, narrative: str, address: str, *parties: dict[str, Any]) -> str:
    """A report of its own place; the number of its dispute."""
    place = {"address": address.format(uuid.uuid4().int % 10**6)}
    return str(people.alarm(narrative, place=place, parties=list(parties))["dispute_no"])


def brief_of(people: People, number: str, kind: str) -> dict[str, Any]:
    """The brief of a task, as who may answer it reads it."""
    task = people.wait_for(number, kind)
    whole = people.supervisor.get(f"/v1/tasks/{task['task_id']}")
    answerer = people.person(whole["candidates"][0]["username"])
    brief: dict[str, Any] = answerer.get(f"/v1/tasks/{task['task_id']}")["brief"]
    return brief


@pytest.mark.req("J-002", "J-011")
def test_push_1_tells_what_the_people_were_reported_for_before(people: People) -> None:
    """“智能研判现场办”; “‘初期、中期、后期’3个阶段”."""
    who = luo()
    before = reported(people, SMASH, GUSHAN, who)
    people.answer(before, "confirm_triage", "confirm")
    people.wait_for(before, "handle_on_scene")
    elsewhere = reported(people, SMASH, BAIYANG, who)
    number = reported(people, SMASH, GUSHAN, {**who, "side": "a", "phone": f"+86 {who['phone']}"})
    people.answer(number, "confirm_triage", "confirm")
    brief = brief_of(people, number, "handle_on_scene")
    assert brief["phase"] == {"code": "early", "name": "初期"}
    look_back = brief["look_back"]
    [matter] = look_back["people"]
    assert (matter["dispute_no"], matter["outcome"]) == (before, None)
    [match] = matter["matched"]
    assert (match["by"], match["verify"], match["side_there"]) == (["phone", "name"], False, "b")
    assert look_back["out_of_sight"]["sure"] == 1
    assert elsewhere not in str(look_back), "another station's: that there is one, and no more"
    assert who["phone"] not in str(look_back)
    assert "扬言" in [cue["text"] for cue in brief["cues"]]
    threat = next(duty for duty in brief["duties"] if duty["kind"] == "threat_extreme")
    assert "公安先期处置" in threat["required"]
    assert "不得仅以电话联系视为“介入处置”" in threat["forbidden"]
    assert brief["law"]["legal_basis"]
    beat = people.dispute(number)["beat"]
    assert beat["officer"]
    named = (brief["beat"]["officer"], brief["beat"]["deputy"])
    assert named == (beat["officer"]["name"], beat["deputy"]["name"]), "who goes there knows whose beat it is"
    assert brief["law"]["track"]


@pytest.mark.req("J-002")
def test_a_corrected_telephone_is_known_and_a_name_alone_is_to_be_verified(people: People) -> None:
    before = reported(people, SMASH, GUSHAN, {"name": "章北海", "side": "b"})
    number = reported(people, SMASH, GUSHAN, {"name": "章北海", "side": "a", "phone": luo()["phone"]})
    found = people.supervisor.get(f"/v1/disputes/{number}/earlier")
    assert found["people"] == []
    namesakes = {matter["dispute_no"]: matter["matched"][0] for matter in found["namesakes"]}
    assert (namesakes[before]["by"], namesakes[before]["verify"]) == (["name"], True)


@pytest.mark.req("Q-063")
def test_when_a_criminal_case_opens_what_there_was_before_is_found(people: People) -> None:
    """“针对辖区个别邻里纠纷演化成刑案的情况,举一反三”: who approves the conversion reads it."""
    who = luo()
    before = reported(people, "两户因宅基地边界争执，砌墙被拦", GUSHAN, who)
    number = reported(people, SMASH, GUSHAN, who)
    people.act(number, "convert_to_criminal", case_no="A3307842026110001")
    brief = brief_of(people, number, "approve_change")
    assert before in [matter["dispute_no"] for matter in brief["look_back"]["people"]]
    assert before in [m["dispute_no"] for m in people.supervisor.get(f"/v1/disputes/{number}/earlier")["people"]]
