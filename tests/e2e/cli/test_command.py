"""What the command line says where there is no system to talk to: the address or the file it tried."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.infra.support import ROOT, free_port


@pytest.mark.parametrize("command", [["show", "D2026-000001"], ["advance", "D2026-000001", "P1D"], ["stories"]])
@pytest.mark.parametrize("started_before", [True, False])
def test_a_command_that_finds_no_system_says_where_it_looked(
    command: list[str], started_before: bool, tmp_path: Path
) -> None:
    port = str(free_port())
    if started_before:
        people = [
            {"username": "somebody", "password": "-", "posts": [{"role": "supervisor", "organisation": "county"}]}
        ]
        (tmp_path / "demo.json").write_text(str(people).replace("'", '"'))
    done = subprocess.run(
        [sys.executable, "-m", "api.cli", *command], cwd=ROOT, capture_output=True, text=True, check=False,
        env={**os.environ, "SANTUI_VAR": str(tmp_path), "SANTUI_HTTP_PORT": port},
    )  # fmt: skip
    assert done.returncode == 1
    [said] = done.stderr.splitlines()
    assert (f"no santui answers at http://127.0.0.1:{port}" if started_before else f"no {tmp_path}/demo.json") in said
    assert "set here the SANTUI_… that were set there" in said
    assert "请先执行 make run" in said
