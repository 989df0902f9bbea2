"""A peer as a process: `python -m bench.peers.serving dbos_cases DATABASE`.

A line of JSON comes in for each thing to do, one goes out when it is done and its row visible.
The process has none of santui's packages: the standard library only.
"""

from __future__ import annotations

import importlib
import json
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Protocol

THREADS = 50


class Cases(Protocol):
    """What a peer does."""

    def open(self, case_id: str, decisions: int) -> None:
        """Begins a case that ends after so many decisions."""

    def decide(self, case_id: str, seen: int, outcome: str) -> None:
        """Takes a decision made on a revision; returns when the case has it durably and its row shows it."""


def serve(cases: Cases) -> None:
    """Does what is asked for on standard input, until it ends; up to `THREADS` things at a time."""
    out, writing = sys.stdout, threading.Lock()
    sys.stdout = sys.stderr  # whatever a library prints is no answer

    def say(answer: dict[str, Any]) -> None:
        with writing:
            out.write(json.dumps(answer) + "\n")
            out.flush()

    def do(asked: dict[str, Any]) -> None:
        number, what = asked.pop("number"), asked.pop("do")
        try:
            getattr(cases, what)(**asked)
        except Exception as error:
            say({"number": number, "error": repr(error)})
        else:
            say({"number": number})

    with ThreadPoolExecutor(THREADS) as pool:
        say({"number": 0})
        for line in sys.stdin:
            pool.submit(do, json.loads(line))


if __name__ == "__main__":
    name, database = sys.argv[1:]
    serve(importlib.import_module(f"bench.peers.{name}").open_cases(database))
