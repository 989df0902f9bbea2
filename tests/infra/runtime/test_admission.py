"""The gate before intake: what is let in is worked on, what is not was never begun."""

from __future__ import annotations

import asyncio

import pytest

from domain.errors import Busy
from infra.runtime.admission import Admission


class Work:
    """Reports at work, each until it is let go."""

    def __init__(self, admission: Admission) -> None:
        self.admission, self.done, self.at_work, self.most = admission, asyncio.Event(), 0, 0

    async def one(self) -> None:
        """A report's way."""
        async with self.admission.admitted():
            self.at_work += 1
            self.most = max(self.most, self.at_work)
            await self.done.wait()
            self.at_work -= 1


async def settled() -> None:
    """Lets everything go on that can."""
    for _ in range(5):
        await asyncio.sleep(0)


async def test_so_many_are_at_work_at_once_and_all_that_may_wait_get_their_turn() -> None:
    work = Work(Admission(inside=3, waiting=7, patience=60))
    tasks = [asyncio.create_task(work.one()) for _ in range(10)]
    await settled()
    assert work.at_work == 3
    work.done.set()
    await asyncio.gather(*tasks)
    assert (work.most, work.at_work) == (3, 0)


async def test_one_more_than_may_wait_is_refused_at_once_and_not_begun() -> None:
    work = Work(Admission(inside=1, waiting=2, patience=60))
    tasks = [asyncio.create_task(work.one()) for _ in range(3)]
    await settled()
    with pytest.raises(Busy):
        await work.one()
    assert work.most == 1
    work.done.set()
    await asyncio.gather(*tasks)
    await work.one()


async def test_who_waits_too_long_is_refused_and_takes_nobodys_turn() -> None:
    work = Work(Admission(inside=1, waiting=5, patience=0.01))
    first = asyncio.create_task(work.one())
    await settled()
    refused = await asyncio.gather(*(work.one() for _ in range(3)), return_exceptions=True)
    assert [type(each) for each in refused] == [Busy] * 3
    work.done.set()
    await first
    await work.one()
    assert work.most == 1


async def test_who_hangs_up_while_waiting_leaves_his_place_to_others() -> None:
    work = Work(Admission(inside=1, waiting=1, patience=60))
    first = asyncio.create_task(work.one())
    await settled()
    for _ in range(5):
        waiting = asyncio.create_task(work.one())
        await settled()
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)
    work.done.set()
    await first
    await work.one()
