"""How many cases a worker keeps in memory: as many as its share of the machine's memory holds.

A case that is not kept costs its next decision a replay of its history (`bench.evicted`), nothing else.
"""

from __future__ import annotations

import os
from pathlib import Path

from infra.runtime.settings import Settings

MIB, KIB = 2**20, 2**10
PROCESS = 140 * MIB
"""A worker without cases."""
CASE = 110 * KIB
"""A case in memory: its state, its coroutines and the engine's own books of it (`bench.audit`)."""
LEAST = 100
"""Cases under way at once that are kept whatever the setting says: a machine too small for them is too small."""
SHARE = 4
"""Workers take a quarter of the machine: the API, the engine and the databases live there too."""
_LIMITS = (Path("/sys/fs/cgroup/memory.max"), Path("/sys/fs/cgroup/memory/memory.limit_in_bytes"))
"""Where Linux says what a container may take: the second version of control groups, and the first."""


def cached_cases(settings: Settings) -> int:
    """How many cases one worker keeps in memory."""
    memory = settings.worker_memory_mb * MIB if settings.worker_memory_mb else fair_share(settings.workers)
    return max((memory - PROCESS) // CASE, LEAST)


def fair_share(workers: int) -> int:
    """The bytes that one of so many workers may take of this machine, or of the container it runs in."""
    return machine() // (SHARE * workers)


def machine() -> int:
    """The bytes of memory there are for everything that runs here."""
    installed = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return min([installed, *(int(text) for limit in _LIMITS if (text := _read(limit)).isdigit())])


def _read(file: Path) -> str:
    try:
        return file.read_text().strip()
    except OSError:  # no such version of control groups here, or none at all
        return ""
