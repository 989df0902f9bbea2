"""Venues on the register, over HTTP (R-102)."""

from __future__ import annotations

import pytest

from api.cli.client import Refusal
from tests.instance import Instance


@pytest.mark.req("R-102")
def test_the_register_has_each_venue_with_its_place_and_who_is_stationed_there(ronghe: Instance) -> None:
    """“设立驻村矛盾纠纷调解工作室、法官工作室、司法所工作站”."""
    county = ronghe.county
    asked = {"organisation": "village-qingxi-1"}
    venues = {v["kind"]: v for v in county.supervisor.get("/v1/venues", **asked)["items"]}
    assert {kind: v["name"] for kind, v in venues.items()} == {
        "mediation_studio": "清溪社区矛盾纠纷调解工作室",
        "judge_studio": "清溪社区法官工作室",
        "justice_workstation": "清溪社区司法所工作站",
    }
    studio = venues["mediation_studio"]
    assert (studio["village"]["code"], studio["township"]["code"]) == ("village-qingxi-1", "town-qingxi")
    assert [who["role"] for who in studio["stationed"]] == ["mediator"]
    assert [who["role"] for who in venues["judge_studio"]["stationed"]] == ["court_liaison"]
    only = county.supervisor.get("/v1/venues", kind="judge_studio", limit=2)
    assert {v["kind"] for v in only["items"]} == {"judge_studio"}
    assert county.supervisor.get("/v1/venues", kind="judge_studio", limit=2, cursor=only["next_cursor"])["items"]
    with pytest.raises(Refusal) as refusal:
        county.supervisor.get("/v1/venues", organisation="nowhere")
    assert refusal.value.code == "fields_invalid"


def test_whoever_heads_the_mediators_stations_them_and_nobody_else_does(ronghe: Instance) -> None:
    county = ronghe.county
    chief, mediator = (county.with_role(role, "justice-qingxi") for role in ("justice_chief", "mediator"))
    there = {"kind": "venue_mediator", "subject": "studio-qingxi-2", "person": mediator.username, "detail": "每周三"}
    with pytest.raises(Refusal) as refusal:
        county.with_role("station_chief", "station-qingxi").post("/v1/duties", there)
    assert refusal.value.code == "not_entitled"
    with pytest.raises(Refusal) as refusal:
        chief.post("/v1/duties", {**there, "subject": "station-qingxi"})
    assert refusal.value.code == "fields_invalid", "a police station is no venue"
    at_studio = {"kind": "venue_mediator", "subject": "studio-qingxi-2"}
    [before] = chief.get("/v1/duties", **at_studio)["items"]
    chief.post(f"/v1/duties/{before['duty_id']}/end")

    def stationed() -> list[str]:
        venues = {v["code"]: v for v in chief.get("/v1/venues", organisation="village-qingxi-2")["items"]}
        return [who["detail"] for who in venues["studio-qingxi-2"]["stationed"]]

    assert stationed() == [], "vacant"
    chief.post("/v1/duties", there)
    assert stationed() == ["每周三"]
