"""The law, the duties and the words of risk: what push 1 tells, from the lists and what was reported."""

from __future__ import annotations

import pytest

from domain.policy.stages import PHASE_NAMES, Stage, phase_of
from domain.triage.guidance import Law, duties_of, law_of, risk_cues
from infra.runtime.policy_files import read_lexicon

LEXICON = read_lexicon()
SMASH = "有人在白洋街道万石院新村门口闹事，扬言要砸了他的车，双方因货款纠纷争执"


@pytest.mark.req("J-002")
def test_the_words_of_risk_are_told_as_they_were_reported() -> None:
    """“有人…闹事,扬言要砸了他的车”."""
    cues = risk_cues([SMASH], LEXICON)
    assert ("扬言", "threat_extreme") in [(cue.text, cue.code) for cue in cues]
    assert all(cue.why in ("risk", "police_first", "unsure", "raise") for cue in cues), (
        "the category's words are no cues of risk"
    )
    assert all(cue.name for cue in cues)


def test_a_word_that_every_report_has_is_told_once() -> None:
    cues = risk_cues([SMASH, SMASH, SMASH], LEXICON)
    assert len(cues) == len({(cue.text, cue.code) for cue in cues}) == len(risk_cues([SMASH], LEXICON))


def test_a_quiet_report_has_no_words_of_risk() -> None:
    assert risk_cues(["口罩退换货达不成一致意见"], LEXICON) == []


@pytest.mark.req("J-002")
def test_the_law_of_a_category_is_told_with_its_statutory_clock() -> None:
    law = law_of("neighbor_noise", LEXICON)
    assert isinstance(law, Law)
    assert "治安管理处罚法(2025)第88条" in law.legal_basis
    assert law.track == "人民调解 一般一个月内调结(人民调解工作若干规定第33条)"
    assert law.police_trigger is not None
    assert "劝阻" in law.police_trigger
    assert law_of("no_such_category", LEXICON) is None


@pytest.mark.req("J-002")
def test_what_is_forbidden_stands_with_what_is_required_the_gravest_kind_first() -> None:
    violence, quarrel = duties_of(["neighbor_conflict", "domestic_violence", "neighbor_conflict"], LEXICON)
    assert (violence.kind, quarrel.kind) == ("domestic_violence", "neighbor_conflict")
    assert "不得组织面对面调解(受害人未书面同意时)" in violence.forbidden
    assert "出警与取证" in violence.required
    assert duties_of(["no_such_kind"], LEXICON) == []


@pytest.mark.req("J-011")
def test_the_three_pushes_meet_a_quarrel_early_in_the_middle_and_late() -> None:
    """“以矛盾纠纷‘初期、中期、后期’3个阶段为切入点”; “经过中期处置,效果仍不理想”: push 2 is the middle."""
    named = [PHASE_NAMES[phase_of(stage)] for stage in (Stage.PUSH_1, Stage.PUSH_2, Stage.PUSH_3)]
    assert named == ["初期", "中期", "后期"]
    assert PHASE_NAMES[phase_of(Stage.TRIAGE)] == "初期"
    assert {PHASE_NAMES[phase_of(stage)] for stage in (Stage.MEDIATION, Stage.EVALUATION, Stage.FOLLOW_UP)} == {"后期"}
