"""`make` from nothing: which Python it takes, when it installs, and what it says when it can't.

The interpreters here are small shell scripts, so that nothing is downloaded and any machine can be played.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
LOCK = "requirements-dev.lock"

# Plays an interpreter: old enough to be refused or not, makes a "virtual environment", writes down what it is asked.
NEW = """#!/bin/sh
echo "$0 $*" >> calls
case "$1 $2" in
    "-V ") echo "Python 3.12.0" ;;
    "-m venv") mkdir -p "$3/bin" && cp "$0" "$3/bin/python" ;;
esac
"""
OLD = '#!/bin/sh\ncase "$*" in *version_info*) exit 1 ;; esac\n'
NO_VENV = '#!/bin/sh\ncase "$*" in *venv*) exit 1 ;; esac\n'
NO_NETWORK = NEW.replace("esac", '    "-m pip") exit 1 ;;\nesac')


class Machine:
    """A fresh machine: make, a few small tools, and only the interpreters that are put there."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.bin = folder / "bin"
        self.bin.mkdir()
        for tool in ("cmp", "cp", "grep", "id", "mkdir", "rm"):
            (self.bin / tool).symlink_to(shutil.which(tool) or tool)
        (folder / "infra").mkdir()
        for name in ("Makefile", LOCK, "infra/santui"):
            shutil.copy(ROOT / name, folder / name)

    def has(self, name: str, program: str) -> None:
        """Puts an interpreter there."""
        (self.bin / name).write_text(program)
        (self.bin / name).chmod(0o755)

    def make(self, *goals: str, **more: str) -> subprocess.CompletedProcess[str]:
        """Runs make with nothing of this machine in the way."""
        make = shutil.which("make") or "make"
        environment = {"PATH": str(self.bin), "LC_ALL": "C.UTF-8", **more}
        return subprocess.run(
            [make, *goals], cwd=self.folder, env=environment, capture_output=True, text=True, check=False
        )

    def calls(self) -> list[str]:
        """What the interpreters were asked since the last time."""
        asked = (self.folder / "calls").read_text().splitlines() if (self.folder / "calls").exists() else []
        (self.folder / "calls").unlink(missing_ok=True)
        return asked

    def installs(self) -> list[str]:
        """The installations among them."""
        return [call for call in self.calls() if "-m pip" in call]


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    """A machine without any Python."""
    return Machine(tmp_path)


def test_no_python_is_one_sentence(machine: Machine) -> None:
    done = machine.make("setup")
    assert done.returncode != 0
    assert done.stderr.startswith("santui needs Python 3.11 or newer, and none was found")
    assert not (machine.folder / ".venv").exists()


def test_an_old_python_is_passed_over(machine: Machine) -> None:
    machine.has("python3.13", OLD)
    machine.has("python3", OLD)
    assert "none was found" in machine.make("setup").stderr
    machine.has("python3.12", NEW)
    done = machine.make("setup")
    assert done.returncode == 0, done.stderr
    assert "with Python 3.12.0" in done.stdout


def test_it_installs_by_hash_once_and_again_only_when_the_lock_has_changed(machine: Machine) -> None:
    machine.has("python3.11", NEW)
    assert machine.make("setup").returncode == 0
    [install] = machine.installs()
    assert install.endswith(f"install --require-hashes -r {LOCK}")

    again = machine.make("setup")
    assert (again.returncode, again.stdout, machine.installs()) == (0, "", [])

    os.utime(machine.folder / LOCK)
    assert machine.make("setup").returncode == 0
    assert machine.installs() == []

    with (machine.folder / LOCK).open("a") as lock:
        lock.write("# one more\n")
    assert machine.make("setup").returncode == 0
    assert len(machine.installs()) == 1


def test_a_broken_environment_is_made_anew(machine: Machine) -> None:
    machine.has("python3.11", NEW)
    machine.make("setup")
    (machine.folder / ".venv/bin/python").unlink()
    done = machine.make("setup")
    assert done.returncode == 0, done.stderr
    assert (machine.folder / ".venv/bin/python").exists()


def test_a_failed_installation_is_tried_again_the_next_time(machine: Machine) -> None:
    machine.has("python3.11", NO_NETWORK)
    done = machine.make("setup")
    assert done.returncode != 0
    assert "The dependencies could not be installed" in done.stderr
    machine.calls()
    machine.make("setup")
    assert len(machine.installs()) == 1


def test_a_python_without_venv_is_told(machine: Machine) -> None:
    machine.has("python3.11", NO_VENV)
    done = machine.make("setup")
    assert done.returncode != 0
    assert "apt-get install python3-venv" in done.stderr


def test_santui_is_a_command_of_the_environment_also_of_one_set_up_before_there_was_any(machine: Machine) -> None:
    machine.has("python3.11", NEW)
    command = machine.folder / ".venv/bin/santui"
    for _ in range(2):
        assert machine.make("setup").returncode == 0
        assert os.access(command, os.X_OK)
        command.unlink()
    assert len(machine.installs()) == 1


def test_the_command_is_this_checkout_s_from_any_directory_and_on_its_state(tmp_path: Path) -> None:
    checkout, elsewhere = tmp_path / "a checkout", tmp_path / "elsewhere"
    (checkout / ".venv/bin").mkdir(parents=True)
    (elsewhere / "api").mkdir(parents=True)
    (elsewhere / "api/cli.py").write_text("raise SystemExit('a module of somebody else')")
    (checkout / "api").mkdir()
    (checkout / "api/__init__.py").touch()
    (checkout / "api/cli.py").write_text("import os, sys; print(sys.argv[1:], os.environ['SANTUI_VAR'])")
    (checkout / ".venv/bin/python").symlink_to(sys.executable)
    shutil.copy(ROOT / "infra/santui", checkout / ".venv/bin")

    def said(**environment: str) -> str:
        kept = {name: value for name, value in os.environ.items() if name != "SANTUI_VAR"}
        return subprocess.run(
            [checkout / ".venv/bin/santui", "show", "D 1"], cwd=elsewhere, env={**kept, **environment},
            capture_output=True, text=True, check=True,
        ).stdout.strip()  # fmt: skip

    assert said() == f"['show', 'D 1'] {checkout}/var"
    assert said(SANTUI_VAR="other") == "['show', 'D 1'] other"


def test_run_becomes_the_supervisor(machine: Machine) -> None:
    machine.has("python3.11", NEW)
    assert machine.make("run").returncode == 0
    assert machine.calls()[-1] == ".venv/bin/python -m api.cli up"


def test_what_was_compiled_is_kept_whatever_the_environment_says(machine: Machine) -> None:
    machine.has("python3.11", NEW.replace('$*"', '$* ${PYTHONDONTWRITEBYTECODE-kept}"'))
    assert machine.make("run", PYTHONDONTWRITEBYTECODE="1").returncode == 0
    assert machine.calls()[-1] == ".venv/bin/python -m api.cli up kept"


def without_rights(machine: Machine) -> None:
    """A person who may install nothing; as root what is missing would be installed."""
    machine.has("python3", NEW)
    (machine.bin / "id").unlink()
    machine.has("id", "#!/bin/sh\necho 1000\n")


def pytests(machine: Machine) -> list[str]:
    """What pytest was given, each time it was called."""
    return [call.partition("-m pytest")[2] for call in machine.calls() if "-m pytest" in call]


def test_without_a_browser_the_rest_is_run_and_what_was_not_is_said(machine: Machine) -> None:
    without_rights(machine)
    machine.has("clamd", "#!/bin/sh\n")
    done = machine.make("test")
    assert done.returncode == 0, done.stderr
    assert done.stderr.startswith("test: NOT RUN: the browser tests, tests/web, which need chromium fonts-noto-cjk")
    assert pytests(machine) == [" -n 3 --ignore=tests/web"]
    on_ci = machine.make("test", CI="true")
    assert on_ci.returncode != 0
    assert on_ci.stderr.startswith("The browser tests need chromium fonts-noto-cjk: install what is missing")
    assert pytests(machine) == []


def test_without_a_scanner_the_rest_is_run_and_what_was_not_is_said(machine: Machine) -> None:
    without_rights(machine)
    with_browser(machine)
    done = machine.make("test", "SBIN=/nowhere")
    assert done.returncode == 0, done.stderr
    assert done.stderr.startswith("test: NOT RUN: tests/api/attachments/test_clamd.py, which needs clamd.")
    assert pytests(machine) == [" -n 3 --ignore=tests/api/attachments/test_clamd.py"]
    on_ci = machine.make("test", "SBIN=/nowhere", CI="true")
    assert on_ci.returncode != 0
    assert on_ci.stderr.startswith("Uploads are looked through by clamd: install it")
    assert pytests(machine) == []


def with_browser(machine: Machine) -> None:
    """A browser and a font that has Chinese."""
    machine.has("chromium", "#!/bin/sh\n")
    machine.has("fc-list", "#!/bin/sh\necho 'Noto Sans CJK SC'\n")


def test_with_a_browser_and_a_scanner_everything_is_run(machine: Machine) -> None:
    machine.has("python3", NEW)
    with_browser(machine)
    machine.has("clamd", "#!/bin/sh\n")
    done = machine.make("test")
    assert (done.returncode, done.stderr) == (0, "")
    assert pytests(machine) == [" -n 3"]
