"""How sensitive a case is, by rule: a table of what a state may hold, each line quoting why."""

from __future__ import annotations

from typing import Any

import pytest

from domain.case.records import Party
from domain.case.sensitivity.level import GROUNDS, Ground, Sensitivity, grounds_of, level_of
from tests.domain.mediated_dispute import Told

L1, L2, L3 = Sensitivity


def level(narrative: str = "两家因停车争吵", party: Party | None = None, **state: Any) -> Sensitivity:
    """Of a case with these particulars."""
    told = Told().state
    first = told.incidents[0].model_copy(update={"narrative": narrative})
    parties = [party or Party(name="甲", side="a")]
    return level_of(told.model_copy(update={"category": "neighbor_parking", "parties": parties, "incidents": [first],
                                            "risk_kinds": [], "tasks": [], **state}))  # fmt: skip


@pytest.mark.parametrize(
    ("expected", "state"),
    [
        (L1, {}),
        # E.2 “L2 contact/ID”
        (L2, {"party": Party(name="甲", side="a", phone="13800000001")}),
        (L2, {"party": Party(name="甲", side="a", id_number="330723197001011234")}),
        # 个人信息保护法 28: medical and health; 未成年人保护法 103 (children who are named, not harmed)
        (L2, {"category": "livelihood_medical"}),
        (L2, {"category": "family_child_support"}),
        # E.2 “L3 DV victim address”, B.3
        (L3, {"category": "family_domestic_violence"}),
        (L3, {"risk_kinds": ["domestic_violence"]}),
        # E.2 “L3 … minors”, 未成年人保护法 39, 103
        (L3, {"category": "livelihood_campus"}),
        (L3, {"narrative": "邻居家的孩子经常被继父殴打"}),
        (L3, {"narrative": "有人虐待儿童"}),
        (L3, {"narrative": "未成年人独自在家无人看护"}),
        # E.2 “L3 … mental health”, 精神卫生法 4
        (L3, {"risk_kinds": ["mental_selfharm"]}),
        # E.2 “L3 … protected petitioner”
        (L3, {"narrative": "反映村干部问题，要求保密"}),
        # [DESIGN] sexual matters
        (L3, {"narrative": "店主对女员工性骚扰"}),
        # what is only near to it is not it
        (L1, {"narrative": "楼上孩子跑跳扰民"}),
        (L1, {"narrative": "两名成年男子互相殴打。楼上孩子在哭"}),
        (L1, {"risk_kinds": ["neighbor_conflict", "debt_economic"]}),
    ],
)
def test_a_level_follows_from_the_state(expected: Sensitivity, state: dict[str, Any]) -> None:
    assert level(**state) is expected


def test_the_gravest_ground_counts_and_a_later_report_adds_to_it() -> None:
    """A case is no less sensitive because something ordinary was reported of it, too."""
    told = Told().state
    base = told.incidents[0]
    quiet = base.model_copy(update={"narrative": "又吵起来了"})
    grave = base.model_copy(update={"narrative": "男方偷拍裸照"})
    ordinary = told.model_copy(update={"incidents": [quiet], "risk_kinds": [], "parties": [], "tasks": []})
    assert level_of(ordinary) is L1
    assert level_of(ordinary.model_copy(update={"incidents": [quiet, grave]})) is L3
    assert level_of(ordinary.model_copy(update={"incidents": [grave, quiet]})) is L3


@pytest.mark.req("Q-097")
def test_whoever_asks_for_a_protection_order_is_kept_close_also_when_the_case_was_taken_for_another() -> None:
    """B.3: “victim's current address is a masked field with break-glass”."""
    told = Told(risk_kinds=["domestic_violence"])
    told.answer("confirm_triage", "confirm")
    assert told.state.pending("apply_protection")
    corrected = told.state.model_copy(update={"risk_kinds": [], "category": "family_marital_conflict"})
    assert Ground.VIOLENCE_AT_HOME in grounds_of(corrected)
    assert level_of(corrected) is L3


def test_every_ground_has_a_level_and_a_name() -> None:
    assert set(GROUNDS) == set(Ground)
    assert set(GROUNDS.values()) == {L2, L3}
