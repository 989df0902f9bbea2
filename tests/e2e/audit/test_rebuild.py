"""The read model can be thrown away in mid-traffic and is made again, equal to what the histories say."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

from api.cli.client import County, Refusal
from infra.database.engine import open_database
from infra.read_model.writer import all_numbers, forget
from tests.instance import Instance

STEPS: list[tuple[str, str]] = [
    ("confirm_triage", "confirm"),
    ("handle_on_scene", "unsettled"),
    *[("follow_up_responsibly", "contacted")] * 4,
    ("follow_up_responsibly", "settled"),
    ("evaluate", "accept"),
]
PATIENCE = 60.0
LOSSES = 3
BETWEEN = 8  # steps of four people


def patiently(do: Callable[[], Any]) -> Any:
    """Does something as people would: where nothing is to be seen for a moment, they look again."""
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            return do()
        except (Refusal, LookupError) as error:
            if time.monotonic() > deadline or (isinstance(error, Refusal) and error.status not in (404, 503)):
                raise
        time.sleep(0.1)


def live(county: County, house: int, done: threading.Semaphore) -> str:
    """A dispute's life up to the follow-up, whatever happens to the read model meanwhile; `done` counts its steps."""
    number = str(
        patiently(
            lambda: county.alarm(
                "双方因门前停车发生争吵", place={"address": f"白洋街道滨江社区{house}号"},
                parties=[{"name": f"甲{house}", "side": "a"}, {"name": f"乙{house}", "side": "b"}],
            )
        )["dispute_no"]
    )  # fmt: skip
    for kind, decision in STEPS:
        patiently(partial(county.answer, number, kind, decision))
        done.release()
    return number


def forget_everything(instance: Instance) -> None:
    """Throws the whole read model away."""

    async def go() -> None:
        database = open_database(instance.settings)
        for number in await all_numbers(database):
            await forget(database, number)
        await database.close()

    asyncio.run(go())


def test_a_read_model_thrown_away_in_mid_traffic_is_rebuilt_equal(jinhua: Instance) -> None:
    done, rebuilt, told = threading.Semaphore(0), threading.Event(), []

    def throw_away_and_rebuild() -> None:
        try:
            for _ in range(LOSSES):
                for _ in range(BETWEEN):  # people get something done between two losses
                    assert done.acquire(timeout=PATIENCE), "nobody gets anything done"
                forget_everything(jinhua)
                told.append(jinhua.santui("rebuild"))
        finally:
            rebuilt.set()

    def live_on(house: int) -> Iterator[str]:
        """One life after another for as long as the read model is being thrown away: however fast people are."""
        county = County(jinhua.base, jinhua.var / "demo.json")
        yield live(county, house, done)
        while not rebuilt.is_set():
            yield live(county, house := house + 10, done)

    with ThreadPoolExecutor() as pool:
        breaking = pool.submit(throw_away_and_rebuild)
        lives = [pool.submit(list, live_on(100 + n)) for n in range(4)]
        numbers = [number for each in lives for number in each.result()]
        breaking.result()
    assert len(told) == LOSSES
    assert all(done.returncode == 0 for done in told), [done.stdout + done.stderr for done in told]
    for number in numbers:
        dispute = jinhua.county.dispute(number)
        assert dispute["stage"] == "follow_up"
        decided = [e["detail"]["decision"] for e in jinhua.county.timeline(number) if e["kind"] == "decision"]
        assert decided == [decision for _, decision in STEPS]
    sound = jinhua.santui("doctor")
    assert sound.returncode == 0, sound.stdout + sound.stderr
    assert sound.stdout == ""
