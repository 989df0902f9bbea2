"""A share of what was found to be no risk is drawn, the same each time, and where a playbook may say so."""

from __future__ import annotations

import pytest

from domain.errors import PolicyInvalid
from domain.policy.playbook import load_playbook
from domain.triage.spot_checks import drawn
from tests.domain.support import PLAYBOOKS

MARKS = [f"k1.{n}" for n in range(5000)]


@pytest.mark.req("Q-040")
@pytest.mark.parametrize("share", [1, 20, 50])
def test_about_the_share_is_drawn_and_always_the_same(share: int) -> None:
    """“每日通过邛崃市局和派出所两个层级对警情进行分析研判”: what they find to be nothing is looked at in part."""
    found = [mark for mark in MARKS if drawn(mark, share)]
    assert abs(len(found) / len(MARKS) - share / 100) < 0.02
    assert found == [mark for mark in MARKS if drawn(mark, share)]


def test_all_or_a_smaller_share_is_part_of_a_larger_one() -> None:
    assert all(drawn(mark, 100) for mark in MARKS)
    assert {m for m in MARKS if drawn(m, 20)} < {m for m in MARKS if drawn(m, 40)}


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("by: [{role: evaluator_police, at: station}]", "one of the whole county"),
        ("by: []", "spot_checks.by"),
    ],
)
def test_what_nobody_could_look_at_is_refused_by_its_line(line: str, said: str) -> None:
    text = (PLAYBOOKS / "qionglai.yaml").read_text(encoding="utf-8")
    shipped = next(each for each in text.splitlines() if "evaluator_police, at: risk_centre}, {role" in each)
    with pytest.raises(PolicyInvalid) as refusal:
        load_playbook(text.replace(shipped, f"  {line}"), "qionglai.yaml")
    assert said in str(refusal.value)
