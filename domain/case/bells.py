"""摇铃: a task rings at the desks of those it is addressed to until one of them acknowledges it, and then one level
higher (“公安摇铃、镇街来人”, Q-022); delivered, rung, seen and known are on record with their times (H-036).

Delivery binds, whether it was seen or not; a deadline never waits for this.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any, Protocol

from domain.case.clocks import Clock
from domain.case.letters.notice import NOTICE
from domain.case.records import Bell, Delivery
from domain.case.state import DisputeState, Task
from domain.people.entitlement import entitling_post
from domain.people.organisation import Actor, Post
from domain.policy.addressing import Addressing
from domain.policy.spans import Span

RING, KNOWN = "ring:", "known:"
"""What the clocks' names begin with: of the next level's ring, and of the day on which a task is deemed known."""


class Running(Protocol):
    """A case in motion, as far as a ring needs it: `domain.case.case.Case`, which rings as it asks."""

    state: DisputeState
    now: Callable[[], datetime]

    def posts(self, addressings: Iterable[Addressing], assigned: str | None = None) -> list[Post]:
        """The posts a playbook means."""

    def log(self, kind: str, title: str, *, by: Any = None, **detail: Any) -> None:
        """A line on the timeline."""

    def start_clock(
        self, name: str, title: str, *, limit: Span, decides: str | None = None, task_id: str | None = None
    ) -> Clock:
        """A deadline begins."""

    def stop_clock(self, name: str) -> None:
        """It ends, if it runs."""


def ring(case: Running, task: Task) -> None:
    """A task is delivered, now: it rings where its playbook says so, and is deemed known after a time. One that carries
    a letter is, whatever is said of its kind: a table that is asked again has no times of its own.
    """
    policy = case.state.process.tasks.get(task.kind)
    kept = policy is not None and (policy.ring or policy.known_after)
    if not kept and NOTICE not in task.about:
        return
    for name in (RING, KNOWN):  # what rang before it was reassigned rings no more
        case.stop_clock(f"{name}{task.task_id}")
    task.delivery = Delivery(delivered_at=case.now())
    if policy and policy.known_after:
        case.start_clock(f"{KNOWN}{task.task_id}", f"{task.name}视为知悉", limit=policy.known_after,
                         decides="known", task_id=task.task_id)  # fmt: skip
    if policy and policy.ring:
        _ring_at(case, task)


def _ring_at(case: Running, task: Task) -> None:
    """Rings at the next level, the first time at their own."""
    policy, delivery = case.state.process.tasks[task.kind].ring, task.delivery
    assert policy, "rings by its playbook"
    assert delivery, "rings once it is delivered"
    level = len(delivery.bells)
    to = case.posts([policy.then[level - 1]], task.about.get("path")) if level else task.addressees
    delivery.bells.append(Bell(at=case.now(), to=to))
    task.watchers += [post for post in to if level and post not in task.watchers]
    name = task.name
    case.log("rung", f"{name}摇铃" if not level else f"{name}无人应铃，上一级摇铃", task_id=task.task_id, level=level)
    again = policy.again_after.get(case.state.colour)
    if again and level < len(policy.then):
        case.start_clock(f"{RING}{task.task_id}", f"{name}应铃时限", limit=again, decides="rings_on",
                         task_id=task.task_id)  # fmt: skip
    case.state.touch(task)


def ring_on(case: Running, task: Task, clock: Clock) -> None:
    """Nobody has acknowledged it in time: it rings one level higher as well."""
    clock.stop(case.now())
    _ring_at(case, task)


def deemed_known(case: Running, task: Task, clock: Clock) -> None:
    """Nobody has looked at it in time: from now on nobody may say that he did not know."""
    clock.stop(case.now())
    assert task.delivery, "known once it is delivered"
    task.delivery.known_at = case.now()
    case.log("deemed_known", f"{task.name}视为知悉", task_id=task.task_id)
    case.state.touch(task)


def rings(task: Task) -> bool:
    """Whether it rings anywhere."""
    return task.pending and task.delivery is not None and any(not b.acknowledged_at for b in task.delivery.bells)


def bell_of(task: Task, actor: Actor) -> Bell | None:
    """The bell that still rings for a person, by his posts or as the one who has the task in hand; none is silence."""
    if not (task.pending and task.delivery):
        return None
    hands = {task.assignee, task.delegate, task.offered_to}
    rings = (bell for bell in task.delivery.bells if not bell.acknowledged_at)
    return next(
        (bell for bell in rings if actor.holder in hands or entitling_post(actor.posts, bell.to) is not None), None
    )


def seen(case: Running, task: Task, by: Actor) -> None:
    """Somebody who is asked has looked at it, for the first time."""
    delivery = task.delivery
    if delivery is None or delivery.seen_at or entitling_post(by.posts, task.addressees) is None:
        return
    delivery.seen_at, delivery.seen_by, delivery.seen_name = case.now(), by.person_id, by.name
    case.stop_clock(f"{KNOWN}{task.task_id}")
    case.state.touch(task)


def acknowledge(case: Running, task: Task, bell: Bell, by: Actor) -> None:
    """Somebody answers the ring: at the first level it is silent everywhere, above only at their own desks."""
    delivery = task.delivery
    assert delivery, "rings once it is delivered"
    own = bell is delivery.bells[0]
    for each in delivery.bells if own else [bell]:
        if not each.acknowledged_at:
            each.acknowledged_at, each.acknowledged_by, each.acknowledged_name = case.now(), by.person_id, by.name
    if own:
        case.stop_clock(f"{RING}{task.task_id}")
    case.state.touch(task)


def answered(case: Running, task: Task, by: Actor) -> None:
    """Who claims a task, or answers it, has seen it and heard the ring."""
    seen(case, task, by)
    if task.delivery and task.delivery.bells and entitling_post(by.posts, task.addressees) is not None:
        acknowledge(case, task, task.delivery.bells[0], by)
