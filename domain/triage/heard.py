"""What a narrative holds, layer by layer: cues and frames heard, overlaps settled, denials and scopes applied."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, NamedTuple

from domain.base import Model
from domain.triage.hearing.cues import Hit, Layer, denied, settle
from domain.triage.hearing.listening import Heard, Scopes, titles
from domain.triage.hearing.matcher import Found, Span
from domain.triage.hearing.passages import Passage, Passages
from domain.triage.hearing.reading import Reading, read
from domain.triage.lexicon import Lexicon

LIKENESS = "likeness"
"""The code of pieces that made a text like danger, where no frame was sure."""


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
    doubtful: bool
    """whether something in it may be danger, though not so much that the desk would be asked"""

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

    settled, names = settle(hits), titles(reading.text)

    def affirmed(layer: Layer) -> list[Hit]:
        meant = (hit for hit in settled[layer] if hit.start not in refused)
        return [hit for hit in meant if not any(low <= hit.start < high for low, high in names)]

    loud, risks = affirmed(Layer.POLICE), affirmed(Layer.RISK)
    like: list[Cue] = []
    renamed, frames, unsure, doubtful = reading, list[Heard](), list[Cue](), False
    if ear := lexicon.ear:
        renamed = ear.renamed(reading, found)
        meant = found if renamed is reading else lexicon.matcher.find(renamed.text)
        scopes = ear.scopes(meant)
        negated = [reading.span(hit.start, hit.end) for hit in hits if hit.start in refused]
        passages = Passages(renamed, meant, lexicon.pieces)
        own = scopes if renamed is reading else ear.scopes(found)
        frames, of_frames = _frames(ear.hear(renamed, meant, scopes, negated, passages.starts), renamed, passages)
        loud, of_loud = _in_earnest(loud, reading, own, lexicon, passages)
        risks, of_risks = _in_earnest(risks, reading, own, lexicon, passages)
        doubts = (of_frames, of_loud, of_risks)
        unsure = list({(cue.text, cue.start): cue for each in doubts for cue in each.asked}.values())
        doubtful = passages.near or any(each.kept for each in doubts)
        if not frames and not loud and lexicon.pieces:
            unsure, like = _net(unsure, renamed, scopes, passages)
    return Holds(
        reading=reading,
        found=found,
        renamed=renamed,
        # Only violence is denied in a way that changes the matter: 没有工资 is about wages all the same.
        category=[hit for hit in settled[Layer.CATEGORY] if not (hit.start in refused and hit.cue.text in violent)],
        risk=risks,
        police=loud,
        harm=affirmed(Layer.HARM),
        person=settled[Layer.PERSON],
        frames=frames,
        unsure=unsure,
        like=like,
        doubtful=doubtful,
    )


def _net(unsure: list[Cue], reading: Reading, scopes: Scopes, passages: Passages) -> tuple[list[Cue], list[Cue]]:
    """What is not known once the net is asked too, and the pieces by which a text is danger beyond asking."""
    limits, asked = passages.limits, list(unsure)
    doubtful = {passages.of(cue.start or 0).start for cue in unsure}
    for passage in passages.each:
        score, beside = passage.likeness.score, passage.start in doubtful
        if score <= min(limits.beside if beside else limits.alone, limits.alone_asked):
            continue
        spans = [span for piece in passage.likeness.strongest if (span := _piece(piece, passage, reading))]
        if score > (limits.beside if beside else limits.alone) and all(scopes.over(at, at)[0] is None for at in spans):
            return unsure, [cue_at(reading, *span, "police_first", LIKENESS) for span in spans]
        # Words of a frame tell the desk what to ask; pieces tell it only where nothing else does.
        if not beside and score > limits.alone_asked:
            asked += [cue_at(reading, *span, "unsure", LIKENESS) for span in spans]
    return asked, []


def _piece(piece: str, passage: Passage, reading: Reading) -> Span | None:
    at = reading.text.find(piece, passage.start, passage.end)
    return Span(at, at + len(piece)) if at >= 0 else None


class _Doubts:
    """What may be danger: what the desk is asked about, and whether there is some that it is not asked about."""

    def __init__(self, passages: Passages) -> None:
        self.asked: list[Cue] = []
        self.kept = False
        self._limits = passages.limits

    def weigh(self, cue: Cue, score: float, asked_from: float, *, lasting: bool = True) -> None:
        """Takes in one, given how like danger its passage is and from where it is asked about. An offence that is only
        named is not `lasting`: 威胁居民健康 says nothing of danger that would be done to somebody.
        """
        if score > asked_from:
            self.asked.append(cue)
        elif lasting and score > self._limits.doubted:
            self.kept = True


def _frames(heard: Sequence[Heard], reading: Reading, passages: Passages) -> tuple[list[Heard], _Doubts]:
    """The frames surely heard, and what is not known."""
    sure, doubts, limits = list[Heard](), _Doubts(passages), passages.limits
    for each in heard:
        cue = cue_at(reading, each.start, each.end, "unsure", each.frame.code)
        score = passages.score(cue.start or 0)
        if each.sure and score > limits.sure:
            sure.append(each)
        elif not each.quiet:
            scoped = limits.scoped_asked if each.frame.sure else limits.perhaps_asked
            doubts.weigh(cue, score, limits.sure_asked if each.sure else scoped)
    return sure, doubts


def _in_earnest(
    hits: list[Hit], reading: Reading, scopes: Scopes, lexicon: Lexicon, passages: Passages
) -> tuple[list[Hit], _Doubts]:
    """The hits that no scope takes, and of what police first or a kind of it was said in one, what is not known."""
    meant, doubts, limits = list[Hit](), _Doubts(passages), passages.limits
    passing = lexicon.ear.passing if lexicon.ear else ()
    for hit in hits:
        grave = [
            use
            for use in hit.cue.uses
            if use.layer is Layer.POLICE or (use.weight and use.code in lexicon.police_kinds)
        ]
        if not grave:
            meant.append(hit)
            continue
        at, score = Span(hit.start, hit.end), passages.score(reading.span(hit.start, hit.end)[0])
        scope, quiet = scopes.over(at, at)
        offence = all(use.code == "offence" for use in grave)
        stands = scope is None and not (offence and hit.cue.text in passing)
        if stands and score > (limits.offence if offence else limits.sure):
            meant.append(hit)
        elif not quiet:
            standing = limits.offence_asked if offence else limits.sure_asked
            cue = cue_at(reading, hit.start, hit.end, "unsure", scope or "passing")
            doubts.weigh(cue, score, standing if stands else limits.perhaps_asked, lasting=not offence)
    return meant, doubts


def cue_at(reading: Reading, start: int, end: int, why: Why, code: str) -> Cue:
    """A stretch of a reading as a cue, with where it was typed."""
    typed_from, typed_to = reading.span(start, end)
    return Cue(text=reading.text[start:end], why=why, code=code, start=typed_from, end=typed_to)
