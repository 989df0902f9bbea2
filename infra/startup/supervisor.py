"""One supervised group of processes: opened in order, watched, and ended together in the opposite order.

`run` is what `santui up` does: the checks, the embedded Temporal server, the database, the demo people, then worker and
API, until a signal. `supervise` is the part that knows nothing of santui: a plan of children and steps.
"""

import asyncio
import gc
import inspect
import os
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import httpx2

from domain.errors import StoreUnavailable
from infra.database.engine import NoSuchRevision, open_database
from infra.health.heartbeat import heard_of
from infra.runtime.processes import Child, ChildSpec, Surroundings
from infra.runtime.settings import Settings
from infra.startup import ahead
from infra.startup.preflight import PreflightError, premises
from infra.temporal.embedded import EngineError, SearchAttributes, prepare_namespace, server_command

ROOT = Path(__file__).resolve().parents[2]
PREPARED_WITHIN = 120.0
READY_WITHIN = 300.0
POLL = 0.1

Action = Callable[[], object]
"""Done in a thread; what it gives back is awaited where it can be."""


class OpeningError(Exception):
    """The group can't be opened; the message is one sentence for a person."""


@dataclass(frozen=True)
class Step:
    """Something to be done between starting children; a plain function runs in a thread, so it may block."""

    name: str
    do: Action
    announced: bool = True


Plan = Sequence[ChildSpec | Step]


def run(
    settings: Settings,
    *,
    migrate: Action,
    search_attributes: SearchAttributes,
    load_demo: Action | None,
    opened: Action,
    jobs: Sequence[ChildSpec] = (),
) -> int:
    """Runs the whole system until SIGINT, SIGTERM or SIGHUP; returns the exit code (0: ended by a signal).

    `jobs` are started once everything is ready; `opened` tells the person where to go.
    """

    began = datetime.now(UTC)

    async def prepare() -> None:
        await prepare_namespace(
            settings.temporal_target, settings.temporal_namespace, settings.retention_days, search_attributes,
            settings.temporal_link,
        )  # fmt: skip

    engine: ChildSpec | Step = (
        Step("temporal", prepare)
        if settings.temporal_address
        else ChildSpec("temporal", server_command(settings), prepare=prepare)
    )
    plan: Plan = (
        engine,
        Step("database", migrate),
        *([Step("demo people", load_demo)] if load_demo else []),
        *(loaded_ahead(name, "worker", name) for name in settings.worker_names),
        *(loaded_ahead(name, "api.serve", name) for name in settings.api_names),
        Step("ready", lambda: ready(settings, began)),
        Step("opened", opened, announced=False),
        *jobs,
    )
    around = Surroundings(
        environment={**os.environ, **settings.environment()},
        directory=ROOT,
        log_dir=settings.log_dir,
        run_dir=settings.run_dir,
        say=say,
    )
    try:
        with premises(settings):
            say(f"starting; state in {settings.var}, logs in {settings.log_dir}")
            return asyncio.run(supervise(plan, around))
    except (PreflightError, EngineError, OpeningError, NoSuchRevision, StoreUnavailable) as error:
        print(error, file=sys.stderr, flush=True)
        return 1
    finally:
        # The engine's client can crash the interpreter at its end unless what it holds is let go before.
        gc.collect()


def module_child(name: str, module: str, *arguments: str, done: Path | None = None) -> ChildSpec:
    """A child that runs one of our own modules with this interpreter."""
    return ChildSpec(name, (sys.executable, "-m", module, *arguments), done=done)


def loaded_ahead(name: str, module: str, *arguments: str) -> ChildSpec:
    """The same, loaded while what comes before it is opened: it works when its turn in the plan comes."""
    return ChildSpec(name, (sys.executable, "-m", ahead.__name__, module, *arguments), ahead=True)


def say(text: str) -> None:
    """One short line on the terminal; a terminal that has gone is no reason to end."""
    with suppress(OSError, ValueError):
        print(f"santui · {text}", flush=True)


async def supervise(plan: Plan, around: Surroundings) -> int:
    """Opens the plan in order, then keeps its children until a signal; a second signal ends them without grace."""
    stop, hurry = asyncio.Event(), asyncio.Event()
    children: list[Child] = []
    with _ended_by_signal(stop, hurry):
        opening = asyncio.create_task(_open(plan, around, children))
        stopping = asyncio.create_task(stop.wait())
        try:
            await asyncio.wait({opening, stopping}, return_when=asyncio.FIRST_COMPLETED)
            if opening.done():
                opening.result()
                await stopping
            return 0
        finally:
            opening.cancel()
            stopping.cancel()
            await asyncio.gather(opening, stopping, return_exceptions=True)
            for child in sorted(children, key=lambda child: plan.index(child.spec), reverse=True):
                await child.stop(hurry)
            around.say("ended")


@contextmanager
def _ended_by_signal(stop: asyncio.Event, hurry: asyncio.Event) -> Iterator[None]:
    def on_signal() -> None:
        (hurry if stop.is_set() else stop).set()

    loop = asyncio.get_running_loop()
    # nohup asks that the end of the terminal be ignored.
    ignored = {signal.SIGHUP} if signal.getsignal(signal.SIGHUP) is signal.SIG_IGN else set()
    numbers = {signal.SIGINT, signal.SIGTERM, signal.SIGHUP} - ignored
    for number in numbers:
        loop.add_signal_handler(number, on_signal)
    try:
        yield
    finally:
        for number in numbers:
            loop.remove_signal_handler(number)


async def _open(plan: Plan, around: Surroundings, children: list[Child]) -> None:
    loading = {part.name: Child(part, around) for part in plan if isinstance(part, ChildSpec) and part.ahead}
    children += loading.values()
    for part in plan:
        if isinstance(part, Step):
            await _do(part.do)
            if part.announced:
                around.say(f"{part.name}: done")
        elif not (part.done and part.done.exists()):
            if (child := loading.get(part.name)) is None:
                children.append(child := Child(part, around))
            child.begin()
            await _prepared(child)
            around.say(f"{part.name}: started")


async def _do(action: Action) -> None:
    if inspect.isawaitable(result := await asyncio.to_thread(action)):
        await result


async def _prepared(child: Child) -> None:
    try:
        async with asyncio.timeout(PREPARED_WITHIN):
            await child.prepared()
    except TimeoutError:
        raise OpeningError(
            f"{child.spec.name} did not come up within {PREPARED_WITHIN:.0f} s: see {child.log}. "
            f"{child.spec.name} 启动超时，请查看日志。"
        ) from None


async def ready(settings: Settings, since: datetime) -> None:
    """Returns when the system serves, and each process of it has been heard of since then; raises OpeningError."""
    await answering(f"{settings.base_url}/readyz?parts_only=1", READY_WITHIN)
    database, wanted = open_database(settings), {*settings.api_names, *settings.worker_names}
    try:
        async with asyncio.timeout(READY_WITHIN):
            while True:
                heard = [row for row in await heard_of(database) if row.at >= since]
                wanted -= {row.process.partition("@")[0] for row in heard}
                if not wanted:
                    return
                await asyncio.sleep(POLL)
    except TimeoutError:
        raise OpeningError(
            f"{', '.join(sorted(wanted))} was not heard of within {READY_WITHIN:.0f} s: see the logs. "
            "进程未能就绪，请查看日志。"
        ) from None
    finally:
        await database.close()


async def answering(url: str, within: float) -> None:
    """Returns when the address answers 200; raises OpeningError with its last answer."""
    last = ""
    # Straight to this machine, whatever proxy the environment names.
    async with httpx2.AsyncClient(trust_env=False, timeout=5.0) as client:
        with suppress(TimeoutError):
            async with asyncio.timeout(within):
                while True:
                    try:
                        answer = await client.get(url)
                        if answer.status_code == httpx2.codes.OK:
                            return
                        last = f"{answer.status_code} {answer.text[:200]}"
                    except httpx2.HTTPError as error:
                        last = repr(error)
                    await asyncio.sleep(POLL)
    raise OpeningError(
        f"{url} was not ready within {within:.0f} s (last: {last}): see the logs. 系统未能就绪，请查看日志。"
    )
