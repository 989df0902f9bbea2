"""The read model can be thrown away in mid-traffic and is made again, equal to what the histories say."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable
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


def live(county: County, house: int) -> str:
    """A dispute's life up to the follow-up, whatever happens to the read model meanwhile."""
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
    stop, told = threading.Event(), []

    def throw_away_and_rebuild() -> None:
        while not stop.wait(timeout=2):  # people get something done between two losses
            forget_everything(jinhua)
            told.append(jinhua.santui("rebuild"))

    with ThreadPoolExecutor() as pool:
        lives = [pool.submit(live, County(jinhua.base, jinhua.var / "demo.json"), 100 + n) for n in range(4)]
        breaking = pool.submit(throw_away_and_rebuild)
        try:
            numbers = [each.result() for each in lives]
        finally:
            stop.set()
        breaking.result()
    assert told
    assert all(done.returncode == 0 for done in told), [done.stdout + done.stderr for done in told]
    for number in numbers:
        dispute = jinhua.county.dispute(number)
        assert dispute["stage"] == "follow_up"
        decided = [e["detail"]["decision"] for e in jinhua.county.timeline(number) if e["kind"] == "decision"]
        assert decided == [decision for _, decision in STEPS]
    sound = jinhua.santui("doctor")
    assert sound.returncode == 0, sound.stdout + sound.stderr
    assert sound.stdout == ""
