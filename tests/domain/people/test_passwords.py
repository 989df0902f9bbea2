"""Passwords: “身份鉴别信息具有复杂度要求并定期更换” (GB/T 22239-2019 8.1.4.1)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from domain.people.passwords import PasswordRules

RULES = PasswordRules(length=10, classes=3, history=5, days=180)
AT = datetime(2026, 5, 1, 8, tzinfo=UTC)


@pytest.mark.parametrize("password", ["Xiangshan-27", "santui-demo-2026", "shan shui jing hua shi", "山水Jinhua-2026"])
def test_what_is_made_of_enough_will_do(password: str) -> None:
    assert RULES.wrong_with(password, "wang") is None


@pytest.mark.parametrize(
    ("password", "lacks"),
    [
        ("Ab-1", "至少10位"),
        ("abcdefghij1", "3种"),
        ("abcdefghijklmnopqrstuvwxyz", "2种"),
        ("Wang-2026-x", "用户名"),
        ("Aa-1111111111", "重复"),
    ],
)
def test_what_is_not_is_told_in_a_sentence(password: str, lacks: str) -> None:
    assert lacks in (RULES.wrong_with(password, "wang") or "")


def test_it_is_due_after_its_days_and_never_where_nobody_knows_since_when() -> None:
    assert not RULES.due(AT, AT + timedelta(days=179))
    assert RULES.due(AT, AT + timedelta(days=180))
    assert not RULES.due(None, AT)
    assert not PasswordRules(length=10, classes=3, history=5, days=0).due(AT, AT + timedelta(days=9999))
