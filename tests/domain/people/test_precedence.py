"""Whom a table asks first: the township's chiefs, then whose line of work it is; nobody is left out by it."""

from __future__ import annotations

from pathlib import Path

import pytest

from domain.people.duties import LAST, Concern, Duty, precedence
from domain.triage.lexicon import parse_lexicon
from domain.triage.places import Directory
from domain.triage.subjects import concern_of
from infra.demo import county

PLAYBOOKS = Path(__file__).resolve().parents[3] / "playbooks"
LEXICON = parse_lexicon(*((PLAYBOOKS / f"{name}.yaml").read_text("utf-8") for name in ("categories", "risk_kinds")))
DIRECTORY = Directory(organisations=county.organisations())
WAGES = Concern(townships=["town-gushan"], organisations=["hrss"], category="labor_wage_arrears", group="labor")


@pytest.mark.req("Q-014")
def test_whose_line_of_work_it_is_comes_before_who_has_all_and_others_last() -> None:
    """“镇街分管领导、部门分管领导”"""
    order = [
        precedence(Duty.PORTFOLIO, "town-gushan", ["labor"], WAGES),
        precedence(Duty.PORTFOLIO, "hrss", [], WAGES),
        precedence(Duty.PORTFOLIO, "market_reg", ["labor_wage_arrears"], WAGES),
        precedence(Duty.PORTFOLIO, "market_reg", [], WAGES),
    ]
    assert order == sorted(order)
    assert len(set(order)) == len(order)
    assert precedence(Duty.PORTFOLIO, "town-gushan", ["family"], WAGES) == LAST == order[-1]


@pytest.mark.req("Q-013")
def test_the_chiefs_of_the_township_come_first_and_another_s_do_not() -> None:
    assert precedence(Duty.COURT_CHIEF, "town-gushan", [], WAGES) == 0
    assert precedence(Duty.COURT_CHIEF, "town-qingxi", [], WAGES) == LAST


def test_a_qualification_is_told_and_puts_nobody_first() -> None:
    assert precedence(Duty.QUALIFICATION, "gold_mediator", [], WAGES) == LAST


@pytest.mark.parametrize(
    ("paths", "townships"),
    [
        (["/county/town-gushan/village-gushan-1"], ["town-gushan"]),
        (["/county/bureau/station-gushan", "/county/justice/justice-gushan"], ["town-gushan"]),
        (["/county/court/tribunal-gushan"], []),  # which serves four
        (["/county/nowhere"], []),
    ],
)
def test_the_township_follows_from_where_the_seats_are_bound(paths: list[str], townships: list[str]) -> None:
    found = concern_of(DIRECTORY, LEXICON, category="labor_wage_arrears", organisations=["hrss", "hrss"], paths=paths)
    assert (found.townships, found.organisations, found.group) == (townships, ["hrss"], "labor")
