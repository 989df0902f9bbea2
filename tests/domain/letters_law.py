"""The law of letters, in every case at every moment."""

from __future__ import annotations

from collections import Counter

from domain.case.letters.notice import ANSWER, carried
from domain.case.state import DisputeState


def letters(state: DisputeState) -> None:
    """A letter is delivered as its question begins, sent by who may, to one organisation, and told once; an answer
    has been seen.
    """
    sent = Counter(entry.detail["task_id"] for entry in state.timeline if entry.kind == "notice_sent")
    policy, carrying = state.process.notices, {t.task_id: n for t in state.tasks if (n := carried(t))}
    assert set(sent) == set(carrying), "a letter that went out is lost, or one was never told"
    assert set(sent.values()) <= {1}, "a letter went out twice"
    assert all(t.task_id in carrying for t in state.tasks if t.kind == ANSWER), "an answer to no letter"
    for task in (state.task(task_id) for task_id in carrying):
        assert task, "a letter without its question"
        notice = carrying[task.task_id]
        by_hand = {role for kind, roles in policy.sent_by.items() if kind == notice.kind for role in roles}
        assert notice.role in by_hand or notice.kind in policy.sent_with.values(), f"{notice.role} sent {notice.kind}"
        assert task.delivery, "a letter that was not delivered"
        assert task.delivery.delivered_at >= task.opened_at, "delivered before it was sent"
        assert notice.due_at is None or notice.due_at > task.opened_at, "an answer was due before it was asked"
        answer = task.decision
        if answer and answer.actor_id and answer.name != "excused":
            assert task.delivery.seen_at, "answered, and nobody has seen it"
        if task.kind == ANSWER:
            assert notice.to == task.about["path"], "a letter to one, asked of another"
