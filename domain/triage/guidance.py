"""What whoever goes to a quarrel should know of the law and of the risk: from the lists and the reported words alone.

Guidance, shown and never enforced here. It speaks of acts and of words that were reported; nobody is scored, and no
colour is given to a person.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from domain.base import Model
from domain.triage.heard import Cue
from domain.triage.lexicon import Lexicon
from domain.triage.triage import triage

REPEATED = "repeat_report"
"""The kind of risk of a matter that was reported before."""
ASK = "不确定，请立即询问"
"""What is to be done about words that may tell of danger."""
MOST_HEARD = 20
"""Reports of which the words are listened to, the newest."""
_OF_RISK = ("police_first", "unsure", "risk", "raise")


class RiskCue(Model):
    """A word that speaks of risk, as it was reported. `code` is the kind's, `danger`, `offence`, a frame's, or a rule's
    (G3)."""

    text: str
    why: str
    code: str
    name: str
    """what it speaks for, in words"""


class Law(Model):
    """The law that a category goes by. `track` is the statutory clock it starts, in words with its source."""

    category: str
    category_name: str
    legal_basis: list[str]
    track: str | None
    limit: str | None
    police_trigger: str | None
    """when it becomes the police's own matter"""
    note: str | None


class Duty(Model):
    """What a kind of risk asks and forbids. `raises`: what makes the case graver."""

    kind: str
    name: str
    required: list[str]
    forbidden: list[str]
    raises: list[str]


_NAMES = {
    "danger": "人身危险，公安先行",
    "offence": "涉嫌违法犯罪",
    "G2": "同一事项多次反映",
    "G3": "特定群体受人身侵害",
}


def risk_cues(narratives: Sequence[str], lexicon: Lexicon) -> list[RiskCue]:
    """The words of risk in what was reported, each once; the oldest report first."""
    found: dict[tuple[str, str], RiskCue] = {}
    for narrative in narratives[-MOST_HEARD:]:
        for cue in triage(narrative, lexicon).cues:
            if cue.why in _OF_RISK:
                found.setdefault((cue.text, cue.code), _named(cue, lexicon))
    return list(found.values())


def _named(cue: Cue, lexicon: Lexicon) -> RiskCue:
    kind = lexicon.risk_kinds.get(cue.code)
    if cue.why == "unsure":
        name = ASK
    elif kind:
        name = kind.name
    else:
        name = _NAMES.get(cue.code) or lexicon.frame_name(cue.code)
    return RiskCue(text=cue.text, why=cue.why, code=cue.code, name=name)


def law_of(category: str, lexicon: Lexicon) -> Law | None:
    """The law of a category; none where the list has it no more."""
    row = lexicon.categories.get(category)
    if row is None:
        return None
    track = lexicon.listed.tracks.get(row.statutory_track)
    return Law(
        category=row.code,
        category_name=row.name,
        legal_basis=list(row.legal_basis),
        track=track and track.name,
        limit=track and track.limit,
        police_trigger=row.police_trigger,
        note=row.note,
    )


def duties_of(kinds: Iterable[str], lexicon: Lexicon) -> list[Duty]:
    """What these kinds of risk ask and forbid, the gravest kind first, each once."""
    known = [lexicon.risk_kinds[code] for code in dict.fromkeys(kinds) if code in lexicon.risk_kinds]
    known.sort(key=lambda kind: (-lexicon.rank(kind.default_colour), kind.seq))
    return [
        Duty(
            kind=kind.code,
            name=kind.name,
            required=list(kind.required_actions),
            forbidden=list(kind.forbidden),
            raises=[cue.when for cue in kind.escalation_cues],
        )
        for kind in known
    ]
