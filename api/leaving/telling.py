"""Telling cases whose people are gone: what a leaving said of the work, and what a sweep found.

The engine knows nobody. It is told each time how the task was found, so a case that was told twice moves nothing twice
(`domain.transitions.leaving.unmanned`).
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from datetime import UTC, datetime
from typing import Any, TypeVar

import structlog
from prometheus_client import Counter

from api.core.context import Services
from api.core.engine import EndedOutside
from api.people.beats import held_by
from domain.base import Model
from domain.case.records import Named
from domain.case.state import Task
from domain.errors import DisputeClosed, SantuiError
from domain.people.organisation import Actor
from domain.policy.catalogue import KINDS
from domain.transitions.leaving.unmanned import Sweep, Unmanned

T = TypeVar("T")
log = structlog.get_logger()
AT_ONCE = 8
"""Cases told at once."""
TOLD = Counter("santui_unmanned_total", "Findings told to cases: nobody at the post, its holder gone, a helper gone",
               ["what"])  # fmt: skip


class Telling(Model):
    """What one case is to be told, with ids for people: who they are is looked up when it is told."""

    dispute_no: str
    beats: list[str] = []
    """codes of the beats of its place"""
    tasks: list[Unmanned] = []
    to: dict[str, str] = {}
    """person ids by task id: who takes over"""
    heirs: dict[str, str] = {}
    """by task id, of what was named to one person: `officer` or `deputy`, whoever has the beat now takes it"""
    left: list[str] = []
    """person ids"""
    by: Actor | None = None
    reason: str = ""


def heir(task: Task) -> str | None:
    """Who takes over what was one person's by name: whoever has the beat's officer's part, or its deputy's."""
    return ("officer" if KINDS[task.kind].leads else "deputy") if task.named else None


async def tell(services: Services, told: Telling) -> bool:
    """Tells a case; whether it is done with, because it took it or is over.

    Raises:
        SantuiError: the engine or the database does not answer.
    """
    now = await held_by(services, told.beats)
    sweep = Sweep(beat=now, by=told.by, reason=told.reason)
    for found in told.tasks:
        part = told.heirs.get(found.task_id)
        one: Named | None = getattr(now, part) if part else None
        person = told.to.get(found.task_id) or (one.person_id if one else None)
        to = await _acting(services, person) if person else None
        sweep.tasks.append(found.model_copy(update={"to": to}))
    for person in told.left:
        left = await _acting(services, person)
        sweep.left.append(left or Actor(person_id=person, name="", posts=[]))
    try:
        await services.engine.signal(told.dispute_no, "unmanned", sweep)
    except EndedOutside:
        return False  # it is found again once it is recovered
    except DisputeClosed:
        return True
    for found in told.tasks:
        TOLD.labels("vacant" if found.vacant else "gone" if found.gone else "helper").inc()
    return True


async def _acting(services: Services, person_id: str) -> Actor | None:
    actor = await services.actors.acting(person_id, datetime.now(UTC))
    return actor.model_copy(update={"deputises": []}) if actor else None


async def side_by_side(work: Iterable[T], do: Callable[[T], Awaitable[Any]]) -> None:
    """Does something for each, a few at once; one that fails is logged by its code and does not keep the others."""
    turns = asyncio.Semaphore(AT_ONCE)

    async def one(each: T) -> None:
        async with turns:
            try:
                await do(each)
            except SantuiError as error:
                log.warning("case_not_told", code=error.code)

    await asyncio.gather(*(one(each) for each in work))
