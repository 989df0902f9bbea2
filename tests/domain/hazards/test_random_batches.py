"""Batches of hazards at random: whatever is answered, returned, given to others or left alone, the laws hold."""

from __future__ import annotations

import random
from datetime import timedelta

import pytest

from domain.case.state import Task
from domain.people.organisation import Actor, Post
from domain.transitions.decisions import Command
from domain.transitions.handover import Claim
from tests.domain.hazards.batches import BODIES, HANDLERS, SENDER, answer, batch
from tests.domain.invariants import Watch
from tests.domain.support import person
from workflows.harness.life import Life, refused

SUPERVISOR = person("supervisor", ("supervisor", "/c"), ("leader", "/c"))
LIVES, STEPS = 12, 50


@pytest.mark.req("R-062", "R-063")
@pytest.mark.parametrize("seed", range(LIVES))
def test_the_laws_hold_in_every_batch(seed: int) -> None:
    chance = random.Random(seed)
    life, watch = batch(chance.randint(1, 12), days=chance.randint(1, 8), apart=chance.randint(1, 3)), Watch()
    watch.look(life.state, life.at)
    for _ in range(STEPS):
        if life.ended:
            break
        _step(life, chance, watch)
        watch.look(life.state, life.at)
    while not life.ended:  # and then somebody works it off: nothing is stuck
        _work_off(life, watch)
        watch.look(life.state, life.at)
    assert life.state.outcome == "cleared"


def _step(life: Life, chance: random.Random, watch: Watch) -> None:
    tasks = life.state.pending()
    task = chance.choice(tasks)
    match chance.random(), task.kind:
        case share, _ if share < 0.3:
            life.pass_time(timedelta(hours=chance.randint(1, 72)))
        case share, "rectify" | "verify" if share < 0.4:
            who = _whose(task)
            watch.sent_by(who)
            refused(life.claim, Claim(key=_key(chance), task_id=task.task_id, actor=who, release=chance.random() < 0.5))
        case share, "rectify" if share < 0.6:
            some = chance.sample(task.about["items"], 1)
            _decide(life, watch, answer(life, task, "disowned", _whose(task), some))
        case share, "rule_items":
            some = chance.sample(task.about["items"], chance.randint(1, len(task.about["items"])))
            more = {"to": chance.choice(BODIES).code} if share < 0.7 else {}
            by = SENDER if SENDER.posts[0] in task.addressees else _whose(task)
            _decide(life, watch, answer(life, task, "uphold" if more else "overrule", by, some, **more))
        case _, "rectify":
            some = chance.sample(task.about["items"], chance.randint(1, len(task.about["items"])))
            _decide(life, watch, answer(life, task, "rectified", _whose(task), some))
        case share, "verify":
            some = chance.sample(task.about["items"], chance.randint(1, len(task.about["items"])))
            decision = "returned" if share < 0.7 else "cancelled_off"
            _decide(life, watch, answer(life, task, decision, SENDER, some))
        case share, "supervise":
            _decide(life, watch, _supervised(life, task, chance))
        case _:
            pass
    life.settle()


def _decide(life: Life, watch: Watch, command: Command) -> str:
    watch.sent_by(command.actor)
    return refused(life.decide, command)


def _supervised(life: Life, task: Task, chance: random.Random) -> Command:
    name = chance.choice(["urge", "reassign", "promote", "excuse"])
    body = chance.choice(BODIES)
    fields = {
        "urge": {"message": "请于今日内整改"},
        "reassign": {"role": "department_handler", "organisation": body.code, "reason": "职责调整"},
    }.get(name, {"reason": "情况属实"})
    return Command(key=_key(chance), task_id=task.task_id, decision=name, actor=SUPERVISOR, fields=fields,
                   organisations={body.code: body})  # fmt: skip


def _whose(task: Task) -> Actor:
    """Somebody at the post that is asked now."""
    post = task.addressees[0]
    return HANDLERS.get(post.path) or Actor(
        person_id="other", name="other", posts=[Post(role=post.role, path=post.path)]
    )


def _work_off(life: Life, watch: Watch) -> None:
    task = next(t for t in life.state.pending() if t.kind in ("rectify", "verify", "rule_items"))
    decision = {"rectify": "rectified", "verify": "cancelled_off", "rule_items": "overrule"}[task.kind]
    verifier = Actor(person_id="verifier", name="verifier", posts=task.addressees)
    by = _whose(task) if task.kind == "rectify" else verifier
    if task.assignee and task.assignee != by.person_id:
        by = by.model_copy(update={"person_id": task.assignee})
    assert _decide(life, watch, answer(life, task, decision, by, task.about["items"])) == ""
    life.settle()


def _key(chance: random.Random) -> str:
    return f"r{chance.random()}"
