"""What a report costs where a place has many already: `python -m bench.intake`.

A throw-away SQLite database under the demo county, so many reports of one place in it, and the whole of a report's way
but the engine: its triage, the look for what is like it, and the transaction. Prints the median and the slowest, and
how much of it holds the lock on the place.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import statistics
import sys
import tempfile
import time
import uuid
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from api.core.context import Services, open_services
from api.intake.recording import record
from api.intake.schemas import IncidentIn
from bench.cli import positive, run
from domain.people.organisation import Actor
from infra.database.engine import migrate
from infra.demo import load
from infra.runtime.settings import Settings

ADDRESS = "古山镇人民医院"
NOISES = (
    "楼上装修噪音扰民，双方发生口角",
    "候诊排队引发争吵，互相推搡",
    "停车位被占，双方互不相让",
    "因赔偿问题争执不下",
)
ROUNDS = 50
CALLER = Actor(person_id="p-bench", name="bench", posts=[])


def report(number: int, at: datetime) -> IncidentIn:
    """A report of people of their own."""
    return IncidentIn.model_validate(
        {
            "source": "110", "source_no": uuid.uuid4().hex, "occurred_at": at, "reported_at": at,
            "place": {"address": ADDRESS}, "narrative": f"{NOISES[number % len(NOISES)]}，第{number}号",
            "parties": [{"name": f"甲{number}", "phone": f"138{number:08d}", "side": "a"},
                        {"name": f"乙{number}", "side": "b"}],
        }
    )  # fmt: skip


class Held:
    """How long the write transaction of each report was open."""

    def __init__(self, services: Services) -> None:
        self.times: list[float] = []
        transact = services.database.transact

        async def timed(work: Any, *locks: str | None) -> Any:
            began = time.perf_counter()
            result = await transact(work, *locks)
            self.times.append((time.perf_counter() - began) * 1000)
            return result

        services.database.transact = timed  # type: ignore[method-assign]


async def measure(earlier: int) -> None:
    """Fills, measures, prints a line."""
    with tempfile.TemporaryDirectory() as var:
        settings = Settings(var=Path(var))
        await asyncio.to_thread(migrate, settings)
        await load(settings)
        services = await open_services(settings)
        at = datetime.now(UTC) - timedelta(days=20)
        for number in range(earlier):
            await record(services, CALLER, report(number, at + timedelta(minutes=number)))
        held, times, worked = Held(services), [], []
        for number in range(earlier, earlier + ROUNDS):
            new = report(number, at + timedelta(minutes=number))
            began, busy = time.perf_counter(), time.process_time()
            await record(services, CALLER, new)
            times.append((time.perf_counter() - began) * 1000)
            worked.append((time.process_time() - busy) * 1000)
        await services.database.close()
    print(
        f"{earlier:6} earlier: {statistics.median(times):6.1f} ms, slowest {max(times):6.1f} ms,"
        f" of which the processor worked {statistics.median(worked):6.1f} ms;"
        f" the lock is held {statistics.median(held.times):6.1f} ms, slowest {max(held.times):6.1f} ms"
    )


async def main(counts: list[int]) -> None:
    """All the measurements, one after another."""
    for count in counts:
        await measure(count)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--earlier", type=positive, nargs="*", default=[1, 500, 3000])
    arguments = parser.parse_args()
    status = run(main(arguments.earlier))
    gc.collect()  # the SDK may crash the interpreter at exit while its client is alive (sdk-python#300)
    sys.exit(status)
