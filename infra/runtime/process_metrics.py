"""Metrics of several processes behind one address: whichever is asked answers for all, each under its name.

A process writes what it counted to a file of its own every few seconds, whole or not at all, and reads the others'. Not
the library's mapped files: where the disk is full, writing to one of those ends the process.
"""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import structlog
from prometheus_client import REGISTRY, CollectorRegistry, generate_latest

from infra.runtime.identity import Identity

EVERY = 5.0
"""Seconds between two writings."""
BELIEVED = 20.0
"""Seconds after which a process that writes no more has gone, and what it counted with it."""
FORGOTTEN = 86_400.0
"""Seconds after which its file is removed."""
SHARED = CollectorRegistry()
"""What is of the whole system and not of a process: told once, by whoever is asked."""
log = structlog.get_logger()


class ProcessMetrics:
    """The metrics of this process and of those beside it on this machine, whose files are in a folder."""

    def __init__(self, run_dir: Path, identity: Identity) -> None:
        self._folder, self._identity = run_dir / "metrics", identity

    async def keep_writing(self) -> None:
        """Writes for as long as the process lives; a disk that can't be written is tried again."""
        self._forget()
        while True:
            try:
                await asyncio.to_thread(self.write)
            except OSError as error:
                log.warning("metrics_not_written", error=type(error).__name__)
            await asyncio.sleep(EVERY)

    def write(self) -> None:
        """Writes what this process has counted.

        Raises:
            OSError
        """
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        part = self._folder / f"{self._identity.key}.part"
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(generate_latest(REGISTRY))
        part.rename(self._folder / f"{self._identity.key}.prom")

    def exposition(self) -> str:
        """Everything in the text format, each sample with the label `process`; of this process as it is now."""
        families: dict[str, list[str]] = {}
        told = {self._identity.name: generate_latest(REGISTRY).decode(), **dict(self._others())}
        for name, text in told.items():
            for header, samples in _families(text):
                families.setdefault(header, []).extend(_named(sample, name) for sample in samples)
        lines = [line for header, samples in families.items() for line in (header, *samples)]
        return "\n".join([*lines, generate_latest(SHARED).decode()])

    def _forget(self) -> None:
        """Removes what processes have left that don't come back: containers have another machine's name each time."""
        for path in self._folder.glob("*"):
            with suppress(OSError):
                if time.time() - path.stat().st_mtime > FORGOTTEN:
                    path.unlink()

    def _others(self) -> Iterator[tuple[str, str]]:
        """What the others have counted, by their names."""
        for path in sorted(self._folder.glob(f"*@{self._identity.host}.prom")):
            name = path.stem.removesuffix(f"@{self._identity.host}")
            try:
                if name != self._identity.name and time.time() - path.stat().st_mtime < BELIEVED:
                    yield name, path.read_text(encoding="utf-8")
            except OSError:  # it writes, or has gone
                continue


def _families(text: str) -> Iterator[tuple[str, list[str]]]:
    """The metrics of a text: what is said of each (two lines), and its samples."""
    header, samples = "", list[str]()
    for line in text.splitlines():
        if line.startswith("# HELP"):
            if header:
                yield header, samples
            header, samples = line, []
        elif line.startswith("# TYPE"):
            header += f"\n{line}"
        else:
            samples.append(line)
    if header:
        yield header, samples


def _named(sample: str, process: str) -> str:
    """A sample with one label more. No metric's name has a brace or a space."""
    name, labels, rest = sample.partition("{")
    if labels and " " not in name:
        return f'{name}{{process="{process}",{rest}'
    name, _, value = sample.partition(" ")
    return f'{name}{{process="{process}"}} {value}'
