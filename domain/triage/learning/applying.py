"""A triage as an edition corrects it: the category and the units that its row suggests, and nothing else.

Learning never lowers a warning: harm, urgency, colour, kinds of risk and police first stay as the cues have them, and
a report that they would not divert is not diverted because of what was learned.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from domain.triage.diversion import DIVERT_CONFIDENCE
from domain.triage.learning.edition import Edition, said
from domain.triage.lexicon import Lexicon
from domain.triage.triage import Alternative, Learned, LearnedPiece, Triage, evidence, triage

ALTERNATIVES = 2


class Serving:
    """The edition that a county serves, by its number, with the secret under which it was made."""

    def __init__(self, number: int, edition: Edition, secret: bytes) -> None:
        self.number, self.edition, self.secret = number, edition, secret

    def corrected(
        self, found: Triage, narrative: str, lexicon: Lexicon, *, source: str = "110", names: Iterable[str] = ()
    ) -> Triage:
        """The triage with what was learned; it carries the edition also where the cues' category stands."""
        heard = said(self.edition, narrative, evidence(narrative, lexicon, source), self.secret, names)
        listed = {code: chance for code, chance in heard.chances.items() if code in lexicon.categories}
        best = heard.category(found.category)
        row = lexicon.categories[best if best in listed else found.category]
        confidence = round(listed.get(row.code, 0.0), 2)
        same = row.code == found.category  # then the cues also know which subclass of the row it is, and whose it is
        units = {"suggested_lead": row.lead, "suggested_cooperating": list(row.cooperating)}
        elsewhere = found.elsewhere and (same or row.non_police)
        return found.model_copy(
            update={
                "category": row.code,
                "category_name": row.name,
                **({} if same else units),
                "statutory_track": row.statutory_track,
                "elsewhere": elsewhere,
                "divertible": found.divertible and elsewhere and confidence >= DIVERT_CONFIDENCE,
                "confidence": confidence,
                "alternatives": _alternatives(listed, row.code, lexicon),
                "learned": Learned(
                    edition=self.number,
                    cues_category=found.category,
                    cues_confidence=found.confidence,
                    pieces=[LearnedPiece(**each._asdict()) for each in heard.spoke] if row.code == best else [],
                ),
            }
        )


def suggest(
    narrative: str,
    lexicon: Lexicon,
    serving: Serving | None,
    *,
    source: str = "110",
    names: Iterable[str] = (),
    repeats: int = 0,
) -> Triage:
    """What triage suggests here: the cues, and what this county's corrections taught where an edition serves. The
    arguments are those of `domain.triage.triage.triage`; `names` of the people concerned are masked."""
    found = triage(narrative, lexicon, source=source, repeats=repeats)
    return serving.corrected(found, narrative, lexicon, source=source, names=names) if serving else found


def _alternatives(chances: Mapping[str, float], category: str, lexicon: Lexicon) -> list[Alternative]:
    others = [code for code in chances if code != category][:ALTERNATIVES]
    return [
        Alternative(category=code, category_name=lexicon.categories[code].name, share=round(chances[code], 2))
        for code in others
    ]
