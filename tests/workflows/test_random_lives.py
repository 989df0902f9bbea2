"""Lives by chance against the real engine, side by side: each is recorded whole, replays, and keeps the laws.

The same steps, forms and laws as in `tests/domain/test_every_life.py`, from a fixed seed.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import TypeVar

import pytest
from temporalio.client import WorkflowExecutionStatus, WorkflowUpdateFailedError

from api.histories.ahead import Course, course_of
from domain.case.state import DisputeState, Entry, Task
from domain.image.projection import project
from domain.people.organisation import Actor
from domain.policy.action_catalogue import ENDINGS
from domain.transitions.actions import Act, actions_thinkable
from domain.transitions.decisions import Command, decisions_open
from domain.transitions.facts import Note
from infra.read_model.writer import write_image
from tests.domain.entitled_people import (
    CATEGORIES,
    KNOWN,
    action_fields,
    fields_for,
    may_act,
    may_answer,
    strangers,
)
from tests.domain.invariants import Watch
from tests.domain.random_steps import FINAL, FORWARD
from tests.domain.support import ANOTHER, alarm, people_named, pictures
from tests.workflows.engine import Engine, Handle, until
from tests.workflows.test_replay import replayer
from workflows.dispute import DisputeWorkflow

SEED = 20260302
LIVES = 12
STEPS = 16
LENGTHS = (timedelta(minutes=40), timedelta(hours=30), timedelta(days=5), timedelta(days=32))
T = TypeVar("T")


class Seed:
    """Chance from a seed."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)

    def number(self, least: int, most: int) -> int:
        """A whole number, both ends included."""
        return self._random.randint(least, most)

    def pick(self, options: Sequence[T]) -> T:
        """One of the options."""
        return options[self.number(0, len(options) - 1)]

    def flag(self) -> bool:
        """Yes or no."""
        return self.number(0, 1) == 1


class RandomLife:
    """One dispute under the real engine, and what chance does to it."""

    def __init__(self, engine: Engine, seed: int) -> None:
        self.engine, self.chance = engine, Seed(seed)
        self.watch = Watch()
        self.sent = 0
        self.ahead = timedelta(0)
        """how far the case's clock was moved before the wall's"""
        self.handle: Handle
        self.foreseen = 0

    async def live(self) -> DisputeState:
        """Steps until it closes or they run out; the case as its history tells it."""
        playbook = "jinhua" if self.chance.flag() else "qionglai"
        risk = ["domestic_violence"] if self.chance.number(0, 3) == 0 else []
        self.handle = await self.engine.open(playbook, risk_kinds=risk, police=self.chance.flag())
        for _ in range(STEPS):
            state = await self.look()
            if state.closed:
                return state
            step = self.chance.pick([self.answer] * 8 + [self.wrong, self.act, self.tell, self.wait])
            await step(state)
        return await self.look()

    async def look(self) -> DisputeState:
        """The laws hold of what the history tells."""
        if await self.running():
            await self.engine.published(self.handle)
        state = await self.engine.state(self.handle)
        self.watch.look(state, state.timeline[-1].at)
        return state

    async def running(self) -> bool:
        """Whether the run goes on."""
        return (await self.handle.describe()).status == WorkflowExecutionStatus.RUNNING

    # --- steps

    async def answer(self, state: DisputeState) -> None:
        """Somebody entitled answers; forward more often than not."""
        asked = [task for task in state.pending() if may_answer(state, task)]
        if not asked:
            return await self.wait(state)
        command = self.command(state, self.chance.pick(asked))
        self.watch.sent_by(command.actor)
        assert await self.refusal("decide", command) == "", f"{command.decision} was refused"
        assert await self.refusal("decide", command) == "", "the same again is no refusal"

    async def wrong(self, state: DisputeState) -> None:
        """Somebody not entitled answers, and is refused."""
        asked = [task for task in state.pending() if may_answer(state, task)]
        if asked:
            task = self.chance.pick(asked)
            actor = self.chance.pick(strangers(task))
            wrong = self.command(state, task).model_copy(update={"actor": actor})
            assert await self.refusal("decide", wrong) == "not_entitled"
            assert await self.engine.state(self.handle) == state, "a refusal changed the case"

    async def act(self, state: DisputeState) -> None:
        """Somebody acts; endings are rare."""
        endings = self.chance.number(0, 4) == 0
        names = [name for name in actions_thinkable(state) if (name in ENDINGS) == endings]
        if names:
            name = self.chance.pick(names)
            fields = action_fields(self.chance, state, name, self.now(state))
            actor = self.chance.pick(may_act(state, name, fields))
            act = Act(key=self.key(), action=name, fields=fields, actor=actor, organisations=KNOWN,
                      people=people_named(fields), into=ANOTHER)  # fmt: skip
            assert await self.refusal("act", act) == "", f"{name} was refused"

    async def tell(self, state: DisputeState) -> None:
        """A repeat alarm, or a note of the hotline."""
        if self.chance.flag():
            again = alarm(100 + self.sent, self.now(state), rank=self.chance.number(1, 3))
            self.sent += 1
            await self.handle.signal("incident_added", again)
        else:
            await self.handle.signal("hotline_note", Note(key=self.key(), source="12345", text="来电询问"))

    async def wait(self, state: DisputeState) -> None:
        """Time passes."""
        length = self.chance.pick(LENGTHS)
        course = Course(now=self.now, length=length)
        await course_of(await self.engine.history(self.handle), self.engine.client.data_converter, course)
        self.ahead += length
        await self.engine.advance(self.handle, seconds=length.total_seconds())
        if await self.running():
            await self.engine.published(self.handle)
        before, foreseen = len(state.timeline), len(told(course.entries))

        async def arrived() -> bool:
            return len(told((await self.engine.state(self.handle)).timeline[before:])) >= foreseen

        await until(arrived)
        came = (await self.engine.state(self.handle)).timeline[before:]
        at = 0
        for lot in at_once(course.entries):
            arrived_instead = told(came[at : at + len(lot)])
            assert sorted(arrived_instead) == sorted(told(lot)), "it lay otherwise ahead than it came"
            at += len(lot)
        assert course.until is not None
        assert all(entry.at > course.until for entry in came[len(course.entries) :]), "not all that came lay ahead"
        self.foreseen += len(course.entries)

    # --- parts

    def now(self, state: DisputeState) -> datetime:
        """The time of the case."""
        return max(state.timeline[-1].at, datetime.now(UTC) + self.ahead)

    def key(self) -> str:
        """A key of this life."""
        self.sent += 1
        return f"{self.handle.id}-{self.sent}.content"

    def command(self, state: DisputeState, task: Task) -> Command:
        """A decision that must be taken."""
        names = [name for name in decisions_open(state, task) if name not in FINAL]
        forward = [name for name in FORWARD if name in names]
        decision = forward[0] if forward and self.chance.number(0, 2) else self.chance.pick(names)
        actor: Actor = self.chance.pick(may_answer(state, task))
        fields = fields_for(self.chance, state, task, decision, self.now(state))
        return Command(
            key=self.key(), task_id=task.task_id, decision=decision, actor=actor, fields=fields,
            people=people_named(fields),
            evidence=pictures(state, task.kind, decision),
            organisations=KNOWN, labels=CATEGORIES,
        )  # fmt: skip

    async def refusal(self, update: str, message: Command | Act) -> str:
        """The code of the refusal that an update meets; "" where it is taken, or the run has ended by it."""
        way = self.chance.number(0, 3)
        try:
            if way == 0:  # the engine is to write itself
                await self.handle.execute_update(update, message, id=message.key)
            elif way == 1:  # the answer is lost
                await self.engine.ask(self.handle, message, update)
                await self.handle.signal(DisputeWorkflow.orphan, message.key)
            else:
                await self.engine.send(self.handle, message, update)
        except WorkflowUpdateFailedError as failure:
            return str(getattr(failure.cause, "type", failure.cause))
        return ""


def at_once(entries: Sequence[Entry]) -> list[list[Entry]]:
    """What came within a minute of one another, in lots: a worker that was busy meets all of a lot at one time, and
    what it does then has no order that the clock gave it.
    """
    lots: list[list[Entry]] = []
    for entry in entries:
        if lots and entry.at - lots[-1][-1].at < timedelta(minutes=1):
            lots[-1].append(entry)
        else:
            lots.append([entry])
    return lots


def told(entries: Sequence[Entry]) -> list[tuple[str, str]]:
    """What a timeline says."""
    return [(entry.kind, entry.title) for entry in entries]


@pytest.mark.timeout(400)
async def test_a_dozen_lives_by_chance_keep_the_laws_and_replay(working: Engine) -> None:
    lives = [RandomLife(working, SEED + number) for number in range(LIVES)]
    states = await asyncio.gather(*(life.live() for life in lives))
    for life, state in zip(lives, states, strict=True):
        handle = life.handle
        await replayer(working).replay_workflow(await working.history(handle))
        if state.closed:
            assert await handle.result() == state
        grown = await working.rows(handle.id)
        await working.forget(handle.id)
        await write_image(working.database, project(state))
        assert await working.rows(handle.id) == grown, f"{handle.id}: what grew in deltas is not the whole"
    outcomes = {state.outcome for state in states}
    rounds = max(state.round for state in states)
    decisions = {e.detail["decision"] for s in states for e in s.timeline if e.kind == "decision"}
    print(f"{len(lives)} lives, {outcomes=}, {rounds=}, {len(decisions)} kinds of decision")
    assert sum(life.foreseen for life in lives) > 50, "nothing lay ahead of them"
    assert len(decisions) > 15, "these lives are all too much alike"
