"""An item that is another's (退单): with its ground, ruled upon by whoever sent the batch, and sent on or kept."""

from __future__ import annotations

from datetime import timedelta

import pytest

from domain.errors import FieldsInvalid
from domain.policy.playbook import Playbook
from domain.transitions.decisions import check, decisions_open
from tests.domain.hazards.batches import (
    BODIES,
    CENTRE,
    HANDLERS,
    SENDER,
    answer,
    batch,
    disown,
    item,
    rectify,
    rule,
    task_of,
    verify,
)
from tests.domain.invariants import Watch
from tests.domain.support import person, playbook
from workflows.harness.life import Life, refused

FIRE, GAS, SCHOOL = (body.path for body in BODIES)


def messages(life: Life, command: object) -> list[str]:
    """What a decision is refused for."""
    with pytest.raises(FieldsInvalid) as found:
        check(life.state, command, life.at)  # type: ignore[arg-type]
    return [error["message"] for error in found.value.errors]


@pytest.mark.req("R-062", "R-063")
def test_an_item_that_is_anothers_goes_to_it_by_the_word_of_whoever_sent_the_batch() -> None:
    """“向相关事权部门发送风险隐患提示函”: what is not in its 事权 goes back with the ground, and to whose it is."""
    life, watch = batch(6), Watch()
    for who in (SENDER, HANDLERS[GAS]):
        watch.sent_by(who)
    due = item(life, 1).due_at
    disown(life, GAS, [1], suggested_unit="fire")
    watch.look(life.state, life.at)
    asked = task_of(life, "rule_items")
    assert (asked.addressees, asked.about["items"], asked.about["suggested"]) == ([CENTRE], [1], ["fire"])
    assert task_of(life, "rectify", GAS).about["items"] == [4]  # the other one of theirs goes its own way
    rule(life, "uphold", [1], to="fire")
    watch.look(life.state, life.at)
    assert not life.state.pending("rule_items")
    assert task_of(life, "rectify", FIRE).about["items"] == [1, 3, 6]
    moved = item(life, 1)
    assert (moved.to, moved.state, moved.disowned[0].moved_to) == (FIRE, "open", FIRE)
    assert moved.due_at >= due  # whoever gets it has no less time than it had
    rectify(life, FIRE, [1])
    verify(life, "cancelled_off", [1])
    assert moved.state == "cancelled"


@pytest.mark.req("R-063")
def test_an_item_that_was_ruled_ones_own_is_not_disowned_again_and_gains_no_time() -> None:
    life = batch(6)
    due = item(life, 1).due_at
    disown(life, GAS, [1])
    rule(life, "overrule", [1])
    kept = item(life, 1)
    assert (kept.to, kept.state, kept.due_at) == (GAS, "open", due)
    assert kept.disowned[0].overruled == "职责清单列明由你单位监管"
    again = answer(life, task_of(life, "rectify", GAS), "disowned", HANDLERS[GAS], [1])
    assert messages(life, again) == ["第1项的退单已裁定不成立，请按期整改"]
    rectify(life, GAS, [1])
    disown(life, GAS, [4])
    life.pass_time(timedelta(days=20))
    rule(life, "overrule", [4])
    assert item(life, 4).due_at > life.at  # its day went by while nobody ruled: that is not the organisation's


@pytest.mark.req("R-061", "R-063")
def test_a_ruling_that_does_not_come_is_supervised_and_nobody_rules_upon_his_own() -> None:
    life = batch(3)
    both = person("both", ("department_handler", GAS), ("centre_dispatcher", SENDER.posts[0].path))
    life.decide(answer(life, task_of(life, "rectify", GAS), "disowned", both, [1]))
    life.settle()
    own = answer(life, task_of(life, "rule_items"), "overrule", both, [1])
    assert refused(life.decide, own) == "four_eyes"
    back = answer(life, task_of(life, "rule_items"), "uphold", SENDER, [1], to="gas")
    assert messages(life, back) == ["第1项正由该单位退单；仍应由其整改的，请选“不同意退单”"]
    life.pass_time(timedelta(days=4))
    assert [task for task in life.state.pending("supervise") if "退单裁定" in task.about["title"]]
    rule(life, "uphold", [1], to="school")
    assert item(life, 1).to == SCHOOL


def test_where_nobody_rules_nothing_is_disowned() -> None:
    life = batch(3)
    del life.state.process.tasks["rule_items"]
    assert set(decisions_open(life.state, task_of(life, "rectify", GAS))) == {"rectified"}


def test_a_playbook_has_whoever_sends_rule() -> None:
    told = playbook().model_dump(mode="json", exclude_none=True)
    told["process"]["tasks"]["rule_items"]["by"] = [{"role": "supervisor", "at": "county"}]
    with pytest.raises(ValueError, match="whoever sent a batch rules"):
        Playbook.model_validate(told)
