"""The laws of a batch of hazards at every moment."""

from __future__ import annotations

from domain.case.state import DisputeState


def batch_holds(state: DisputeState) -> None:
    """Each item that waits is asked of whoever is to act on it, once; and a deadline runs for what is to be rectified.

    Raises:
        AssertionError: the law that is broken
    """
    if state.batch is None or not state.timeline:
        return
    for item in state.batch.items:
        assert (item.state == "cancelled") == (item.cancelled_at is not None), "cancelled off, nobody knows when"
        assert item.state in ("open", "disowned") or item.answers, "verified without an answer"
        assert all(said.ruled_at for said in item.disowned[: -1 if item.state == "disowned" else None]), (
            "disowned, and asked for again before anybody ruled"
        )
        assert sum(bool(said.overruled) and said.path == item.to for said in item.disowned) <= 1, (
            "disowned again by who was told that it is his"
        )
        assert not item.answers or item.state != "open" or item.last.returned, (
            "answered, and asked for again unreturned"
        )
    if state.closed:
        assert not state.batch.outstanding, "closed with items outstanding"
        return
    asked = [(task.about["path"], no) for task in state.pending("rectify") for no in task.about["items"]]
    open_items = [(item.to, item.no) for item in state.batch.items if item.state == "open"]
    assert sorted(asked) == sorted(open_items), "an item to be rectified is asked of nobody, or twice"
    verified = [no for task in state.pending("verify") for no in task.about["items"]]
    assert verified == [item.no for item in state.batch.to_verify()], (
        "an item to be verified waits for nobody, or twice"
    )
    ruled = [(no, task.addressees) for task in state.pending("rule_items") for no in task.about["items"]]
    assert [no for no, _ in ruled] == [item.no for item in state.batch.to_rule()], (
        "a disowned item waits for nobody's ruling, or for two"
    )
    running = {(clock.task_id, clock.due_at) for clock in state.clocks
               if clock.name.startswith("due:") and clock.stopped_at is None}  # fmt: skip
    tasks = {task.about["path"]: task.task_id for task in state.pending("rectify")}
    due = {(tasks[item.to], item.due_at) for item in state.batch.items if item.state == "open"}
    assert running == due, "deadlines run that are no item's, or the other way round"
