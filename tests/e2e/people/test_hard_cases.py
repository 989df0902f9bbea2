"""骨头案 and 钉子案 over HTTP: tagged with a reason, shown, and found by their tag."""

from __future__ import annotations

import pytest

from tests.e2e.support import errors_of
from tests.instance import Instance


@pytest.mark.req("H-052")
def test_the_list_finds_hard_cases_by_their_tag(huangshi: Instance) -> None:
    """“这20%往往是‘骨头案’‘钉子案’‘回流案’”."""
    county = huangshi.county
    place = {"address": "白洋街道难案社区1号"}
    number = county.alarm("两户因宅基地边界争执多年，多次判决仍不息诉", place=place)["dispute_no"]
    supervisor = county.supervisor
    assert "tag" in [action["name"] for action in county.dispute(number)["actions"]]
    supervisor.post(f"/v1/disputes/{number}/actions/tag", {"tag": "bone", "reason": "三年未决"})
    assert county.dispute(number)["tags"] == ["bone"]
    [found] = [d for d in supervisor.get("/v1/disputes", tag="bone", limit=200)["items"] if d["dispute_no"] == number]
    assert found["tags"] == ["bone"]
    nails = supervisor.get("/v1/disputes", tag="nail", limit=200)["items"]
    assert number not in [d["dispute_no"] for d in nails]
    assert set(errors_of(lambda: supervisor.get("/v1/disputes", tag="stone"))) == {"tag"}
