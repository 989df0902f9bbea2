"""What a narrative holds, layer by layer: cues and frames heard, overlaps settled, denials and scopes applied."""

from __future__ import annotations

from typing import Literal, NamedTuple

from domain.base import Model
from domain.triage.hearing.cues import Hit, Layer, denied, settle
from domain.triage.hearing.listening import Heard, Scopes
from domain.triage.hearing.matcher import Found, Span
from domain.triage.hearing.pieces import LIKE_NOTHING
from domain.triage.hearing.reading import Reading, read
from domain.triage.lexicon import Lexicon

LIKENESS = "likeness"
"""The code of pieces that made a text like danger, where no frame was sure."""
LIKE_BESIDE, LIKE_ALONE = 0.3, 0.8
"""Likeness to danger from which the police come first where a frame was heard that is not sure, and from which they do
whatever was heard; above `LIKE_NOTHING` the desk asks. Measured on `bench/texts`, see docs/triage.md."""


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


class Holds(NamedTuple):
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


def hear(narrative: str, lexicon: Lexicon) -> Holds:
    """Everything that triage listens for, in a narrative as it was written down."""
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
    return Holds(
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
        return unsure, [cue_at(reading, *span, "police_first", LIKENESS) for span in spans]
    # Words of a frame tell the desk what to ask; pieces tell it only where nothing else does.
    return unsure or [cue_at(reading, *span, "unsure", LIKENESS) for span in spans], []


def _frames(heard: list[Heard], reading: Reading) -> tuple[list[Heard], list[Cue]]:
    """The frames surely heard, and what is not known."""
    sure = [each for each in heard if each.sure]
    perhaps = [each for each in heard if not each.sure and not each.quiet]
    return sure, [cue_at(reading, each.start, each.end, "unsure", each.frame.code) for each in perhaps]


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
            doubted.append(cue_at(reading, hit.start, hit.end, "unsure", scope or "passing"))
    return meant, doubted


def cue_at(reading: Reading, start: int, end: int, why: Why, code: str) -> Cue:
    """A stretch of a reading as a cue, with where it was typed."""
    typed_from, typed_to = reading.span(start, end)
    return Cue(text=reading.text[start:end], why=why, code=code, start=typed_from, end=typed_to)
