"""The sweep: open tasks that nobody answers any more, and leavings that cases have not been told of yet."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import structlog
from prometheus_client import Gauge

from api.core.context import Services
from api.leaving.beats import beats_of
from api.leaving.telling import Telling, heir, side_by_side, tell
from domain.case.state import Task
from domain.errors import SantuiError
from domain.people.manning import Roster
from domain.transitions.leaving.unmanned import finding
from domain.transitions.supervision import NOBODY_ABOVE
from infra.database.engine import Session
from infra.database.tables.read_model import TaskRow
from infra.read_model.people.manning import disputes_of, holders_of_roles, naming_leavers, still_there, suspects
from infra.records.leaving import HandingOn, delivered, waiting_to_be_told
from infra.runtime.process_metrics import SHARED

EVERY = 30.0
"""Seconds between two sweeps."""
SOON = 2.0
"""Seconds after one that told cases something: what went up to a post that is empty too goes on."""
PAGE = 200
"""Tasks looked at in one go, and cases told of leavings."""
MOST = 400
"""Cases told in one sweep: the others follow in the next."""
AGAIN_AFTER = timedelta(minutes=10)
"""A case that was told, and shows no change, is told again so much later: it may have no worker."""
NOBODY = Gauge("santui_unmanned_tasks", "Open tasks that nobody answers and that have no level above", registry=SHARED)
log = structlog.get_logger()


class Sweeper:
    """Looks who is there, and tells each case once what was found of it."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._told: dict[tuple[str, int], datetime] = {}
        """when a task at a revision, or a dispute at one, was told of"""
        self._roster, self._away = Roster([]), set[str]()

    async def keep_looking(self) -> None:
        """Sweeps for as long as the process lives."""
        told = 0
        while True:
            await asyncio.sleep(SOON if told else EVERY)
            told = 0
            try:
                # One process of a machine at a time; a case that is told twice does nothing twice.
                with self._services.places.taken("unmanned") as alone:
                    if alone:
                        told = await self.sweep()
            except Exception as error:  # this goes on whatever comes up
                log.warning("not_swept", code=error.code if isinstance(error, SantuiError) else type(error).__name__)

    async def sweep(self) -> int:
        """One look; answers how many cases were told something. While the engine is away nobody is told."""
        if not await self._services.engine.answers():
            return 0
        now = datetime.now(UTC)
        self._told = {what: at for what, at in self._told.items() if now - at < AGAIN_AFTER}
        told = await tell_leavings(self._services)
        found = await self._of_tasks()
        numbers = {telling.dispute_no for telling, _ in found}
        found += [one for one in await self._of_names() if one[0].dispute_no not in numbers]
        found = found[:MOST]

        async def one(telling: tuple[Telling, list[tuple[str, int]]]) -> None:
            if await tell(self._services, telling[0]):
                self._told |= dict.fromkeys(telling[1], now)

        await side_by_side(found, one)
        if found:
            log.info("unmanned_found", cases=len(found))
        return told + len(found)

    async def _of_tasks(self) -> list[tuple[Telling, list[tuple[str, int]]]]:
        """What is found of tasks, by case, in the order of the oldest task."""
        of_case: dict[str, tuple[Telling, list[tuple[str, int]]]] = {}
        nobody, after = 0, ""
        async with self._services.database.read() as session:
            while rows := await suspects(session, limit=PAGE, after=after):
                after = rows[-1].task_id
                for row, task in await self._judged(session, rows):
                    nobody += NOBODY_ABOVE in task.about
                    one = finding(task, self._roster, self._away)
                    if one is None or (task.task_id, task.revision) in self._told:
                        continue
                    telling, keys = of_case.setdefault(row.dispute_no, (Telling(dispute_no=row.dispute_no), []))
                    telling.tasks.append(one)
                    keys.append((task.task_id, task.revision))
                    if part := heir(task):
                        telling.heirs[task.task_id] = part
                    telling.left += [one.gone] if one.gone and one.gone not in telling.left else []
                if len(of_case) >= MOST:
                    break
            disputes = await disputes_of(session, of_case)
            beats = await beats_of(self._services, session, list(disputes.values()))
        NOBODY.set(nobody)
        for number, (telling, _) in of_case.items():
            telling.beats = beats.get(number, [])
        return list(of_case.values())

    async def _judged(self, session: Session, rows: Sequence[TaskRow]) -> list[tuple[TaskRow, Task]]:
        """Tasks; and beside them, to judge them by, who holds the roles they ask and which helpers are away."""
        tasks = [(row, Task.model_validate(row.sealed)) for row in rows]
        roles = {post.role for _, task in tasks for post in task.addressees}
        self._roster = Roster(holder for holder, _, _ in await holders_of_roles(session, roles))
        helpers = sorted({p for _, task in tasks for p in (task.delegate, task.offered_to) if p})
        self._away = set(helpers) - await still_there(session, helpers)
        return tasks

    async def _of_names(self) -> list[tuple[Telling, list[tuple[str, int]]]]:
        """Cases that name somebody who is not there any more, whether he has something in hand or not."""
        async with self._services.database.read() as session:
            rows = await naming_leavers(session, PAGE)
            named = sorted({person for row in rows for person in (row.officer, row.deputy) if person})
            there = await still_there(session, named)
            beats = await beats_of(self._services, session, rows)
        return [
            (
                Telling(dispute_no=row.dispute_no, beats=beats[row.dispute_no],
                        left=[p for p in dict.fromkeys((row.officer, row.deputy)) if p and p not in there]),
                [(row.dispute_no, row.revision)],
            )
            for row in rows
            if (row.dispute_no, row.revision) not in self._told
        ]  # fmt: skip


async def tell_leavings(services: Services, leaving_id: str | None = None) -> int:
    """Tells cases what leavings said of their work, as far as they have not been told; answers how many were."""
    done = 0

    async def one(handing: HandingOn) -> None:
        nonlocal done
        if await tell(services, Telling.model_validate(handing.content)):
            await delivered(services.database, handing)
            done += 1

    await side_by_side(await waiting_to_be_told(services.database, PAGE, leaving_id), one)
    return done
