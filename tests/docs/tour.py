"""The README's tour: its commands, read from the page, run in one shell, and what they print.

A block ```` ```console tour ```` holds commands (`$ `, continued by `> `), each followed by what it prints. A line `…`
stands for any lines, a `…` within a line for anything; what differs from run to run (numbers, times) is taken as one.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
VARYING = {
    r"D(\d{6}-)?\d{4}-\d{6,}": "D…",
    r"\b\d\d-\d\d \d\d:\d\d\b": "MM-DD hh:mm",
    r"版本\d+": "版本n",
    r"^ *\d+  (?=MM-DD)": "n ",
    r" +$": "",
}
DONE = "\x1e"


@dataclass
class Command:
    """One command of the tour and what the page says it prints."""

    text: str
    shown: list[str] = field(default_factory=list)


def blocks(page: str) -> list[str]:
    """The tour's blocks in order."""
    return re.findall(r"^```console tour\n(.*?)^```", page, re.DOTALL | re.MULTILINE)


def commands(page: str) -> list[Command]:
    """Every command of the tour, in order."""
    found: list[Command] = []
    for line in "".join(blocks(page)).splitlines():
        if line.startswith("$ "):
            found.append(Command(line[2:]))
        elif line.startswith("> ") and not found[-1].shown:
            found[-1].text += "\n" + line[2:]
        else:
            found[-1].shown.append(line)
    return found


def run(tour: list[Command], environment: dict[str, str], *, within: float) -> list[list[str]]:
    """What each command really printed, both streams; the shell ends at the first that fails."""
    script = "set -e\n" + "".join(f"{command.text}\nprintf '{DONE}\\n'\n" for command in tour)
    script = script.replace(".venv/bin/python", sys.executable)
    script = script.replace(".venv/bin/santui", f"{sys.executable} -m api.cli")  # what that is: infra/santui
    kept = {name: value for name, value in environment.items() if name not in ("COLUMNS", "FORCE_COLOR", "NO_COLOR")}
    done = subprocess.run(
        [shutil.which("bash") or "bash", "-c", script], cwd=ROOT, env={**kept, "PYTHONPATH": str(ROOT)}, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=within, check=False,
    )  # fmt: skip
    if done.returncode:
        raise AssertionError(f"the tour ends with {done.returncode} at: {done.stdout.rpartition(DONE)[2]}")
    return [part.strip("\n").splitlines() for part in done.stdout.split(DONE)[:-1]]


def alike(line: str) -> str:
    """A line with what differs from run to run taken out."""
    for pattern, same in VARYING.items():
        line = re.sub(pattern, same, line)
    return line


def matches(shown: list[str], printed: list[str]) -> bool:
    """Whether what was printed is what the page shows."""
    pattern = "".join(
        r"(?:.*\n)*?" if line.strip() == "…" else ".*".join(map(re.escape, alike(line).replace("D…", "D\0").split("…")))
        .replace("\0", "…") + r"\n"
        for line in shown
    )  # fmt: skip
    return re.fullmatch(pattern, "".join(f"{alike(line)}\n" for line in printed)) is not None


def with_curl(environment: dict[str, str], folder: Path) -> dict[str, str]:
    """The environment, with a stand-in for curl's few options the tour uses where a machine has none."""
    if shutil.which("curl"):
        return environment
    stand_in = folder / "curl"
    stand_in.write_text(f"#!{sys.executable}\n{_CURL}", encoding="utf-8")
    stand_in.chmod(0o755)
    return {**environment, "PATH": f"{folder}{os.pathsep}{environment['PATH']}"}


_CURL = """
import sys, urllib.error, urllib.request
url, headers, data, words = "", {}, [], iter(sys.argv[1:])
for word in words:
    if word == "-H":
        name, _, value = next(words).partition(": ")
        headers[name] = value
    elif word == "-d":
        data.append(next(words))
    elif word != "-s":
        url = word
request = urllib.request.Request(url, "&".join(data).encode() if data else None, headers)
opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
try:
    answer = opener.open(request)
except urllib.error.HTTPError as refusal:
    answer = refusal
sys.stdout.buffer.write(answer.read())
"""
