"""Frames found in a text: what is surely danger, what may be, and what only sounds like it.

Only the words that a frame hangs on (its anchor) are looked for everywhere; the words of its other slots are looked for
around them. What is found is then read by scope: denied, told of others, long past, taken back.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from domain.triage.hearing.cues import is_denied
from domain.triage.hearing.frames import DangerFile, Frame, Reach, Scope
from domain.triage.hearing.matcher import Found, Span
from domain.triage.hearing.passages import SHORT
from domain.triage.hearing.reading import Reading, Renaming
from domain.triage.hearing.slips import slips

_ENDS = {"sentence": re.compile(r"[.。!！?？;；]"), "clause": re.compile(r"[\s,.;:!?。、；：！？]")}
_TITLE = re.compile(
    r"《[^》]*》"
    r"|(?:叫|叫做|名为|名叫|店名|牌子)[\"“「][^\"”」]{1,10}[\"”」]"
    r"|[\"“「][^\"”」]{1,8}[\"”」](?:牌|店|馆|酒|茶|奶茶|火锅|烤|烧|网红|俱乐部|游戏|剧|歌|曲|片|品牌|公司|户外|蟑螂|产品|饮料)"
)
"""What a work, a shop or a brand is called."""
_QUOTES = '《"“「'
"""Without one of these nothing is named so."""
_MUTE = "□"
DENIED = "denied"
LONGEST = 8
"""No word of a slot is longer: how far behind its first place a word may end."""


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


class Ear:
    """The list compiled: hears every frame of a reading."""

    def __init__(self, listed: DangerFile, innocent: Iterable[str] = ()) -> None:
        slipped = slips(listed)
        self._innocent = frozenset((*listed.innocent, *innocent))
        self._hung: dict[str, list[_Looked]] = {}
        for frame in listed.frames:
            looked = _look(frame, listed.words)
            for name in frame.when.slots[frame.when.anchor]:
                for word in (*listed.words[name], *slipped.get(name, ())):
                    if word not in self._innocent:
                        self._hung.setdefault(word, []).append(looked)
        self._scopes = [(scope, frozenset(scope.words)) for scope in listed.scopes]
        self._now, self._calm = frozenset(listed.now), frozenset(listed.calm)
        self.passing = frozenset(listed.passing)
        self.renamed = Renaming({**listed.dialect, **listed.typed})
        self.words = frozenset((*self._innocent, *self._hung, *self._now, *self._calm, *self.renamed.words)).union(
            *(words for _, words in self._scopes)
        )

    def scopes(self, found: Found) -> Scopes:
        """What takes certainty away in a text."""
        return Scopes(found, self._scopes, self._now)

    def hear(
        self,
        reading: Reading,
        found: Found,
        scopes: Scopes,
        denied: Sequence[tuple[int, int]] = (),
        starts: Sequence[int] = (0,),
    ) -> list[Heard]:
        """Every frame, once a passage: where no scope takes it, if there is such a place, else where it stands first.

        `found` and `scopes` are those of the reading's text; `denied` are stretches of the narrative as typed that are
        known to be denied; `starts` is where passages begin.
        """
        words, muted = self._anchors(found)
        text = _silenced(reading.text, muted) if words else ""
        heard: dict[tuple[str, int], Heard] = {}
        for span, word in words:
            passage = bisect_right(starts, span.start)
            for looked in self._hung[word]:
                known = heard.get((looked.frame.code, passage))
                if known is not None and known.scope is None:
                    continue
                reach = _around(looked, span, text)
                if reach is None:
                    continue
                scope, quiet = scopes.over(span, reach)
                if scope is None and denied and _within(reading.span(*span), denied):
                    scope, quiet = DENIED, True
                if known is None or scope is None:
                    heard[looked.frame.code, passage] = Heard(looked.frame, *reach, scope, quiet)
        return list(heard.values())

    def calm(self, found: Found) -> bool:
        """Whether a report asks, claims or looks back, by its words."""
        return found.any_of(self._calm)

    def _anchors(self, found: Found) -> tuple[list[tuple[Span, str]], list[Span]]:
        """The words that frames hang on, and the stretches that are muted: innocent words and titles."""
        hung, innocent, text = self._hung, self._innocent, found.text
        loud = [(Span(start, start + len(word)), word) for start, word in found.words if word in hung]
        if not loud:
            return [], []
        muted = [Span(start, start + len(word)) for start, word in found.words if word in innocent]
        muted += titles(text)
        if muted:
            # A longer word of danger is not muted by what stands inside it.
            spoken = _marked((span for span, _ in loud), len(text))
            muted = [span for span in muted if spoken.find(0, *span) >= 0 or not _inside(span, loud)]
            silent = _marked(muted, len(text))
            loud = [(span, word) for span, word in loud if silent.find(1, *span) < 0]
        # A word of one character inside a longer one is no word of its own (砍 in 砍刀).
        longer = _marked((span for span, word in loud if len(word) > 1), len(text))
        loud = [(span, word) for span, word in loud if len(word) > 1 or not longer[span.start]]
        # The longest first where several begin, those of one character behind all others.
        return sorted(loud, key=lambda each: (len(each[1]) == 1, each[0].start, -each[0].end)), muted


def titles(text: str) -> list[Span]:
    """Where works, shops and brands are named: no word there tells of anything."""
    if not any(mark in text for mark in _QUOTES):
        return []
    return [Span(*title.span()) for title in _TITLE.finditer(text)]


def _inside(span: Span, words: Sequence[tuple[Span, str]]) -> bool:
    """Whether a stretch is a part of a longer word."""
    return any(
        low <= span.start and span.end <= high and high - low > span.end - span.start for (low, high), _ in words
    )


def _marked(spans: Iterable[Span], size: int) -> bytearray:
    """A text's characters, 1 where a span lies."""
    marks = bytearray(size)
    for start, end in spans:
        marks[start:end] = b"\1" * (end - start)
    return marks


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

    def __init__(self, found: Found, scopes: Sequence[tuple[Scope, frozenset[str]]], now: frozenset[str]) -> None:
        self._found, self._listed, self._now = found, scopes, now
        self._spots: list[tuple[Scope, list[Span]]] | None = None
        self._nows: list[Span] = []

    def over(self, anchor: Span, found: Span) -> tuple[str | None, bool]:
        """The scope that lies over what was found, none where it stands as it is said; whether it is quiet."""
        text = self._found.text
        if is_denied(text, anchor.start) or is_denied(text, found.start):
            return DENIED, True
        if self._spots is None:
            every = ((scope, self._found.leftmost(words)) for scope, words in self._listed)
            self._spots = [(scope, at) for scope, at in every if at]
            self._nows = self._found.leftmost(self._now)
        now = any(self._joined(anchor, each, "report") for each in self._nows)
        for scope, at in self._spots:
            # What is said of long ago in the same clause stays long ago, whatever is said of now in another.
            reach = "clause" if now and not scope.strong else scope.reach
            if reach != scope.reach and any(self._joined(anchor, each, reach) for each in self._nows):
                continue
            # 杀猪刀 is no tale of a pig
            spots = (each for each in at if each.end <= anchor.start or anchor.end <= each.start)
            if any(self._joined(anchor, each, reach) for each in spots):
                return scope.code, scope.quiet
        return None, False

    def _joined(self, one: Span, other: Span, reach: Reach) -> bool:
        """Whether nothing that ends a scope's reach lies between. In a letter no word reaches past its sentence."""
        if reach == "report":
            if len(self._found.text) <= SHORT:
                return True
            reach = "sentence"
        left, right = (other.end, one.start) if other.start < one.start else (one.end, other.start)
        return _ENDS[reach].search(self._found.text, left, right) is None
