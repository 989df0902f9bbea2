"""Exits, roads, entries and judges that a mechanism has not are refused at their place."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from domain.errors import PolicyInvalid
from domain.policy.playbook import load_playbook
from tests.domain.support import PLAYBOOKS


def mistakes(code: str = "jinhua", **changed: Any) -> str:
    """What is said of a city's playbook with some parts written otherwise."""
    written: dict[str, Any] = yaml.safe_load((PLAYBOOKS / f"{code}.yaml").read_text(encoding="utf-8"))
    for part, value in changed.items():
        there = written["process"].get(part)
        written["process"][part] = {**there, **value} if isinstance(there, dict) and part != "approval" else value
    with pytest.raises(PolicyInvalid) as refused:
        load_playbook(yaml.safe_dump(written, allow_unicode=True, sort_keys=False), f"{code}.yaml")
    return str(refused.value)


@pytest.mark.parametrize(
    ("code", "changed", "said"),
    [
        ("jinhua", {"exits": {"unsettled_to": "evaluation"}}, "'evaluation' can't stand here"),
        ("qionglai", {"exits": {"unsettled_to": "mediation"}}, "nothing goes by it: the mechanism has no stage push_1"),
        ("qionglai", {"exits": {"recall_to": "push_2"}}, "the mechanism has no stage push_2 to go to"),
        ("jinhua", {"approval": {"roads": ["unsettled"]}}, "the mechanism has no road 'unsettled' out of the police"),
        ("jinhua", {"approval": {"roads": ["divertet"]}}, "did you mean diverted?"),
        ("jinhua", {"approval": {"roads": ["requested"], "never_with_police": ["grid"]}},
         "approval.never_with_police: it excepts from the road"),
        ("jinhua", {"ladder": {"entered_at": {"push_1": "jiont"}}},
         "the ladder has no tier jiont: did you mean joint?"),
        ("jinhua", {"ladder": {"entered_at": {"triage": "joint"}}}, "nothing enters the ladder there"),
        ("jinhua", {"evaluation": {"at_station": []}}, "who judges what was resolved at push_1? evaluation.at_station"),
        ("jinhua", {"evaluation": {"joint": []}}, "who judges what was resolved at push_3? evaluation.joint"),
        ("jinhua", {"evaluation": {"resolved_at": {"push_4": [[{"role": "leader", "at": "county"}]]}}},
         "nothing is resolved at 'push_4'"),
        ("jinhua", {"evaluation": {"resolved_at": {"push_1": [[]]}}}, "needs at least 1 of them"),
    ],
)  # fmt: skip
def test_what_leads_nowhere_is_refused(code: str, changed: dict[str, Any], said: str) -> None:
    assert said in mistakes(code, **changed)


def test_a_mechanism_whose_every_place_has_judges_needs_no_others() -> None:
    written: dict[str, Any] = yaml.safe_load((PLAYBOOKS / "jinhua.yaml").read_text(encoding="utf-8"))
    evaluation = written["process"]["evaluation"]
    centre = [[{"role": "evaluator_committee", "at": "centre"}]]
    evaluation["resolved_at"] = dict.fromkeys(("push_1", "push_2", "push_3", "officer", "joint"), centre)
    del evaluation["at_station"], evaluation["joint"]
    process = load_playbook(yaml.safe_dump(written, allow_unicode=True, sort_keys=False), "jinhua.yaml").process
    assert [post.role for post in process.seats_for("officer")[0]] == ["evaluator_committee"]
