"""A narrative as pieces of one to three characters, with names and numbers masked; what is kept of a piece is a keyed
digest, so that nobody reads a text out of what was learned from it.
"""

from __future__ import annotations

import hmac
import unicodedata
from collections.abc import Iterable
from typing import NamedTuple

LONGEST = 3
"""Characters of the longest piece."""
NAMELESS, NUMBER = "某", "0"


class Piece(NamedTuple):
    """A run of characters as it was folded; `start` and `end` are its place in the narrative as it was written."""

    said: str
    start: int
    end: int


class _Character(NamedTuple):
    said: str
    start: int
    end: int


def pieces(narrative: str, names: Iterable[str] = ()) -> list[Piece]:
    """Every run of one to three neighbouring characters, blanks left out.

    Args:
        narrative: as it was written down.
        names: of the people concerned; each stands as 某. A number stands as 0, however long it is.
    """
    text = _folded(narrative, names)
    return [
        Piece("".join(each.said for each in run), run[0].start, run[-1].end)
        for length in range(1, LONGEST + 1)
        for at in range(len(text) - length + 1)
        if (run := text[at : at + length])
    ]


def keyed(said: str, secret: bytes) -> str:
    """What is kept of a piece: 48 bits of its HMAC-SHA-256, in hexadecimal."""
    return hmac.digest(secret, said.encode(), "sha256")[:6].hex()


def _folded(narrative: str, names: Iterable[str]) -> list[_Character]:
    hidden = _places_of(narrative, names)
    text: list[_Character] = []
    for at, written in enumerate(narrative):
        for said in NAMELESS if at in hidden else unicodedata.normalize("NFKC", written).lower():
            masked = NUMBER if said.isnumeric() and said.isascii() else said
            if said.isspace():
                continue
            before = text[-1] if text else None
            if before and before.said == masked and before.end == at and masked in (NUMBER, NAMELESS):
                text[-1] = before._replace(end=at + 1)
            else:
                text.append(_Character(masked, at, at + 1))
    return text


def _places_of(narrative: str, names: Iterable[str]) -> set[int]:
    found: set[int] = set()
    for name in names:
        if len(name) < 2:  # one character is a word of its own more often than a name
            continue
        at = narrative.find(name)
        while at >= 0:
            found.update(range(at, at + len(name)))
            at = narrative.find(name, at + 1)
    return found
