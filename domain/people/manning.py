"""Whether anybody answers what is asked: posts without a holder, and hands that have left.

Whoever deputises does so for somebody who holds a post, so a deputy stands behind every holder and never alone.
Sources: Q-101 (vacancies), Q-023 (a case has somebody who holds it at every moment).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from domain.people.entitlement import Holder, Offer, answers_for, candidates, is_asked
from domain.people.organisation import Post


class Roster:
    """Who holds which posts now: active people only."""

    def __init__(self, holders: Iterable[Holder]) -> None:
        self._by_role: dict[str, list[Holder]] = {}
        for holder in holders:
            self._by_role.setdefault(holder.post.role, []).append(holder)

    def of(self, addressees: Collection[Post]) -> list[Holder]:
        """The holders of the roles that are asked, wherever they sit."""
        return [holder for role in dict.fromkeys(post.role for post in addressees) for holder in self._of(role)]

    def _of(self, role: str) -> list[Holder]:
        return self._by_role.get(role, [])

    def without(self, person_id: str, posts: Collection[Post]) -> Roster:
        """The same once a person holds these posts no more."""
        everybody = (holder for holders in self._by_role.values() for holder in holders)
        return Roster(h for h in everybody if not (h.person_id == person_id and h.post in posts))

    def joined_by(self, holders: Iterable[Holder]) -> Roster:
        """The same with further holders."""
        return Roster([*(h for known in self._by_role.values() for h in known), *holders])

    def asked(self, offer: Offer) -> list[Holder]:
        """Everybody in whose inbox an open task stands by his post, and who is not barred."""
        known = self.of(offer.addressees)
        return [
            holder
            for holder in known
            if holder.person_id not in offer.excluded
            and any(is_asked(holder.post, addressee, offer.excluded, known) for addressee in offer.addressees)
        ]

    def entitled(self, person_id: str, addressees: Collection[Post]) -> bool:
        """Whether a person holds a post by which he may answer: at the very place, or above it."""
        return any(
            holder.person_id == person_id and answers_for(holder.post, addressee)
            for addressee in addressees
            for holder in self._of(addressee.role)
        )

    def candidates(self, addressees: Sequence[Post], excluded: Collection[str]) -> list[str]:
        """The ids of those who may be expected to answer, as `domain.people.entitlement.candidates`; each once."""
        return [holder.person_id for holder in candidates(addressees, excluded, self.of(addressees))]


def unasked(offer: Offer, roster: Roster) -> bool:
    """Whether an open task stands in nobody's inbox."""
    return not roster.asked(offer)
