"""What a playbook may not say of its sources and desks: refused at its line, with what was meant."""

from __future__ import annotations

import pytest

from tests.domain.policy.test_playbook_mistakes import CITY, load, mistakes, the_mistake
from tests.domain.support import PLAYBOOKS

DESKS = "      together_for: [red]"


@pytest.mark.req("Q-040")
@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        (
            "      rungs: {supervise_after: {hours: 1}}      # silence",
            "      decides_itself: confirm\n      rungs: {supervise_after: {hours: 1}}      # silence",
            "silence of a desk never confirms",
        ),
        (
            "      rungs: {supervise_after: {hours: 1}}      # silence",
            "      rungs: {remind_at: [0.5]}  # silence",
            "supervise_after is missing",
        ),
        (DESKS, "      together_for: [rot]", "no such colour: rot"),
        ("limit: {red: {minutes: 20}", "limit: {reed: {minutes: 20}", "no such colour: reed"),
        (
            "{role: bureau_analyst, at: bureau, outside",
            "{role: command_room, at: station, outside",
            "is a desk of this chain already",
        ),
        (
            "{role: command_room, at: station}, {role: supervisor",
            "{role: command_room, at: assigned}, {role: supervisor",
            "nothing is assigned yet",
        ),
        ("      divert: may", "      divert: perhaps", "allowed: must, may, never"),
    ],
)
def test_a_chain_of_desks_that_would_be_ignored_is_refused(old: str, new: str, told: str) -> None:
    assert told in the_mistake(old, new)


def test_a_report_is_about_nothing_that_comes_in_batches_and_each_matter_stands_once() -> None:
    [line] = mistakes(CITY.replace("matters: [dispute, livelihood]", "matters: [dispute, hazard]"))
    assert "comes in batches" in line
    [line] = mistakes(CITY.replace("matters: [dispute, livelihood]", "matters: [dispute, dispute]"))
    assert "stands here already" in line


def test_what_leaves_the_police_is_not_pushed_at_once() -> None:
    assert load(CITY.replace("push_at_once: false", "push_at_once: true"))
    reported = (PLAYBOOKS / "qionglai.yaml").read_text(encoding="utf-8")
    assert "together_for: [red]" in reported
    at_once = reported.replace("together_for: [red]", "push_at_once: true\n      together_for: [red]", 1)
    assert any("a desk looks first" in line for line in mistakes(at_once))


def test_two_questions_of_a_source_s_own_form_have_two_names() -> None:
    asked = "asks: {recording: {name: 录音编号, required: false}}"
    twice = "asks: {recording: {name: 录音编号}, again: {name: 录音编号}}"
    assert "is what recording is called already" in the_mistake(asked, twice)
