"""The read model can be thrown away in mid-traffic and is made again, equal to what the histories say."""

from __future__ import annotations

import asyncio
import random
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from functools import partial
from subprocess import CompletedProcess
from typing import Any

import pytest

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
TIMES = 3
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


def while_people_work(jinhua: Instance, do: Callable[[], CompletedProcess[str]]) -> tuple[list[str], list[Any]]:
    """Does something some times while four people live one dispute after another: their numbers, and what came of it.

    People get something done between two times, and go on until the last is over, however fast they are.
    """
    done, over, came = threading.Semaphore(0), threading.Event(), []

    def some_times() -> None:
        try:
            for _ in range(TIMES):
                for _ in range(BETWEEN):
                    assert done.acquire(timeout=PATIENCE), "nobody gets anything done"
                came.append(do())
        finally:
            over.set()

    def live_on(house: int) -> Iterator[str]:
        county = County(jinhua.base, jinhua.var / "demo.json")
        yield live(county, house, done)
        while not over.is_set():
            yield live(county, house := house + 10, done)

    with ThreadPoolExecutor() as pool:
        doing = pool.submit(some_times)
        lives = [pool.submit(list, live_on(random.randrange(1_000, 100_000) * 10 + n)) for n in range(4)]
        numbers = [number for each in lives for number in each.result()]
        doing.result()
    assert len(came) == TIMES
    return numbers, came


def test_a_read_model_thrown_away_in_mid_traffic_is_rebuilt_equal(jinhua: Instance) -> None:
    def throw_away_and_rebuild() -> CompletedProcess[str]:
        forget_everything(jinhua)
        return jinhua.santui("rebuild")

    numbers, told = while_people_work(jinhua, throw_away_and_rebuild)
    assert all(each.returncode == 0 for each in told), [each.stdout + each.stderr for each in told]
    for number in numbers:
        dispute = jinhua.county.dispute(number)
        assert dispute["stage"] == "follow_up"
        decided = [e["detail"]["decision"] for e in jinhua.county.timeline(number) if e["kind"] == "decision"]
        assert decided == [decision for _, decision in STEPS]
    sound = jinhua.santui("doctor")
    assert sound.returncode == 0, sound.stdout + sound.stderr
    assert sound.stdout == ""


def test_the_doctor_finds_nothing_wrong_with_what_is_taken_in_and_decided_meanwhile(jinhua: Instance) -> None:
    _, told = while_people_work(jinhua, lambda: jinhua.santui("doctor"))
    assert [each.stdout for each in told] == [""] * TIMES, [each.stdout + each.stderr for each in told]
    assert all(each.returncode == 0 for each in told)


@pytest.mark.parametrize("command", ["doctor", "rebuild"])
def test_what_no_history_knows_is_named_and_left(command: str, jinhua: Instance) -> None:
    number = jinhua.county.alarm("双方因噪声发生争吵", place={"address": "白洋街道滨江社区7号"})["dispute_no"]
    patiently(lambda: jinhua.county.dispute(number))
    with lost(jinhua, number) as unknown:
        told = jinhua.santui(command, unknown, number)
        assert told.returncode == 1
        assert f"{unknown} 查询库中有，引擎和档案中都没有历史" in told.stdout.splitlines()
        assert f"{number} 查询库中有" not in told.stdout
        assert jinhua.county.dispute(unknown)["dispute_no"] == unknown
    assert jinhua.santui(command, number).returncode == 0


@contextmanager
def lost(jinhua: Instance, number: str) -> Iterator[str]:
    """A dispute of which only the read model is left: like another one, under a number of its own."""
    unknown = "D2026-999999"
    with closing(sqlite3.connect(str(jinhua.settings.sqlite_path), timeout=30)) as database:
        names = [name for _, name, *_ in database.execute("PRAGMA table_info(dispute)")]
        values = ", ".join("?" if name == "dispute_no" else f'"{name}"' for name in names)
        with database:
            database.execute(
                f"INSERT INTO dispute SELECT {values} FROM dispute WHERE dispute_no = ?", (unknown, number)
            )
        try:
            yield unknown
        finally:
            with database:
                database.execute("DELETE FROM dispute WHERE dispute_no = ?", (unknown,))
