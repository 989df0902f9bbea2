"""Two names of one place: learned only from a name, and never more than a name."""

import pytest

from domain.triage.address.aliases import Alias, Aliases, alias
from domain.triage.address.sameness import compare, compare_buildings, traces

KNOWN = Alias("华联超市", "老供销社")


@pytest.mark.parametrize(
    ("one", "other"),
    [("老供销社", "华联超市"), ("石桥镇老供销社对面", "华联超市对面"), ("华联超市2栋301", "老供销社2栋1单元")],
)
def test_two_addresses_that_differ_in_a_name_alone_teach_it(one: str, other: str) -> None:
    assert alias(one, other, ()) == alias(other, one, ()) == KNOWN


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("老供销社", "老供销社"),  # no two names
        ("老供销社3栋", "华联超市2栋"),  # more than a name
        ("老供销社", "华联超市对面"),
        ("石桥镇老供销社", "双河镇华联超市"),
        ("柳河村王家门口", "柳河村老油坊"),  # a home
        ("柳河村罗某家", "柳河村老油坊"),
        ("罗小平饭庄", "柳河酒楼"),  # a party's name
        ("人民医院", "华联超市"),  # every town has one
        ("人民路8号", "华联超市"),
    ],
)
def test_what_is_more_than_a_name_or_holds_a_person_teaches_nothing(one: str, other: str) -> None:
    assert alias(one, other, ["罗小平"]) is None


def test_under_an_alias_two_are_one_place() -> None:
    aliases = Aliases([KNOWN])
    said = aliases.toward("石桥镇老供销社2栋301", "华联超市2栋301")
    assert compare(said, "华联超市2栋301") == "same"
    assert set(aliases.keys("老供销社2栋")) & set(traces("华联超市2栋"))


@pytest.mark.parametrize("other", ["华联超市3栋", "华联超市2栋2单元", "华联超市2栋302", "华联超市对面"])
def test_what_differs_in_its_numbers_is_no_more_one_place_than_before(other: str) -> None:
    address = "老供销社2栋1单元301"
    assert compare(Aliases([KNOWN]).toward(address, other), other) != "same"


def test_an_alias_is_not_handed_on() -> None:
    aliases = Aliases([KNOWN, Alias("华联超市", "百汇商场")])
    assert compare_buildings(aliases.toward("老供销社", "百汇商场"), "百汇商场") != "same"
