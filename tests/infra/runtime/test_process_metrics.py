"""Whichever process is asked for metrics answers for all, each under its name."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

from prometheus_client.parser import text_string_to_metric_families

from infra.runtime.identity import Identity
from infra.runtime.process_metrics import BELIEVED, ProcessMetrics
from tests.infra.support import ROOT

COUNTS = """
import sys
from pathlib import Path
from prometheus_client import Counter, Histogram
from infra.runtime.identity import Identity
from infra.runtime.process_metrics import ProcessMetrics
Counter("made_up_total", "Made up", ["route"]).labels("/v1/{number} of it").inc(int(sys.argv[2]))
Counter("plain_total", "Without a label").inc()
Histogram("made_up_seconds", "Made up").observe(0.2)
ProcessMetrics(Path(sys.argv[1]), Identity("api", sys.argv[3])).write()
"""


def counted(run_dir: Path, name: str, times: int) -> Path:
    """A process that has counted; its file."""
    subprocess.run([sys.executable, "-c", COUNTS, str(run_dir), str(times), name], cwd=ROOT, check=True)
    [file] = (run_dir / "metrics").glob(f"{name}@*")
    return file


def samples(metrics: ProcessMetrics) -> dict[tuple[str, str, str], float]:
    """Everything that is told, by name, process and route; the text as Prometheus reads it."""
    return {
        (sample.name, sample.labels.get("process", ""), sample.labels.get("route", "")): sample.value
        for family in text_string_to_metric_families(metrics.exposition())
        for sample in family.samples
    }


def test_each_process_is_told_under_its_name_and_the_system_once(tmp_path: Path) -> None:
    for name, times in (("api", 3), ("api-2", 4)):
        assert counted(tmp_path, name, times).stat().st_mode & 0o777 == 0o600
    told = samples(ProcessMetrics(tmp_path, Identity("worker", "worker")))
    assert told["made_up_total", "api", "/v1/{number} of it"] == 3
    assert told["made_up_total", "api-2", "/v1/{number} of it"] == 4
    assert told["plain_total", "api", ""] == told["plain_total", "api-2", ""] == 1
    assert told["made_up_seconds_count", "api-2", ""] == 1
    assert "worker" in {process for name, process, _ in told if name == "process_cpu_seconds_total"}


def test_a_process_is_told_as_it_is_now_where_it_answers_itself(tmp_path: Path) -> None:
    counted(tmp_path, "api", 3)
    told = samples(ProcessMetrics(tmp_path, Identity("api", "api")))
    assert ("made_up_total", "api", "/v1/{number} of it") not in told


def test_what_has_gone_is_told_no_more(tmp_path: Path) -> None:
    file = counted(tmp_path, "api-2", 1)
    long_ago = time.time() - BELIEVED
    os.utime(file, (long_ago, long_ago))
    assert not [
        process for _, process, _ in samples(ProcessMetrics(tmp_path, Identity("api", "api"))) if process == "api-2"
    ]
