"""What batches of hazards cost: `python -m bench.hazards --batches 35`, against the running system (`make run`).

Sends so many batches of so many items to three departments, answers each item with a picture and verifies it, each by a
decision of its own, and prints for the first what its one workflow came to: updates, events, bytes of its history.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import time
from datetime import timedelta

from api.cli.client import Client, County, county
from bench.cli import positive

BODIES = ("fire_rescue", "housing", "education")
LIMITS = "the engine takes 2,000 updates and 51,200 events a run, and 50 MB"


def send(there: County, items: int) -> str:
    """A batch of so many items; answers its number."""
    due = (there.now + timedelta(days=9)).date().isoformat()
    book = next(book for book in there.playbooks() if book["current"])
    aspects = [aspect["code"] for aspect in book["hazards"]["aspects"]]
    listed = [{"no": n, "aspect": aspects[n % len(aspects)], "to": BODIES[n % len(BODIES)], "due": due,
               "text": f"第{n}处消防通道被占用"} for n in range(1, items + 1)]  # fmt: skip
    number = str(there.send_batch(listed)["dispute_no"])
    there.wait_for(number, "rectify")
    return number


def work_off(there: County, number: str) -> list[float]:
    """Every item answered and cancelled off by a decision of its own; how long each decision took, in ms."""
    took = []
    for task in there.open_tasks(number, "rectify"):
        handler = _who(there, task["task_id"])
        for no in task["about"]["items"]:
            fields: dict[str, object] = {"items": [no], "summary": "已清理，照片附后"}
            took.append(_decide(handler, task["task_id"], "rectified", fields, [handler.attach(number)]))
            waiting = there.open_tasks(number, "verify")[0]["task_id"]
            took.append(_decide(_who(there, waiting), waiting, "cancelled_off", {"items": [no]}, []))
    return took


def _who(there: County, task_id: str) -> Client:
    return there.person(there.supervisor.get(f"/v1/tasks/{task_id}")["candidates"][0]["username"])


def _decide(who: Client, task_id: str, decision: str, fields: dict[str, object], files: list[str]) -> float:
    began = time.perf_counter()
    who.post(f"/v1/tasks/{task_id}/decide", {"decision": decision, "fields": fields, "attachments": files})
    return (time.perf_counter() - began) * 1000


def main(batches: int, items: int) -> None:
    """Measures, and prints."""
    there = county()
    for n in range(batches):
        number = send(there, items)
        took = work_off(there, number)
        line = f"{number}: {items} items, {len(took)} updates, median {statistics.median(took):.0f} ms"
        if n == 0:
            history = there.supervisor.get(f"/v1/disputes/{number}/history")
            size = len(json.dumps(history)) / 1e6
            line += f", {len(history['events'])} events, {size:.1f} MB of history as JSON ({LIMITS})"
        sys.stdout.write(f"{line}, {there.dispute(number)['outcome']}\n")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--batches", type=positive, default=1)
    parser.add_argument("--items", type=positive, default=155)
    arguments = parser.parse_args()
    main(arguments.batches, arguments.items)
