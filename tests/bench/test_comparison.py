"""A run that fails costs its own figures and no others; ratios are to the bare engine before and after."""

from __future__ import annotations

import json
from dataclasses import replace

import httpx2
import pytest

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
from bench.engine.rounds import attempted
from bench.figures import Latency, Spread, table
from bench.raw.measuring import RawFigures
from bench.santui import EngineFigures
from bench.support import BenchError

RAW = RawFigures(
    concurrency=10, cases=10, decisions=12, elapsed=10.0, visible=Latency(20.0, 40.0), events_per_decision=9.0,
    bytes_per_decision=1000.0, payloads_per_decision=5.0, bytes_per_payload=50.0, update=Latency(10.0, 20.0),
    cores={"server": 0.3, "worker": 0.3, "client": 0.1, "others": 0.0},
)  # fmt: skip
MINE = EngineFigures(
    concurrency=10, cases=10, decisions=12, elapsed=20.0, visible=Latency(45.0, 90.0), events_per_decision=14.0,
    bytes_per_decision=6000.0, payloads_per_decision=8.0, bytes_per_payload=500.0, unpublished=0, unavailable=2,
    deferred=1, sql={"api": 12.0, "worker": 11.0}, statements={"api": {"SELECT 1": 2.0}, "worker": {"SELECT 2": 1.5}},
    memory={"api": 100.0}, cores={"server": 0.3, "worker": 0.3, "api": 0.3, "client": 0.1, "others": 0.0},
)  # fmt: skip
LOST = Failure("no worker took a decision in time\nand its log says why")


def test_a_ratio_is_to_the_mean_of_the_bare_engine_before_and_after() -> None:
    slower = replace(RAW, elapsed=20.0, visible=Latency(40.0, 80.0))
    [ratios] = Level(10, raw=[RAW, slower], sides={"santui": [MINE]}).ratios("santui")
    assert ratios.throughput == pytest.approx(0.5 / 0.75)
    assert ratios.p50 == pytest.approx(45 / 30)
    raws = (0.6 * 10_000 + 0.6 * 20_000) / 2 / 120  # milliseconds a decision
    assert ratios.cpu_total == pytest.approx(0.9 * 20_000 / 120 / raws)
    assert ratios.cpu["api"] == pytest.approx(ratios.cpu_total / 3)


def test_a_run_that_fails_is_a_line_and_the_others_keep_theirs() -> None:
    level = Level(10, raw=[RAW, LOST, RAW], sides={"santui": [MINE, LOST], "beside": [MINE, MINE]})
    rows = list(figure_rows(level))
    assert [row[:3] for row in rows] == [
        ("10", "raw", "10"), ("10", "raw", "failed"), ("10", "santui", "10"), ("10", "santui", "failed"),
        ("10", "beside", "10"),
    ]  # fmt: skip
    assert len(table(FIGURES, rows).splitlines()) == 2 + len(rows)
    assert [line.split(" failed: ")[0] for line in failures(level)] == [
        "10 at once, raw, run 2",
        "10 at once, santui, run 2",
    ]
    assert [row[:2] for row in ratio_rows(level)] == [("10", "santui"), ("10", "beside")]
    assert all(len(row) == len(RATIOS) for row in (*ratio_rows(level), *paired_rows(level, "beside", "santui")))
    told = json.loads(json.dumps(as_json(level)))
    assert told["runs"]["santui"][1] == {"failed": LOST.reason}
    assert told["ratios"]["beside"]["throughput"]["median"] == pytest.approx(0.5)


def test_a_level_where_everything_failed_has_no_ratio() -> None:
    level = Level(50, raw=[LOST, LOST], sides={"santui": [MINE], "beside": [LOST]})
    assert list(ratio_rows(level)) == list(paired_rows(level, "beside", "santui")) == []
    assert as_json(level)["ratios"] == {}


@pytest.mark.parametrize("error", [BenchError("lost"), httpx2.ConnectError("gone"), ProcessLookupError()])
async def test_what_gives_way_during_a_run_is_told(error: Exception) -> None:
    async def run() -> RawFigures:
        raise error

    assert await attempted(run()) == Failure(str(error) or type(error).__name__)


async def test_a_mistake_in_the_bench_is_not_taken_for_a_figure() -> None:
    async def run() -> RawFigures:
        raise KeyError("beside")

    with pytest.raises(KeyError):
        await attempted(run())


def test_a_spread_is_the_median_with_least_and_most() -> None:
    assert f"{Spread.of([3.0, 1.04, 2.0]):.1f}" == "2.0 (1.0–3.0)"
    assert f"{Spread.of([2.01, 1.99]):.1f}" == "2.0"
