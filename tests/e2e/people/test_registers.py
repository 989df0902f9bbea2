"""Registers over HTTP: what is entrusted decides who is asked next, and nobody else may entrust it."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from api.cli.client import Client, Refusal
from tests.e2e.support import People

STATION, BEAT, GRID, PLACE = "station-daping", "beat-457", "grid-457", "大坪乡乌石村第8网格"


def refused(what: Callable[[], Any]) -> tuple[int, str]:
    """The status and code that something is refused with."""
    with pytest.raises(Refusal) as refusal:
        what()
    return refusal.value.status, refusal.value.code


def at_push_2(people: People) -> dict[str, Any]:
    """A dispute in the grid that the scene could not settle; the case."""
    house = uuid.uuid4().int % 9_000 + 1_000
    report = people.alarm("两户因排水沟多次争吵", place={"address": f"{PLACE}{house}号", "grid_code": GRID}, parties=[
        {"name": f"甲{house}", "side": "a"}, {"name": f"乙{house}", "side": "b"},
    ])  # fmt: skip
    number = str(report["dispute_no"])
    people.answer(number, "handle_on_scene", "unsettled")
    return people.dispute(number)


@pytest.mark.req("Q-100", "J-003")
def test_whose_beat_it_is_on_record_is_asked_by_name_from_then_on(people: People) -> None:
    """“457个警格,嵌入…457个一般网格”; “推送到了管区民警汤荣那里”: a beat without an officer asks the command room, and
    with one the next dispute is his.
    """
    chief = people.at("station_chief", STATION)
    officer = people.at("responsible_officer", STATION, 1)
    vacant = [each["beat"]["code"] for each in chief.get("/v1/beats/vacancies", tier=3)["items"]]
    assert BEAT in vacant
    before = at_push_2(people)
    assert before["beat"]["officer"] is None
    assert people.wait_for(before["dispute_no"], "name_officer")
    asked = {"kind": "beat_officer", "subject": BEAT, "person": officer.username}
    key = str(uuid.uuid4())
    given = chief.post("/v1/duties", asked, key=key)
    try:
        assert chief.post("/v1/duties", asked, key=key) == given
        assert BEAT not in [each["beat"]["code"] for each in chief.get("/v1/beats/vacancies", tier=3)["items"]]
        after = at_push_2(people)
        me = officer.get("/v1/me")
        assert after["beat"]["officer"] == {"person_id": me["person_id"], "name": me["name"]}
        task = people.wait_for(after["dispute_no"], "follow_up_responsibly")
        assert task["task_id"] in [t["task_id"] for t in officer.get("/v1/tasks", box="mine", limit=200)["items"]]
        assert [kind for kind in map(_kind, people.open_tasks(after["dispute_no"])) if kind == "name_officer"] == []
    finally:
        chief.post(f"/v1/duties/{given['duty_id']}/end")
    assert chief.get("/v1/duties", subject=BEAT, kind="beat_officer")["items"] == []
    [kept] = [d for d in chief.get("/v1/duties", subject=BEAT, kind="beat_officer", history=True)["items"]
              if d["duty_id"] == given["duty_id"]]  # fmt: skip
    assert kept["state"] == "over"


def _kind(task: dict[str, Any]) -> str:
    return str(task["kind"])


def test_nobody_entrusts_what_is_not_his_to_give(people: People) -> None:
    chief, other = people.at("station_chief", STATION), people.at("station_chief", "station-baiyang")
    officer: Client = people.at("responsible_officer", STATION)
    asked = {"kind": "beat_officer", "subject": BEAT, "person": officer.username}
    assert refused(lambda: other.post("/v1/duties", asked)) == (403, "not_entitled")
    assert refused(lambda: officer.post("/v1/duties", asked)) == (403, "not_entitled")
    stranger = people.at("responsible_officer", "station-baiyang")
    assert refused(lambda: chief.post("/v1/duties", {**asked, "person": stranger.username})) == (422, "fields_invalid")
    wrongs: list[dict[str, Any]] = [
        {"kind": "mayor"}, {"subject": "beat-458"}, {"person": "nobody-1"}, {"until": "2020-01-01T08:00"},
        {"replaces": "no-such"}, {"more": 1},
    ]  # fmt: skip
    for wrong in wrongs:
        assert refused(partial(chief.post, "/v1/duties", {**asked, **wrong}))[0] in (409, 422), wrong
    held = {**asked, "subject": "beat-451"}
    assert refused(lambda: chief.post("/v1/duties", held)) == (409, "conflict")
    assert refused(lambda: chief.get("/v1/people/nobody-1")) == (404, "not_found")


@pytest.mark.req("Q-100", "Q-101")
def test_the_coverage_of_457_grids_is_told_and_its_pages_go_on(people: People) -> None:
    found = people.supervisor.get("/v1/beats/coverage")
    assert (found["whole"], found["grids"], found["beats"], found["one_to_one"]) == (True, 457, 457, 457)
    assert found["gaps"] == found["doubles"] == found["strays"] == found["misplaced"] == found["shared"] == []
    codes, cursor = [], None
    while True:
        page = people.supervisor.get("/v1/beats", limit=200, **({"cursor": cursor} if cursor else {}))
        codes += [beat["code"] for beat in page["items"]]
        assert all([c["tier"] for c in beat["counterparts"]] == [1, 2, 3] for beat in page["items"])
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert len(codes) == len(set(codes)) == 457


@pytest.mark.req("R-030", "W-011")
def test_a_leader_contracts_a_dispute_and_the_case_tells_who_answers_for_its_place(people: People) -> None:
    """“各级政法、公安负责人对点包保,各级职能部门对口联系”; “由社区民警联系驻村辅警、镇村干部、网格员等基层力量”."""
    number = str(at_push_2(people)["dispute_no"])
    town = people.at("township_leader", "town-daping")
    contracting = people.at("leader", "county", 1)
    asked = {"kind": "contracting", "subject": number, "person": contracting.username, "detail": "包到办结"}
    stranger = people.at("township_leader", "town-baiyang")
    unknown = {**asked, "subject": "D2020-000001"}
    for tried in (asked, unknown):
        with pytest.raises(Refusal) as refusal:
            stranger.post("/v1/duties", tried)
        [error] = refusal.value.body["errors"]
        assert error == {"field": "subject", "message": f"没有代码为“{tried['subject']}”的对象"}, "like none"
    assert refused(lambda: town.post("/v1/duties", {**asked, "person": stranger.username})) == (422, "fields_invalid")
    assert refused(lambda: town.post("/v1/duties", {**asked, "subject": "2020-000001"})) == (422, "fields_invalid")
    given = town.post("/v1/duties", asked)
    kept = {"kind": "contracting", "subject": number}
    assert [duty["detail"] for duty in town.get("/v1/duties", **kept)["items"]] == ["包到办结"]
    assert stranger.get("/v1/duties", **kept)["items"] == [], "what is said of a case is for those who see it"
    card = f"/v1/people/{contracting.username}"
    assert number in {duty["subject"] for duty in town.get(card)["duties"]}
    assert number not in {duty["subject"] for duty in stranger.get(card)["duties"]}
    found = town.get(f"/v1/disputes/{number}/contacts")
    me = contracting.get("/v1/me")
    assert [(who["person_id"], who["title"]) for who in found["leaders"]] == [(me["person_id"], "包保领导")]
    village = found["village"]
    assert village["name"] == "乌石村"
    assert village["auxiliary"]
    assert not village["gap"]
    titles = {who["title"] for who in village["contacts"]}
    assert {"驻村辅警", "驻村干部", "村（社区）书记", "网格员"} <= titles
    assert [who["at"]["code"] for who in village["leaders"]] == ["town-daping"]
    assert village["counterparts"][0]["title"] == "对口联系人"
    watched = contracting.get("/v1/tasks", box="watched", limit=200)["items"]
    assert number in {task["dispute_no"] for task in watched}
    assert refused(lambda: stranger.get(f"/v1/disputes/{number}/contacts")) == (404, "not_found")
    town.post(f"/v1/duties/{given['duty_id']}/end")
    assert town.get(f"/v1/disputes/{number}/contacts")["leaders"] == []


@pytest.mark.req("W-010")
def test_villages_without_an_auxiliary_are_listed_by_name(people: People) -> None:
    """“充分发挥‘一村一辅警’优势”: every village has one, and who has none is told."""
    missing = people.supervisor.get("/v1/villages", vacant=True)["items"]
    assert "青云乡" in {village["township"]["name"] for village in missing}
    assert all(village["gap"] == f"{village['name']}：驻村辅警空缺" for village in missing)
    here = people.supervisor.get("/v1/villages", organisation="station-baiyang", limit=2)
    assert here["next_cursor"]
    assert all(village["auxiliary"] for village in here["items"])
    there = people.supervisor.get("/v1/villages", organisation="station-baiyang", cursor=here["next_cursor"])
    assert not {v["code"] for v in here["items"]} & {v["code"] for v in there["items"]}
    assert refused(lambda: people.supervisor.get("/v1/villages", organisation="no-such")) == (422, "fields_invalid")
