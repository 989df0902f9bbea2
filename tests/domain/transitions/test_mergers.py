"""One case goes into another only when somebody one level up has approved it; until then it lives as it did."""

from __future__ import annotations

import pytest

from domain.case.case import COLOUR
from domain.case.state import Task
from domain.errors import ActionNotAllowed, FourEyes
from domain.transitions.actions import Act, actions_thinkable, check_action
from domain.transitions.approvals import pending_change
from domain.transitions.decisions import decisions_open
from tests.domain.support import CHIEF, COMMAND_ROOM, PLACES, SUPERVISOR, Desk, person

COUNTY_LEADER = person("county-leader", ("leader", PLACES["county"]))
MERGED = {"dispute_no": "D2026-000009", "reason": "同一事项"}


def approval(desk: Desk) -> Task:
    (task,) = desk.state.pending("approve_change")
    return task


def test_merging_changes_nothing_until_somebody_else_approves() -> None:
    desk = Desk(rank=3)
    task = desk.push()
    desk.act("merge_into", SUPERVISOR, **MERGED)
    change = desk.state.changes[-1]
    assert (change.action, change.result) == ("merge_into", "pending")
    assert (desk.state.interruption, desk.state.merged_into, task.state) == (None, None, "open")
    clock = desk.state.clock(COLOUR)
    assert clock
    assert clock.running, "deadlines go on meanwhile"
    with pytest.raises(FourEyes):
        desk.decide(approval(desk), "approve", SUPERVISOR)
    desk.decide(approval(desk), "approve", COUNTY_LEADER)
    turn = desk.state.interruption
    assert turn
    assert (turn.outcome, desk.state.merged_into, task.state) == ("merged", "D2026-000009", "void")
    assert change.result == "approved"


def test_who_approves_a_merger_is_told_what_would_be_merged_into_what() -> None:
    desk = Desk()
    desk.push()
    desk.act("merge_into", CHIEF, **MERGED)
    about = approval(desk).about
    assert about["title"] == "并案（并入D2026-000009）"
    assert (about["action"], about["fields"]) == ("merge_into", MERGED)


def test_one_merger_waits_at_a_time_and_a_rejected_one_may_be_followed_by_another() -> None:
    desk = Desk()
    task = desk.case.open("confirm_triage")
    desk.act("merge_into", CHIEF, **MERGED)
    assert "merge_into" not in actions_thinkable(desk.state)
    assert "duplicate_of" not in decisions_open(desk.state, task)
    second = Act(key="k", action="merge_into", fields={**MERGED, "dispute_no": "D2026-000008"}, actor=CHIEF)
    with pytest.raises(ActionNotAllowed, match="已提请并入D2026-000009，尚待批准"):
        check_action(desk.state, second, desk.at)
    desk.decide(approval(desk), "reject", SUPERVISOR, reason="并非同一事项")
    assert desk.state.merged_into is None
    desk.act("merge_into", CHIEF, dispute_no="D2026-000008", reason="同一事项")
    assert "duplicate_of" not in decisions_open(desk.state, task)


@pytest.mark.parametrize("decision", ["approve", "reject"])
def test_a_duplicate_found_at_triage_is_asked_about_until_its_merger_is_approved(decision: str) -> None:
    desk = Desk()
    task = desk.case.open("confirm_triage")
    desk.decide(task, "duplicate_of", COMMAND_ROOM, dispute_no="D2026-000009")
    assert (task.state, task.record[-1].name) == ("open", "duplicate_of")
    assert desk.state.merged_into is None
    by = person("another", ("supervisor", PLACES["county"]))
    desk.decide(approval(desk), decision, by, **({"reason": "不是一回事"} if decision == "reject" else {}))
    if decision == "approve":
        assert desk.state.interruption
        assert (desk.state.interruption.outcome, task.state) == ("merged", "void")
    else:
        desk.decide(task, "confirm", COMMAND_ROOM)
        assert task.state == "done"


def test_a_triage_that_waits_for_the_approval_of_a_merger_is_not_confirmed_by_silence() -> None:
    desk = Desk(rank=3)
    task = desk.case.open("confirm_triage")
    desk.decide(task, "duplicate_of", COMMAND_ROOM, dispute_no="D2026-000009")
    desk.pass_time(days=3)
    assert task.pending
    assert desk.state.pending("supervise")
    assert approval(desk).pending


def test_who_found_the_duplicate_does_not_approve_its_merger_nor_does_who_was_represented() -> None:
    both = person("both", ("command_room", PLACES["station"]), ("supervisor", PLACES["county"]))
    deputy = person("deputy", ("command_room", PLACES["station"]), on_behalf_of="both")
    for by in (both, deputy):
        desk = Desk()
        desk.decide(desk.case.open("confirm_triage"), "duplicate_of", by, dispute_no="D2026-000009")
        with pytest.raises(FourEyes):
            desk.decide(approval(desk), "approve", both)


def test_a_change_whose_case_has_ended_is_not_pending_any_more() -> None:
    desk = Desk()
    desk.push()
    desk.act("merge_into", CHIEF, **MERGED)
    desk.act("withdraw", SUPERVISOR, reason="撤回")
    assert [change.result for change in desk.state.changes] == ["void"]
    assert pending_change(desk.state, "merge_into") is None
