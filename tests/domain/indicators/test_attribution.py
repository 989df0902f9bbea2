"""Every organisation reads the four numbers and four rates of what it reported, pushed, handled or judged."""

from __future__ import annotations

from datetime import timedelta

import pytest

from domain.indicators.attribution import COLUMNS, concern, units_of
from domain.indicators.counting import tally
from domain.indicators.events import Tally, TallyKind
from tests.domain.case_builder import ANALYST, EVALUATOR, STATION, Life
from tests.domain.indicators.counted import FOUR_AND_FOUR, shown, told
from tests.domain.support import HOUSING, MONDAY, PLACES, person

RISK = EVALUATOR.posts[0].path
BUREAU, COMMITTEE, TOWNSHIP = PLACES["bureau"], PLACES["committee"], PLACES["township"]


def told_of() -> list[Tally]:
    """A matter of Qionglai: refused without ground, then handled, judged, visited, and stable."""
    life = Life("qionglai").before_the_committee().dispatched(HOUSING).refused(HOUSING, upheld=False)
    life.disposed().accepted().visited("甲", satisfaction=5)
    life.later(days=12)
    return tally(life.state)


@pytest.mark.req("Q-071", "Q-072", "Q-073")
@pytest.mark.parametrize(
    ("unit", "attribution"),
    [(COMMITTEE, "dispatched"), (BUREAU, "reported"), (RISK, "judged"), (HOUSING.path, "responsible")],
)
def test_the_four_numbers_and_rates_are_told_of_whoever_had_a_part(unit: str, attribution: str) -> None:
    """“将‘报送数、处置数、回访数、推诿数’‘处置率、回访率、反复率、满意率’‘四数四率’作为重点指标进行督导”，“纳入重点督导”."""
    tallies = told_of()
    figures = {code: shown(code, tallies, unit) for code in FOUR_AND_FOUR}
    reported = "0" if unit == HOUSING.path else "1"
    assert figures == {
        "submitted": reported, "disposed": "1", "visited": "1", "refused": "1", "disposal_rate": "100.0%",
        "visit_rate": "100.0%", "recurrence_rate": "0.0%", "satisfaction_rate": "100.0%",
    }  # fmt: skip
    narrowed = {code: shown(code, tallies, unit, attribution) for code in FOUR_AND_FOUR}  # type: ignore[arg-type]
    assert narrowed == figures, "by that part alone"


@pytest.mark.req("Q-071", "Q-005")
def test_a_township_is_told_of_what_lies_in_it_and_is_not_blamed_for_others() -> None:
    tallies = told_of()
    assert shown("disposal_rate", tallies, TOWNSHIP) == "100.0%"
    assert shown("submitted", tallies, TOWNSHIP) == "1"
    assert shown("refused", tallies, TOWNSHIP) == shown("refused", tallies, STATION) == "0", "the department passed it"


def test_a_township_s_own_buck_passing_is_its_own() -> None:
    own = Tally(kind=TallyKind.REFUSED, at=MONDAY, unit=f"{TOWNSHIP}/office")
    concern(own, {"township": TOWNSHIP, "station": STATION, "dispatcher": COMMITTEE})
    assert units_of(own, "township") == [TOWNSHIP]
    assert units_of(own, "station") == []


def test_whoever_has_several_parts_counts_once() -> None:
    tallies = told_of()
    for each in tallies:
        assert len(units_of(each, "any")) == len({*units_of(each, "any")})
    assert told("disposed", tallies).numerator == 1
    assert {*COLUMNS.values()} | {"handler"} <= {*Tally.model_fields}


def test_a_desk_on_the_way_up_took_part_in_the_report() -> None:
    life = Life("qionglai").before_the_committee()
    life.case.open("dispatch")
    (submitted,) = life.standing(TallyKind.SUBMITTED)
    assert submitted.unit == submitted.reporter == ANALYST.posts[0].path


def test_what_was_given_up_with_cause_was_theirs_all_the_same() -> None:
    life = Life("qionglai").before_the_committee().dispatched(HOUSING)
    ruling = life.case.open("rule_refusal", about={"path": HOUSING.path, "inability": True})
    life.decide(ruling, "uphold", person("committee", ("committee_dispatcher", COMMITTEE)), reason="确无力化解")
    life.later(days=1).dispatched()
    assert life.counted(TallyKind.RULED) == [], "it had accepted: no refusal was ruled upon"
    assert [t.unit for t in life.standing(TallyKind.PUSHED)] == [HOUSING.path]


@pytest.mark.req("Q-072")
def test_a_visit_is_the_visitor_s_and_of_the_matter_s_organisation() -> None:
    tallies = told_of()
    for unit, attribution in ((STATION, "acted"), (HOUSING.path, "responsible")):
        assert shown("visited", tallies, unit, attribution) == "1"  # type: ignore[arg-type]
    assert [t.at - MONDAY for t in tallies if t.kind is TallyKind.VISITED] == [timedelta(0)]
