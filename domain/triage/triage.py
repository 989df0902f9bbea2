"""研判: what a narrative is about, how grave it is, who should lead; every conclusion with the words that led to it.

Deterministic and explainable (requirements D, G.2 no. 26: a list of cues a person can check, nobody is scored). A
suggestion only: the analysis desk confirms or corrects it. The order of the rules: police-first cues, category, kinds
of risk, colour = the gravest of what spoke (G1, G7), then what raises it (G2, G3).
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from itertools import product
from typing import Literal, NamedTuple

from pydantic import Field

from domain.base import Model, absent
from domain.triage.diversion import DIVERT_CONFIDENCE
from domain.triage.hearing.cues import Hit, Layer, denied, same_clause, settle
from domain.triage.hearing.listening import Heard, Scopes
from domain.triage.hearing.matcher import Found, Span
from domain.triage.hearing.pieces import LIKE_NOTHING
from domain.triage.hearing.reading import Reading, read
from domain.triage.lexicon import FALLBACK_CATEGORY, Category, Colour, Lexicon, RiskKind

LIKENESS = "likeness"
"""The code of pieces that made a text like danger, where no frame was sure."""
REPEATS_RAISE = 3
"""G2: the third report of one matter within 30 days raises the colour by one."""
NO_EVIDENCE = 0.05
LIKE_BESIDE, LIKE_ALONE = 0.3, 0.8
"""Likeness to danger from which the police come first where a frame was heard that is not sure, and from which they do
whatever was heard; above `LIKE_NOTHING` the desk asks. Measured on `bench/texts`, see docs/triage.md."""
ASKED = 2
"""At least so urgent is what may be danger [DESIGN]: it is asked about at once."""
MOST_URGENT = 3
"""Somebody is in danger now; else each thing that raises the colour (G2, G3) makes it one more urgent."""

_SOURCE_WEIGHT = 0.3
# A record names its subject as a cause: 因停车与邻居发生口角, 地界问题. What stands there weighs more.
_CAUSE_BOOST = 1.5
_CAUSE_BEFORE = re.compile(r"(?:因|因为|由于|关于|为)(?:了|其|双方|两家)?$")
_CAUSE_AFTER = re.compile(r"的?(?:纠纷|问题|矛盾|争议|一事|的事|引发|引起)")

Why = Literal["category", "risk", "police_first", "unsure", "raise"]


class Cue(Model):
    """A word that spoke. `code` is the category or kind it spoke for; `danger` or `offence` where the police come
    first; the frame where one was heard, surely or perhaps (`unsure`); the rule (G2, G3) where it raised the colour.
    `text` is as it stands in the narrative, normalised; `start` and `end` are where, in the narrative as typed."""

    text: str
    why: Why
    code: str
    start: int | None = None
    end: int | None = None
    """behind its last character; none for what no word said (G2)"""


class Alternative(Model):
    """Another category the narrative speaks for; `share` of the evidence, 0..1."""

    category: str
    category_name: str
    share: float


class LearnedPiece(Model):
    """A piece of the narrative that spoke for a learned category: characters `start` to `end` as it was written."""

    text: str
    start: int
    end: int
    weight: float


class Learned(Model):
    """What corrections taught about this report: by which edition, and what the cues alone said."""

    edition: int
    cues_category: str
    cues_confidence: float
    pieces: list[LearnedPiece] = []


class Triage(Model):
    """The suggestion. `police` = police first, never diverted automatically; `divertible` = may go to the lead straight
    after the desk has confirmed.

    `harm` (现实危害性) and `urgency` (轻重缓急) are the two axes of the colour (Q-031), 1 to 3 each; harm 0 is not
    judged. Each city reads them in its own colours; `rank` is what three make of them, 3 (red) to 1 (blue).
    """

    category: str
    category_name: str
    colour: Colour
    rank: int
    harm: int = Field(0, ge=0, le=3)
    urgency: int = Field(1, ge=1, le=3)
    police: bool
    divertible: bool
    elsewhere: bool = True
    """the responsibility list gives the category to another authority than the police"""
    risk_kinds: list[str]
    confidence: float = Field(ge=0, le=1)
    cues: list[Cue]
    suggested_lead: str
    suggested_cooperating: list[str]
    statutory_track: str | None
    police_heard: bool = False
    """police first by what was said, whatever the category"""
    alternatives: list[Alternative] = []
    learned: Learned | None = Field(None, exclude_if=absent)
    """none where the cues alone spoke"""
    unsure: list[Cue] = []
    """拿不准，立即询问: dangerous words stand there and it is not known whether they mean it. Never divertible"""
    harm_because: list[str] = []
    urgency_because: list[str] = []
    """the reasons of either axis, in words"""

    @property
    def diverts_with(self) -> float:
        """The confidence by which it may be diverted: what was learned never makes that easier."""
        return min(self.confidence, self.learned.cues_confidence) if self.learned else self.confidence


class _Heard(NamedTuple):
    """What a narrative holds, layer by layer, overlaps settled and denials taken out."""

    reading: Reading
    found: Found
    renamed: Reading
    """with words of dialect and slips of typing put right: where frames are heard"""
    category: list[Hit]
    risk: list[Hit]
    police: list[Hit]
    harm: list[Hit]
    person: list[Hit]
    frames: list[Heard]
    """surely heard"""
    unsure: list[Cue]
    like: list[Cue]
    """pieces by which it is like danger beyond asking"""

    @property
    def text(self) -> str:
        """The text as it was matched."""
        return self.reading.text


def triage(narrative: str, lexicon: Lexicon, *, source: str = "110", repeats: int = 0) -> Triage:
    """Judges a narrative in Chinese.

    Args:
        narrative: what was reported, as it was written down; any length, may be empty.
        lexicon: the categories, kinds and cues to listen for.
        source: the code of the channel it came by; some lean to a category (a petition, a letter).
        repeats: how many reports of the same matter there were within 30 days, this one included; 0 = not known.
    """
    heard = _hear(narrative, lexicon)
    said = _said_for(heard)
    scores = _scores(said, lexicon, source)
    ranked = sorted(scores, key=lambda code: (-scores[code], lexicon.categories[code].seq))
    best = ranked[0] if ranked else FALLBACK_CATEGORY
    category = lexicon.categories[best].narrowed(said.get(best, {}))
    kinds, speaking = _kinds(heard, category, lexicon)
    raised = _raises(heard, repeats)
    police_heard = bool(heard.police or heard.frames or heard.like) or any(kind.police_first for kind in speaking)
    confidence = _confidence([scores[code] for code in ranked])
    # Of a category that is a guess nobody knows whether it is the police's; below this nothing is diverted anyway.
    led = not category.non_police and confidence >= DIVERT_CONFIDENCE
    police = police_heard or (led and not (lexicon.ear and lexicon.ear.calm(heard.found)))
    harm = max([lexicon.rank(category.default_colour), *(lexicon.rank(kind.default_colour) for kind in speaking)])
    danger = bool(heard.frames or heard.like) or any(
        use.code == "danger" for hit in heard.police for use in hit.cue.uses
    )
    unsure = [] if police else heard.unsure
    urgency = MOST_URGENT if danger else min(max(1 + len(raised), ASKED if unsure else 1), MOST_URGENT)
    cues = [*_cues(heard, category), *raised]
    colour = lexicon.colour(harm + urgency - 1)
    return Triage(
        category=category.code,
        category_name=category.name,
        colour=colour,
        rank=lexicon.rank(colour),
        harm=harm,
        urgency=urgency,
        police=police,
        divertible=not police and not unsure and category.non_police and confidence >= DIVERT_CONFIDENCE,
        elsewhere=category.non_police,
        risk_kinds=[kind.code for kind in kinds],
        confidence=confidence,
        cues=[*cues, *unsure],
        suggested_lead=category.lead,
        suggested_cooperating=list(category.cooperating),
        statutory_track=category.statutory_track,
        police_heard=police_heard,
        alternatives=_alternatives(ranked, scores, lexicon),
        unsure=unsure,
        harm_because=_harm_because(category, speaking, lexicon),
        urgency_because=_urgency_because(cues, unsure, lexicon),
    )


def evidence(narrative: str, lexicon: Lexicon, source: str = "110") -> dict[str, float]:
    """What the cues say for each category of which one spoke, as `triage` weighs it."""
    return _scores(_said_for(_hear(narrative, lexicon)), lexicon, source)


def _hear(narrative: str, lexicon: Lexicon) -> _Heard:
    reading = read(narrative)
    found = lexicon.matcher.find(reading.text)
    hits = lexicon.index.find(found)
    refused, violent = denied(hits, reading.text), lexicon.violent_cues

    def affirmed(layer: Layer) -> list[Hit]:
        return [hit for hit in settle(hits, layer) if hit.start not in refused]

    loud, risks = affirmed(Layer.POLICE), affirmed(Layer.RISK)
    like: list[Cue] = []
    renamed, frames, unsure = reading, list[Heard](), list[Cue]()
    if ear := lexicon.ear:
        renamed = ear.renamed(reading, found)
        meant = found if renamed is reading else lexicon.matcher.find(renamed.text)
        scopes = ear.scopes(meant)
        negated = [reading.span(hit.start, hit.end) for hit in hits if hit.start in refused]
        frames, unsure = _frames(ear.hear(renamed, meant, scopes, negated), renamed)
        own = scopes if renamed is reading else ear.scopes(found)
        loud, doubted = _in_earnest(loud, reading, own, lexicon)
        risks, doubted_too = _in_earnest(risks, reading, own, lexicon)
        unsure = list({(cue.text, cue.start): cue for cue in (*unsure, *doubted, *doubted_too)}.values())
        if not frames and not loud:
            unsure, like = _net(unsure, renamed, meant, scopes, lexicon)
    return _Heard(
        reading=reading,
        found=found,
        renamed=renamed,
        # Only violence is denied in a way that changes the matter: 没有工资 is about wages all the same.
        category=[
            hit for hit in settle(hits, Layer.CATEGORY) if not (hit.start in refused and hit.cue.text in violent)
        ],
        risk=risks,
        police=loud,
        harm=affirmed(Layer.HARM),
        person=settle(hits, Layer.PERSON),
        frames=frames,
        unsure=unsure,
        like=like,
    )


def _net(
    unsure: list[Cue], reading: Reading, found: Found, scopes: Scopes, lexicon: Lexicon
) -> tuple[list[Cue], list[Cue]]:
    """What is not known once the net is asked too, and the pieces by which a text is danger beyond asking."""
    if lexicon.pieces is None:
        return unsure, []
    likeness = lexicon.pieces.weigh(found)
    if likeness.score <= LIKE_NOTHING:
        return unsure, []
    spans = [Span(at, at + len(piece)) for piece in likeness.strongest if (at := reading.text.find(piece)) >= 0]
    sure = likeness.score >= (LIKE_BESIDE if unsure else LIKE_ALONE) and all(
        scopes.over(span, span)[0] is None for span in spans
    )
    if sure:
        return unsure, [_cue_at(reading, *span, "police_first", LIKENESS) for span in spans]
    # Words of a frame tell the desk what to ask; pieces tell it only where nothing else does.
    return unsure or [_cue_at(reading, *span, "unsure", LIKENESS) for span in spans], []


def _frames(heard: list[Heard], reading: Reading) -> tuple[list[Heard], list[Cue]]:
    """The frames surely heard, and what is not known."""
    sure = [each for each in heard if each.sure]
    perhaps = [each for each in heard if not each.sure and not each.quiet]
    return sure, [_cue_at(reading, each.start, each.end, "unsure", each.frame.code) for each in perhaps]


def _in_earnest(hits: list[Hit], reading: Reading, scopes: Scopes, lexicon: Lexicon) -> tuple[list[Hit], list[Cue]]:
    """The hits that no scope takes, and of what police first or a kind of it was said in one, what is not known."""
    meant, doubted = list[Hit](), list[Cue]()
    passing = lexicon.ear.passing if lexicon.ear else ()
    for hit in hits:
        grave = [
            use
            for use in hit.cue.uses
            if use.layer is Layer.POLICE or (use.weight and use.code in lexicon.police_kinds)
        ]
        at = Span(hit.start, hit.end)
        scope, quiet = scopes.over(at, at) if grave else (None, False)
        if scope is None and not (hit.cue.text in passing and all(use.code == "offence" for use in grave)):
            meant.append(hit)
        elif not quiet:
            doubted.append(_cue_at(reading, hit.start, hit.end, "unsure", scope or "passing"))
    return meant, doubted


def _cue_at(reading: Reading, start: int, end: int, why: Why, code: str) -> Cue:
    typed_from, typed_to = reading.span(start, end)
    return Cue(text=reading.text[start:end], why=why, code=code, start=typed_from, end=typed_to)


def _said_for(heard: _Heard) -> dict[str, dict[str, float]]:
    """By category, how much each cue says for it."""
    boosts: dict[str, float] = {}
    for hit in heard.category:  # said twice is not twice the evidence
        boosts[hit.cue.text] = max(boosts.get(hit.cue.text, 1.0), _CAUSE_BOOST if _is_cause(hit, heard.text) else 1.0)
    said: dict[str, dict[str, float]] = {}
    for hit in heard.category:
        for use in hit.cue.uses:
            if use.layer is Layer.CATEGORY:
                said.setdefault(use.code, {})[hit.cue.text] = use.weight * boosts[hit.cue.text]
    return said


def _scores(said: Mapping[str, Mapping[str, float]], lexicon: Lexicon, source: str) -> dict[str, float]:
    scores = {code: sum(weights.values()) for code, weights in said.items()}
    if leaning := lexicon.listed.source_context.get(source):
        scores[leaning] = scores.get(leaning, 0.0) + _SOURCE_WEIGHT
    return scores


def _is_cause(hit: Hit, text: str) -> bool:
    return bool(_CAUSE_BEFORE.search(text[max(0, hit.start - 4) : hit.start]) or _CAUSE_AFTER.match(text, hit.end))


def _kinds(heard: _Heard, category: Category, lexicon: Lexicon) -> tuple[list[RiskKind], list[RiskKind]]:
    """All kinds, in the order of the list, and those of them whose own keyword spoke."""
    uses = [use for hit in heard.risk for use in hit.cue.uses if use.layer is Layer.RISK]
    named, loud = {use.code for use in uses}, {use.code for use in uses if use.weight}
    every = list(lexicon.risk_kinds.values())
    kinds = [kind for kind in every if kind.code in named or category.code in kind.categories]
    return kinds, [kind for kind in every if kind.code in loud]


def _raises(heard: _Heard, repeats: int) -> list[Cue]:
    raised = []
    if repeats >= REPEATS_RAISE:
        raised.append(Cue(text=f"30日内第{repeats}次", why="raise", code="G2"))
    # Harm to *this* person: both words in one clause (孩子转学后，两家大人互殴 harms no child).
    for person, harm in product(heard.person, heard.harm):
        if same_clause(person, harm, heard.text):
            words = f"{_said(person, heard.text)}、{_said(harm, heard.text)}"
            start, end = heard.reading.span(min(person.start, harm.start), max(person.end, harm.end))
            raised.append(Cue(text=words, why="raise", code="G3", start=start, end=end))
            break
    return raised


def _confidence(descending: Sequence[float]) -> float:
    """How far to trust the category: little evidence, or a close second, is little confidence."""
    if not descending:
        return NO_EVIDENCE
    best, second = descending[0], descending[1] if len(descending) > 1 else 0.0
    evidence = 1 - math.exp(-best / 2)
    margin = (best - second) / best
    return round(evidence * (0.3 + 0.7 * margin), 2)


def _said(hit: Hit, text: str) -> str:
    return text[hit.start : hit.end]


def _cues(heard: _Heard, category: Category) -> list[Cue]:
    found: dict[tuple[str, str, str], Cue] = {}

    def add(hits: Sequence[Hit], layer: Layer, why: Why) -> None:
        for hit in hits:
            for use in hit.cue.uses:
                if use.layer is layer and (layer is not Layer.CATEGORY or use.code == category.code):
                    cue = _cue_at(heard.reading, hit.start, hit.end, why, use.code)
                    found.setdefault((cue.text, why, use.code), cue)

    for each in heard.frames:
        found[each.frame.code, "police_first", ""] = _cue_at(
            heard.renamed, each.start, each.end, "police_first", each.frame.code
        )
    found |= {(cue.text, cue.why, cue.code): cue for cue in heard.like}
    add(heard.police, Layer.POLICE, "police_first")
    add(heard.risk, Layer.RISK, "risk")
    add(heard.category, Layer.CATEGORY, "category")
    return list(found.values())


def _alternatives(ranked: Sequence[str], scores: dict[str, float], lexicon: Lexicon) -> list[Alternative]:
    total = sum(scores.values())
    return [
        Alternative(category=code, category_name=lexicon.categories[code].name, share=round(scores[code] / total, 2))
        for code in ranked[1:3]
    ]


def _harm_because(category: Category, speaking: Sequence[RiskKind], lexicon: Lexicon) -> list[str]:
    """What makes the harm what it is, the gravest first."""
    said = [(lexicon.rank(kind.default_colour), f"风险“{kind.name}”") for kind in speaking]
    said.append((lexicon.rank(category.default_colour), f"类别“{category.name}”"))
    most = max(rank for rank, _ in said)
    return [f"{words}（{rank}）" for rank, words in said if rank == most]


def _urgency_because(cues: Sequence[Cue], unsure: Sequence[Cue], lexicon: Lexicon) -> list[str]:
    """What makes it urgent: danger by the words that said it, what raises it, what is not known."""
    danger = [
        f"{lexicon.frame_name(cue.code)}：{cue.text}"
        for cue in cues
        if cue.why == "police_first" and cue.code != "offence"
    ]
    raising = [f"{cue.code}：{cue.text}" for cue in cues if cue.why == "raise"]
    return [*danger, *raising, *(f"拿不准，立即询问：{cue.text}" for cue in unsure)]
