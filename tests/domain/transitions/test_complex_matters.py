"""“针对复杂疑难矛盾纠纷，探索建立了‘33制’化解工作法”: a matter comes to the ladder with its ground, and carries it."""

from __future__ import annotations

import re

import pytest

from domain.errors import FieldsInvalid, PolicyInvalid
from domain.image.public_document import public_document
from domain.policy.playbook import load_playbook
from domain.policy.stages import Stage
from domain.transitions.facts import add_incident
from tests.domain.support import HANDLER, HOUSING, ROOT, Desk, alarm, playbook

REPORT = "针对复杂疑难矛盾纠纷"
(CITY,) = re.findall(r"```yaml\n(.*?)```", (ROOT / "docs" / "playbook.md").read_text(encoding="utf-8"), re.DOTALL)


def refused(desk: Desk, **fields: object) -> dict[str, str]:
    """What is said of a request for mediation, by field."""
    task = desk.push(Stage.PUSH_3, "dispose", path=HOUSING.path, organisation=HOUSING.code)
    with pytest.raises(FieldsInvalid) as said:
        desk.decide(task, "mediate", HANDLER, reason="提请联调", **fields)
    return {error["field"]: error["message"] for error in said.value.errors}


@pytest.mark.req("Q-091")
def test_nothing_comes_to_the_ladder_without_what_makes_it_complex() -> None:
    desk = Desk("qionglai")
    assert list(refused(desk)) == ["criteria"], REPORT
    assert list(refused(desk, criteria=[])) == ["criteria"]
    assert "只能是" in refused(desk, criteria=["because"])["criteria.0"]


@pytest.mark.req("Q-091")
def test_a_ground_that_the_case_does_not_show_is_refused_with_what_there_is() -> None:
    desk = Desk("qionglai")
    said = refused(desk, criteria=["hard", "repeated", "many_parties"])
    assert said == {
        "criteria.1": "“反复报警”不成立：现报警1次，须至少报警2次",
        "criteria.2": "“当事人众多”不成立：现当事人1名，须至少当事人3名",
    }
    add_incident(desk.case, alarm(2, desk.at))
    assert "criteria.1" not in refused(desk, criteria=["hard", "repeated", "many_parties"])


@pytest.mark.req("Q-091")
def test_the_case_carries_why_it_is_complex_in_its_playbooks_words() -> None:
    desk = Desk("qionglai")
    assert "complex_for" not in public_document(desk.state).model_dump()
    add_incident(desk.case, alarm(2, desk.at))
    task = desk.push(Stage.PUSH_3, "dispose", path=HOUSING.path, organisation=HOUSING.code)
    desk.decide(task, "mediate", HANDLER, reason="提请联调", criteria=["repeated", "hard"])
    assert public_document(desk.state).complex_for == ["反复报警", "单独难以化解"]
    assert task.decision
    assert task.decision.fields["criteria_name"] == "反复报警、单独难以化解"


def test_a_ladder_without_criteria_asks_for_none() -> None:
    assert not playbook("jinhua").process.demanded("dispose", "mediate").criteria
    assert playbook("jinhua").process.all_demands == playbook("jinhua").process.demands


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("hard: {name: 单独难以化解}", "hard: {name: 难, returns: 1}", "one of them at least is a person's to say"),
        ("repeated: {name: 反复报警", "repeated: {name: 单独难以化解", "'单独难以化解' is the name of hard already"),
        ("alarms: 2}", "alarm: 2}", "there is no key 'alarm' here: did you mean alarms"),
        ("{met: 1, pictures: 1}", "{met: 1, criteria: {a_b: 难}}", "stand under ladder.criteria"),
    ],
)
def test_a_mistake_in_them_is_named(old: str, new: str, said: str) -> None:
    assert old in CITY
    with pytest.raises(PolicyInvalid, match=re.escape(said)):
        load_playbook(CITY.replace(old, new, 1), "city.yaml")
