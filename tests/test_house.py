"""The house lint sees what it is there to see, and nothing in what is right."""

from pathlib import Path

import pytest

from tests import house

CLEAN = '''
from datetime import datetime, timedelta

from temporalio import workflow


def due(opened_at: datetime, case: Case) -> datetime:
    """The clock comes in as a value."""
    return max(opened_at, case.now) + timedelta(days=3)


@workflow.defn(name="Case")
class Case:
    """Words by which the engine finds code are everybody's."""
'''


def findings(path: str, source: str) -> list[str]:
    return list(house.check(Path(path), source))


@pytest.mark.parametrize("path", ["domain/case/clocks.py", "workflows/dispute.py", "api/app.py", "worker.py"])
def test_a_right_module_has_no_finding(path: str) -> None:
    assert findings(path, CLEAN) == []


@pytest.mark.parametrize(
    ("planted", "what"),
    [
        ("from datetime import datetime\nx = datetime.now()", "datetime.datetime.now"),
        ("import datetime\nx = datetime.datetime.now(datetime.UTC)", "datetime.datetime.now"),
        ("from datetime import datetime\nx = datetime.utcnow()", "datetime.datetime.utcnow"),
        ("import datetime as dt\nx = dt.date.today()", "datetime.date.today"),
        ("from datetime import date as day\nnow = day.today", "datetime.date.today"),
        ("import time\nx = time.time()", "time.time"),
        ("import time as t\nx = t.monotonic", "time.monotonic"),
        ("from time import time\nx = time()", "time.time"),
    ],
)
@pytest.mark.parametrize("folder", ["domain", "workflows"])
def test_the_wall_clock_is_found_where_time_comes_from_the_engine(folder: str, planted: str, what: str) -> None:
    [finding] = findings(f"{folder}/planted.py", planted)
    assert finding.endswith(f"wall clock ({what})")


@pytest.mark.parametrize(
    ("planted", "what"),
    [
        ("from temporalio import workflow\nx = workflow.now()", "temporalio.workflow.now"),
        ("from temporalio.workflow import wait_condition as until\nx = until", "temporalio.workflow.wait_condition"),
        ("import temporalio.workflow as w\nx = w.info().run_id", "temporalio.workflow.info"),
    ],
)
def test_temporal_s_functions_are_used_by_the_port_alone(planted: str, what: str) -> None:
    [finding] = findings("workflows/planted.py", planted)
    assert finding.endswith(f"past the engine's port ({what})")
    assert findings("workflows/engine.py", planted) == []


def test_the_wall_clock_is_free_elsewhere() -> None:
    assert findings("activities/publish.py", "import time\nx = time.time()") == []


@pytest.mark.parametrize(
    "planted",
    ["import sqlalchemy", "from sqlmodel import select", "from sqlalchemy.ext.asyncio import AsyncSession as S"],
)
@pytest.mark.parametrize("path", ["domain/x.py", "workflows/x.py", "activities/x.py", "api/routes/x.py", "worker.py"])
def test_sql_is_found_outside_infra(path: str, planted: str) -> None:
    [finding] = findings(path, planted)
    assert "SQL outside infra" in finding


@pytest.mark.parametrize(
    "path", ["infra/database/tables/intake.py", "infra/database/migrations/env.py", "tests/infra/test_tables.py"]
)
def test_sql_is_free_in_infra_and_its_tests(path: str) -> None:
    assert findings(path, "from sqlmodel import select") == []


@pytest.mark.parametrize("planted", ["import api.app", "from api import app", "from api.app import create_app"])
def test_the_worker_does_not_import_the_api(planted: str) -> None:
    [finding] = findings("worker.py", planted)
    assert "nothing imports api" in finding
    assert findings("api/cli/main.py", planted) == []


def test_a_module_may_have_400_lines_and_no_more() -> None:
    assert findings("api/app.py", "x = 1\n" * 400) == []
    [finding] = findings("api/app.py", "x = 1\n" * 401)
    assert "401 lines" in finding


@pytest.mark.parametrize("folder", ["home", "root", "Users", "work"])
@pytest.mark.parametrize("path", ["api/app.py", "README.md", "Makefile", "playbooks/jinhua.yaml"])
def test_a_path_of_one_machine_is_found_in_any_text(path: str, folder: str) -> None:
    # Put together here, or this file would be a finding.
    [finding] = findings(path, f'VAR = "/{folder}/somebody/var"')
    assert "a path of one machine" in finding


@pytest.mark.parametrize("line", ["see docs/work/notes", "GET /v1/homes/7", "./home/x", "${BASE}/home/x"])
def test_an_address_or_a_relative_path_is_none(line: str) -> None:
    assert findings("README.md", line) == []


def test_the_tree_is_walked_without_what_is_not_ours(tmp_path: Path) -> None:
    for name in ("domain/a.py", ".venv/lib/b.py", "var/c.py", "domain/__pycache__/d.py", "domain/e.png", "Makefile"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("")
    assert [str(path.relative_to(tmp_path)) for path in house.files(tmp_path)] == ["Makefile", "domain/a.py"]


def test_this_house_is_in_order(capsys: pytest.CaptureFixture[str]) -> None:
    assert house.main() == 0, capsys.readouterr().out
