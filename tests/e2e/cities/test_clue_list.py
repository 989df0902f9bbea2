"""武威: clues gathered by visits, kept as a list until each is cancelled off."""

from __future__ import annotations

from typing import Any

import pytest

from api.cli.client import County
from api.cli.stories.people import house
from tests.instance import Instance

FOUND = {
    "兄弟两家为赡养老人互相推诿，老人无人照料": ("family_",),
    "夫妻感情不和闹离婚，为财产分割争执": ("family_marital", "family_divorce"),
    "楼上邻居噪声扰民，两家为此多次争吵": ("neighbor_",),
    "两户因承包地边界争执，一方已把地埂犁掉": ("land_",),
}
"""“家庭、婚恋、邻里、土地等矛盾纠纷”: what is told at the door, and how the codes begin that it may be put under."""


def gathered(county: County, narrative: str) -> dict[str, Any]:
    """What the auxiliary of the village heard on a visit."""
    auxiliary = county.with_role("village_auxiliary", "village-qingxi-1")
    body = county.reported(narrative, source="visit", place={"address": house("清溪镇清溪社区")})
    return auxiliary.report(body)


@pytest.mark.req("W-012")
def test_what_a_visit_hears_of_family_marriage_neighbours_and_land_is_put_there(wuwei: Instance) -> None:
    """“由社区民警联系驻村辅警…等基层力量,广泛收集辖区群众家庭、婚恋、邻里、土地等矛盾纠纷”."""
    county = wuwei.county
    told = [gathered(county, narrative) for narrative in FOUND]
    for each, begins in zip(told, FOUND.values(), strict=True):
        assert each["triage"]["category"].startswith(begins)
    assert {county.dispute(each["dispute_no"])["source"] for each in told} == {"visit"}
    assert all(county.open_tasks(each["dispute_no"], "confirm_triage") for each in told), "an officer judges each"


@pytest.mark.req("W-050")
def test_clues_stand_on_a_list_by_colour_with_holder_and_day_until_they_are_cancelled_off(wuwei: Instance) -> None:
    """“清单式管理矛盾纠纷线索…划分红、橙、黄三个等级”."""
    county = wuwei.county
    number = gathered(county, "两户因承包地边界争执，一方已把地埂犁掉")["dispute_no"]
    county.answer(number, "confirm_triage", "confirm")

    def listed(**asked: Any) -> dict[str, dict[str, Any]]:
        found = county.supervisor.get("/v1/disputes", source="visit", limit=200, **asked)["items"]
        return {each["dispute_no"]: each for each in found}

    clue = listed(closed=False)[number]
    assert clue["colour"] in ("red", "orange", "yellow")
    assert clue["holder"], "somebody has it"
    assert clue["due_at"], "and by a day"
    assert number in listed(colour=clue["colour"], closed=False)
    other = next(colour for colour in ("red", "orange", "yellow") if colour != clue["colour"])
    assert number not in listed(colour=other)
    assert number not in listed(closed=True)
    chief = county.with_role("station_chief", "station-qingxi")
    chief.post(f"/v1/disputes/{number}/actions/withdraw", {"reason": "双方当面请求撤回，地埂已恢复"})
    if county.open_tasks(number, "approve_change"):
        county.answer(number, "approve_change", "approve")
    gone = listed(closed=True)[number]
    assert (gone["outcome"], bool(gone["closed_at"])) == ("withdrawn", True), "销号 has its day and outcome"
    assert number not in listed(closed=False)
