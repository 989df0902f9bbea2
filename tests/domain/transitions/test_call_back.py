"""回复报告人: who reported by a source that wants it is told what became of it, and says how the police responded."""

from __future__ import annotations

import pytest

from domain.errors import PolicyInvalid
from domain.indicators.counting import tally
from domain.indicators.events import TallyKind
from domain.indicators.visit_counts import RESPONSE
from domain.policy.playbook import load_playbook
from domain.policy.stages import Stage
from tests.domain.mediated_dispute import Told
from tests.domain.support import PLAYBOOKS


def concluded(source: str) -> Told:
    """A dispute of Qionglai's, judged and in follow-up."""
    told = Told("qionglai", rank=2, source=source)
    told.answer("confirm_triage", "report_up")
    told.answer("confirm_triage", "confirm")
    told.answer("dispatch", "assign", lead="housing", cooperating=[])
    told.answer("accept_assignment", "accept")
    told.answer("dispose", "disposed")
    told.answer("evaluate", "accept")
    told.answer("evaluate", "accept")
    assert told.state.stage is Stage.FOLLOW_UP
    return told


@pytest.mark.req("Q-074", "Q-050")
def test_who_reported_by_the_hotline_is_told_and_says_how_the_police_responded() -> None:
    """“紧盯‘跟踪回访环节缺失’这一工作漏洞” and “接处警满意率由上半年全市倒数第3名升至全市第3名”."""
    told = concluded("12345")
    task = told.task("call_back")
    assert (task.about["title"], task.aside) == ("回复报告人（12345热线）", True)
    assert told.state.clock(f"task:{task.task_id}"), "it has a limit"
    told.answer("call_back", "unreachable")
    assert told.task("call_back") is task, "tried again"
    told.answer("call_back", "answered", summary="已告知调处结果", response_satisfaction=4)
    rated = [t for t in tally(told.state) if t.kind is TallyKind.RATED]
    assert [(t.result, t.value, t.unit) for t in rated] == [(RESPONSE, 4, told.state.places["station"])]


def test_an_alarm_that_nobody_is_called_back_for_asks_nobody() -> None:
    assert "call_back" not in concluded("110").open_kinds


def test_a_quarrel_that_flares_up_again_takes_the_question_back_and_asks_anew_at_its_end() -> None:
    told = concluded("12345")
    told.answer("visit", "relapsed")
    assert "call_back" not in told.open_kinds
    assert told.state.round == 2


@pytest.mark.parametrize(
    ("was", "now", "said"),
    [
        ("call_back: true", "call_back: false", "no source says call_back"),
        ("evaluation, follow_up, closed]", "evaluation, closed]", "it stands beside follow_up"),
    ],
)
def test_a_question_that_would_never_be_asked_is_refused(was: str, now: str, said: str) -> None:
    text = (PLAYBOOKS / "qionglai.yaml").read_text(encoding="utf-8")
    assert was in text
    with pytest.raises(PolicyInvalid) as refusal:
        load_playbook(text.replace(was, now), "qionglai.yaml")
    assert said in str(refusal.value)
