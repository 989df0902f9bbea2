"""How long it takes to tell who should handle a dispute, among many disputes of the read model.

    python -m bench.repeats.handling --closed 200000

The throw-away database of `bench.repeats.searching`, with so many disputes, nine in ten closed and each with what is
counted of a settled one; the hundredth part wait for one unit. Then a dispute of each class in turn is asked about:
what was closed of its class, the reports that its words lead to, their opening and comparing, the load of the units.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import sys
import tempfile
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import bindparam, insert, update
from sqlmodel import col

from api.intake.recording import known_earlier
from bench.cli import positive, run
from bench.repeats.searching import BATCH, LAST, fill, made_up
from domain.triage.handling.alike import SINCE, nearest, summarise
from domain.triage.repeats.known import Known
from infra.database.engine import Database, migrate, open_database
from infra.database.tables.read_model import AddresseeRow, DisputeRow, TallyRow, TaskRow
from infra.read_model.handling.alike import Asked, closed_by_number, closed_of_class, like_in_words
from infra.read_model.handling.load import MOST_UNITS, loads
from infra.records.repeats.candidates import keys_of
from infra.records.repeats.weights import read_likeness
from infra.runtime.policy_files import read_lexicon
from infra.runtime.settings import Settings

ROUNDS = 3
EDITION = ("jinhua", "2026")
PATHS = [f"/county/unit-{n}" for n in range(MOST_UNITS)]

_CLOSE = (
    update(DisputeRow)
    .where(col(DisputeRow.dispute_no) == bindparam("no"))
    .values(closed_at=bindparam("at"), outcome="resolved", stage="closed")
)


async def lived(database: Database, reports: list[Known]) -> None:
    """Nine in ten were settled after a week and closed after two, each with a dozen countable events; of the others one
    in ten waits for each unit.
    """
    async with database.write() as session:
        connection = await session.connection()
        for first in range(0, len(reports), BATCH):
            part = [*enumerate(reports[first : first + BATCH], first)]
            ended = [(n, report) for n, report in part if n % 10]
            rows = [row for n, report in ended for row in _tallies(n, report)]
            await connection.execute(insert(TallyRow), rows)
            waiting = [_waits(n, report) for n, report in part if not n % 10]
            await connection.execute(insert(TaskRow), waiting)
            await connection.execute(insert(AddresseeRow), [_asked(n) for n, _ in part if not n % 10])
            at = [{"no": _number(n), "at": report.reported_at + timedelta(days=14)} for n, report in ended]
            await connection.execute(_CLOSE, at)


def _number(n: int) -> str:
    return f"D2026-{n + 1:06d}"


def _tallies(n: int, report: Known) -> list[dict[str, Any]]:
    kinds = ["reported", "accepted", "submitted", "pushed", "disposed", "concluded", "finished", "timed", "looped",
             "window", "visited", "local"]  # fmt: skip
    result = {"concluded": "first", "finished": "resolved"}
    at = report.reported_at + timedelta(days=1 + n % 20)
    return [
        {"dispute_no": _number(n), "seq": seq, "kind": kind, "at": at, "month": f"{at:%Y-%m}",
         "unit": PATHS[n % len(PATHS)], "leading": True, "round": 1, "colour": "blue", "first_colour": "blue",
         "category": report.category, "result": result.get(kind, "")}
        for seq, kind in enumerate(kinds, 1)
    ]  # fmt: skip


def _waits(n: int, report: Known) -> dict[str, Any]:
    return {"task_id": f"t-{n:06d}", "dispute_no": _number(n), "kind": "dispose", "state": "open", "round": 1,
            "colour": "blue", "title": "-", "opened_at": report.reported_at, "overdue": n % 30 == 0, "urgency": 0,
            "sealed": {}}  # fmt: skip


def _asked(n: int) -> dict[str, Any]:
    return {"task_id": f"t-{n:06d}", "role": "department_handler", "path": PATHS[n // 10 % len(PATHS)],
            "watches": False, "state": "open"}  # fmt: skip


async def measure(settings: Settings, count: int) -> dict[str, float]:
    """Fills, asks, prints; answers the figures."""
    lexicon = read_lexicon()
    reports = [*made_up(count, lexicon)]
    asked = [*made_up(len(lexicon.categories) * 2, lexicon)]
    await asyncio.to_thread(migrate, settings)
    database = open_database(settings)
    try:
        await fill(database, reports)
        await lived(database, reports)
        times, worked, counted, near = [], [], [], []
        for _ in range(ROUNDS):
            for new in asked:
                began, busy = time.perf_counter(), time.process_time()
                told = Asked(new.category, "dispute", "-", LAST - SINCE)
                of_class = await closed_of_class(database, told)
                led = await like_in_words(database, keys_of(new), told)
                found = nearest(new, [known_earlier(each) for each in led], read_likeness().commonness)
                await closed_by_number(database, [each.dispute_no for each in found])
                await loads(database, PATHS)
                counted.append(summarise(of_class, EDITION).settled)
                times.append((time.perf_counter() - began) * 1000)
                worked.append((time.process_time() - busy) * 1000)
                near.append(len(found))
    finally:
        await database.close()
    ordered = sorted(times)
    p99 = ordered[int(len(ordered) * 0.99)]
    print(
        f"{count} disputes: {statistics.median(times):.1f} ms, p99 {p99:.1f} ms, slowest {ordered[-1]:.1f} ms over"
        f" {len(times)}; the processor worked {statistics.median(worked):.1f} ms,"
        f" p99 {sorted(worked)[int(len(worked) * 0.99)]:.1f}\n"
        f"counted {statistics.mean(counted):.0f} of the class, {statistics.mean(near):.1f} near in words"
    )
    return {"p50": statistics.median(times), "p99": p99}


async def main(count: int) -> None:
    """Measures on SQLite."""
    with tempfile.TemporaryDirectory() as scratch:
        await measure(Settings(var=Path(scratch) / "var"), count)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--closed", type=positive, default=200_000)
    sys.exit(run(main(parser.parse_args().closed)))
