"""The numbers of a bench and their table: percentiles, CPU per process, what a history weighs."""

import statistics
import time
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import psutil
from google.protobuf.message import Message
from temporalio.api.common.v1 import Payload
from temporalio.api.enums.v1 import EventType
from temporalio.client import Client, WorkflowHistory


def percentile(samples: Iterable[float], percent: float) -> float:
    """The nearest-rank percentile: always a value that was really measured; 0 for no samples."""
    ordered = sorted(samples)
    if not ordered:
        return 0.0
    rank = -(-len(ordered) * percent // 100)  # ceiling
    return ordered[max(int(rank), 1) - 1]


@dataclass(frozen=True)
class Latency:
    """p50 and p99 of a set of waits, in milliseconds."""

    p50: float
    p99: float

    @classmethod
    def of(cls, seconds: Collection[float]) -> "Latency":
        """From waits in seconds."""
        return cls(percentile(seconds, 50) * 1000, percentile(seconds, 99) * 1000)

    def __str__(self) -> str:
        return f"{self.p50:.0f} / {self.p99:.0f}"


@dataclass(frozen=True)
class Spread:
    """The median of repeated figures, with the least and the most."""

    median: float
    least: float
    most: float

    @classmethod
    def of(cls, figures: Collection[float]) -> "Spread":
        """From at least one figure."""
        return cls(statistics.median(figures), min(figures), max(figures))

    def __format__(self, spec: str) -> str:
        """`2.1 (1.9–2.4)`, or the one figure where all are the same as written."""
        low, middle, high = (format(figure, spec) for figure in (self.least, self.median, self.most))
        return middle if low == high else f"{middle} ({low}–{high})"


@dataclass(frozen=True)
class HistoryCost:
    """What a finished workflow left in the engine, or a group of them on average."""

    events: float
    size: float
    """Bytes: the events as protobuf, 2 % below what the server calls the history's size."""
    payloads: float
    payload_size: float
    """Bytes of the payloads' data, without their metadata."""
    last_close: datetime
    """When the last of them closed, by the server's clock."""


def weigh(history: WorkflowHistory) -> HistoryCost:
    """What one history weighs. Workflow tasks that timed out do not count: they tell of the machine."""
    timed_out = sum(event.event_type == EventType.EVENT_TYPE_WORKFLOW_TASK_TIMED_OUT for event in history.events)
    data = [payload.data for event in history.events for payload in payloads_in(event)]
    return HistoryCost(
        events=len(history.events) - timed_out * EVENTS_A_TASK,
        size=sum(event.ByteSize() for event in history.events),
        payloads=len(data),
        payload_size=sum(map(len, data)),
        last_close=history.events[-1].event_time.ToDatetime(UTC),
    )


EVENTS_A_TASK = 3
"""Scheduled, started, and completed or timed out."""


def payloads_in(message: Message) -> Iterator[Payload]:
    """Every payload anywhere in a protobuf message."""
    if isinstance(message, Payload):
        yield message
        return
    for described, value in message.ListFields():
        if described.message_type is None:
            continue
        if described.message_type.GetOptions().map_entry:
            inner = [each for each in value.values() if isinstance(each, Message)]
        else:
            inner = [value] if isinstance(value, Message) else value
        for each in inner:
            yield from payloads_in(each)


async def history_cost(client: Client, workflow_ids: Collection[str]) -> HistoryCost:
    """Fetch the histories of finished workflows and weigh them. Not while measuring: it costs the server."""
    costs = [weigh(await client.get_workflow_handle(each).fetch_history()) for each in workflow_ids]
    return HistoryCost(
        events=statistics.mean(cost.events for cost in costs),
        size=statistics.mean(cost.size for cost in costs),
        payloads=statistics.mean(cost.payloads for cost in costs),
        payload_size=statistics.mean(cost.payload_size for cost in costs),
        last_close=max(cost.last_close for cost in costs),
    )


@dataclass
class CpuMeter:
    """CPU seconds that named processes, and the machine, spent inside `with meter.running():`.

    Several processes may share a name. One that ends meanwhile is `psutil.NoSuchProcess`.
    """

    pids: Mapping[str, Sequence[int]]
    seconds: dict[str, float] = field(default_factory=dict)
    """CPU seconds by name."""
    elapsed: float = 0.0
    machine: float = 0.0
    """CPU seconds of everything on this machine, the named ones included."""

    @contextmanager
    def running(self) -> Iterator[None]:
        """Measure this block."""
        before, machine, began = self._used(), psutil.cpu_times(), time.perf_counter()
        yield
        self.elapsed = time.perf_counter() - began
        self.seconds = {name: used - before[name] for name, used in self._used().items()}
        self.machine = _busy(psutil.cpu_times()) - _busy(machine)

    def _used(self) -> dict[str, float]:
        used = {}
        for name, pids in self.pids.items():
            times = [psutil.Process(pid).cpu_times() for pid in pids]
            used[name] = sum(spent.user + spent.system for spent in times)
        return used

    def cores(self) -> dict[str, float]:
        """Cores kept busy, by name; `others` is all else on the machine: well above 0.2, they disturbed the figures."""
        others = max(self.machine - sum(self.seconds.values()), 0.0)
        return {name: spent / max(self.elapsed, 1e-9) for name, spent in {**self.seconds, "others": others}.items()}


def _busy(times: Any) -> float:
    """Seconds that cores worked. A guest's time is in its host's user time already, and `steal` is not ours to have."""
    idle = {"idle", "iowait", "steal", "guest", "guest_nice"}
    return float(sum(value for name, value in times._asdict().items() if name not in idle))


# --- the table --------------------------------------------------------------------------------------------------------


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A Markdown table, aligned so that it also reads well in a terminal; numbers come formatted, rows may be short."""
    cells = [list(head), *([*map(str, row), *[""] * (len(head) - len(row))] for row in rows)]
    widths = [max(len(line[column]) for line in cells) for column in range(len(head))]
    lines = [
        "| " + " | ".join(text.rjust(width) for text, width in zip(line, widths, strict=True)) + " |" for line in cells
    ]
    lines.insert(1, "|" + "|".join("-" * (width + 1) + ":" for width in widths) + "|")
    return "\n".join(lines)


@dataclass(frozen=True)
class Figures:
    """What one level of concurrency came to."""

    concurrency: int
    cases: int
    decisions: int
    """Decisions a case."""
    elapsed: float
    """Seconds from the first start to the last end."""
    visible: Latency
    """Milliseconds until a decision is answered and what it changed is readable."""
    events_per_decision: float
    """History events of a whole case (its start included), divided by its decisions."""
    bytes_per_decision: float
    payloads_per_decision: float
    bytes_per_payload: float
    """Of the payloads' data alone."""
    cores: Mapping[str, float]
    """Cores kept busy by each process, and by all `others` on the machine."""

    @property
    def cases_per_second(self) -> float:
        """Finished cases a second."""
        return self.cases / self.elapsed

    def cpu(self, *processes: str) -> float:
        """CPU milliseconds a decision that some of the processes spent together."""
        cores = sum(self.cores.get(name, 0.0) for name in processes)
        return cores * self.elapsed * 1000 / (self.cases * self.decisions)
