"""Tests run side by side, and none is lost: those of one process, each once, in whole units, in their order."""

import re
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

import pytest

from tests.side_by_side import CITIES, FIRST, OF_CITIES, WHOLE, turn, unit
from tests.test_no_skips import outside

ROOT = Path(__file__).resolve().parent.parent
PLANTED = """
import os
from pathlib import Path
import pytest

@pytest.mark.parametrize("n", range(4))
def test_it(n, request):
    worker = os.environ.get("PYTEST_XDIST_WORKER", "alone")
    with Path(os.environ["RAN"]).open("a") as ran:
        ran.write(f"{worker} {request.node.nodeid}\\n")
"""
FILES = ("tests/chaos/test_kill.py", "tests/chaos/test_races.py", "tests/web/test_desk.py", "tests/web/test_doors.py",
         "tests/domain/case/test_case.py", "tests/test_house.py")  # fmt: skip


def ran(folder: Path, processes: str) -> tuple[list[tuple[str, str]], str]:
    """(worker, test) of everything that ran, in order; and what pytest said in the end."""
    for file in FILES:
        (folder / file).parent.mkdir(parents=True, exist_ok=True)
        (folder / file).write_text(PLANTED)
    notes = folder / f"ran-{processes}"
    plugins = ("-p", "tests.side_by_side", "-p", "xdist", "-p", "no:cacheprovider", "--import-mode=importlib")
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *plugins, "--rootdir=.", "-n", processes, "tests"],
        cwd=folder,
        env={**outside(), "PYTHONPATH": str(ROOT), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "RAN": str(notes)},
        capture_output=True,
        text=True,
        check=True,
    )
    lines = (line.partition(" ") for line in notes.read_text().splitlines())
    return [(worker, test) for worker, _, test in lines], done.stdout.splitlines()[-1]


def test_two_processes_run_what_one_runs_each_test_once_and_say_so(tmp_path: Path) -> None:
    alone, last_of_one = ran(tmp_path, "0")
    together, last = ran(tmp_path, "2")
    assert sorted(test for _, test in together) == sorted(test for _, test in alone)
    assert len({worker for worker, _ in together}) == 2
    assert re.search(r"\b24 passed\b", last)
    assert re.search(r"\b24 passed\b", last_of_one)

    order, of_worker = [test for _, test in alone], defaultdict(list)
    for worker, test in together:
        of_worker[unit(test), worker].append(test)
    assert len(of_worker) == len(FILES) - 1, "a unit was torn apart"
    for tests in of_worker.values():
        assert tests == sorted(tests, key=order.index)


@pytest.mark.parametrize(
    ("test", "kept_with"),
    [
        ("tests/chaos/test_kill.py::test_a[b::c]", "tests/chaos"),
        ("tests/web/test_desk.py::test_a", "tests/web/test_desk.py"),
        ("tests/test_house.py::test_a", "tests/test_house.py"),
        ("tests/e2e/cities/test_venues.py::test_a", "tests/e2e/cities"),
        ("tests/e2e/cli/test_stories.py::test_a", "tests/e2e/cities"),
        ("tests/e2e/cli/test_demo.py::test_a", "tests/e2e/cli/test_demo.py"),
    ],
)
def test_a_room_with_one_system_is_one_unit_and_else_a_file_is(test: str, kept_with: str) -> None:
    assert unit(test) == kept_with


def test_who_asks_for_the_system_of_a_city_that_few_ask_for_is_in_the_one_unit_that_has_it() -> None:
    asks = re.compile(r"\b(?:wuwei|ronghe|huangshi): Instance")
    files = [file for file in (ROOT / "tests").rglob("test_*.py") if asks.search(file.read_text(encoding="utf-8"))]
    assert {unit(str(file.relative_to(ROOT))) for file in files} == {CITIES}
    assert {*OF_CITIES} <= {str(file.relative_to(ROOT)) for file in files}


def test_every_room_that_is_named_is_there_and_the_dearest_begin() -> None:
    assert [room for room in (*WHOLE, *(f"tests/{name}" for name in FIRST)) if not (ROOT / room).is_dir()] == []
    assert sorted(["tests/domain/a.py::b", "tests/test_house.py::c", "tests/chaos/d.py::e"], key=turn)[0].endswith("e")
