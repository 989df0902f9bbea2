"""The command line: the bare engine on a server of its own."""

import argparse
import gc
import os
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from bench.cli import levels, positive, run, setting
from bench.figures import table
from bench.raw.measuring import RawFigures, measure_raw
from bench.support import SERVER_SETTINGS, embedded_server

HEAD = (
    *("at once", "cases", "cases/s", "decisions/s", "update p50/p99 ms", "visible p50/p99 ms"),
    *("events/decision", "bytes/decision", "server", "worker", "client", "others"),
)


def row(figures: RawFigures) -> tuple[str, ...]:
    """A line of the table; the last four columns are cores kept busy."""
    return (
        str(figures.concurrency),
        str(figures.cases),
        f"{figures.cases_per_second:.1f}",
        f"{figures.cases_per_second * figures.decisions:.0f}",
        str(figures.update),
        str(figures.visible),
        f"{figures.events_per_decision:.1f}",
        f"{figures.bytes_per_decision:.0f}",
        *(f"{figures.cores.get(name, 0):.2f}" for name in ("server", "worker", "client", "others")),
    )


async def bench(cases: int, decisions: int, levels: Sequence[int], settings: Mapping[str, object]) -> None:
    """Measure every level against one fresh server and print the table; leaves nothing behind."""
    with tempfile.TemporaryDirectory(prefix="santui-bench-", ignore_cleanup_errors=True) as folder:
        workdir = Path(folder)
        async with embedded_server(workdir, settings=settings) as server:
            measured = []
            for level in levels:
                print(f"{level} at once …", file=sys.stderr, flush=True)
                measured.append(
                    await measure_raw(
                        server.target,
                        server.namespace,
                        workdir,
                        concurrency=level,
                        cases=max(cases, 3 * level),
                        decisions=decisions,
                        server_pid=server.pid,
                    )
                )
    print(f"{decisions} decisions a case; {os.cpu_count()} cores")
    print(table(HEAD, [row(figures) for figures in measured]))


def main() -> int:
    """The command line."""
    parser = argparse.ArgumentParser(
        prog="python -m bench.raw", description="Measure the bare engine on a server of its own."
    )
    parser.add_argument(
        "--cases", type=positive, default=40, help="cases a level, at least three times the level (default: 40)"
    )
    parser.add_argument("--decisions", type=positive, default=8, help="decisions a case (default: 8)")
    parser.add_argument("--at", type=levels, default=[1, 10, 50], help="levels of concurrency (default: 1,10,50)")
    parser.add_argument(
        "--server",
        type=setting,
        action="append",
        default=[],
        metavar="KEY=VALUE",
        help="a dynamic configuration value of the server, to try another one (may be given more than once)",
    )
    asked = parser.parse_args()
    return run(bench(asked.cases, asked.decisions, asked.at, {**SERVER_SETTINGS, **dict(asked.server)}))


if __name__ == "__main__":
    status = main()
    gc.collect()  # sdk-python#300: the interpreter can crash at exit otherwise
    sys.exit(status)
