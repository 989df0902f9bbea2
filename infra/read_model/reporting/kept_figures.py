"""Figures that took long to count, kept in the database for whoever asks the same (ADR 0056).

The answer to a question is kept whole, with the instant it was counted at, under a digest of everything that was asked:
the organisations of the person's sight are part of that, so nobody is told what was counted for another sight. It is
given for five minutes as it is, for an hour while it is counted anew beside the request, and then no more. What is
counted quickly is not kept: in a small county every figure is of this moment.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

import structlog
from pydantic import TypeAdapter
from pydantic_core import to_json
from sqlalchemy import bindparam, delete, inspect, select
from sqlmodel import col

from domain.base import Model
from domain.errors import Unavailable
from infra.database.engine import Database, Session
from infra.database.statements import Statement, inserting
from infra.database.tables.reporting import KeptFiguresRow
from infra.database.transactions import Work
from infra.read_model.indicators import Asked, Figures, counted

FRESH = timedelta(minutes=5)
"""For so long an answer is given as it is."""
GIVEN = timedelta(hours=1)
"""For so long it is given while it is counted anew."""
MANY = 10_000
"""Countable events from which on an answer is kept: fewer are counted in some 30 ms."""
FORM = 2
"""Of what is kept; an answer of another form, or of other indicators, is another question's."""
log = structlog.get_logger()

_ANSWERS: TypeAdapter[list[list[Figures]]] = TypeAdapter(list[list[Figures]])
_MADE: Any = inspect(KeptFiguresRow).local_table.c


class Told(NamedTuple):
    """The figures of each question, and when they were counted: what was committed by then is in them."""

    answers: list[list[Figures]]
    at: datetime


class _Question(Model):
    form: int = FORM
    asked: list[Asked]


class KeptFigures:
    """The figures of one API process; what is kept is everybody's."""

    def __init__(self, database: Database, *, many: int = MANY) -> None:
        self._database, self._many = database, many
        self._counting: dict[str, asyncio.Task[Told]] = {}

    async def of(self, session: Session, *asked: Asked) -> Told:
        """The answers to some questions, all of one instant. The session's connection is given back where they have to
        be counted.

        Raises:
            StoreUnavailable
        """
        question = hashlib.sha256(to_json(_Question(asked=list(asked)).model_dump(mode="json"))).hexdigest()
        kept, now = await _kept(session, question), datetime.now(UTC)
        age = now - kept.at if kept else GIVEN
        if kept and timedelta() <= age < GIVEN:
            if age >= FRESH:
                self._begin(question, asked)
            return kept
        await session.close()
        # Whoever gives up waiting leaves it to the others who asked the same.
        return await asyncio.shield(self._begin(question, asked))

    async def close(self) -> None:
        """Counts no more."""
        tasks = list(self._counting.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _begin(self, question: str, asked: Sequence[Asked]) -> asyncio.Task[Told]:
        """The count under way, or one that begins now."""
        if question not in self._counting:
            task = self._counting[question] = asyncio.create_task(self._count(question, asked))
            task.add_done_callback(lambda done: self._ended(question, done))
        return self._counting[question]

    def _ended(self, question: str, task: asyncio.Task[Told]) -> None:
        del self._counting[question]
        if not task.cancelled() and (error := task.exception()):
            # Somebody may wait for it, and is told; of one beside the requests nobody else would hear.
            log.warning("figures_not_counted", error=type(error).__name__)

    async def _count(self, question: str, asked: Sequence[Asked]) -> Told:
        at = datetime.now(UTC)
        async with self._database.read() as session:
            found = [await counted(session, each) for each in asked]
        told = Told([each.figures for each in found], at)
        if sum(each.events for each in found) >= self._many:
            with suppress(Unavailable):  # it was counted all the same
                await self._database.transact(_keep(question, told))
        return told


def forgotten() -> Work[None]:
    """Throws away all that is kept: what it was counted of is made anew."""
    yield _FORGET, {}


async def _kept(session: Session, question: str) -> Told | None:
    query = select(col(KeptFiguresRow.figures), col(KeptFiguresRow.counted_at))
    found = (await session.execute(query.where(col(KeptFiguresRow.question) == question))).one_or_none()
    return Told(_ANSWERS.validate_json(found.figures), found.counted_at) if found else None


def _keep(question: str, told: Told) -> Work[None]:
    yield _OLD, {"before": told.at - GIVEN}
    written = _ANSWERS.dump_json(told.answers, exclude_defaults=True).decode()
    yield _KEEP, {"question": question, "counted_at": told.at, "figures": written}


_FORGET = Statement.of(delete(KeptFiguresRow))
_OLD = Statement.of(delete(KeptFiguresRow).where(col(KeptFiguresRow.counted_at) < bindparam("before")))
_KEEP = inserting(
    KeptFiguresRow,
    lambda insert: insert.on_conflict_do_update(
        index_elements=["question"],
        set_={"counted_at": insert.excluded.counted_at, "figures": insert.excluded.figures},
        where=_MADE.counted_at < insert.excluded.counted_at,
    ),
)
