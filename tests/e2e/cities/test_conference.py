"""The joint conference called on a case over HTTP (W-040)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from api.cli.client import Refusal
from api.cli.stories.people import house
from tests.instance import Instance


@pytest.mark.req("W-040")
def test_the_conference_is_offered_to_whom_the_playbook_names_and_stands_on_the_case(wuwei: Instance) -> None:
    """“建立综治、派出所和社区、街道联席会议制度……对重点矛盾纠纷会商研判”."""
    county = wuwei.county
    place = {"address": house("清溪镇清溪社区")}
    officer, chief, foreign = (
        county.with_role(role, at)
        for role, at in (("responsible_officer", "station-qingxi"), ("station_chief", "station-qingxi"),
                         ("station_chief", "station-gushan"))
    )  # fmt: skip
    number = officer.report(county.reported("两家争用灌溉渠道", source="visit", place=place))["dispute_no"]
    while county.dispute(number)["stage"] == "triage":
        county.answer(number, "confirm_triage", "confirm")
    asked = {
        "reason": "两村争水，曾多次聚集", "where": "街道会议室",
        "at": (county.now + timedelta(hours=1)).isoformat(),
        "to": [{"organisation": "water", "role": "department_handler"}],
    }  # fmt: skip
    assert "convene" in [action["name"] for action in chief.get(f"/v1/disputes/{number}")["actions"]]
    assert "convene" not in [action["name"] for action in officer.get(f"/v1/disputes/{number}")["actions"]]
    with pytest.raises(Refusal) as refusal:
        officer.post(f"/v1/disputes/{number}/actions/convene", asked)
    assert refusal.value.code == "not_entitled"
    with pytest.raises(Refusal) as refusal:
        foreign.post(f"/v1/disputes/{number}/actions/convene", asked)
    assert refusal.value.code == "not_found", "he does not see it"
    nobody = {"organisation": "water", "role": "court_chief"}
    with pytest.raises(Refusal) as refusal:
        chief.post(f"/v1/disputes/{number}/actions/convene", {**asked, "to": [nobody]})
    assert refusal.value.body["errors"][0]["field"] == "to.0.role"
    chief.post(f"/v1/disputes/{number}/actions/convene", asked)
    [conference] = county.dispute(number)["summons"]
    assert (conference["cause"], conference["why"]) == ("conference", "综治、派出所和社区、街道联席会议")
    assert [called["role"] for called in conference["called"]] == [
        "centre_dispatcher", "village_secretary", "township_leader", "department_handler",
    ]  # fmt: skip
