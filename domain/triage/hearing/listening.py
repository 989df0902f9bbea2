"""Frames found in a text: what is surely danger, what may be, and what only sounds like it.

Only the words that a frame hangs on (its anchor) are looked for everywhere, by their first two characters; the words of
its other slots are looked for around them. What is found is then read by scope: denied, told of others, long past,
taken back.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from operator import add
from typing import NamedTuple

from domain.triage.hearing.cues import is_denied
from domain.triage.hearing.frames import DangerFile, Frame, Scope
from domain.triage.hearing.reading import Reading, Renaming
from domain.triage.hearing.slips import slips

_ENDS = {"sentence": re.compile(r"[.。!！?？;；]"), "clause": re.compile(r"[\s,.;:!?。、；：！？]")}
_TITLE = re.compile(r"《[^》]*》")
_MUTE = "□"
DENIED = "denied"
LONGEST = 8
"""No word of a slot is longer: how far behind its first place a word may end."""


class Span(NamedTuple):
    """Where something stands in a reading."""

    start: int
    end: int


class Heard(NamedTuple):
    """A frame found: where, and the scope that takes its certainty (none: it stands)."""

    frame: Frame
    start: int
    end: int
    scope: str | None
    quiet: bool
    """the scope leaves nothing to ask"""

    @property
    def sure(self) -> bool:
        """Whether it is danger, beyond asking."""
        return self.frame.sure and self.scope is None


class _Looked(NamedTuple):
    frame: Frame
    before: tuple[re.Pattern[str], ...]
    """the slots left of the anchor, the nearest first"""
    after: tuple[re.Pattern[str], ...]


class _Word(NamedTuple):
    text: str
    frames: tuple[_Looked, ...]
    """none for an innocent word, which mutes what stands inside it"""


class Ear:
    """The list compiled: hears every frame of a reading."""

    def __init__(self, listed: DangerFile, innocent: Iterable[str] = ()) -> None:
        slipped = slips(listed)
        hung: dict[str, list[_Looked]] = {word: [] for word in (*listed.innocent, *innocent)}
        self._innocent = frozenset(hung)
        for frame in listed.frames:
            looked = _look(frame, listed.words)
            for name in frame.when.slots[frame.when.anchor]:
                for word in (*listed.words[name], *slipped.get(name, ())):
                    if word not in self._innocent:
                        hung.setdefault(word, []).append(looked)
        self._by_pair: dict[str, list[_Word]] = {}
        self._by_char: dict[str, _Word] = {}
        for word in sorted(hung, key=lambda word: (-len(word), word)):
            each = _Word(word, tuple(hung[word]))
            if len(word) > 1:
                self._by_pair.setdefault(word[:2], []).append(each)
            else:
                self._by_char[word] = each
        self._chars = re.compile(f"[{re.escape(''.join(self._by_char))}]") if self._by_char else None
        self._scopes = [(scope, _any_of(scope.words)) for scope in listed.scopes]
        self._now = _any_of(listed.now)
        self._calm = _any_of(listed.calm)
        self.passing = frozenset(listed.passing)
        self.renamed = Renaming({**listed.dialect, **listed.typed})

    def scopes(self, text: str) -> Scopes:
        """What takes certainty away in a text."""
        return Scopes(text, self._scopes, self._now)

    def hear(self, reading: Reading, scopes: Scopes, denied: Sequence[tuple[int, int]] = ()) -> list[Heard]:
        """Every frame, each once: where no scope takes it, if there is such a place, else where it stands first.

        `scopes` are those of the reading's text; `denied` are stretches of the narrative as typed that are known to be
        denied.
        """
        words, muted = self._words(reading.text)
        if not words:
            return []
        text = _silenced(reading.text, muted)
        heard: dict[str, Heard] = {}
        for span, word in words:
            for looked in word.frames:
                known = heard.get(looked.frame.code)
                if known is not None and known.scope is None:
                    continue
                found = _around(looked, span, text)
                if found is None:
                    continue
                scope, quiet = scopes.over(span, found)
                if scope is None and denied and _within(reading.span(*span), denied):
                    scope, quiet = DENIED, True
                if known is None or scope is None:
                    heard[looked.frame.code] = Heard(looked.frame, *found, scope, quiet)
        return list(heard.values())

    def calm(self, text: str) -> bool:
        """Whether a report asks, claims or looks back, by its words."""
        return self._calm.search(text) is not None

    def _words(self, text: str) -> tuple[list[tuple[Span, _Word]], list[Span]]:
        """The words that frames hang on, and the stretches that are muted: innocent words and titles."""
        by_pair, words = self._by_pair, list[tuple[Span, _Word]]()
        for start, pair in enumerate(map(add, text, text[1:])):
            if pair in by_pair:
                for each in by_pair[pair]:
                    if text.startswith(each.text, start):
                        words.append((Span(start, start + len(each.text)), each))
        if self._chars is not None:
            words += [(Span(*found.span()), self._by_char[found[0]]) for found in self._chars.finditer(text)]
        if not any(each.frames for _, each in words):
            return [], []
        muted = [span for span, each in words if each.text in self._innocent]
        if "《" in text:
            muted += [Span(*found.span()) for found in _TITLE.finditer(text)]
        loud = [(span, each) for span, each in words if each.text not in self._innocent]
        # A longer word of danger is not muted by what stands inside it.
        muted = [
            span
            for span in muted
            if not any(low <= span.start and span.end <= high and high - low > span.end - span.start
                       for (low, high), _ in loud)
        ]  # fmt: skip
        standing = [
            (span, each) for span, each in loud if not any(span.start < high and low < span.end for low, high in muted)
        ]
        # A word of one character inside a longer one is no word of its own (砍 in 砍刀).
        longer = [span for span, _ in standing if span.end - span.start > 1]
        return [
            (span, each)
            for span, each in standing
            if len(each.text) > 1 or not any(low <= span.start < high for low, high in longer)
        ], muted


def _any_of(words: Iterable[str]) -> re.Pattern[str]:
    return re.compile(
        "|".join(re.escape(word) for word in sorted(words, key=lambda word: (-len(word), word))) or "(?!)"
    )


def _look(frame: Frame, words: Mapping[str, Sequence[str]]) -> _Looked:
    slots = [_any_of(word for name in slot for word in words[name]) for slot in frame.when.slots]
    at = frame.when.anchor
    return _Looked(frame, tuple(reversed(slots[:at])), tuple(slots[at + 1 :]))


def _silenced(text: str, muted: Sequence[Span]) -> str:
    for start, end in muted:
        text = f"{text[:start]}{_MUTE * (end - start)}{text[end:]}"
    return text


def _within(typed: tuple[int, int], stretches: Sequence[tuple[int, int]]) -> bool:
    return any(typed[0] < high and low < typed[1] for low, high in stretches)


def _around(looked: _Looked, anchor: Span, text: str) -> Span | None:
    """How far a frame reaches that hangs on a word, none where one of its slots is not filled."""
    low, high = anchor
    reach, either = looked.frame.within, looked.frame.any_order
    for slot in looked.after:
        if found := _right(slot, text, high, reach):
            high = found.end
        elif either and (found := _left(slot, text, low, reach)):
            low = found.start
        else:
            return None
    for slot in looked.before:
        if found := _left(slot, text, low, reach):
            low = found.start
        elif either and (found := _right(slot, text, high, reach)):
            high = found.end
        else:
            return None
    return Span(low, high)


def _right(slot: re.Pattern[str], text: str, start: int, reach: int) -> Span | None:
    found = slot.search(text, start, start + reach + LONGEST)
    if found is None or found.start() > start + reach or _ENDS["sentence"].search(text, start, found.start()):
        return None
    return Span(*found.span())


def _left(slot: re.Pattern[str], text: str, end: int, reach: int) -> Span | None:
    nearest = None
    for found in slot.finditer(text, max(0, end - reach - LONGEST), end):
        nearest = found
    if nearest is None or nearest.end() < end - reach or _ENDS["sentence"].search(text, nearest.end(), end):
        return None
    return Span(*nearest.span())


class Scopes:
    """The scopes of one text, looked up when somebody first asks for them."""

    def __init__(self, text: str, scopes: Sequence[tuple[Scope, re.Pattern[str]]], now: re.Pattern[str]) -> None:
        self._text, self._listed, self._now = text, scopes, now
        self._spots: list[tuple[Scope, list[tuple[int, int]]]] | None = None

    def over(self, anchor: Span, found: Span) -> tuple[str | None, bool]:
        """The scope that lies over what was found, none where it stands as it is said; whether it is quiet."""
        if is_denied(self._text, anchor.start) or is_denied(self._text, found.start):
            return DENIED, True
        if self._spots is None:
            now = self._now.search(self._text) is not None
            spots = ((scope, [f.span() for f in words.finditer(self._text)]) for scope, words in self._listed)
            self._spots = [(scope, at) for scope, at in spots if at and (scope.strong or not now)]
        for scope, at in self._spots:
            for low, high in at:
                if anchor.start < high and low < anchor.end:
                    continue  # 杀猪刀 is no tale of a pig
                left, right = (high, anchor.start) if high <= anchor.start else (anchor.end, low)
                if scope.reach == "report" or not _ENDS[scope.reach].search(self._text, left, right):
                    return scope.code, scope.quiet
        return None, False
