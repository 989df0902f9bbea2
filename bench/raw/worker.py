"""The bare engine's worker, a process of its own as santui's is: `python -m bench.raw.worker`.

Started by `bench.raw`, never by hand.
"""

import argparse
import asyncio
import gc
import signal
import sys
from pathlib import Path

from temporalio.worker import UnsandboxedWorkflowRunner, Worker
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner

from bench.raw.case import RawCase
from bench.raw.store import Store
from bench.support import connect
from worker import WORKER_SETTINGS


async def serve(target: str, namespace: str, task_queue: str, database: Path, *, sandbox: bool) -> None:
    """Poll until SIGTERM, or until the parent is gone; says `ready` on stdout when it polls."""
    loop, enough = asyncio.get_running_loop(), asyncio.Event()
    loop.add_signal_handler(signal.SIGTERM, enough.set)
    # The parent holds the other end of stdin: it closes even when the parent is killed, and no worker is left behind.
    loop.add_reader(sys.stdin, enough.set)
    store = await Store.open(database)
    try:
        client = await connect(target, namespace)
        async with Worker(
            client,
            task_queue=task_queue,
            workflows=[RawCase],
            activities=[store.publish],
            workflow_runner=SandboxedWorkflowRunner() if sandbox else UnsandboxedWorkflowRunner(),
            **WORKER_SETTINGS,
        ):
            print("ready", flush=True)
            await enough.wait()
    finally:
        await store.close()


def main() -> None:
    """Read the command line that `bench.raw` gives."""
    parser = argparse.ArgumentParser(prog="python -m bench.raw.worker", description=__doc__)
    for name in ("--target", "--namespace", "--task-queue"):
        parser.add_argument(name, required=True)
    parser.add_argument("--database", type=Path, required=True)
    parser.add_argument("--no-sandbox", action="store_true")
    asked = parser.parse_args()
    asyncio.run(serve(asked.target, asked.namespace, asked.task_queue, asked.database, sandbox=not asked.no_sandbox))
    gc.collect()  # sdk-python#300: the interpreter can crash at exit otherwise


if __name__ == "__main__":
    main()
