"""What follows a ladder that has failed, told by the story itself: once more from below, then somebody looks."""

from __future__ import annotations

import pytest
from temporalio.exceptions import ApplicationError

from domain.case.records import Position
from domain.policy.stages import Stage
from domain.transitions.decisions import decisions_open
from tests.domain.mediated_dispute import Quarrel


def test_a_ladder_that_failed_goes_back_to_the_officer_where_nothing_is_dispatched_and_says_so() -> None:
    quarrel = Quarrel()
    quarrel.answer("follow_up_responsibly", "mediate")
    assert quarrel.fails() == 5
    assert quarrel.state.stage is Stage.PUSH_2
    [line] = [e.title for e in quarrel.state.timeline if e.kind == "ladder_failed"]
    assert line.endswith("各层级均未调成，退回责任民警继续跟进并引导依法解决")


def test_a_ladder_that_failed_is_climbed_once_more_from_below_and_then_no_more_in_the_round() -> None:
    quarrel = Quarrel()
    quarrel.answer("follow_up_responsibly", "mediate")
    quarrel.fails()
    assert not quarrel.state.pending("supervise")
    quarrel.answer("follow_up_responsibly", "mediate")
    assert quarrel.state.position == Position(tier=1), "治安调解 is held twice at most (程序规定 第183条)"
    assert quarrel.fails() == 3
    [supervision] = quarrel.state.pending("supervise")
    assert supervision.about["cause"] == "ladder_failed"
    task = quarrel.task("follow_up_responsibly")
    assert "mediate" not in decisions_open(quarrel.state, task)
    with pytest.raises(ApplicationError, match="本轮联调已2次未调成") as refused:
        quarrel.answer("follow_up_responsibly", "mediate")
    assert refused.value.type == "decision_not_allowed"


def test_the_next_round_may_mediate_again() -> None:
    quarrel = Quarrel()
    for _ in range(2):
        quarrel.answer("follow_up_responsibly", "mediate")
        quarrel.fails()
    quarrel.answer("follow_up_responsibly", "settled")
    quarrel.answer("evaluate", "return")
    quarrel.answer("follow_up_responsibly", "mediate")
    assert quarrel.state.stage is Stage.MEDIATION


def test_a_ladder_that_failed_twice_after_new_dispatches_is_supervised_too() -> None:
    quarrel = Quarrel(push_3=True)
    quarrel.answer("follow_up_responsibly", "mediate")
    for _ in range(2):
        quarrel.fails()
        assert quarrel.state.stage is Stage.PUSH_3
        assert [e.title for e in quarrel.state.timeline if e.kind == "ladder_failed"][-1].endswith(
            "转重新分派并引导依法解决"
        )
        quarrel.answer("dispatch", "assign")
        quarrel.answer("accept_assignment", "accept")
        if not quarrel.state.pending("supervise"):
            quarrel.answer("dispose", "mediate")
    assert quarrel.state.stage is Stage.PUSH_3
    assert "mediate" not in decisions_open(quarrel.state, quarrel.task("dispose"))
    assert {"disposed", "cannot_resolve"} <= set(decisions_open(quarrel.state, quarrel.task("dispose")))
