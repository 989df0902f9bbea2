"""函件 that go out with a step of the mechanism: with a dispatch, and with a return (W-081, W-082)."""

from __future__ import annotations

import pytest

from domain.case.letters.notice import Notice, carried, state_of
from domain.policy.parts.notices import NoticePolicy
from domain.policy.process import Process
from tests.domain.mediated_dispute import Told
from tests.domain.support import HOUSING, MARKET, process


def written(code: str = "qionglai", **sent_with: str) -> Process:
    """A city's mechanism, where letters go out with these steps and responsibility passes with acceptance."""
    policy = NoticePolicy.model_validate({"sent_with": sent_with})
    accepted = process(code).model_copy(update={"notices": policy, "responsibility_passes": "acceptance"})
    return Process.model_validate_json(accepted.model_dump_json())


def dispatched(**sent_with: str) -> Told:
    told = Told("qionglai", process=written(**sent_with))
    for _ in range(2):
        told.answer("confirm_triage", "confirm" if told.task("confirm_triage").about["level"] == 2 else "report_up")
    told.answer("dispatch", "assign", lead="housing", cooperating=["market"], instructions="请依职责办理并反馈")
    return told


def letters(told: Told) -> list[tuple[Notice, str]]:
    return [(n, state_of(task, n.to)) for task in told.state.tasks if (n := carried(task))]


@pytest.mark.req("W-081", "W-082")
def test_a_letter_goes_with_the_dispatch_and_who_was_asked_first_is_responsible_until_it_is_accepted() -> None:
    """“严格落实首问责任制,通报有关部门并发送提示函”."""
    told = dispatched(dispatch="advice")
    sent = letters(told)
    assert [(n.title, n.to, n.role, n.text, stands) for n, stands in sent] == [
        ("提示函", ref.path, "committee_dispatcher", "请依职责办理并反馈", "open") for ref in (HOUSING, MARKET)
    ]
    assert told.state.chain[-1].path not in (HOUSING.path, MARKET.path)
    told.answer("accept_assignment", "accept")
    assert told.state.chain[-1].path == HOUSING.path
    assert [stands for _, stands in letters(told)] == ["answered", "open"]


def test_a_refusal_is_an_answer_and_the_next_organisation_has_a_letter_of_its_own() -> None:
    told = dispatched(dispatch="assignment")
    told.answer("accept_assignment", "refuse", ground="不属本单位职责")
    assert [stands for _, stands in letters(told)] == ["answered", "open"]
    ruling = told.task("rule_refusal")
    assert carried(ruling) is None, "the ruling carries no letter"
    told.answer("rule_refusal", "uphold", reason="确非其职责")
    told.answer("dispatch", "assign", lead="market", cooperating=[], instructions="请办理")
    assert [(n.title, n.to, stands) for n, stands in letters(told)] == [
        ("交办单", HOUSING.path, "answered"), ("交办单", MARKET.path, "withdrawn"), ("交办单", MARKET.path, "open"),
    ]  # fmt: skip


def test_silence_that_counts_as_signing_answers_no_letter() -> None:
    told = dispatched(dispatch="assignment")
    told.life.pass_time(told.state.calendar.after(told.life.at, process("qionglai").tasks["accept_assignment"]
                        .limit_by_colour["blue"]) - told.life.at)  # fmt: skip
    assert {stands for _, stands in letters(told)} == {"unanswered"}


def test_a_return_is_a_letter_to_who_does_it_again_and_its_new_disposal_the_answer() -> None:
    told = dispatched(**{"return": "return"})
    for _ in range(2):
        told.answer("accept_assignment", "accept")
    told.answer("dispose", "disposed")
    told.answer("cooperate", "disposed")
    told.answer("evaluate", "return", reason="nobody_met", explanation="没有见人见事的经过", redo="same")
    [(first, stands), (second, _)] = letters(told)
    assert (first.title, first.to, first.text, stands) == (
        "退回通知", HOUSING.path, "未见人见事：没有见人见事的经过", "open")  # fmt: skip
    assert first.role.startswith("evaluator")
    assert second.to == MARKET.path
    told.answer("dispose", "disposed")
    assert [stands for _, stands in letters(told)] == ["answered", "open"]


def test_a_return_to_the_table_is_a_letter_that_is_delivered() -> None:
    """A table has no times of its own in the playbook, and is written to all the same."""
    told = dispatched(**{"return": "return"})
    for _ in range(2):
        told.answer("accept_assignment", "accept")
    told.answer("dispose", "mediate", reason="单独难以化解", criteria=["hard"])
    told.answer("mediate", "agreed")
    told.answer("evaluate", "return", reason="perfunctory", explanation="只有签字，没有商谈", redo="same")
    table = told.task("mediate")
    assert (told.state.round, [stands for _, stands in letters(told)]) == (2, ["open"])
    assert table.delivery
    assert table.delivery.delivered_at == table.opened_at


def test_a_return_to_the_officer_by_name_is_a_letter_that_is_delivered() -> None:
    """It is in his hand as it is asked, and he is written to all the same."""
    told = Told("jinhua", process=written("jinhua", **{"return": "return"}))
    told.answer("confirm_triage", "confirm")
    told.answer("handle_on_scene", "unsettled")
    told.answer("follow_up_responsibly", "contacted")
    told.answer("follow_up_responsibly", "settled")
    told.answer("evaluate", "return", reason="perfunctory", explanation="请见人见事", redo="same")
    asked = told.task("follow_up_responsibly")
    assert (asked.named, [stands for _, stands in letters(told)]) == (True, ["open"])
    assert asked.delivery
    assert asked.delivery.delivered_at == asked.opened_at
