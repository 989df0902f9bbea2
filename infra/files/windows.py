"""A file looked through in pieces that overlap, so that nothing short is cut in two by their borders."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

WINDOW = 256 * 1024
"""Bytes looked at at once: a few milliseconds' work."""
OVERLAP = 64
"""Bytes that two windows share; nothing that is looked for is longer."""


def windows(file: BinaryIO) -> Iterator[tuple[int, bytes]]:
    """The whole file: where each piece begins, and the piece."""
    file.seek(0)
    at, kept = 0, b""
    while piece := file.read(WINDOW):
        yield at - len(kept), kept + piece
        at, kept = at + len(piece), (kept + piece)[-OVERLAP:]
