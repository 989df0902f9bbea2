"""“推诿扯皮”: who has accepted and gives up is ruled upon, and so is passing the same matter on twice (F.2)."""

from __future__ import annotations

import pytest

from domain.policy.stages import Stage
from tests.domain.mediated_dispute import Told

QUOTE = "解决“各自为阵”“推诿扯皮”等顽瘴痼疾"


def dispatched(*cooperating: str) -> Told:
    """A dispute that Qionglai's committee has dispatched to housing."""
    told = Told("qionglai", rank=2)
    told.answer("confirm_triage", "report_up")
    told.answer("confirm_triage", "report_up")
    told.answer("dispatch", "assign", lead="housing", cooperating=list(cooperating))
    return told


@pytest.mark.req("Q-084", "Q-071")
def test_a_lead_that_has_accepted_does_not_give_up_unruled() -> None:
    told = dispatched()
    told.answer("accept_assignment", "accept")
    told.answer("dispose", "cannot_resolve", reason="职责不清")
    assert told.open_kinds == ["rule_refusal"], QUOTE
    about = told.task("rule_refusal").about
    assert (about["title"], about["ground"]) == ("无法化解裁定", "职责不清")
    told.answer("rule_refusal", "overrule")
    assert (told.state.groundless_refusals, told.open_kinds) == (1, ["dispose"]), QUOTE
    assert told.logged("refusal_overruled") == ["housing推诿，无法化解不予同意"]
    assert [assigned.standing for assigned in told.state.assigned] == ["overruled"]


@pytest.mark.req("Q-084")
def test_a_lead_that_rightly_gives_up_is_dispatched_anew_and_counts_for_nothing() -> None:
    told = dispatched("market")
    told.answer("accept_assignment", "accept")
    told.answer("accept_assignment", "accept")
    told.answer("dispose", "cannot_resolve", reason="须由法院判决")
    assert told.open_kinds == ["cooperate", "rule_refusal"], "the others go on meanwhile"
    told.answer("rule_refusal", "uphold")
    assert (told.state.groundless_refusals, told.open_kinds) == (0, ["dispatch"])


def test_a_cooperating_unit_that_can_not_help_is_not_waited_for_nor_is_anything_dispatched_anew() -> None:
    told = dispatched("market")
    told.answer("accept_assignment", "accept")
    told.answer("accept_assignment", "accept")
    told.answer("dispose", "disposed", summary="双方和解")
    told.answer("cooperate", "cannot_resolve", reason="不属职责")
    assert told.state.stage is Stage.EVALUATION
    assert told.state.disposal
    assert told.state.disposal.summary == "双方和解", "what is judged is what the lead reported"


def test_a_cooperating_unit_whose_refusal_is_upheld_last_does_not_undo_the_disposal() -> None:
    told = dispatched("market")
    told.answer("accept_assignment", "accept")
    told.answer("accept_assignment", "refuse")
    told.answer("dispose", "disposed", summary="双方和解")
    told.answer("rule_refusal", "uphold")
    assert told.state.stage is Stage.EVALUATION


@pytest.mark.req("Q-084", "Q-071")
def test_passing_the_same_matter_on_twice_without_acceptance_counts() -> None:
    told = dispatched()
    told.answer("accept_assignment", "refuse")
    told.answer("rule_refusal", "uphold")
    assert told.state.groundless_refusals == 0, "a well-founded refusal counts for nothing"
    told.answer("dispatch", "assign", lead="housing", cooperating=[])
    told.answer("accept_assignment", "refuse")
    told.answer("rule_refusal", "uphold")
    assert told.state.groundless_refusals == 1, QUOTE
    assert told.logged("refusal_overruled") == ["housing推诿，同一事项两次退单而未签收"]
    told.answer("dispatch", "assign", lead="market", cooperating=[])
    told.answer("accept_assignment", "refuse")
    told.answer("rule_refusal", "uphold")
    assert told.state.groundless_refusals == 1, "another organisation's first"


def test_two_refusals_with_an_acceptance_between_are_not_passing_on() -> None:
    told = dispatched()
    told.answer("accept_assignment", "refuse")
    told.answer("rule_refusal", "uphold")
    told.answer("dispatch", "assign", lead="housing", cooperating=[])
    told.answer("accept_assignment", "accept")
    told.answer("dispose", "cannot_resolve", reason="须由法院判决")
    told.answer("rule_refusal", "uphold")
    told.answer("dispatch", "assign", lead="housing", cooperating=[])
    told.answer("accept_assignment", "refuse")
    told.answer("rule_refusal", "uphold")
    assert told.state.groundless_refusals == 0


@pytest.mark.req("Q-084")
def test_who_passed_the_buck_and_his_leaders_are_told() -> None:
    told = dispatched()
    told.answer("accept_assignment", "refuse")
    told.answer("rule_refusal", "overrule", reason="属住建职责")
    [line] = [entry for entry in told.state.timeline if entry.kind == "refusal_overruled"]
    assert {role for role, _ in line.detail["told"]} >= {"department_handler", "department_leader"}, QUOTE
    assert {path for _, path in line.detail["told"]} == {line.detail["path"]}
    assert (line.detail["reason"], bool(line.actor_id)) == ("属住建职责", True)
