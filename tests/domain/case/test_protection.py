"""人身安全保护令: asked for, in force to its day, renewed in time; nobody closes the case meanwhile."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from domain.base import CHINA
from domain.case.case import PROTECTION
from domain.policy.stages import Stage
from tests.domain.mediated_dispute import Told

UNTIL = datetime(2026, 6, 30, 23, 59, tzinfo=CHINA)


def visited() -> Told:
    """Violence in a family, protected until the end of June, settled, judged, and both parties visited twice."""
    told = Told(risk_kinds=["domestic_violence"])
    told.answer("confirm_triage", "confirm")
    told.answer("apply_protection", "apply", urgent=True)
    told.answer("court_protection", "granted", measures=["禁止殴打"], until="2026-06-30")
    told.answer("handle_on_scene", "settled", terms=["分开居住"])
    told.answer("evaluate", "accept")
    for _ in range(2):
        while told.state.pending("visit"):
            told.answer("visit", "stable")
        told.life.pass_time(timedelta(days=31))
    return told


@pytest.mark.req("Q-097")
def test_a_dispute_is_not_closed_while_an_order_is_in_force_and_its_renewal_is_asked_in_time() -> None:
    """“家暴事件人身保护令”: valid for six months at most, so somebody has to think of its end."""
    told = visited()
    assert (told.state.stage, told.open_kinds) == (Stage.FOLLOW_UP, [])
    told.life.pass_time(UNTIL - timedelta(days=30) + timedelta(hours=1) - told.life.at)
    (asked,) = told.state.pending("apply_protection")
    assert asked.about["title"] == "保护令延长申请"
    clock = told.state.clock(f"task:{asked.task_id}")
    assert clock is not None
    assert abs(clock.due_at - UNTIL) < timedelta(minutes=2), "there is time until its last day"
    told.answer("apply_protection", "decline", reason="申请人表示不再需要")
    assert told.state.stage is Stage.FOLLOW_UP, "it is in force still"
    told.life.pass_time(timedelta(days=31))
    assert (told.state.stage, told.state.outcome) == (Stage.CLOSED, "resolved")
    titles = [e.title for e in told.state.timeline if e.detail.get("clock") == PROTECTION]
    assert titles == ["人身安全保护令有效期临期提醒"] * 3 + ["人身安全保护令有效期届满"]


@pytest.mark.req("Q-097")
def test_an_extended_order_takes_the_place_of_the_first() -> None:
    told = visited()
    told.life.pass_time(UNTIL - timedelta(days=29) - told.life.at)
    told.answer("apply_protection", "apply")
    told.answer("court_protection", "granted", measures=["禁止接触"], until="2026-11-30")
    (running,) = [c for c in told.state.clocks if c.name == PROTECTION and c.stopped_at is None]
    assert running.due_at.date().isoformat() == "2026-11-30"
    told.life.pass_time(timedelta(days=60))
    assert told.state.stage is Stage.FOLLOW_UP
    assert not [e for e in told.state.timeline if e.kind == "expired" and e.detail.get("clock") == PROTECTION]


@pytest.mark.req("Q-097")
def test_nobody_closes_it_before_it_is_said_whether_an_order_is_asked_for() -> None:
    told = Told(risk_kinds=["domestic_violence"])
    told.answer("confirm_triage", "confirm")
    told.answer("handle_on_scene", "settled", terms=["分开居住"])
    told.answer("evaluate", "accept")
    for _ in range(2):
        while told.state.pending("visit"):
            told.answer("visit", "stable")
        told.life.pass_time(timedelta(days=31))
    assert told.state.stage is Stage.FOLLOW_UP
    assert "apply_protection" in told.open_kinds
    told.answer("apply_protection", "decline", reason="当事人不申请")
    assert told.state.closed
