"""The group opens in order, ends in the opposite order, and leaves nobody behind."""

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from infra.database.engine import migrate, open_database
from infra.database.tables.operations import HeartbeatRow
from infra.runtime.processes import ChildSpec
from infra.runtime.settings import Settings
from infra.startup import supervisor
from infra.startup.preflight import only_one
from infra.startup.supervisor import (
    OpeningError,
    Plan,
    Step,
    answering,
    loaded_ahead,
    module_child,
    ready,
    run,
    supervise,
)
from tests.infra.support import ROOT, SLEEPS, alive, around, free_port, python, read_pid, until, wait_until

NAMES = ("temporal", "worker", "api")

# A supervisor of three tiny children, as a process of its own that can be told to end or be killed. What it does when
# its terminal ends is its own: whoever runs these tests may have had that ignored (nohup), and children inherit it.
SUPERVISOR = """
import asyncio, json, signal, sys
from pathlib import Path
from infra.runtime.processes import ChildSpec
from infra.startup.supervisor import Step, say, supervise
from tests.infra.support import SLEEPS, around, python
signal.signal(signal.SIGHUP, signal.Handlers[sys.argv[3]])
plan = [ChildSpec(name, python(program)) for name, program in json.loads(sys.argv[2]).items()]
sys.exit(asyncio.run(supervise([*plan, Step("ready", lambda: None)], around(Path(sys.argv[1]), say))))
"""


class Running:
    """A supervisor under test."""

    def __init__(self, var: Path, programs: dict[str, str], hangup: signal.Handlers = signal.SIG_DFL) -> None:
        self.var = var
        self.process = subprocess.Popen(
            [sys.executable, "-c", SUPERVISOR, str(var), json.dumps(programs), hangup.name],
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        assert self.process.stdout
        self.told = list(iter(self.process.stdout.readline, "santui · ready: done\n"))
        self.pids = {name: read_pid(var, name) for name in programs}

    def rest(self) -> list[str]:
        """What it says until it has ended."""
        out, _ = self.process.communicate(timeout=30)
        return out.splitlines()


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Running]:
    """Three children that sleep."""
    one = Running(tmp_path, dict.fromkeys(NAMES, SLEEPS))
    yield one
    if one.process.poll() is None:
        one.process.kill()
    one.rest()


def test_it_opens_in_the_order_of_the_plan(running: Running) -> None:
    assert [line.strip() for line in running.told] == [f"santui · {name}: started" for name in NAMES]
    assert all(map(alive, running.pids.values()))


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_all_cleanly_in_the_opposite_order(running: Running, number: signal.Signals) -> None:
    running.process.send_signal(number)
    assert running.rest() == [*(f"santui · {name}: ending" for name in reversed(NAMES)), "santui · ended"]
    assert running.process.returncode == 0
    assert not any(map(alive, running.pids.values()))
    assert list((running.var / "run").iterdir()) == []


@pytest.fixture
def nohup() -> Iterator[None]:
    """These tests themselves were started under nohup."""
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    yield
    signal.signal(signal.SIGHUP, before)


@pytest.mark.usefixtures("nohup")
def test_the_end_of_the_terminal_ends_all_whatever_the_tests_themselves_were_started_under(tmp_path: Path) -> None:
    running = Running(tmp_path, dict.fromkeys(NAMES, SLEEPS))
    running.process.send_signal(signal.SIGHUP)
    assert running.rest()[-1] == "santui · ended"
    assert running.process.returncode == 0


def test_under_nohup_the_end_of_the_terminal_ends_nothing(tmp_path: Path) -> None:
    running = Running(tmp_path, {"worker": SLEEPS}, hangup=signal.SIG_IGN)
    worker = running.pids["worker"]
    running.process.send_signal(signal.SIGHUP)
    subprocess.run(["kill", "-9", str(worker)], check=True)
    wait_until(lambda: read_pid(running.var, "worker") not in (0, worker))  # it still keeps its children
    running.process.send_signal(signal.SIGTERM)
    ended = ["santui · worker: ended by SIGKILL, again in 0.2 s", "santui · worker: ending", "santui · ended"]
    assert running.rest() == ended
    assert running.process.returncode == 0


def test_no_child_survives_a_killed_supervisor(running: Running) -> None:
    running.process.kill()
    running.process.wait()
    wait_until(lambda: not any(map(alive, running.pids.values())))


def test_a_killed_child_is_back_while_the_others_stay(running: Running) -> None:
    worker = running.pids["worker"]
    subprocess.run(["kill", "-9", str(worker)], check=True)
    wait_until(lambda: read_pid(running.var, "worker") not in (0, worker))
    assert {name: read_pid(running.var, name) for name in ("temporal", "api")} == {
        name: running.pids[name] for name in ("temporal", "api")
    }
    running.process.send_signal(signal.SIGTERM)
    assert running.rest()[0] == "santui · worker: ended by SIGKILL, again in 0.2 s"


def test_a_second_signal_does_not_wait_for_a_deaf_child(tmp_path: Path) -> None:
    deaf = (
        "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf', flush=True); time.sleep(600)"
    )
    running = Running(tmp_path, {"api": deaf})
    wait_until(lambda: "deaf" in (tmp_path / "logs" / "api.log").read_text())
    running.process.send_signal(signal.SIGINT)
    assert running.process.stdout
    assert running.process.stdout.readline() == "santui · api: ending\n"
    running.process.send_signal(signal.SIGINT)
    assert running.rest() == ["santui · api: does not end, killed", "santui · ended"]


async def test_a_step_that_fails_ends_what_was_started(tmp_path: Path) -> None:
    async def fails() -> None:
        raise OpeningError("the database is older than the code")

    with pytest.raises(OpeningError, match="older"):
        await supervise([ChildSpec("temporal", python(SLEEPS)), Step("database", fails)], around(tmp_path, print))
    assert list((tmp_path / "run").iterdir()) == []


async def test_a_step_may_block_and_may_run_a_loop_of_its_own(tmp_path: Path) -> None:
    async def at_once() -> None:
        order.append("async")

    order: list[str] = []

    def ends() -> None:
        order.append("blocking")
        asyncio.run(asyncio.sleep(0))
        signal.raise_signal(signal.SIGTERM)

    assert await supervise([Step("first", at_once), Step("second", ends)], around(tmp_path, print)) == 0
    assert order == ["async", "blocking"]


async def test_a_job_that_is_done_is_not_run(tmp_path: Path) -> None:
    (tmp_path / "job.done").touch()
    plan: Plan = [
        ChildSpec("job", python(f"open({str(tmp_path / 'ran')!r}, 'w')"), done=tmp_path / "job.done"),
        Step("end", lambda: signal.raise_signal(signal.SIGTERM)),
    ]
    assert await supervise(plan, around(tmp_path, print)) == 0
    assert not (tmp_path / "ran").exists()


async def test_a_child_that_never_comes_up_ends_the_opening(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(supervisor, "PREPARED_WITHIN", 0.1)
    spec = ChildSpec("temporal", python(SLEEPS), prepare=lambda: asyncio.sleep(600))
    with pytest.raises(OpeningError, match=r"temporal did not come up .*temporal\.log"):
        await supervise([spec], around(tmp_path, print))
    assert list((tmp_path / "run").iterdir()) == []


def test_run_answers_a_problem_with_one_sentence(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    settings = Settings(var=tmp_path, http_port=free_port())
    with only_one(tmp_path):
        code = run(settings, migrate=lambda: None, search_attributes={}, load_demo=None, opened=lambda: None)
    assert code == 1
    out, err = capfd.readouterr()
    assert out == ""
    assert err.startswith("Another santui")
    assert err.count("\n") == 1


async def test_readiness_is_waited_for(tmp_path: Path) -> None:
    port = free_port()
    answers = iter([503, 200])

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(f"HTTP/1.1 {next(answers)} X\r\nContent-Length: 4\r\nConnection: close\r\n\r\nbusy".encode())
        await writer.drain()
        writer.close()

    waiting = asyncio.create_task(answering(f"http://127.0.0.1:{port}/readyz", 20))
    async with await asyncio.start_server(serve, "127.0.0.1", port):
        await waiting
    assert list(answers) == []


async def test_a_system_is_ready_when_each_of_its_processes_was_heard_of_since_its_start(tmp_path: Path) -> None:
    settings = Settings(var=tmp_path, http_port=free_port(), api_processes=2)
    await asyncio.to_thread(migrate, settings)
    began = datetime.now(UTC)
    database = open_database(settings)

    async def beat(name: str, at: datetime) -> None:
        async with database.write() as session:
            await session.merge(HeartbeatRow(process=f"{name}@here", kind="api", pid=1, at=at, waits=[]))

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(serve, "127.0.0.1", settings.http_port):
        await beat("worker", began)
        await beat("api", began)
        await beat("api-2", began - timedelta(seconds=1))  # of the life before this one
        waiting = asyncio.create_task(ready(settings, began))
        await asyncio.wait({waiting}, timeout=1.0)
        assert not waiting.done()
        await beat("api-2", datetime.now(UTC))
        await waiting
    await database.close()


async def test_readiness_that_does_not_come_says_what_was_answered_last() -> None:
    with pytest.raises(OpeningError, match="ConnectError"):
        await answering(f"http://127.0.0.1:{free_port()}/readyz", 0.3)


AHEAD = (sys.executable, "-m", "infra.startup.ahead", "tests.infra.startup.loaded")


async def test_a_child_loads_ahead_and_works_when_its_turn_comes(tmp_path: Path) -> None:
    said: list[str] = []
    log = tmp_path / "logs" / "worker.log"
    turn = asyncio.Event()

    async def opened() -> None:
        await until(lambda: log.exists() and log.read_text() == "loaded\n")
        assert said == ["temporal: started"]
        turn.set()

    plan: Plan = [
        ChildSpec("temporal", python(SLEEPS)),
        Step("database", opened),
        ChildSpec("worker", (*AHEAD, "worker"), ahead=True),
    ]
    supervising = asyncio.create_task(supervise(plan, around(tmp_path, said.append)))
    await turn.wait()
    await until(lambda: log.read_text() == "loaded\nworks as worker\n" and len(said) == 3)  # it works before it is said
    assert said == ["temporal: started", "database: done", "worker: started"]
    pid = read_pid(tmp_path, "worker")
    os.kill(pid, signal.SIGKILL)
    await until(lambda: log.read_text() == "loaded\nworks as worker\n" * 2)  # its turn has come for good
    assert read_pid(tmp_path, "worker") != pid
    supervising.cancel()
    await asyncio.gather(supervising, return_exceptions=True)
    assert said[-3:] == ["worker: ending", "temporal: ending", "ended"]


async def test_what_waits_for_its_turn_ends_unsaid_where_the_opening_fails(tmp_path: Path) -> None:
    said: list[str] = []
    log = tmp_path / "logs" / "worker.log"

    async def fails() -> None:
        await until(lambda: log.exists() and log.read_text() == "loaded\n")
        raise OpeningError("the database is older than the code")

    temporal, worker = ChildSpec("temporal", python(SLEEPS)), ChildSpec("worker", AHEAD, ahead=True)
    with pytest.raises(OpeningError, match="older"):
        await supervise([temporal, Step("database", fails), worker], around(tmp_path, said.append))
    assert said == ["temporal: started", "temporal: ending", "ended"]
    assert list((tmp_path / "run").iterdir()) == []
    assert log.read_text() == "loaded\n"


async def test_a_module_that_can_t_be_loaded_is_told_of(tmp_path: Path) -> None:
    said: list[str] = []
    nothing = ChildSpec("worker", (*AHEAD[:-1], "no.such.module"), ahead=True)
    supervising = asyncio.create_task(supervise([nothing], around(tmp_path, said.append)))
    told = "worker: ended with 1 (ModuleNotFoundError: No module named 'no'), again in 0.2 s"
    await until(lambda: told in said)
    supervising.cancel()
    await asyncio.gather(supervising, return_exceptions=True)


def test_nobody_s_turn_comes_where_the_supervisor_has_gone() -> None:
    ended = subprocess.run(AHEAD, cwd=ROOT, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stdout, ended.stderr) == (1, "loaded\n", "the supervisor has gone\n")


def test_worker_and_api_are_loaded_ahead() -> None:
    spec = loaded_ahead("worker-2", "worker", "worker-2")
    assert spec.command == (sys.executable, "-m", "infra.startup.ahead", "worker", "worker-2")
    assert spec.ahead


def test_a_module_runs_with_this_interpreter(tmp_path: Path) -> None:
    assert module_child("worker-2", "worker", "worker-2").command == (sys.executable, "-m", "worker", "worker-2")
    assert module_child("job", "api.job", done=tmp_path).done == tmp_path
