"""The plugin that makes a skip a failure in CI, and only there."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent

# Put together here, so that whoever searches the tests for skips finds real ones only.
SKIP, FAIL = "skip", "xfail"
PLANTED = {
    "marked": f"import pytest\n@pytest.mark.{SKIP}(reason='not today')\ndef test_it(): ...\n",
    "called": f"import pytest\ndef test_it(): pytest.{SKIP}('not today')\n",
    "expected": f"import pytest\n@pytest.mark.{FAIL}(reason='not today')\ndef test_it(): assert not 1\n",
    "module": f"import pytest\npytest.{SKIP}('not today', allow_module_level=True)\n",
    "fixture": f"import pytest\n@pytest.fixture\ndef f(): pytest.{SKIP}('not today')\ndef test_it(f): ...\n",
}


def outside() -> dict[str, str]:
    """The environment without what the pytest that runs these tests was told, or tells its own processes."""
    return {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}


def run_pytest(folder: Path, source: str, ci: str, *more: str) -> subprocess.CompletedProcess[str]:
    (folder / "test_planted.py").write_text(source)
    # Nothing but what is tried here: to load every plugin of the environment takes longer than the planted test.
    plugins = ("-p", "tests.no_skips", "-p", "xdist", "-p", "no:cacheprovider")
    return subprocess.run(
        [sys.executable, "-m", "pytest", *plugins, "-rs", "--rootdir=.", *more],
        cwd=folder,
        env={**outside(), "CI": ci, "PYTHONPATH": str(ROOT), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("processes", ["0", "2"])
@pytest.mark.parametrize("kind", PLANTED)
def test_a_skip_fails_in_ci_and_says_why(kind: str, processes: str, tmp_path: Path) -> None:
    done = run_pytest(tmp_path, PLANTED[kind], "true", "-n", processes)
    assert done.returncode != 0
    assert "CI does not accept: not today" in " ".join(done.stdout.split())


@pytest.mark.parametrize("ci", ["", "false"])
def test_a_skip_is_a_skip_elsewhere(ci: str, tmp_path: Path) -> None:
    assert run_pytest(tmp_path, PLANTED["marked"], ci=ci).returncode == 0


def test_what_passes_passes_in_ci(tmp_path: Path) -> None:
    assert run_pytest(tmp_path, "def test_it(): ...\n", ci="true").returncode == 0
