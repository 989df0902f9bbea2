"""Why a unit is suggested: the row of the list, the city's edition of it, the place, and the report's own words."""

from __future__ import annotations

from datetime import date

import pytest

from domain.triage.handling.reasons import Row, why_category, why_row, why_units
from domain.triage.overlays import edition_of
from domain.triage.triage import Learned, triage
from infra.runtime.policy_files import read_lexicon, read_overlays

LEXICON = read_lexicon()
OVERLAYS = read_overlays("huangshi", LEXICON)
LIFT = "property_elevator_retrofit"
PLACES = {"township": "/county/gushan", "village": "/county/gushan/jinjiang", "station": "/county/police/ps-gushan"}
NAMES = {"gushan": "古山镇", "jinjiang": "金江龙村", "housing": "住建局"}
DEPARTMENTS = {code: row.name for code, row in LEXICON.departments.items()}


@pytest.mark.req("H-032")
def test_each_unit_is_told_by_its_row_the_edition_of_the_city_and_its_place() -> None:
    """“对81类矛盾纠纷类别及主管责任划分清单,明确牵头单位”: which edition of it moved the lead is told."""
    row = LEXICON.categories[LIFT].model_copy(update={"lead": "township", "cooperating": ("village", "housing")})
    edition = edition_of(OVERLAYS, LIFT, date(2024, 1, 1))
    told = Row(row, DEPARTMENTS, edition)
    assert "全域试行" in why_row(told).text
    assert "2023-09-25" in why_row(told).text
    found = why_units(["gushan", "jinjiang", "housing"], "gushan", told, PLACES, NAMES)
    assert [(each.code, each.lead) for each in found] == [("gushan", True), ("jinjiang", False), ("housing", False)]
    lead, _, bureau = ([reason.text for reason in each.because] for each in found)
    assert lead[0].endswith("牵头")
    assert lead[1] == "事发地的镇街是古山镇"
    assert [text.endswith("配合") for text in bureau] == [True], "a department of the county stands under its own code"


def test_before_an_edition_was_in_force_the_list_of_all_cities_is_named() -> None:
    assert edition_of(OVERLAYS, LIFT, date(2023, 1, 1)) is None
    assert "各地通用" in why_row(Row(LEXICON.categories[LIFT], DEPARTMENTS, None)).text
    assert edition_of(OVERLAYS, "family_violence", date(2030, 1, 1)) is None


def test_what_falls_to_the_town_because_the_village_is_unknown_is_said_of_both_parts() -> None:
    row = LEXICON.categories[LIFT].model_copy(update={"lead": "township", "cooperating": ("village",)})
    places = {"township": PLACES["township"], "village": PLACES["township"]}
    [only] = why_units(["gushan"], "gushan", Row(row, DEPARTMENTS, None), places, NAMES)
    assert [reason.text.endswith(("牵头", "配合")) for reason in only.because if reason.ground == "list"] == [True] * 2


def test_whoever_is_on_no_row_was_named_by_a_person() -> None:
    [_, other] = why_units(
        ["gushan", "court"], "gushan", Row(LEXICON.categories[LIFT], DEPARTMENTS, None), PLACES, NAMES
    )
    assert [reason.ground for reason in other.because] == ["named"]


def test_the_class_is_told_by_the_words_the_desk_or_what_was_learned() -> None:
    found = triage("两户因宅基地边界争执，砌墙被拦", LEXICON)
    [words] = why_category(found, found.category, found.category_name)
    assert words.ground == "words"
    assert words.words
    assert all(word in "两户因宅基地边界争执，砌墙被拦" for word in words.words)
    [desk] = why_category(found, LIFT, "加装电梯")
    assert (desk.ground, desk.words) == ("desk", [])
    assert found.category_name in desk.text
    learned = found.model_copy(update={"learned": Learned(edition=3, cues_category=LIFT, cues_confidence=0.5)})
    assert "第 3 版" in why_category(learned, found.category, found.category_name)[-1].text
    silent = triage("来电无声", LEXICON)
    [nothing] = why_category(silent, silent.category, silent.category_name)
    assert (nothing.ground, nothing.words) == ("words", [])
