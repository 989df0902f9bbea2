"""Every way a case may take: what is wrong with a policy is found, and told as the story of a case."""

from __future__ import annotations

from collections.abc import Hashable
from pathlib import Path

import pytest

from api.exploration.explorer import Explorer
from api.exploration.findings import Tried, tried
from api.exploration.standing import Left, Standing, standing_of
from api.exploration.trying import Bounds
from domain.policy.playbook import load_playbook
from domain.policy.stages import Stage
from tests.domain.support import playbook

HAMLET = (Path(__file__).parent / "hamlet.yaml").read_text(encoding="utf-8")
XIZHOU = (Path(__file__).parents[2] / "e2e" / "sixth_city" / "xizhou.yaml").read_text(encoding="utf-8")
WHOLE = Bounds(rounds=1, interruptions=0)
NEAR = Bounds(rounds=1, interruptions=0, states=250)
HEARD = "rungs: {supervise_after: {hours: 1}}"
FAULTS: dict[str, tuple[Bounds, str, str, str, str]] = {
    "the colour's deadline is reminded of and supervised by nobody": (
        NEAR, "colour_rungs: {supervise_after: {hours: 1}}", "colour_rungs: {remind_at: [0.5]}",
        "现场处置 (handle_on_scene): nobody ever hears", "研判确认：确认研判"),
    "what waits for approval waits for ever": (
        NEAR, "    approvals: {limit: {hours: 8}, rungs: {supervise_after: {hours: 4}}}\n", "",
        "变更审批 (approve_change): nobody ever hears", "研判确认：系重复纠纷"),
    "a visit that nobody makes is missed by nobody": (
        NEAR, f"by: [{{role: grid_worker, at: grid}}], {HEARD}", "by: [{role: grid_worker, at: grid}]",
        "回访 (visit): nobody ever hears", "成效评估：评估通过"),
    "judges may stay silent": (
        NEAR, "limit: {working_days: 2}\n    rungs: {supervise_after: {hours: 1}}\n", "limit: {working_days: 2}\n",
        "成效评估 (evaluate): nobody ever hears", "现场处置：现场平息"),
    "a dispatcher may stay silent": (
        NEAR, f"at: centre}}], limit: {{hours: 4}}, {HEARD}}}\n    accept",
        "at: centre}], limit: {hours: 4}}\n    accept",
        "分派交办 (dispatch): nobody ever hears", "研判确认：确认研判（分流）"),
    "a push that nothing leads to": (
        WHOLE, "exits: {unsettled_to: push_2, settled_with_risk_to: push_2}",
        "exits: {unsettled_to: push_3, settled_with_risk_to: push_3, send_back_to: push_1}",
        "no case ever comes to push_2", ""),
    "a tier that everybody goes past": (
        WHOLE, "    tiers:\n", "    entered_at: {push_1: second, push_2: second, push_3: second}\n    tiers:\n",
        "nobody ever sits at the tier first", ""),
    "who rules on a refusal may stay silent": (
        NEAR, f"at: centre}}], limit: {{hours: 4}}, {HEARD}}}\n    dispose",
        "at: centre}], limit: {hours: 4}}\n    dispose",
        "退单裁定 (rule_refusal): nobody ever hears", "签收交办：退单"),
}  # fmt: skip


def explored(text: str, bounds: Bounds) -> Tried:
    return tried(load_playbook(text, f"{text.partition('code: ')[2].split()[0]}.yaml"), bounds)


def test_a_small_mechanism_is_gone_to_its_ends_and_nothing_is_wrong_with_it() -> None:
    found = explored(HAMLET, WHOLE)
    assert (found.findings, found.explored.whole) == ([], True)
    assert len(found.explored.places) > 120
    assert set(Stage) - {place.stage for place in found.explored.places} == {Stage.CONFIRMATION, Stage.NOTICE}
    assert not any(place.failed for place in found.explored.places)
    assert {how for how in found.explored.closings if "评估通过" in how or "批准" in how} == {
        "化解，评估通过", "经批准并案", "经批准转为刑事案件"}  # fmt: skip


def test_a_city_that_only_its_file_knows_is_gone_to_its_ends_and_nothing_is_wrong_with_it() -> None:
    found = explored(XIZHOU, WHOLE)
    assert ([str(each) for each in found.findings], found.explored.whole) == ([], True)
    assert len(found.explored.places) > 200


def test_a_case_taken_up_before_a_stage_stands_as_one_that_has_gone_all_the_way() -> None:
    explorer = Explorer(load_playbook(HAMLET, "hamlet.yaml"), Bounds(rounds=2, interruptions=1, states=400))
    places, ways = explorer.explore().places, explorer.ways
    assert {place.since.stage for place in places} >= {Stage.PUSH_3, Stage.EVALUATION, Stage.FOLLOW_UP}
    for place in places[::7]:
        taken_up, all_the_way = (ways.live(place.way, since)[0] for since in (place.since, ways.began(place.way[0])))
        told = [[(line.at, line.kind, line.title) for line in life.state.timeline] for life in (taken_up, all_the_way)]
        assert told[0] == told[1]
        stood = [standing_of(life.state, rounds=2) for life in (taken_up, all_the_way)]
        assert stood[0] == stood[1]


def test_in_two_processes_the_same_is_gone() -> None:
    policy = load_playbook(HAMLET, "hamlet.yaml")
    one, other = (Explorer(policy, WHOLE, processes=processes).explore() for processes in (1, 2))
    assert (one.proven, other.proven) == ([(1, 0)], [(1, 0)])
    assert [(place.way, place.leads) for place in one.places] == [(place.way, place.leads) for place in other.places]
    assert one.closings == other.closings


def test_what_was_gone_when_time_ran_out_is_proven_within_smaller_bounds() -> None:
    policy = load_playbook(HAMLET, "hamlet.yaml")
    near = Explorer(policy, Bounds(rounds=2, interruptions=0)).explore()
    cut_off = Explorer(policy, Bounds(rounds=2, interruptions=1, states=len(near.places) + 2)).explore()
    assert (near.proven, near.whole, cut_off.proven, cut_off.whole) == ([(2, 0)], True, [(2, 0)], False)
    gone = [{(place.stage, place.asks, move.name, move.decision) for place in each.places for move in place.leads
             if not move.outside} for each in (near, cut_off)]  # fmt: skip
    assert gone[0] <= gone[1]
    at_once = Explorer(policy, Bounds(rounds=2, interruptions=1, states=20)).explore()
    assert at_once.proven == []


class Apart(Explorer):
    """Tells also apart what a case has left, and goes from each."""

    def told_apart(self, standing: Standing, left: Left) -> Hashable:
        return standing, left


@pytest.mark.timeout(300)
def test_what_a_case_has_left_need_not_be_told_apart() -> None:
    """Whatever is come to with less left is come to from where as much or more is."""
    policy = load_playbook(HAMLET, "hamlet.yaml")
    one, other = (kind(policy, Bounds()).explore() for kind in (Explorer, Apart))
    assert (one.whole, other.whole) == (True, True)
    assert len(one.places) < len(other.places)
    reached = [{(place.stage, place.asks, place.outcome) for place in each.places} for each in (one, other)]
    assert reached[0] == reached[1]
    gone = [{(place.stage, place.asks, move.name, move.decision, move.variant)
             for place in each.places for move in place.leads} for each in (one, other)]  # fmt: skip
    assert gone[0] == gone[1]


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_of_policy_is_found_and_told_as_a_story(fault: str) -> None:
    bounds, right, wrong, told, step = FAULTS[fault]
    assert HAMLET.count(right) == 1
    findings = {each.what: each for each in explored(HAMLET.replace(right, wrong), bounds).findings}
    [found] = [each for what, each in findings.items() if what.startswith(told)]
    assert found.story[-1:] == ((step,) if step else ())
    assert not step or found.story[0].startswith("由110受理")


@pytest.mark.parametrize("code", ["jinhua", "qionglai", "wuwei", "ronghe", "huangshi"])
def test_the_first_ways_of_every_city_are_right(code: str) -> None:
    """The whole of each is `playbook check`'s: minutes, and not a test's."""
    found = tried(playbook(code), Bounds(rounds=2, interruptions=1, states=200))
    assert [str(each) for each in found.findings] == []
    assert len(found.explored.places) >= 200
    assert found.explored.closings
