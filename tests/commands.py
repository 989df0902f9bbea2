"""`santui …` for a test: a process of its own with the settings of an instance, forked from one that has loaded the
command line already. Loading is nearly all that most commands do, and the tests run a hundred of them; that a command
starts from nothing is shown by `tests/e2e/cli/test_command.py`.
"""

from __future__ import annotations

import multiprocessing
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

HOUSE = Path(__file__).parent.parent
_LOADED = multiprocessing.get_context("forkserver")
_LOADED.set_forkserver_preload(
    ["tests.commands", "api.cli.main", "api.cli.auditing", "api.cli.undelivered", "infra.database.engine"]
)


def santui(
    environment: Mapping[str, str], *words: str, house: Path = HOUSE, within: float = 100.0
) -> subprocess.CompletedProcess[str]:
    """Runs a command in a house and answers what it said, as `subprocess.run` would; `within` is in seconds.

    Raises:
        subprocess.TimeoutExpired: it did not end in time, and was killed.
    """
    with tempfile.TemporaryDirectory() as folder:
        out, err = Path(folder, "out"), Path(folder, "err")
        child = _LOADED.Process(target=_run, args=(words, dict(environment), house, out, err))
        child.start()
        child.join(within)
        if child.exitcode is None:
            child.kill()
            child.join()
            raise subprocess.TimeoutExpired(["santui", *words], within)
        said = [each.read_text(encoding="utf-8") for each in (out, err)]
        return subprocess.CompletedProcess(["santui", *words], child.exitcode, *said)


def _run(words: tuple[str, ...], environment: dict[str, str], house: Path, out: Path, err: Path) -> None:
    """The command, in the forked process."""
    from api.cli.main import cli

    os.environ.clear()
    os.environ.update(environment)
    os.chdir(house)
    for stream, file in ((sys.stdout, out), (sys.stderr, err)):
        stream.flush()
        opened = os.open(file, os.O_CREAT | os.O_WRONLY)
        os.dup2(opened, stream.fileno())
        os.close(opened)
    sys.argv = ["santui", *words]
    cli(prog_name="santui")
