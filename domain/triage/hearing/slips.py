"""What an input method or a hasty hand makes of a word of danger: one character put for another of its sound."""

from __future__ import annotations

from collections.abc import Mapping

from domain.triage.hearing.frames import DangerFile

SHORTEST = 3
"""From so many characters on a word is known by the others; of two one is left, which may be anything (堆放货物)."""


def slips(listed: DangerFile) -> Mapping[str, tuple[str, ...]]:
    """The slips of the words of each class that is heard by sound; what is a word of its own is none."""
    alike = {letter: row for row in listed.sounds.values() for letter in row}
    known = {*listed.innocent, *(word for words in listed.words.values() for word in words)}
    found: dict[str, tuple[str, ...]] = {}
    for name in listed.by_sound:
        spelt = (
            f"{word[:at]}{other}{word[at + 1 :]}"
            for word in listed.words[name]
            if len(word) >= SHORTEST
            for at, letter in enumerate(word)
            for other in alike.get(letter, "")
            if other != letter
        )
        found[name] = tuple(slip for slip in spelt if slip not in known)
    return found
