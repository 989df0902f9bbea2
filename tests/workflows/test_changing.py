"""A rehearsal of changing the process under running disputes: the recipe of docs/changing-the-process.md, carried out.

The changes rehearsed: the analysis desk's confirmation is followed by a pause before the first push. A pause is a
timer, a new command, so it must be behind `Engine.patched`; how far returns raise the colour is a rule of the domain,
so it goes by `state.rules`; and so does a further question, to which a case that began before has no answer.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from temporalio import workflow
from temporalio.api.enums.v1 import EventType

import tests.workflows.engine
import workflows.dispute
import workflows.evaluation
from api.histories.replay import RECIPE, replay
from domain.case.case import Case
from domain.policy.behaviour import RULES
from domain.policy.stages import Stage
from domain.transitions.colours import raise_by_one
from tests.workflows.engine import FAILED, Engine, Handle, Stuck, until
from workflows.desk import Desk
from workflows.pushes import push_1
from workflows.triage import triage

MARKED = EventType.EVENT_TYPE_MARKER_RECORDED


async def unguarded(desk: Desk) -> Stage:
    """The change as nobody should make it."""
    stage = await triage(desk)
    await workflow.sleep(timedelta(seconds=1))
    return stage


async def guarded(desk: Desk) -> Stage:
    """The change as the recipe has it. The id names the round: `patched` remembers its answer for good."""
    stage = await triage(desk)
    if desk.engine.patched(f"rehearsal-pause-{desk.state.round}"):
        await workflow.sleep(timedelta(seconds=1))
    return stage


async def asks_again(desk: Desk) -> Stage:
    """A further question as nobody should ask it: what the scene settled is confirmed by the station's leaders."""
    stage = await push_1(desk)
    if stage is Stage.EVALUATION:
        leaders = desk.case.posts(desk.state.process.evaluation.at_station)
        await desk.ask("approve_change", to=leaders, title="确认现场处置")
    return stage


NEXT = RULES + 1
"""The edition of the rules that would bring the further question, and raise the colour further."""


async def asks_again_gated(desk: Desk) -> Stage:
    """The same as the recipe has it: disputes that began before are not asked."""
    return await asks_again(desk) if desk.state.rules >= NEXT else await push_1(desk)


async def on_scene(working: Engine, **more: Any) -> Handle:
    """A dispute that the first push has reached, under the process as it was."""
    handle = await working.open(**more)
    await working.decide(handle, "confirm_triage", "confirm")
    await working.task(handle, "handle_on_scene")
    await working.published(handle)
    return handle


async def test_a_change_without_a_guard_breaks_running_disputes_and_a_replay_says_so_before(office: Engine) -> None:
    async with office.working():
        handle = await on_scene(office)
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(workflows.dispute.STAGES, Stage.TRIAGE, unguarded)
        replayed = await replay(await office.history(handle), office.client.data_converter)
        assert replayed.error is not None
        async with office.working():  # deployed all the same, it can't take a decision: nothing is lost, nothing moves
            command = await office.command(handle, "handle_on_scene", "settled")
            await handle.signal("decision", command)
            await until(lambda: office.events(handle, FAILED))
    async with office.working():  # rolled back, the decision is taken
        await office.task(handle, "evaluate")


async def test_a_guarded_change_leaves_running_disputes_as_they_were_and_holds_for_new_ones(office: Engine) -> None:
    async with office.working():
        old = await on_scene(office)
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(workflows.dispute.STAGES, Stage.TRIAGE, guarded)
        assert (await replay(await office.history(old), office.client.data_converter)).error is None
        async with office.working():
            new = await office.open()
            await office.decide(new, "confirm_triage", "confirm")
            await office.decide(old, "handle_on_scene", "settled")
            await office.task(old, "evaluate")
            await office.task(new, "handle_on_scene")
            assert await office.events(old, MARKED) == []
            assert len(await office.events(new, MARKED)) == 1
            assert await office.events(old, FAILED) == await office.events(new, FAILED) == []
        for handle in (old, new):
            assert (await replay(await office.history(handle), office.client.data_converter)).error is None


# --- a further question


async def settled(working: Engine, **more: Any) -> Handle:
    """A dispute that the scene settled."""
    handle = await working.open(**more)
    await working.decide(handle, "confirm_triage", "confirm")
    await working.decide(handle, "handle_on_scene", "settled")
    return handle


async def test_a_further_question_behind_its_gate_is_asked_of_new_disputes_alone(office: Engine) -> None:
    async with office.working():
        judged, waiting = await settled(office), await on_scene(office)
        await office.task(judged, "evaluate")
        await office.published(judged)
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(workflows.dispute.STAGES, Stage.PUSH_1, asks_again_gated)
        assert (await replay(await office.history(judged), office.client.data_converter)).error is None
        async with office.working():
            await office.decide(judged, "evaluate", "accept")
            await office.decide(waiting, "handle_on_scene", "settled")
            await office.task(waiting, "evaluate")
            new = await settled(office, rules=NEXT)
            await office.decide(new, "approve_change", "approve")
            await office.task(new, "evaluate")
            for handle in (judged, waiting, new):
                assert await office.events(handle, FAILED) == []


async def test_a_script_without_the_new_step_is_told_so(office: Engine) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(workflows.dispute.STAGES, Stage.PUSH_1, asks_again_gated)
        async with office.working():
            new = await settled(office, rules=NEXT)
            await office.published(new)
            with pytest.raises(Stuck, match=r"it waits for approve_change: the script lacks the new step") as stuck:
                await office.task(new, "evaluate", within=0.2)
    assert RECIPE in str(stuck.value)


async def test_a_further_question_without_its_gate_is_told_so(office: Engine) -> None:
    async with office.working():
        judged, waiting = await settled(office), await on_scene(office)
        await office.task(judged, "evaluate")
        await office.published(judged)
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(workflows.dispute.STAGES, Stage.PUSH_1, asks_again)
        patch.setattr(tests.workflows.engine, "RULES", NEXT)
        replayed = await replay(await office.history(judged), office.client.data_converter)
        assert replayed.error is not None
        assert replayed.error.endswith(f"a gate is missing, see {RECIPE}")
        async with office.working():
            accepting = await office.command(judged, "evaluate", "accept")
            await judged.signal("decision", accepting.model_copy(update={"seen": await office.seen(judged)}))
            await until(lambda: office.events(judged, FAILED))
            with pytest.raises(Stuck, match="can't go on under this code, it goes otherwise in its history: a gate is"):
                await office.task(judged, "visit", within=0.2)
            await office.decide(waiting, "handle_on_scene", "settled")
            await office.published(waiting)
            with pytest.raises(Stuck, match=r"waits for approve_change: a case .* before this step: a gate is missing"):
                await office.task(waiting, "evaluate", within=0.2)
    async with office.working():  # rolled back, what was decided meanwhile is taken
        await office.task(judged, "visit")
    await waiting.terminate("it was asked what only the other code knows")


# --- a numbered rule


def raises_further(case: Case, why: str) -> None:
    """The rule as the recipe has it: a return that raises the colour raises it by two under the next edition."""
    raise_by_one(case, why)
    if case.state.rules >= NEXT:
        raise_by_one(case, why)


async def returned_twice(working: Engine, **more: Any) -> Handle:
    """A dispute whose disposal was returned twice."""
    handle = await working.open(**more)
    await working.decide(handle, "confirm_triage", "confirm")
    for _ in range(2):
        await working.decide(handle, "handle_on_scene", "settled")
        await working.decide(handle, "evaluate", "return")
    await working.task(handle, "handle_on_scene")
    return handle


async def test_each_dispute_keeps_the_rules_it_started_with(working: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workflows.evaluation, "raise_by_one", raises_further)
    old, new = await returned_twice(working), await returned_twice(working, rules=NEXT)
    before, after = await working.state(old), await working.state(new)
    assert (before.rules, before.colour, before.returns) == (RULES, "yellow", 2)
    assert (after.rules, after.colour, after.returns) == (NEXT, "red", 2)
    assert (len(before.runs), len(after.runs)) == (1, 1)
    clock = before.clock("colour")
    assert clock is not None
    assert clock.title.startswith("黄色")
    assert clock.due_at - clock.started_at == timedelta(days=7)
    assert [e.detail["reason"] for e in before.timeline if e.kind == "recoloured"] == ["2次退回"]
    assert [e.detail["reason"] for e in after.timeline if e.kind == "recoloured"] == ["2次退回", "2次退回"]
