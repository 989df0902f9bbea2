"""What an input method or a hasty hand makes of a word of danger: one character put for another of its sound."""

from __future__ import annotations

from collections.abc import Mapping

from domain.triage.hearing.frames import SLIPPED, DangerFile

PLAIN = 3
"""From so many characters on a word is known by the others, and its slip is as sure as the word itself."""


def slips(listed: DangerFile) -> Mapping[str, tuple[str, ...]]:
    """The slips of the words of each class that is heard by sound; what is a word of its own is none.

    Of two characters one is left, which may be anything: such slips are of the class `SLIPPED`, only asked about.
    """
    alike = {letter: row for row in listed.sounds.values() for letter in row}
    known = {*listed.ordinary, *listed.innocent, *(word for words in listed.words.values() for word in words)}
    common = frozenset(listed.common)
    found: dict[str, list[str]] = {SLIPPED: []}
    for name in listed.by_sound:
        for word in listed.words[name]:
            plain = len(word) >= PLAIN
            into = found.setdefault(name if plain else SLIPPED, [])
            for at, letter in enumerate(word if len(word) > 1 else ""):
                for other in alike.get(letter, ""):
                    slip = f"{word[:at]}{other}{word[at + 1 :]}"
                    if other != letter and slip not in known and (plain or other not in common):
                        into.append(slip)
    return {name: tuple(words) for name, words in found.items()}
