"""Where a dispute is, and which bodies that makes responsible: a small county with the hard cases in it."""

from typing import get_args

import pytest

from domain.policy.addressing import Place
from domain.triage.places import Directory, Kind, Listed, locate, resolve_places
from domain.triage.responsibility import LOCAL, organisation_for_department, organisations_for, resolve_department

WORDS = set(get_args(Place)) - {"assigned"}


def listed(kind: str, path: str, name: str, *keywords: str) -> Listed:
    return Listed(code=path.rpartition("/")[2], name=name, path=path, kind=kind, keywords=list(keywords))


COUNTY = Directory(
    organisations=[
        listed(Kind.COUNTY, "/c", "县"),
        listed(Kind.COMMITTEE, "/c/committee", "政法委"),
        listed(Kind.CENTRE, "/c/centre", "县综治中心"),
        listed(Kind.RISK_CENTRE, "/c/risk", "风控中心"),
        listed(Kind.WOMENS_FEDERATION, "/c/women", "妇联"),
        listed(Kind.DEPARTMENT, "/c/market_reg", "市场监管局"),
        listed(Kind.BUREAU, "/c/police", "公安局"),
        # Two stations share the big town: the grid's beat decides.
        listed(Kind.STATION, "/c/police/st-east", "古山东派出所", "古山镇"),
        listed(Kind.STATION, "/c/police/st-west", "古山西派出所", "古山镇"),
        listed(Kind.STATION, "/c/police/st-zhi", "芝英派出所", "芝英镇", "西城街道"),
        listed(Kind.BEAT, "/c/police/st-west/beat-1", "警格", "g1"),
        listed(Kind.JUSTICE_OFFICE, "/c/justice/jo-zhi", "芝英司法所", "芝英镇"),
        listed(Kind.COURT, "/c/court", "法院"),
        listed(Kind.TRIBUNAL, "/c/court/tr", "法庭", "古山镇", "芝英镇"),
        listed(Kind.TOWN, "/c/gushan", "古山镇", "古山镇", "古山"),
        listed(Kind.TOWN_CENTRE, "/c/gushan/gushan-centre", "古山镇综治中心"),
        listed(Kind.JUSTICE_OFFICE, "/c/gushan/jo-gushan", "古山司法所"),
        listed(Kind.VILLAGE, "/c/gushan/long", "金江龙村", "金江龙村", "金江龙"),
        listed(Kind.GRID, "/c/gushan/long/g1", "金江龙村第1网格", "金江龙村第1网格"),
        listed(Kind.GRID, "/c/gushan/long/g2", "金江龙村第2网格", "金江龙村第2网格"),
        listed(Kind.VILLAGE, "/c/gushan/gushan-shang", "上徐店村", "上徐店村"),
        listed(Kind.TOWN, "/c/zhi", "芝英镇", "芝英镇", "芝英"),
        listed(Kind.VILLAGE, "/c/zhi/zhi-shang", "上徐店村", "上徐店村"),
        listed(Kind.TOWN, "/c/xicheng", "西城街道", "西城街道", "西城"),
    ]
)


@pytest.mark.parametrize(
    ("address", "code"),
    [
        ("古山镇金江龙村12号", "long"),
        ("示范县 古山镇 金江龙村 第2网格 3号", "g2"),
        ("金江龙小学旁", "long"),
        ("古山菜市场", "gushan"),
        ("古山镇上徐店村", "gushan-shang"),
        ("芝英镇上徐店村", "zhi-shang"),
        ("西城街道古山路8号", "xicheng"),
        ("西城路金江龙村宿舍", "long"),
        ("西城街道上徐店村路口", "xicheng"),
        ("火星路1号", None),
        ("", None),
    ],
)
def test_an_address_names_the_area_with_the_longest_words(address: str, code: str | None) -> None:
    found = locate(COUNTY, address=address)
    assert (found.code if found else None) == code


def test_a_grid_code_outranks_an_organisation_code_and_that_the_address() -> None:
    assert locate(COUNTY, address="芝英镇", grid_code="g1", organisation_code="xicheng") == COUNTY.get("g1")
    assert locate(COUNTY, address="芝英镇", organisation_code="xicheng") == COUNTY.get("xicheng")
    assert locate(COUNTY, address="芝英镇", grid_code="unknown", organisation_code="unknown") == COUNTY.get("zhi")


def test_a_body_stands_for_the_area_it_lies_in_or_the_only_one_it_serves() -> None:
    assert locate(COUNTY, address="", organisation_code="gushan-centre") == COUNTY.get("gushan")
    assert locate(COUNTY, address="", grid_code="beat-1") == COUNTY.get("g1")
    assert locate(COUNTY, address="", organisation_code="st-east") == COUNTY.get("gushan")
    assert locate(COUNTY, address="芝英", organisation_code="tr") == COUNTY.get("zhi"), (
        "it serves two: the address decides"
    )
    assert locate(COUNTY, address="芝英", organisation_code="market_reg") == COUNTY.get("zhi")


def test_within_the_area_of_a_code_the_address_may_name_the_village() -> None:
    assert locate(COUNTY, address="上徐店村3号", organisation_code="zhi") == COUNTY.get("zhi-shang")
    assert locate(COUNTY, address="金江龙村3号", organisation_code="zhi") == COUNTY.get("zhi"), (
        "that one lies elsewhere"
    )


def test_every_word_but_assigned_has_a_path() -> None:
    places = resolve_places(COUNTY, address="古山镇金江龙村第1网格")
    assert places == {
        "grid": "/c/gushan/long/g1",
        "village": "/c/gushan/long",
        "township": "/c/gushan",
        "town_centre": "/c/gushan/gushan-centre",
        "station": "/c/police/st-west",
        "bureau": "/c/police",
        "centre": "/c/centre",
        "committee": "/c/committee",
        "justice_office": "/c/gushan/jo-gushan",
        "court": "/c/court/tr",
        "womens_federation": "/c/women",
        "risk_centre": "/c/risk",
        "county": "/c",
    }
    assert set(places) == WORDS


def test_what_serves_a_township_from_elsewhere_is_found_by_its_keywords() -> None:
    places = resolve_places(COUNTY, address="芝英镇")
    assert (places["station"], places["justice_office"]) == ("/c/police/st-zhi", "/c/justice/jo-zhi")
    assert places["grid"] == places["village"] == places["township"] == "/c/zhi"
    assert places["town_centre"] == "/c/centre", "this township has no centre of its own"
    assert resolve_places(COUNTY, address="西城街道")["court"] == "/c/court", "no tribunal serves it"


def test_an_unknown_place_falls_to_the_county_and_stays_answerable() -> None:
    places = resolve_places(COUNTY, address="火星路1号")
    assert set(places) == WORDS
    assert {places[word] for word in ("grid", "village", "township", "town_centre")} == {"/c/centre"}
    assert (places["station"], places["justice_office"]) == ("/c/police/st-east", "/c/gushan/jo-gushan")


def test_an_installation_of_one_organisation_still_resolves() -> None:
    alone = Directory(organisations=[listed(Kind.COUNTY, "/c", "县")])
    assert resolve_places(alone, address="古山镇", grid_code="g1") == dict.fromkeys(WORDS, "/c")


def test_a_directory_without_a_county_is_refused() -> None:
    with pytest.raises(ValueError, match="kind county"):
        Directory(organisations=[listed(Kind.TOWN, "/t", "镇")])


def test_departments_are_the_nearest_body_with_the_authority() -> None:
    places = resolve_places(COUNTY, address="古山镇金江龙村第1网格")
    meant = {code: organisation_for_department(code, places) for code in (*LOCAL, "market_reg")}
    assert meant == {
        "political_legal": "committee",
        "gov_center": "centre",
        "township": "gushan",
        "village": "long",
        "police": "st-west",
        "justice": "jo-gushan",
        "court": "tr",
        "women_fed": "women",
        "market_reg": "market_reg",
    }
    assert resolve_department("police", places) == "station"
    assert resolve_department("police", {}) == "police", "a case that knows no station"
    assert set(LOCAL.values()) <= WORDS


def test_departments_that_are_one_body_here_are_asked_once() -> None:
    places = resolve_places(COUNTY, address="芝英镇")
    assert organisations_for(["village", "township", "market_reg", "police"], places) == ["zhi", "market_reg", "st-zhi"]
