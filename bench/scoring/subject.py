"""What is measured: the one module of these benches that calls triage, so that a new name there is a new line here."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from domain.triage.address.sameness import Sameness, compare
from domain.triage.learning import training
from domain.triage.lexicon import Lexicon
from domain.triage.repeats.deciding import decide
from domain.triage.repeats.known import Known
from domain.triage.repeats.likeness import Weights, score
from domain.triage.triage import evidence, triage
from infra.records.repeats.weights import read_likeness
from infra.runtime.policy_files import read_lexicon

__all__ = ["Judged", "Told", "judge", "likeness", "read_lexicon", "read_likeness", "same_place", "taught"]

SECRET = b"a county of the bench"

FIRST_TOLD = datetime(2026, 3, 2, 9, tzinfo=UTC)
"""When the earlier report of a pair came in: any day, since only the days between count."""


class Judged(NamedTuple):
    """What triage makes of one report, as far as it is scored."""

    category: str
    confidence: float
    police_first: bool
    heard: bool
    """police first by what was said, whatever the category"""
    divertible: bool


class Told(NamedTuple):
    """One side of a pair of reports; `days` after the other one; `caller` is a telephone."""

    text: str
    place: str
    parties: tuple[str, ...]
    days: float
    caller: str = ""


class Likeness(NamedTuple):
    """How like two reports are, and whether they would be joined by no hand."""

    score: float
    joined: bool


def judge(text: str, lexicon: Lexicon, source: str = "110") -> Judged:
    """What the first triage says of a report."""
    said = triage(text, lexicon, source=source)
    return Judged(said.category, said.confidence, said.police, said.police_heard, said.divertible)


def taught(
    corrections: Sequence[tuple[str, str]], lexicon: Lexicon
) -> tuple[Callable[[str], tuple[str, float]] | None, str]:
    """What triage says after corrections (text and category, the oldest first), and whether it may serve; nothing
    where they are too few."""
    cases = [_case(text, lexicon, category) for text, category in corrections]
    if len(cases) < training.FEWEST_CASES:
        return None, "too_few"
    verdict = training.compare(cases, SECRET, lexicon.group_of, None).verdict
    edition = training.learn(cases, SECRET, lexicon.group_of)

    def category(text: str) -> tuple[str, float]:
        return training.answer(edition, _case(text, lexicon), SECRET)

    return category, verdict


def _case(text: str, lexicon: Lexicon, category: str = "") -> training.Case:
    return training.Case(text, evidence(text, lexicon), triage(text, lexicon).category, category)


def likeness(first: Told, second: Told, lexicon: Lexicon, weights: Weights) -> Likeness:
    """How like the second report is to the first; both have the category that triage gives them."""
    earlier, later = _known(first, lexicon, "earlier"), _known(second, lexicon, "")
    found = score(later, earlier, weights)
    return Likeness(found.score, decide(later, [earlier], weights, {earlier.dispute_no}).joins is not None)


def _known(told: Told, lexicon: Lexicon, number: str) -> Known:
    return Known(
        dispute_no=number,
        category=triage(told.text, lexicon).category,
        address=told.place,
        narrative=told.text,
        parties=[{"name": name} for name in told.parties] + ([{"phone": told.caller}] if told.caller else []),
        reported_at=FIRST_TOLD + timedelta(days=told.days),
    )


def same_place(first: str, second: str) -> bool:
    """Whether two addresses are taken for one place, down to the door; what can't be told is no yes."""
    return compare(first, second) is Sameness.SAME
