"""What repeated runs of several sides come to beside the bare engine: ratios, medians with spread, tables, JSON.

A round is one run of each side between two runs of the bare engine, which is what its figures are divided by: the mean
of the two, so that a machine that gets busier meanwhile disturbs the ratio less.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from bench.figures import Figures, Spread
from bench.raw.measuring import RawFigures
from bench.santui import EngineFigures

RAW = "raw"
PROCESSES = ("server", "worker", "api")
"""Whose CPU is counted; the client's is not, on either side."""


@dataclass(frozen=True)
class Failure:
    """A run that came to nothing, with the reason."""

    reason: str


Outcome = RawFigures | EngineFigures | Failure


@dataclass(frozen=True)
class Ratios:
    """One run's figures over those of the bare engine around it."""

    throughput: float
    p50: float
    cpu: Mapping[str, float]
    """CPU a decision by process, of the bare engine's server and worker together."""

    @property
    def cpu_total(self) -> float:
        """CPU a decision of all processes, of the bare engine's server and worker together."""
        return sum(self.cpu.values())

    @classmethod
    def of(cls, mine: Figures, around: Collection[Figures]) -> "Ratios":
        """From at least one run of the bare engine."""

        def base(figure: Callable[[Figures], float]) -> float:
            return sum(map(figure, around)) / len(around)

        total = base(lambda raw: raw.cpu(*PROCESSES))
        return cls(
            throughput=mine.cases_per_second / base(lambda raw: raw.cases_per_second),
            p50=mine.visible.p50 / base(lambda raw: raw.visible.p50),
            cpu={name: mine.cpu(name) / total for name in PROCESSES},
        )


@dataclass
class Level:
    """One level of concurrency: each side's runs in order, the bare engine's one longer."""

    concurrency: int
    raw: list[RawFigures | Failure] = field(default_factory=list)
    sides: dict[str, list[EngineFigures | Failure]] = field(default_factory=dict)

    def ratios(self, side: str) -> list[Ratios]:
        """Of each run of a side that came to figures and has the bare engine before or after it."""
        found = []
        for turn, mine in enumerate(self.sides[side]):
            around = [raw for raw in self.raw[turn : turn + 2] if not isinstance(raw, Failure)]
            if around and not isinstance(mine, Failure):
                found.append(Ratios.of(mine, around))
        return found

    def runs(self) -> Iterable[tuple[str, Sequence[Outcome]]]:
        """The bare engine's runs, then each side's."""
        yield RAW, self.raw
        yield from self.sides.items()


# --- tables -----------------------------------------------------------------------------------------------------------

FIGURES = (
    *("at once", "", "cases", "cases/s", "decision p50 ms", "p99 ms", "events/decision", "bytes/decision"),
    *(
        "payloads/decision",
        "bytes/payload",
        "SQL alone",
        "SQL in all",
        "CPU ms/decision",
        "server",
        "worker",
        "api",
        "client",
        "others",
    ),
    *("unpublished", "503", "202"),
)
"""`SQL alone` is what one decision sends when nothing else happens, `SQL in all` everything sent, a decision; `server`
to `others` are cores kept busy, and `others` disturbs where it is not small."""

RATIOS = ("at once", "", "throughput", "decision p50", "CPU", "server", "worker", "api")


def figure_rows(level: Level) -> Iterable[tuple[str, ...]]:
    """The figures of a level, a line a side; a line for each run that failed."""
    for side, runs in level.runs():
        done = [figures for figures in runs if isinstance(figures, Figures)]
        if done:
            yield (str(level.concurrency), side, *_figures(done))
        for failed in runs:
            if isinstance(failed, Failure):  # the reason is told below the table
                yield (str(level.concurrency), side, "failed")


def _figures(runs: Sequence[Figures]) -> Iterable[str]:
    def cell(figure: Callable[[Figures], float], digits: int) -> str:
        return format(Spread.of([figure(run) for run in runs]), f".{digits}f")

    mine = [run for run in runs if isinstance(run, EngineFigures)]
    yield str(runs[0].cases)
    yield cell(lambda run: run.cases_per_second, 2)
    yield cell(lambda run: run.visible.p50, 0)
    yield cell(lambda run: run.visible.p99, 0)
    yield cell(lambda run: run.events_per_decision, 1)
    yield cell(lambda run: run.bytes_per_decision, 0)
    yield cell(lambda run: run.payloads_per_decision, 1)
    yield cell(lambda run: run.bytes_per_payload, 0)
    yield format(Spread.of([run.statements_alone for run in mine]), ".1f") if mine else ""
    yield format(Spread.of([sum(run.sql.values()) for run in mine]), ".1f") if mine else ""
    yield cell(lambda run: run.cpu(*PROCESSES), 1)
    for name in (*PROCESSES, "client", "others"):
        yield format(Spread.of([run.cores.get(name, 0.0) for run in runs]).median, ".2f")
    for count in ("unpublished", "unavailable", "deferred"):
        yield str(sum(getattr(run, count) for run in mine)) if mine else ""


def failures(level: Level) -> Iterable[str]:
    """Why runs failed, a line each."""
    for side, runs in level.runs():
        for turn, failed in enumerate(runs, start=1):
            if isinstance(failed, Failure):
                yield f"{level.concurrency} at once, {side}, run {turn} failed: {failed.reason}"


def ratio_rows(level: Level) -> Iterable[tuple[str, ...]]:
    """The ratios of a level to the bare engine, a line a side that came to figures."""
    for side in level.sides:
        if ratios := level.ratios(side):
            cells = [Spread.of([ratio.throughput for ratio in ratios]), Spread.of([ratio.p50 for ratio in ratios])]
            cells += [Spread.of([ratio.cpu_total for ratio in ratios])]
            cells += [Spread.of([ratio.cpu[name] for ratio in ratios]) for name in PROCESSES]
            yield (str(level.concurrency), side, *(format(spread, ".2f") for spread in cells))


def paired_rows(level: Level, first: str, second: str) -> Iterable[tuple[str, ...]]:
    """The second side's CPU a decision and p50 over the first's, run by run; nothing where none succeeded of both."""
    pairs = [
        (one, other)
        for one, other in zip(level.sides[first], level.sides[second], strict=False)
        if isinstance(one, EngineFigures) and isinstance(other, EngineFigures)
    ]
    if pairs:
        cpu = [[other.cpu(*names) / one.cpu(*names) for one, other in pairs] for names in (PROCESSES, *zip(PROCESSES))]
        p50 = [other.visible.p50 / one.visible.p50 for one, other in pairs]
        throughput = [other.cases_per_second / one.cases_per_second for one, other in pairs]
        cells = [Spread.of(figures) for figures in (throughput, p50, *cpu)]
        yield (str(level.concurrency), f"{second} / {first}", *(format(spread, ".2f") for spread in cells))


# --- JSON -------------------------------------------------------------------------------------------------------------


def as_json(level: Level) -> dict[str, Any]:
    """A level as JSON values: every run, and the ratios' spread."""
    return {
        "at_once": level.concurrency,
        "runs": {side: [_run(outcome) for outcome in runs] for side, runs in level.runs()},
        "ratios": {
            side: {
                "throughput": asdict(Spread.of([ratio.throughput for ratio in ratios])),
                "decision_p50": asdict(Spread.of([ratio.p50 for ratio in ratios])),
                "cpu": asdict(Spread.of([ratio.cpu_total for ratio in ratios])),
                **{f"cpu_{name}": asdict(Spread.of([ratio.cpu[name] for ratio in ratios])) for name in PROCESSES},
            }
            for side in level.sides
            if (ratios := level.ratios(side))
        },
    }


def _run(outcome: Outcome) -> dict[str, Any]:
    if isinstance(outcome, Failure):
        return {"failed": outcome.reason}
    derived = {"cases_per_second": outcome.cases_per_second, "cpu_ms_a_decision": outcome.cpu(*PROCESSES)}
    return {**asdict(outcome), **derived}
