"""What a playbook may not say of its whistles (吹哨报到): refused at its line, with what was meant."""

from __future__ import annotations

import pytest

from tests.domain.policy.test_playbook_mistakes import CITY, WITHOUT_PUSH_3, mistakes, the_mistake

PART = CITY[CITY.index("  summons:") : CITY.index("  words:")]


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("confer_within: {hours: 12}", "confer_within: {minutes: 60}", "longer than that"),
        ("stubborn: 骨头案", "stubborn: 复杂事项", "'复杂事项' is the name of complex_matter already"),
        (
            "{role: township_leader, at: township}]\n    triggers",
            "{role: mayor, at: township}]\n    triggers",
            "no such role: mayor",
        ),
        (
            "      decides_itself: accept ",
            "      summon: true\n      decides_itself: accept ",
            "nobody is called by 'accept_assignment'",
        ),
        (
            "    cooperate.disposed: {met: 1, pictures: 1}",
            "    check_in.absent: {pictures: 1}\n    cooperate.disposed: {met: 1, pictures: 1}",
            "由时限认定缺席",
        ),
    ],
)
def test_whistles_that_would_be_ignored_are_refused(old: str, new: str, told: str) -> None:
    assert told in the_mistake(old, new)


def test_a_tier_calls_nobody_where_there_are_no_whistles() -> None:
    assert any("process.summons is missing" in line for line in mistakes(CITY.replace(PART, "")))


def test_a_tier_that_would_call_nobody_is_refused() -> None:
    """Where nothing is dispatched, a line that names no place has nobody to call."""
    told = "nobody is called: no line of requires names a place"
    assert any(told in line for line in mistakes(WITHOUT_PUSH_3))
    named = WITHOUT_PUSH_3.replace("any_of: [township_leader]}", "any_of: [township_leader], at: township}")
    assert not any(told in line for line in mistakes(named))
