"""What the command lines of the benches share: their arguments, and a run that leaves nothing behind."""

import asyncio
import signal
import sys
from collections.abc import Coroutine
from typing import Any

from bench.support import BenchError


def run(main: Coroutine[Any, Any, None]) -> int:
    """Run a bench to its exit status; ctrl-C and SIGTERM both unwind it, so that no process or folder is left behind.

    The caller is to `gc.collect()` before the interpreter ends (sdk-python#300: it can crash at exit otherwise).
    """

    async def until_signalled() -> None:
        task = asyncio.current_task()
        assert task is not None
        # asyncio.run already turns SIGINT into a cancellation; SIGTERM would kill us with the children running.
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
        await main

    try:
        asyncio.run(until_signalled())
    except BenchError as error:
        print(f"bench: {error}", file=sys.stderr)
        return 1
    except (KeyboardInterrupt, asyncio.CancelledError):
        print("bench: interrupted, everything is stopped", file=sys.stderr)
        return 130
    return 0


def positive(text: str) -> int:
    """A whole number above zero, for argparse."""
    if (number := int(text)) < 1:
        raise ValueError(text)
    return number


def levels(text: str) -> list[int]:
    """`1,10,50`, for argparse."""
    return [positive(part) for part in text.split(",")]


def setting(text: str) -> tuple[str, str]:
    """`KEY=VALUE`, for argparse."""
    key, equals, value = text.partition("=")
    if not (key and equals and value):
        raise ValueError(text)
    return key, value
