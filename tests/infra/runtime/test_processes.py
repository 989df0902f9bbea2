"""A child is kept alive, prepared after every start, and ended when told."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
import pytest_asyncio

from infra.runtime import processes
from infra.runtime.processes import BackOff, Child, ChildSpec, Surroundings
from tests.infra.support import FAILS, SLEEPS, STUBBORN, SUCCEEDS, alive, around, python, read_pid, until

Start = Callable[[ChildSpec], Child]


@pytest.fixture
def said() -> list[str]:
    """What the supervisor told."""
    return []


@pytest_asyncio.fixture
async def start(tmp_path: Path, said: list[str]) -> AsyncIterator[Start]:
    """Starts a child that is ended after the test, whatever happened."""
    children: list[Child] = []
    hurry = asyncio.Event()
    hurry.set()

    def one(spec: ChildSpec) -> Child:
        children.append(Child(spec, around(tmp_path, said.append)))
        return children[-1]

    yield one
    for child in children:
        await child.stop(hurry)


def test_the_pause_doubles_up_to_ten_seconds_and_begins_anew_after_a_healthy_life() -> None:
    back_off = BackOff()
    assert [back_off.after(1.0) for _ in range(8)] == [0.2, 0.4, 0.8, 1.6, 3.2, 6.4, 10.0, 10.0]
    assert back_off.after(31.0) == 0.2
    assert back_off.after(1.0) == 0.4


async def test_a_dead_child_is_started_again_and_its_last_words_are_told(start: Start, said: list[str]) -> None:
    child = start(ChildSpec("worker", python(FAILS)))
    await child.prepared()
    await until(lambda: len(said) == 2)
    assert said == [
        "worker: ended with 1 (no such thing), again in 0.2 s",
        "worker: ended with 1 (no such thing), again in 0.4 s",
    ]
    assert child.log.read_text().splitlines() == ["no such thing"] * 2


async def test_a_killed_child_is_back_under_another_pid(start: Start, said: list[str], tmp_path: Path) -> None:
    await start(ChildSpec("api", python(SLEEPS))).prepared()
    first = await until(lambda: read_pid(tmp_path, "api"))
    os.kill(first, signal.SIGKILL)
    second = await until(lambda: read_pid(tmp_path, "api") not in (0, first) and read_pid(tmp_path, "api"))
    assert alive(second)
    assert said == ["api: ended by SIGKILL, again in 0.2 s"]


async def test_a_child_that_can_not_be_started_is_tried_again(
    start: Start, said: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spec = ChildSpec("worker", python(SLEEPS))
    monkeypatch.setattr(processes, "sys", type("Gone", (), {"executable": str(tmp_path / "nowhere")}))
    child = start(spec)
    await until(lambda: said)
    assert "worker: can't be started" in said[0]
    monkeypatch.undo()
    await child.prepared()


async def test_what_a_child_must_be_told_is_told_after_every_start(start: Start, tmp_path: Path) -> None:
    told: list[int] = []

    async def prepare() -> None:
        told.append(await until(lambda: read_pid(tmp_path, "temporal")))

    await start(ChildSpec("temporal", python(SLEEPS), prepare=prepare)).prepared()
    os.kill(told[0], signal.SIGKILL)
    await until(lambda: len(told) == 2)
    assert told[0] != told[1]


async def test_a_first_preparation_that_fails_is_the_opening_s_to_answer(start: Start) -> None:
    async def prepare() -> None:
        raise RuntimeError("another type")

    with pytest.raises(RuntimeError, match="another type"):
        await start(ChildSpec("temporal", python(SLEEPS), prepare=prepare)).prepared()


async def test_a_later_preparation_that_fails_gives_the_child_a_fresh_start(
    start: Start, said: list[str], tmp_path: Path
) -> None:
    tries = 0

    async def prepare() -> None:
        nonlocal tries
        tries += 1
        if tries == 2:
            raise RuntimeError("not this time")

    await start(ChildSpec("temporal", python(SLEEPS), prepare=prepare)).prepared()
    os.kill(read_pid(tmp_path, "temporal"), signal.SIGKILL)
    await until(lambda: tries == 3)
    assert "temporal: not this time" in said


async def test_a_job_is_run_until_it_succeeds_once(start: Start, said: list[str], tmp_path: Path) -> None:
    done = tmp_path / "job.done"
    tried = tmp_path / "tried"
    program = f"import pathlib, sys; p = pathlib.Path({str(tried)!r}); sys.exit(0 if p.exists() else p.touch() or 'no')"
    start(ChildSpec("job", python(program), done=done))
    await until(done.exists)
    assert said == ["job: ended with 1 (no), again in 0.2 s", "job: done · 已完成"]


async def test_a_job_that_never_succeeds_is_given_up(
    start: Start, said: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(processes, "JOB_TRIES", 2)
    await start(ChildSpec("job", python(FAILS), done=tmp_path / "job.done")).prepared()
    await until(lambda: said and "given up after 2 tries" in said[-1])
    assert not (tmp_path / "job.done").exists()


async def test_a_child_is_ended_by_sigterm_and_its_pid_file_goes(start: Start, said: list[str], tmp_path: Path) -> None:
    child = start(ChildSpec("api", python(SLEEPS)))
    await child.prepared()
    pid = await until(lambda: read_pid(tmp_path, "api"))
    await child.stop(asyncio.Event())
    await child.stop(asyncio.Event())
    assert not alive(pid)
    assert read_pid(tmp_path, "api") == 0
    assert said == ["api: ending"]


@pytest.mark.parametrize("why", ["its grace is over", "there is no time"])
async def test_a_child_that_will_not_end_is_killed(start: Start, said: list[str], tmp_path: Path, why: str) -> None:
    child = start(ChildSpec("api", python(STUBBORN), grace=0.05 if why == "its grace is over" else 600))
    await until(lambda: child.log.exists() and "deaf" in child.log.read_text())
    pid, hurry = read_pid(tmp_path, "api"), asyncio.Event()
    if why == "there is no time":
        hurry.set()
    await child.stop(hurry)
    assert not alive(pid)
    assert said[-1] == "api: does not end, killed"


async def test_a_child_in_its_pause_is_not_started_again_after_the_end(
    start: Start, said: list[str], tmp_path: Path
) -> None:
    child = start(ChildSpec("api", python(FAILS)))
    await until(lambda: said)
    await child.stop(asyncio.Event())
    assert read_pid(tmp_path, "api") == 0
    assert child.log.read_text().count("no such thing") == 1


async def test_a_child_has_a_session_of_its_own(start: Start, tmp_path: Path) -> None:
    await start(ChildSpec("api", python(SLEEPS))).prepared()
    pid = await until(lambda: read_pid(tmp_path, "api"))
    assert os.getsid(pid) == pid != os.getsid(0)


async def test_a_child_that_succeeds_is_started_again_all_the_same(start: Start, said: list[str]) -> None:
    await start(ChildSpec("worker", python(SUCCEEDS))).prepared()
    await until(lambda: said)
    assert said[0] == "worker: ended with 0, again in 0.2 s"


async def test_a_child_gets_the_environment_and_the_directory_it_is_given(tmp_path: Path) -> None:
    shared = around(tmp_path, print)
    given = Surroundings({"SANTUI_VAR": "here"}, tmp_path, shared.log_dir, shared.run_dir, print)
    program = "import os; print(os.environ['SANTUI_VAR'], os.getcwd())"
    child = Child(ChildSpec("child", python(program), done=tmp_path / "child.done"), given)
    await until((tmp_path / "child.done").exists)
    await child.stop(asyncio.Event())
    assert child.log.read_text() == f"here {tmp_path}\n"
