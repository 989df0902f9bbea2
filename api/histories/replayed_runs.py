"""Many runs replayed one after another, and what is made of each."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Coroutine, Sequence
from typing import Any, Protocol, TypeVar

from temporalio.client import WorkflowHistory
from temporalio.converter import DataConverter

from api.histories.lookup import Histories, Run
from api.histories.replay import Replayed, replaying
from domain.base import Model
from domain.errors import ArchiveBroken

AHEAD = 4
"""Histories fetched while one is replayed."""


class Asked(Model):
    """A run that is to be replayed."""

    run: Run
    latest: bool
    """whether no later run of its dispute is known: only the latest is what is shown of it"""


T = TypeVar("T")
F = TypeVar("F")
R_co = TypeVar("R_co", covariant=True)


class Maker(Protocol[R_co]):
    """Makes something of each replayed run."""

    histories: Histories
    converter: DataConverter

    async def made(self, replayed: Replayed, asked: Asked) -> R_co:
        """What is made of a run that was replayed, or that this code can't replay."""
        ...

    def broken(self, asked: Asked, error: ArchiveBroken) -> R_co:
        """What is made of a run that only the archive has, in a file that was changed."""
        ...


def all_asked(runs: Sequence[Run], later: Sequence[Run] = ()) -> list[Asked]:
    """These runs to be replayed; `later` are runs that are not, and may have followed."""
    latest = {run.dispute_no: run.run_id for run in sorted([*later, *runs], key=_begun)}
    return [Asked(run=run, latest=latest[run.dispute_no] == run.run_id) for run in runs]


async def each_of(items: Sequence[T]) -> AsyncIterator[T]:
    """The items."""
    for item in items:
        yield item


async def made_of_each(maker: Maker[R_co], asked: AsyncIterator[Asked]) -> AsyncGenerator[R_co, None]:
    """What is made of each run, in the order in which they are asked for.

    Raises:
        NotFound, Unavailable: a history can't be fetched.
    """

    async def fetch(each: Asked) -> WorkflowHistory:
        return await maker.histories.fetch(each.run.dispute_no, each.run.run_id)

    async with replaying(maker.converter) as replay_one:
        async for each, fetching in ahead(asked, fetch):
            try:
                history = await fetching
            except ArchiveBroken as error:
                yield maker.broken(each, error)
            else:
                yield await maker.made(await replay_one(history), each)


async def ahead(
    items: AsyncIterator[T], fetch: Callable[[T], Coroutine[Any, Any, F]]
) -> AsyncIterator[tuple[T, asyncio.Task[F]]]:
    """Items in their order, each with its fetch under way; up to `AHEAD` are fetched before they are asked for."""
    fetching: asyncio.Queue[tuple[T, asyncio.Task[F]] | None] = asyncio.Queue(maxsize=AHEAD)

    async def feed() -> None:
        try:
            async for item in items:
                await fetching.put((item, asyncio.create_task(fetch(item))))
        except Exception:  # raised where the items are taken, as soon as those before are
            await fetching.put(None)
            raise
        await fetching.put(None)

    feeding = asyncio.create_task(feed())
    try:
        while (each := await fetching.get()) is not None:
            yield each
        await feeding
    finally:
        feeding.cancel()
        while not fetching.empty():
            if left := fetching.get_nowait():
                left[1].cancel()


def _begun(run: Run) -> float:
    return run.started_at.timestamp() if run.started_at else 0.0
