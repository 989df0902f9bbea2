"""Returned is redone by the same holders, unless a new dispatch is asked for; a relapse is dispatched anew."""

from __future__ import annotations

import pytest

from domain.transitions.supervision import stage_tasks
from tests.workflows.engine import Engine, Handle
from tests.workflows.test_replay import DISPOSED, TO_THE_CENTRE, TO_THE_DEPARTMENTS


async def to_the_evaluation(working: Engine) -> Handle:
    """A dispute disposed of by two departments."""
    handle = await working.open()
    for kind, decision in (*TO_THE_DEPARTMENTS, *DISPOSED):  # type: ignore[misc]
        await working.decide(handle, kind, decision)
    return handle


@pytest.mark.req("Q-048", "Q-049")
@pytest.mark.parametrize(("redo", "kinds"), [("same", ["dispose", "cooperate"]), ("dispatch", ["dispatch"])])
async def test_a_return_goes_where_the_evaluator_sends_it(redo: str, kinds: list[str], working: Engine) -> None:
    handle = await to_the_evaluation(working)
    await working.decide(handle, "evaluate", "return", redo=redo)
    await working.published(handle)
    state = await working.state(handle)
    assert (state.round, sorted(t.kind for t in stage_tasks(state))) == (2, sorted(kinds))


@pytest.mark.req("W-092")
async def test_a_relapse_is_pushed_and_dispatched_anew(working: Engine) -> None:
    handle = await to_the_evaluation(working)
    await working.decide(handle, "evaluate", "accept")
    await working.decide(handle, "visit", "relapsed")
    for kind, decision in TO_THE_CENTRE:
        await working.decide(handle, kind, decision)
    await working.published(handle)
    state = await working.state(handle)
    assert (state.round, [t.kind for t in stage_tasks(state)]) == (2, ["dispatch"])


async def test_a_second_push_of_a_redo_round_is_dispatched_anew(working: Engine) -> None:
    handle = await to_the_evaluation(working)
    await working.decide(handle, "evaluate", "return")
    await working.act(handle, "recall", "station_chief")
    await working.decide(handle, "follow_up_responsibly", "request_third_push")
    await working.decide(handle, "approve_third_push", "approve")
    await working.published(handle)
    state = await working.state(handle)
    assert (state.round, [t.kind for t in stage_tasks(state)]) == (2, ["dispatch"])
