"""Which code a worker ran: the mark that the engine keeps with every workflow task it was told the outcome of."""

from __future__ import annotations

import hashlib
from functools import cache
from importlib.metadata import version
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DECIDING = ("domain", "workflows")
"""Where the code lives that decides what a case does next."""


@cache
def build_id(root: Path = ROOT) -> str:
    """The SDK's version and a digest of the code that decides.

    Left out, the SDK makes one of every module that is loaded, which reads them all once more: a third of a worker's
    start, and of the first replay in any process.
    """
    digest = hashlib.sha256(usedforsecurity=False)
    for file in sorted(file for package in DECIDING for file in (root / package).rglob("*.py")):
        digest.update(f"{file.relative_to(root)}\0".encode())
        digest.update(file.read_bytes())
    return f"{version('temporalio')}-{digest.hexdigest()[:16]}"
