"""The command line."""

import argparse
import gc
import json
import os
import platform
import sys
import tempfile
from collections.abc import Sequence
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bench.cli import levels, positive, run
from bench.engine.comparison import (
    FIGURES,
    RATIOS,
    Failure,
    Level,
    as_json,
    failures,
    figure_rows,
    paired_rows,
    ratio_rows,
)
from bench.engine.rounds import BESIDE, HERE, PEER, Side, one_level
from bench.figures import table
from bench.santui import System, santui, setting
from bench.story import LIFE, People
from bench.support import ROOT
from infra.temporal.embedded import prepare_namespace
from tests.postgres import cluster


def report(measured: Sequence[Level]) -> None:
    """The tables of what has been measured."""
    print(f"{len(LIFE)} decisions a case; {os.cpu_count()} cores; medians, and least to most")
    print(table(FIGURES, [row for level in measured for row in figure_rows(level)]))
    for failure in (line for level in measured for line in failures(level)):
        print(failure)
    print("\ntimes the bare engine's:")
    print(table(RATIOS, [row for level in measured for row in ratio_rows(level)]))
    if paired := [row for level in measured if BESIDE in level.sides for row in paired_rows(level, BESIDE, HERE)]:
        print("\nthis checkout beside the other:")
        print(table(RATIOS, paired))


def print_sql(measured: Sequence[Level]) -> None:
    """Which statements a case alone sends, a decision, by process."""
    for figures in measured[-1].sides[HERE]:
        if isinstance(figures, Failure):
            continue
        for process, sent in figures.statements.items():
            print(f"\n{process}: {sum(sent.values()):.1f} statements a decision")
            print("\n".join(f"{often:6.2f}  {text}" for text, often in sent.items()))
        return


def as_document(measured: Sequence[Level]) -> dict[str, Any]:
    """What has been measured, as JSON values."""
    return {
        "decisions_a_case": len(LIFE),
        "cores": os.cpu_count(),
        "python": platform.python_version(),
        "ended_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "levels": [as_json(level) for level in measured],
    }


async def bench(asked: argparse.Namespace) -> None:
    """Measure all sides at every level, print the tables whatever happens, and leave nothing behind."""
    measured: list[Level] = []
    try:
        async with AsyncExitStack() as stack:
            folder = tempfile.TemporaryDirectory(prefix="santui-bench-", ignore_cleanup_errors=True)
            workdir, sides = Path(stack.enter_context(folder)), {}
            server = stack.enter_context(cluster()) if asked.postgres else None
            for name, root in ((HERE, ROOT), (BESIDE, asked.beside)):
                if root:
                    more = dict(asked.set) | ({"SANTUI_DATABASE_URL": server.database()} if server else {})
                    up = santui(workdir / name, root=root, more=more, sql_log=True)
                    settings = await stack.enter_async_context(up)
                    people = await stack.enter_async_context(People(settings.base_url, settings.demo_file))
                    sides[name] = Side(System(settings), people)
            await prepare_namespace(sides[HERE].system.settings.temporal_target, PEER, 1, {})
            for concurrency in asked.at:
                print(f"{concurrency} at once …", file=sys.stderr, flush=True)
                level = Level(concurrency, sides={name: [] for name in sides})
                measured.append(level)
                cases = max(asked.cases, 3 * concurrency)
                await one_level(
                    sides, workdir, level, cases=cases, repeat=asked.repeat, sandbox=not asked.raw_without_sandbox
                )
                print(table(RATIOS, ratio_rows(level)), file=sys.stderr, flush=True)
    finally:
        if measured:
            report(measured)
        if asked.sql and measured:
            print_sql(measured)
        if asked.json:
            asked.json.write_text(json.dumps(as_document(measured), ensure_ascii=False, indent=1), encoding="utf-8")


def main() -> int:
    """The command line."""
    parser = argparse.ArgumentParser(
        prog="python -m bench.engine", description="Measure santui against the bare engine."
    )
    parser.add_argument(
        "--cases", type=positive, default=40, help="cases a run, at least three times the level (default: 40)"
    )
    parser.add_argument("--at", type=levels, default=[1, 10, 50], help="levels of concurrency (default: 1,10,50)")
    parser.add_argument("--repeat", type=positive, default=1, help="runs a level and side (default: 1)")
    parser.add_argument("--beside", type=Path, metavar="FOLDER", help="another checkout, measured in turns with this")
    parser.add_argument(
        "--set",
        type=setting,
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="a setting of santui, as api_processes=2 (may be given more than once)",
    )
    parser.add_argument(
        "--raw-without-sandbox", action="store_true", help="the bare engine's worker without the SDK's sandbox too"
    )
    parser.add_argument("--postgres", action="store_true", help="the read model in a throw-away PostgreSQL")
    parser.add_argument("--json", type=Path, metavar="FILE", help="all figures of all runs, as JSON")
    parser.add_argument("--sql", action="store_true", help="also which SQL statements a decision sends")
    return run(bench(parser.parse_args()))


if __name__ == "__main__":
    status = main()
    gc.collect()  # sdk-python#300: the interpreter can crash at exit otherwise
    sys.exit(status)
