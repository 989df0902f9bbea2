"""Finding cue words in a narrative: one table of all cues, overlaps to the longest, and negation.

Chinese has no spaces, so a cue is found by its characters wherever they stand. Three things keep that honest: a longer
cue swallows the shorter one inside it (楼上漏水 is not 楼上), an innocent phrase swallows a cue and says nothing itself
(跳楼价 is not 跳楼), and a violent word directly after a negator does not count (没有动手).

A cue may hold one gap, written `…`: up to `GAP` characters within one clause (欠…工资 finds 欠了我三个月工资).
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from enum import IntEnum
from typing import NamedTuple

from domain.triage.hearing.matcher import Found
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


class Cue(NamedTuple):
    """A cue of the lists, and all that it means."""

    text: str
    head: str
    tail: str
    """what stands behind its gap; empty where it has none"""
    size: int
    """the characters that it claims"""
    uses: tuple[Use, ...]
    layers: int
    """a bit for each layer it speaks in; none for an innocent phrase"""
    weights: tuple[float, ...]
    """the greatest of its weights in each layer"""


class _Ordered(NamedTuple):
    """A cue with its place among those that begin where it does."""

    order: int
    cue: Cue


class _Ends(NamedTuple):
    """The cues that a word is all of, the head of, the tail of."""

    whole: list[_Ordered]
    heads: list[_Ordered]
    tails: list[_Ordered]


class Hit(NamedTuple):
    """A cue found, from character `start` to before `end`; `order` is its place among those that begin there."""

    start: int
    order: int
    end: int
    cue: Cue


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
    """All cues of a lexicon by the words that the matcher is to find."""

    def __init__(self, uses: Iterable[tuple[str, Use]], innocent: Iterable[str]) -> None:
        collected: dict[str, list[Use]] = {phrase: [] for phrase in innocent}
        for text, use in uses:
            collected.setdefault(text, []).append(use)
        self._ends: dict[str, _Ends] = {}
        for at, (text, own) in enumerate(collected.items()):
            cue = _compiled(text, own)
            ordered = _Ordered(at if len(cue.head) > 1 else at + len(collected), cue)
            if not cue.tail:
                self._at(text).whole.append(ordered)
            # Of a gapped cue the longer end is looked for, as the rarer (欠…工资), and the other one beside it.
            elif len(cue.head) > len(cue.tail):
                self._at(cue.head).heads.append(ordered)
            else:
                self._at(cue.tail).tails.append(ordered)
        self.words = tuple(self._ends)

    def _at(self, word: str) -> _Ends:
        return self._ends.setdefault(word, _Ends([], [], []))

    def find(self, found: Found) -> list[Hit]:
        """Every cue in a text, overlapping ones too, in the order of the text."""
        ends, text = self._ends, found.text
        hits: list[Hit] = []
        for start, word in found.words:
            own = ends.get(word)
            if own is None:
                continue
            end = start + len(word)
            for order, cue in own.whole:
                hits.append(Hit(start, order, end, cue))
            for order, cue in own.heads:
                if text.find(cue.tail, end, end + GAP + len(cue.tail)) >= 0:
                    hits += _gapped(cue, order, text, start, start)
            for order, cue in own.tails:
                first = max(start - GAP - len(cue.head), 0)
                if text.find(cue.head, first, start) >= 0:
                    hits += _gapped(cue, order, text, first, start - len(cue.head), tail=start)
        hits.sort()
        return hits


def _compiled(text: str, uses: Sequence[Use]) -> Cue:
    head, _, tail = text.partition(_GAP_MARK)
    layers = sum({1 << use.layer for use in uses})
    weights = [0.0] * len(Layer)
    for use in uses:
        weights[use.layer] = max(weights[use.layer], use.weight)
    return Cue(text, head, tail, len(head) + len(tail), tuple(uses), layers, tuple(weights))


def _gapped(cue: Cue, order: int, text: str, first: int, last: int, tail: int | None = None) -> Iterator[Hit]:
    """A gapped cue whose head begins from `first` to `last`, with the next tail behind it: that at `tail`, if given."""
    size = len(cue.head)
    while (start := text.find(cue.head, first, last + size)) >= 0:
        end = text.find(cue.tail, start + size, start + size + GAP + len(cue.tail))
        if end >= 0 and tail in (None, end) and not _CLAUSE_END.search(text, start + size, end):
            yield Hit(start, order, end + len(cue.tail), cue)
        first = start + 1


def settle(hits: Sequence[Hit]) -> Mapping[Layer, list[Hit]]:
    """The hits that speak, by layer: of overlapping ones the longest, then an innocent phrase, then the weightiest.

    `hits` stand in the order of the text.
    """
    spoken = 0
    for hit in hits:
        spoken |= hit.cue.layers
    return {layer: _settled(hits, layer) if spoken & 1 << layer else [] for layer in Layer}


def _settled(hits: Sequence[Hit], layer: Layer) -> list[Hit]:
    bit = 1 << layer
    speaking, cluster, reach = list[Hit](), list[Hit](), 0
    for hit in hits:
        layers = hit.cue.layers
        if layers & bit or not layers:
            if hit.start >= reach:
                speaking += _outspoken(cluster, layer)
                cluster = []
            cluster.append(hit)
            reach = max(reach, hit.end)
    return speaking + _outspoken(cluster, layer)


def _outspoken(cluster: list[Hit], layer: Layer) -> list[Hit]:
    """Those of a chain of overlapping hits that are heard."""
    if len(cluster) < 2:
        return [hit for hit in cluster if hit.cue.uses]
    taken, speaking, base = 0, [], cluster[0].start

    def first(hit: Hit) -> tuple[int, bool, float, int]:
        return -hit.cue.size, bool(hit.cue.uses), -hit.cue.weights[layer], hit.start

    for hit in sorted(cluster, key=first):
        mask = _mask(hit, base)
        if mask & taken:
            continue
        taken |= mask
        if hit.cue.uses:
            speaking.append(hit)
    return sorted(speaking)


def _mask(hit: Hit, base: int) -> int:
    """A bit for every character that a hit claims, from `base` on: its gap it leaves to others."""
    head, tail = (1 << len(hit.cue.head)) - 1, (1 << len(hit.cue.tail)) - 1
    return head << (hit.start - base) | tail << (hit.end - len(hit.cue.tail) - base)


def same_clause(one: Hit, other: Hit, text: str) -> bool:
    """Whether two hits overlap or stand in one clause, nothing between them that ends it."""
    first, second = sorted((one, other), key=lambda hit: hit.start)
    return _CLAUSE_END.search(text, first.end, max(first.end, second.start)) is None


# 不 alone is no negator here: 不杀了他不算完 is a threat. A question (有没有, 是不是) and a double negation (不是没有)
# deny nothing. Between negator and cue only these fillers may stand, so 没有还钱就持刀 stays what it is.
_NEGATOR = r"(?:(?<!有)(?<!不是)(?<!并非)(?:没有|没见|没|未曾|未|无|不存在)|(?<!是)不是|并非)"
_FILLER = (
    r"(?:任何|人员|人|谁|有|发现|发生|出现|实施|进行|造成|曾|过|真的|真|去|敢|想要|想|要|被"
    r"|双方|互相|相互|现场|肢体|明显|什么|暴力|说要|说|讲|提)*"
)
_DENIED = re.compile(f"{_NEGATOR}{_FILLER}$")
_LISTED = re.compile(f"(?:、|或者|或|和|及|以及|与)?{_FILLER}")
_NEGATING = re.compile("[没未无不并]")
_LOOK_BACK = 12


def is_denied(text: str, start: int) -> bool:
    """Whether a negator stands directly before a place."""
    before = text[max(0, start - _LOOK_BACK) : start]
    return _NEGATING.search(before) is not None and _DENIED.search(before) is not None


def denied(hits: Sequence[Hit], text: str) -> set[int]:
    """Where those of the hits, given in text order, begin that a negator stands directly before.

    A list is denied as a whole (未打架、持刀), but only on from a word of violence: in 没有工资拿刀砍人 the wages are
    denied and the knife is not.
    """
    refused: set[int] = set()
    if not _NEGATING.search(text):
        return refused
    list_ends: set[int] = set()
    for hit in hits:
        listed = any(end <= hit.start and _LISTED.fullmatch(text, end, hit.start) for end in list_ends)
        if listed or is_denied(text, hit.start):
            refused.add(hit.start)
            if hit.cue.layers & _VIOLENT:
                list_ends.add(hit.end)
    return refused
