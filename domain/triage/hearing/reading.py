"""A narrative as it is read: forms folded, and every character still known by where it stood as typed.

What one character became stays one character wherever it can (full-width forms, traditional script, capitals), so that
positions agree without a table; only runs of space, ligatures and words typed otherwise (`renamings`) need one.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from typing import NamedTuple

from domain.triage.hearing.matcher import Found
from domain.triage.hearing.scripts import SIMPLER

_MARKS = (("，", ","), ("：", ":"), ("！", "!"), ("？", "?"), ("；", ";"), ("（", "("), ("）", ")"))
_FORMS = {0xFF01 + shift: 0x21 + shift for shift in range(94)} | {0x3000: 0x20} | {ord(a): ord(b) for a, b in SIMPLER}
_RUNS = re.compile(r"(?P<plain>[0-9a-z,.!?;:()、。“”《》\u4e00-\u9fff]+)|.", re.DOTALL)
"""Characters that stay as they are, as many as stand together; else one character."""
_FOLDED = re.compile(f"[{re.escape(''.join(map(chr, _FORMS)))}]")


class Reading(NamedTuple):
    """`text` as it is matched; `origin[i]` is where its character `i` stood, none where all stand where they stood."""

    text: str
    origin: tuple[int, ...] | None

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Where the characters from `start` to before `end` stood in the narrative as typed."""
        if self.origin is None or start >= end:
            return start, end
        return self.origin[start], self.origin[end - 1] + 1


def read(narrative: str) -> Reading:
    """The text as cues are matched: full-width and traditional forms folded, lower case, runs of space as one."""
    text = narrative
    for mark, half in _MARKS:  # the commonest forms by far; a table over every character costs more than all of triage
        text = text.replace(mark, half)
    if _FOLDED.search(text):
        text = text.translate(_FORMS)
    low = text.lower()
    if len(low) == len(text) and unicodedata.is_normalized("NFKC", low) and low == " ".join(low.split()):
        return Reading(low, None)
    letters: list[str] = []
    origin: list[int] = []
    for run in _RUNS.finditer(text):
        at = run.start()
        if run.lastgroup == "plain":
            letters += run[0]
            origin += range(at, run.end())
            continue
        for folded in unicodedata.normalize("NFKC", run[0]).translate(_FORMS).lower():
            space = folded.isspace()
            if space and (not letters or letters[-1] == " "):
                continue
            letters.append(" " if space else folded)
            origin.append(at)
    if letters and letters[-1] == " ":
        letters.pop(), origin.pop()
    return Reading("".join(letters), tuple(origin))


class Renaming:
    """Words that people say or type otherwise, each read as the word that it stands for."""

    def __init__(self, meant: Mapping[str, str]) -> None:
        self._meant = dict(meant)
        self.words = frozenset(meant)

    def __call__(self, reading: Reading, found: Found) -> Reading:
        """The reading with each such word put right; a word's characters all stand where it stood.

        `found` are the words of the reading's text.
        """
        spans = found.leftmost(self.words)
        if not spans:
            return reading
        text, pieces, origin, done = reading.text, list[str](), list[int](), 0
        for start, end in spans:
            word = self._meant[text[start:end]]
            pieces += [text[done:start], word]
            origin += range(done, start)
            if len(word) == end - start:
                origin += range(start, end)
            else:  # the first stands for the beginning, all others for the end
                origin += [start] + [end - 1] * (len(word) - 1)
            done = end
        pieces.append(text[done:])
        origin += range(done, len(text))
        stood = reading.origin
        return Reading("".join(pieces), tuple(stood[at] if stood else at for at in origin))
