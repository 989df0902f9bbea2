"""The harness in the same process as Temporal's worker: neither knows of the other."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from itertools import count

from domain.case.state import DisputeState
from tests.workflows.engine import Engine, first_state
from workflows.dispute import DisputeInput
from workflows.harness.life import Life

LIVES = 40


def left_alone(state: DisputeState) -> DisputeState:
    """Where a case is after forty days in which nobody does anything."""
    life = Life(DisputeInput(state=state), state.opened_at, count(1))
    life.pass_time(timedelta(days=40))
    life.drop()
    return life.state


async def test_lives_are_driven_in_threads_while_temporal_s_cases_go_on_and_both_come_out_as_alone(
    working: Engine,
) -> None:
    states = [first_state("D2026-000001", code) for code in ("jinhua", "qionglai")]
    alone = [left_alone(state.model_copy(deep=True)).timeline for state in states]

    driven = [asyncio.create_task(asyncio.to_thread(left_alone, states[n % 2].model_copy(deep=True)))
              for n in range(LIVES)]  # fmt: skip
    handle = await working.open()
    await working.decide(handle, "confirm_triage", "confirm")
    await working.decide(handle, "handle_on_scene", "unsettled")
    await working.published(handle)
    before = (await working.state(handle)).timeline
    assert [(await each).timeline for each in driven] == [alone[n % 2] for n in range(LIVES)]

    await working.decide(handle, "follow_up_responsibly", "settled")
    after = (await working.state(handle)).timeline  # by a replay of the whole history
    assert after[: len(before)] == before
    assert len(after) > len(before)
