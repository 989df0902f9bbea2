"""督导: which figures of a month call supervision down, and what a playbook may not say of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from domain.errors import PolicyInvalid
from domain.indicators.breaches import breaches
from domain.indicators.definitions import DEFINITIONS
from domain.indicators.formulas import Count, Figure, figure
from domain.policy.oversight.thresholds import Threshold
from domain.policy.playbook import load_playbook
from tests.domain.support import PLAYBOOKS, playbook

XIZHOU = Path(__file__).parents[2] / "e2e" / "sixth_city" / "xizhou.yaml"
QUOTE = "将“报送数、处置数、回访数、推诿数”“处置率、回访率、反复率、满意率”“四数四率”作为重点指标进行督导"


def disposals(done: int, of: int) -> Figure:
    """The rate of disposal of a month."""
    definition = DEFINITIONS["disposal_rate"]
    counts = [Count(kind=definition.kind, done=True, n=done), Count(kind=definition.kind, n=of - done)]
    return figure(definition, [count for count in counts if count.n])


@pytest.mark.req("Q-073")
def test_a_rate_below_its_threshold_and_a_number_above_it_are_supervised_with_their_words() -> None:
    refusals = Figure(value=2.0, numerator=2, denominator=None, shown="2", participated=2, amended=0)
    thresholds = {"disposal_rate": Threshold(below=90, of_at_least=5), "refused": Threshold(above=0)}
    found = breaches({"disposal_rate": disposals(5, 8), "refused": refusals}, thresholds)
    assert [breach.words for breach in found] == ["处置率 62.5%（5/8），低于 90%", "推诿数 2次，超过 0次"], QUOTE


@pytest.mark.req("Q-073")
def test_what_reaches_its_threshold_or_says_nothing_is_not_supervised() -> None:
    threshold = {"disposal_rate": Threshold(below=90, of_at_least=5)}
    assert breaches({"disposal_rate": disposals(9, 10)}, threshold) == []
    assert breaches({"disposal_rate": disposals(0, 4)}, threshold) == [], "four matters are no rate"
    assert breaches({"disposal_rate": disposals(0, 0)}, threshold) == []
    assert breaches({}, threshold) == []


def test_both_cities_supervise_the_four_numbers_or_rates_that_their_reports_name() -> None:
    for city in ("qionglai", "jinhua"):
        policy = playbook(city).figure_supervision
        assert policy
        assert set(policy.thresholds) <= set(DEFINITIONS)


@pytest.mark.parametrize(
    ("was", "now", "said"),
    [
        ("refused: {above: 0}", "refusd: {above: 0}", "no such indicator: refusd: did you mean refused?"),
        ("refused: {above: 0}", "refused: {above: 0, below: 1}", "either below or above"),
        ("by: [{role: supervisor, at: county}]\n\n", "by: [{role: supervisor, at: village}]\n\n",
         "one of the whole county"),
    ],
)  # fmt: skip
def test_a_threshold_that_would_be_ignored_is_refused(was: str, now: str, said: str) -> None:
    text = (PLAYBOOKS / "qionglai.yaml").read_text(encoding="utf-8")
    assert was in text
    with pytest.raises(PolicyInvalid) as refusal:
        load_playbook(text.replace(was, now), "qionglai.yaml", indicators=DEFINITIONS)
    assert said in str(refusal.value)


def test_a_place_of_a_city_s_own_supervises_figures_where_it_is_one_organisation() -> None:
    text = XIZHOU.read_text(encoding="utf-8")
    policy = load_playbook(text, "xizhou.yaml", indicators=DEFINITIONS).figure_supervision
    assert policy is not None
    assert [address.at for address in policy.by] == ["justice_bureau"]
    elsewhere = text.replace("name: 司法局, organisation: justice", "name: 司法局, kind: department")
    with pytest.raises(PolicyInvalid, match="one of the whole county"):
        load_playbook(elsewhere, "xizhou.yaml")


def test_a_place_that_only_supervision_names_is_named() -> None:
    text = XIZHOU.read_text(encoding="utf-8").replace(
        "    places:\n", "    places:\n      figures_office: {name: 统计办, organisation: justice}\n", 1
    )
    with pytest.raises(PolicyInvalid, match="nobody is addressed at 'figures_office'"):
        load_playbook(text, "xizhou.yaml")
    there = "by: [{role: justice_reviewer, at: figures_office}]"
    load_playbook(text.replace("by: [{role: justice_reviewer, at: justice_bureau}]", there), "xizhou.yaml")
