"""How like two reports are, and why: every part of the score, what it adds, and the words that both have.

A logistic model whose weights a program learnt from pairs judged by hand (`bench/repeats_weights`); no part may count
against its meaning. What tells people apart is their names, never what they are.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping

from pydantic import Field, field_validator

from domain.base import Model, Strict
from domain.policy.loading import parse_policy
from domain.triage.address.sameness import Sameness, compare, compare_buildings
from domain.triage.lexicon import FALLBACK_CATEGORY
from domain.triage.repeats.grams import Commonness, shared_words, vector
from domain.triage.repeats.known import Known, family, other_people, same_kind, shared_people, surnames_of
from domain.triage.repeats.matter import AGAIN, MANY, REFERS, SIDES, own_words, pairs_in, same_matter
from domain.triage.repeats.nearness import nearness

PARTS = {
    "words": "描述用词相近",
    "own_words": "事由用词相同",
    "again": "自称并非首次",
    "refers": "提到此前的反映",
    "person": "有相同当事人",
    "surname": "提到相同姓氏的人",
    "nobody_new": "没有新的当事人",
    "same_people_and_kind": "相同的人、相同类别",
    "others": "当事人姓氏不同",
    "each_another": "各自另有当事人",
    "place": "地点名称相近",
    "number": "门牌楼栋相同",
    "elsewhere": "门牌楼栋不同",
    "category": "类别相同",
    "family": "类别相近",
    "other_kind": "类别不同",
}
"""The parts of the score, and what each is called where it is shown."""
AGAINST = frozenset({"others", "each_another", "elsewhere", "other_kind"})
"""Those that tell two reports apart; all others tell that they are one matter's."""
NEAR = 0.5
"""How much of the shorter address's names the other must have for a report to join by itself."""
COPIED = 0.5
"""From here on two narratives are one text that came by two ways."""


class Weights(Strict, frozen=True):
    """`playbooks/repeats/likeness.yaml`: what was learnt."""

    bias: float
    parts: Mapping[str, float]
    strict: float = Field(gt=0, lt=1)
    """the score from which a report joins by itself: at least 98 of 100 such pairs are of one matter"""
    shown: float = Field(gt=0, lt=1)
    """the score from which an earlier dispute is proposed to the desk"""
    commonness: Commonness

    @field_validator("parts")
    @classmethod
    def _each_with_its_meaning(cls, parts: Mapping[str, float]) -> Mapping[str, float]:
        if parts.keys() != PARTS.keys():
            raise ValueError(f"not the parts there are: {', '.join(sorted(parts.keys() ^ PARTS.keys()))}")
        if against := [name for name, weight in parts.items() if weight < 0]:
            raise ValueError(f"{', '.join(against)}: below nothing")
        return parts


class Part(Model):
    """A part of a score, and by how much it moves it, in log odds."""

    name: str
    title: str
    adds: float


class Likeness(Model):
    """How like two reports are: 0..1, what that is made of, the words they share, and what it is enough for."""

    score: float
    parts: list[Part]
    """those that count, the weightiest first"""
    words: list[str]
    """as they stand in the narratives, personal data; none where nothing is shown"""
    sure: bool
    """whether the report joins by itself"""
    shown: bool
    """whether the earlier one is proposed to the desk"""


def parse_weights(text: str) -> Weights:
    """The weights as they are written.

    Raises:
        PolicyInvalid: a part is missing, unknown, or counts against its meaning.
    """
    return parse_policy(text, "playbooks/repeats/likeness.yaml", Weights)


def score(new: Known, known: Known, weights: Weights) -> Likeness:
    """How like a new report is to an earlier one."""
    return score_each(new, [known], weights)[0]


def score_each(new: Known, earlier: Iterable[Known], weights: Weights) -> list[Likeness]:
    """How like a new report is to each of the earlier ones."""
    here = vector(new.narrative, weights.commonness)
    return [_scored(new, here, known, weights) for known in earlier]


def _scored(new: Known, here: Mapping[str, float], known: Known, weights: Weights) -> Likeness:
    measured = _measured(new, here, known, weights.commonness)
    added = {name: value * weights.parts[name] for name, value in measured.items()}
    reached = 1 / (1 + math.exp(-(weights.bias + sum(added.values()))))
    counting = sorted((name for name in added if abs(added[name]) >= 0.05), key=lambda name: (-abs(added[name]), name))
    parts = [Part(name=name, title=PARTS[name], adds=round(added[name], 2)) for name in counting]
    sure = reached >= weights.strict and may_join(new, known, measured, weights.commonness)
    shown = sure or (reached >= weights.shown and linked(measured))
    words = shared_words(new.narrative, known.narrative, weights.commonness) if shown else []
    return Likeness(score=round(reached, 3), parts=parts, words=words, sure=sure, shown=shown)


def may_join(new: Known, known: Known, measured: Mapping[str, float], commonness: Commonness) -> bool:
    """What no score makes up for [DESIGN]: another place, other people, or nothing that tells that it is the same
    matter and not only the same people or place.

    A telephone, an identity number or a whole name is one person's, and two surnames at one place are two people's;
    a single surname is many people's, and so is a place. Where no more than these are the same, the home must
    surely be, and the category, and the report must say that it goes on.
    """
    near = measured["place"] >= NEAR and not measured["elsewhere"]
    if not near or compare_buildings(new.address, known.address) is Sameness.DIFFERENT:
        return False
    if measured["person"] or len(surnames_of(new) & surnames_of(known)) >= SIDES:
        return same_matter(new, known, commonness)
    if compare(new.address, known.address) is not Sameness.SAME or other_people(new, known):
        return False
    goes_on = measured["again"] and measured["own_words"] == 1
    return bool(measured["category"] and (goes_on or measured["words"] >= COPIED))


def linked(measured: Mapping[str, float]) -> bool:
    """Whether more than a manner of speaking leads from one report to the other [DESIGN]: a person, or, where no
    number tells the places apart, the place or one text. The pairs that weights are learnt from are all of near
    places, so no weight tells strangers apart.
    """
    near = measured["place"] >= NEAR or measured["words"] >= COPIED
    return bool(measured["person"] or (near and not measured["elsewhere"]))


def measure(new: Known, known: Known, commonness: Commonness) -> dict[str, float]:
    """Every part's value, 0..1, or 0..-1 where it tells the two apart."""
    return _measured(new, vector(new.narrative, commonness), known, commonness)


def _measured(new: Known, here: Mapping[str, float], known: Known, commonness: Commonness) -> dict[str, float]:
    there = vector(known.narrative, commonness)
    ours, theirs = surnames_of(new), surnames_of(known)
    near = nearness(new.address, known.address)
    person = bool(shared_people(new, known))
    kind = same_kind(new, known)
    told = FALLBACK_CATEGORY not in (new.category, known.category)
    same_family = told and family(new) == family(known)
    return {
        "words": sum(here[gram] * there[gram] for gram in here.keys() & there.keys()),
        "own_words": min(pairs_in(own_words(new, known, commonness)), MANY) / MANY,
        "refers": float(REFERS.search(new.narrative) is not None),
        "again": float(AGAIN.search(new.narrative) is not None),
        "person": float(person),
        "surname": float(bool(ours & theirs)),
        "nobody_new": float(bool(ours) and ours <= theirs),
        "same_people_and_kind": float(kind and (person or (bool(ours) and ours <= theirs))),
        "others": -float(bool(ours) and bool(theirs) and not ours & theirs and not person),
        "each_another": -float(other_people(new, known)),
        "place": near.shared,
        "number": float(near.agree > 0),
        "elsewhere": -float(near.apart),
        "category": float(kind),
        "family": float(same_family),
        "other_kind": -float(told and not same_family),
    }
