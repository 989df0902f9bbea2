"""Who should handle it, over HTTP: reasons, loads, and what became of five that were lived and closed."""

from __future__ import annotations

import itertools

import pytest

from tests.e2e.support import People

GRAVE, GUSHAN, BAIYANG = "两家因祖坟坟地边界争执，修坟时碰了墓碑", "古山镇金江龙村{}号", "白洋街道万石院新村{}号"
"""A class of its own in these tests."""
_houses = itertools.count(7_000)


def grave(people: People, place: str = GUSHAN, narrative: str = GRAVE) -> str:
    """A quarrel of people whom no other has."""
    n = next(_houses)
    parties = [{"name": f"坟主{n}", "phone": f"136{n:08d}", "side": "a"}]
    report = people.alarm(narrative, source="walk_in", place={"address": place.format(n)}, parties=parties)
    return str(report["dispute_no"])


def closed(people: People, place: str = GUSHAN) -> str:
    """Settled on the scene, found good, and ended."""
    number = grave(people, place)
    people.answer(number, "confirm_triage", "confirm")
    people.answer(number, "handle_on_scene", "settled", terms=["各退一步，保持原状"])
    people.answer(number, "evaluate", "accept")
    people.end(number)
    return number


@pytest.mark.req("J-002", "H-032")
def test_the_desk_reads_who_should_have_it_and_how_alike_ones_went(people: People) -> None:
    """“智能研判”; “明确牵头单位”: lead and cooperating with reasons and load, and what happened to alike cases."""
    here, elsewhere = [closed(people) for _ in range(5)], closed(people, BAIYANG)
    number = grave(people, narrative="修坟碰了邻居家的墓碑，祖坟坟地边界说不清")
    chief, path = people.at("station_chief", "station-gushan"), f"/v1/disputes/{number}/handling"
    told = chief.get(path)
    assert [reason["ground"] for reason in told["because"]] == ["words", "list"]
    assert {"祖坟"} & set(told["because"][0]["words"])
    lead, *others = told["units"]
    assert (lead["lead"], any(unit["lead"] for unit in others)) == (True, False)
    assert others
    for unit in told["units"]:
        assert unit["because"], unit["organisation"]
        assert unit["load"]["open"] >= unit["load"]["overdue"] >= 0
    alike = told["alike"]["same_category"]
    assert (alike["counted"], alike["settled"], alike["relapsed"]) == (6, 6, 0)
    assert alike["days"]["lower"] <= alike["days"]["median"] <= alike["days"]["upper"] < 1
    assert [(unit["code"], unit["count"]) for unit in alike["by_unit"]] == [
        ("station-gushan", 5), ("station-baiyang", 1)]  # fmt: skip
    assert {each["dispute_no"] for each in told["alike"]["nearest"]} == set(here)
    assert told["alike"]["out_of_sight"] == 1
    assert elsewhere not in str(told), "another station's is counted, and not named"
    assert "坟主" not in str(told), "no name of anybody concerned"
    county = people.supervisor.get(path)["alike"]
    assert (len(county["nearest"]), county["out_of_sight"]) == (5, 0)


def test_a_unit_on_which_a_dispute_waits_has_it_in_hand(people: People) -> None:
    number = people.at_dispose("civil_affairs")
    other = grave(people)
    lead = people.supervisor.get(f"/v1/disputes/{other}/handling")["units"][0]
    assert lead["organisation"] == "civil_affairs"
    assert lead["load"]["open"] >= 1
    assert number not in str(lead), "a count, and no dispute by name"
