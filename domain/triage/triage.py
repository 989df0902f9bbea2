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

from pydantic import Field

from domain.base import Model, absent
from domain.triage.diversion import DIVERT_CONFIDENCE, judge
from domain.triage.heard import Cue, Holds, Why, cue_at, hear
from domain.triage.hearing.cues import Hit, Layer, same_clause
from domain.triage.hearing.passages import SHORT
from domain.triage.lexicon import FALLBACK_CATEGORY, Category, Colour, Lexicon, RiskKind

REPEATS_RAISE = 3
"""G2: the third report of one matter within 30 days raises the colour by one."""
NO_EVIDENCE = 0.05
ASKED = 2
"""At least so urgent is what may be danger [DESIGN]: it is asked about at once."""
MOST_URGENT = 3
"""Somebody is in danger now; else each thing that raises the colour (G2, G3) makes it one more urgent."""

_SOURCE_WEIGHT = 0.3
# A record names its subject as a cause: 因停车与邻居发生口角, 地界问题. What stands there weighs more.
_CAUSE_BOOST = 1.5
_CAUSE_BEFORE = re.compile(r"(?:因|因为|由于|关于|为)(?:了|其|双方|两家)?$")
_CAUSE_AFTER = re.compile(r"的?(?:纠纷|问题|矛盾|争议|一事|的事|引发|引起)")


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
    doubtful: bool = False
    """there is nothing to ask, and yet something may be danger: a person says whether it goes"""
    harm_because: list[str] = []
    urgency_because: list[str] = []
    """the reasons of either axis, in words"""

    @property
    def diverts_with(self) -> float:
        """The confidence by which it may be diverted: what was learned never makes that easier."""
        return min(self.confidence, self.learned.cues_confidence) if self.learned else self.confidence

    @property
    def not_divertible_because(self) -> list[str]:
        """Why it does not go by itself, in the words of the verdict that a case with it would get; what its source says
        aside. Empty where it goes.
        """
        if self.divertible:
            return []
        verdict = judge(police=self.police, source="", source_says="must", confidence=self.diverts_with,
                        elsewhere=self.elsewhere, category_name=self.category_name,
                        unsure=[cue.text for cue in self.unsure], doubtful=self.doubtful)  # fmt: skip
        return [] if verdict.verdict == "must" else [ground.text for ground in verdict.grounds]


def triage(narrative: str, lexicon: Lexicon, *, source: str = "110", repeats: int = 0) -> Triage:
    """Judges a narrative in Chinese.

    Args:
        narrative: what was reported, as it was written down; any length, may be empty.
        lexicon: the categories, kinds and cues to listen for.
        source: the code of the channel it came by; some lean to a category (a petition, a letter).
        repeats: how many reports of the same matter there were within 30 days, this one included; 0 = not known.
    """
    heard = hear(narrative, lexicon)
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
    # Nor does a category alone make an alarm of a letter.
    led = not category.non_police and confidence >= DIVERT_CONFIDENCE and len(heard.text) <= SHORT
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
        divertible=not (police or unsure or heard.doubtful) and category.non_police and confidence >= DIVERT_CONFIDENCE,
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
        doubtful=heard.doubtful and not police and not unsure,
        harm_because=_harm_because(category, speaking, lexicon),
        urgency_because=_urgency_because(cues, unsure, lexicon),
    )


def evidence(narrative: str, lexicon: Lexicon, source: str = "110") -> dict[str, float]:
    """What the cues say for each category of which one spoke, as `triage` weighs it; for `row:subclass` apart."""
    parts: dict[str, dict[str, float]] = {}
    for code, said in _said_for(hear(narrative, lexicon)).items():
        for cue, weight in said.items():
            parts.setdefault(_part(lexicon.categories[code], cue), {})[cue] = weight
    return _scores(parts, lexicon, source)


def _part(row: Category, cue: str) -> str:
    """The row's code, or `row:subclass` where a cue is one of its subclass's."""
    return next((f"{row.code}:{each.code}" for each in row.subclasses if cue in each.words), row.code)


def _said_for(heard: Holds) -> dict[str, dict[str, float]]:
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


def _kinds(heard: Holds, category: Category, lexicon: Lexicon) -> tuple[list[RiskKind], list[RiskKind]]:
    """All kinds, in the order of the list, and those of them whose own keyword spoke."""
    uses = [use for hit in heard.risk for use in hit.cue.uses if use.layer is Layer.RISK]
    named, loud = {use.code for use in uses}, {use.code for use in uses if use.weight}
    every = list(lexicon.risk_kinds.values())
    kinds = [kind for kind in every if kind.code in named or category.code in kind.categories]
    return kinds, [kind for kind in every if kind.code in loud]


def _raises(heard: Holds, repeats: int) -> list[Cue]:
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


def _cues(heard: Holds, category: Category) -> list[Cue]:
    found: dict[tuple[str, str, str], Cue] = {}

    def add(hits: Sequence[Hit], layer: Layer, why: Why) -> None:
        for hit in hits:
            for use in hit.cue.uses:
                if use.layer is layer and (layer is not Layer.CATEGORY or use.code == category.code):
                    cue = cue_at(heard.reading, hit.start, hit.end, why, use.code)
                    found.setdefault((cue.text, why, use.code), cue)

    for each in heard.frames:
        found[each.frame.code, "police_first", ""] = cue_at(
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
