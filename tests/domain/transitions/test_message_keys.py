"""What became of a key is known from the case alone, whether it runs, is over, or has been started again."""

from __future__ import annotations

import pytest

from domain.case.records import Applied
from domain.errors import KeyReused, TaskClosed
from domain.transitions.message_keys import outcome
from tests.domain.support import Desk


def test_a_key_that_was_never_taken_has_no_outcome() -> None:
    assert outcome(Desk().state, "write.content", None) is None


def test_a_key_that_was_taken_has_the_receipt_of_its_revision() -> None:
    desk = Desk()
    task = desk.push()
    desk.state.applied.append(Applied(key="write.content", revision=3))
    found = outcome(desk.state, "write.content", task.task_id)
    assert found
    receipt = found.receipt_for("write.content")
    assert (receipt.revision, receipt.task_id, receipt.task_state) == (3, task.task_id, "open")


def test_a_key_that_put_up_a_proposal_says_so_and_a_later_one_that_changed_nothing_does_not() -> None:
    desk = Desk()
    desk.case.log("proposed", "现场处置：拟办意见（现场平息）")
    for key in ("write.content", "again.content"):
        desk.state.applied.append(Applied(key=key, revision=desk.state.revision))
    receipts = [found.receipt for key in ("write", "again") if (found := outcome(desk.state, f"{key}.content", None))]
    assert [receipt.proposed for receipt in receipts] == [True, False]


def test_a_key_that_was_taken_for_other_content_is_refused_and_known_all_the_same() -> None:
    desk = Desk()
    desk.state.applied.append(Applied(key="write.content", revision=3))
    found = outcome(desk.state, "write.other", None)
    assert found
    with pytest.raises(KeyReused):
        found.receipt_for("write.other")


def test_a_key_that_was_refused_is_refused_again_for_the_same_reason() -> None:
    desk = Desk()
    desk.state.applied.append(Applied(key="write.content", revision=3, refused="task_closed"))
    found = outcome(desk.state, "write.content", None)
    assert found
    with pytest.raises(TaskClosed):
        found.receipt_for("write.content")
