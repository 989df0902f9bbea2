"""Finding cue words in a narrative: one index over all cues, overlaps to the longest, and negation.

Chinese has no spaces, so a cue is found by its characters wherever they stand. Three things keep that honest: a longer
cue swallows the shorter one inside it (楼上漏水 is not 楼上), an innocent phrase swallows a cue and says nothing itself
(跳楼价 is not 跳楼), and a violent word directly after a negator does not count (没有动手).

A cue may hold one gap, written `…`: up to `GAP` characters within one clause (欠…工资 finds 欠了我三个月工资).
"""

import re
from collections.abc import Iterable, Sequence
from enum import IntEnum
from operator import add
from typing import NamedTuple

from domain.triage.hearing.reading import read

GAP = 8
_GAP_MARK = "…"
_CLAUSE_END = re.compile(r"[\s,.;:!?。、；：！？]")


class Layer(IntEnum):
    """What a cue speaks for. Overlaps are settled within a layer: 讨薪堵门 names a category and 堵门 still a risk."""

    CATEGORY = 0
    RISK = 1
    POLICE = 2
    HARM = 3
    PERSON = 4


_VIOLENT = 1 << Layer.POLICE | 1 << Layer.HARM


class Use(NamedTuple):
    """One meaning of a cue. `weight` is evidence for a category; elsewhere above 0 means that it sets the colour."""

    layer: Layer
    code: str
    weight: float


class Hit(NamedTuple):
    """A cue found: `start` and `end` are character offsets, `mask` has a bit set for every character it claims."""

    cue: str
    size: int
    start: int
    end: int
    mask: int
    uses: tuple[Use, ...]
    layers: int
    """a bit for each layer it speaks in; none for an innocent phrase"""


class _Pattern(NamedTuple):
    cue: str
    head: str
    tail: str
    size: int
    uses: tuple[Use, ...]
    layers: int


def literals(cue: str) -> str:
    """The characters of a cue that must stand in the text, its gap left out."""
    return cue.replace(_GAP_MARK, "")


def cue_fault(cue: str) -> str | None:
    """Why a cue can't be used, or None. Single characters hit inside other words (羊 in 羊毛衫)."""
    parts = cue.split(_GAP_MARK)
    if len(parts) > 2 or not all(parts):
        return f"线索词“{cue}”的省略号只能有一个，且不能在首尾"
    if len(literals(cue)) < 2:
        return f"线索词“{cue}”不足两个字，太宽泛"
    if " " in cue or cue != read(cue).text.replace("...", _GAP_MARK):
        return f"线索词“{cue}”应写成半角小写，不含空格"
    return None


class CueIndex:
    """All cues of a lexicon, found in one pass over the text by the first characters of each."""

    def __init__(self, uses: Iterable[tuple[str, Use]], innocent: Iterable[str]) -> None:
        collected: dict[str, list[Use]] = {phrase: [] for phrase in innocent}
        for cue, use in uses:
            collected.setdefault(cue, []).append(use)
        # Two characters leave a handful of candidates a position; a head of one character has a table of its own.
        self._by_pair: dict[str, list[_Pattern]] = {}
        self._by_char: dict[str, list[_Pattern]] = {}
        for cue, own in collected.items():
            head, _, tail = cue.partition(_GAP_MARK)
            layers = sum({1 << use.layer for use in own})
            pattern = _Pattern(cue, head, tail, len(head) + len(tail), tuple(own), layers)
            table, key = (self._by_pair, head[:2]) if len(head) > 1 else (self._by_char, head)
            table.setdefault(key, []).append(pattern)
        self._chars = re.compile(f"[{re.escape(''.join(self._by_char))}]") if self._by_char else None

    def find(self, text: str) -> list[Hit]:
        """Every cue in a normalised text, overlapping ones too, in the order of the text."""
        by_pair, hits = self._by_pair, list[Hit]()
        for start, pair in enumerate(map(add, text, text[1:])):
            if pair in by_pair:
                for pattern in by_pair[pair]:
                    if text.startswith(pattern.head, start) and (hit := _match(pattern, text, start)):
                        hits.append(hit)
        if self._chars is None:
            return hits
        gapped = [
            hit
            for found in self._chars.finditer(text)
            for pattern in self._by_char[found[0]]
            if pattern.tail in text and (hit := _match(pattern, text, found.start()))
        ]
        return sorted([*hits, *gapped], key=_start) if gapped else hits


def _start(hit: Hit) -> int:
    return hit.start


def _match(pattern: _Pattern, text: str, start: int) -> Hit | None:
    after_head = end = start + len(pattern.head)
    mask = (1 << end) - (1 << start)
    if pattern.tail:
        at = text.find(pattern.tail, after_head, after_head + GAP + len(pattern.tail))
        if at < 0 or _CLAUSE_END.search(text, after_head, at):
            return None
        end = at + len(pattern.tail)
        mask |= (1 << end) - (1 << at)
    return Hit(pattern.cue, pattern.size, start, end, mask, pattern.uses, pattern.layers)


def settle(hits: Sequence[Hit], layer: Layer) -> list[Hit]:
    """The hits that speak in a layer: of overlapping ones the longest, then an innocent phrase, then the weightiest."""
    bit = 1 << layer
    rivals = [hit for hit in hits if hit.layers & bit]
    if not rivals:
        return []
    rivals += [hit for hit in hits if not hit.layers]
    if len(rivals) == 1:
        return rivals
    rivals.sort(key=lambda hit: (-hit.size, len(hit.uses) > 0, -_weight(hit, layer), hit.start))
    taken, speaking = 0, []
    for hit in rivals:
        if hit.mask & taken:
            continue
        taken |= hit.mask
        if hit.uses:
            speaking.append(hit)
    return sorted(speaking, key=lambda hit: hit.start)


def same_clause(one: Hit, other: Hit, text: str) -> bool:
    """Whether two hits overlap or stand in one clause, nothing between them that ends it."""
    first, second = sorted((one, other), key=lambda hit: hit.start)
    return _CLAUSE_END.search(text, first.end, max(first.end, second.start)) is None


def _weight(hit: Hit, layer: Layer) -> float:
    return max((use.weight for use in hit.uses if use.layer is layer), default=0.0)


# 不 alone is no negator here: 不杀了他不算完 is a threat. A question (有没有, 是不是) and a double negation (不是没有)
# deny nothing. Between negator and cue only these fillers may stand, so 没有还钱就持刀 stays what it is.
_NEGATOR = r"(?:(?<!有)(?<!不是)(?<!并非)(?:没有|没见|没|未曾|未|无|不存在)|(?<!是)不是|并非)"
_FILLER = (
    r"(?:任何|人员|人|谁|有|发现|发生|出现|实施|进行|造成|曾|过|真的|真|去|敢|想要|想|要|被"
    r"|双方|互相|相互|现场|肢体|明显|什么|暴力)*"
)
_DENIED = re.compile(f"{_NEGATOR}{_FILLER}$")
_LISTED = re.compile(f"(?:、|或者|或|和|及|以及|与)?{_FILLER}")
_NEGATING = re.compile("[没未无不并]")
_LOOK_BACK = 12


def is_denied(text: str, start: int) -> bool:
    """Whether a negator stands directly before a place."""
    return _DENIED.search(text[max(0, start - _LOOK_BACK) : start]) is not None


def denied(hits: Sequence[Hit], text: str) -> set[Hit]:
    """The hits, given in text order, that a negator stands directly before.

    A list is denied as a whole (未打架、持刀), but only on from a word of violence: in 没有工资拿刀砍人 the wages are
    denied and the knife is not.
    """
    refused: set[Hit] = set()
    if not _NEGATING.search(text):
        return refused
    list_ends: set[int] = set()
    for hit in hits:
        listed = any(end <= hit.start and _LISTED.fullmatch(text, end, hit.start) for end in list_ends)
        if listed or is_denied(text, hit.start):
            refused.add(hit)
            if hit.layers & _VIOLENT:
                list_ends.add(hit.end)
    return refused
