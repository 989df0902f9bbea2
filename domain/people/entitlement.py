"""Entitlement: who may answer what is addressed to a post, who is asked, and who sees a dispute.

The rules, once. `infra/read_model/visibility.py` says the same in SQL, and `tests/infra/read_model/test_entitlement.py`
compares the two. Sources: requirements E.3 (jurisdiction), four eyes.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from domain.base import Model
from domain.people.organisation import Actor, Post, Sight, parent, within
from domain.people.permissions import INTAKE_ROLES


def answers_for(post: Post, addressee: Post) -> bool:
    """Whether a post may answer what is addressed to another: the same role there, or the same role above it.

    The second case is how a task whose addressees are all barred (four eyes) goes one level up without a rewrite.
    """
    return post.role == addressee.role and within(addressee.path, post.path)


def entitling_post(posts: Sequence[Post], addressees: Collection[Post]) -> Post | None:
    """Of a person's posts the one by which he may answer, one at the very place before one above it; none if none."""
    entitled = [post for post in posts if any(answers_for(post, addressee) for addressee in addressees)]
    return next((post for post in entitled if post in addressees), entitled[0] if entitled else None)


class Holder(Model):
    """Somebody who holds a post now."""

    person_id: str
    post: Post


class Offer(Model):
    """An open task, as far as it matters for who is asked: its addressees, the barred people, whom it is offered to."""

    addressees: list[Post]
    excluded: list[str] = []
    offered_to: str | None = None


def is_asked(post: Post, addressee: Post, excluded: Collection[str], holders: Collection[Holder]) -> bool:
    """Whether what is addressed to one post stands in the inbox of another: it is that very post, or it answers for it
    and everybody who holds the addressed one is barred.
    """
    if post == addressee:
        return True
    free = any(holder.post == addressee and holder.person_id not in excluded for holder in holders)
    return bool(excluded) and not free and answers_for(post, addressee)


def may_take(capacity: Actor, offer: Offer, holders: Collection[Holder]) -> bool:
    """Whether an open task stands in the inbox of a person, acting in one capacity, to be claimed or accepted."""
    if capacity.persons & set(offer.excluded):
        return False
    return offer.offered_to == capacity.holder or any(
        is_asked(post, addressee, offer.excluded, holders) for post in capacity.posts for addressee in offer.addressees
    )


def candidates(addressees: Sequence[Post], excluded: Collection[str], holders: Sequence[Holder]) -> list[Holder]:
    """Who may be expected to answer: the holders of the addressed posts who are not barred, in the order of the posts;
    where there are none, those one level above all of them, and so on. Each person once.
    """
    level = list(addressees)
    while level:
        found: dict[str, Holder] = {}
        for post in level:
            for holder in holders:
                if holder.post == post and holder.person_id not in excluded:
                    found.setdefault(holder.person_id, holder)
        if found:
            return list(found.values())
        level = [Post(role=post.role, path=up) for post in level if (up := parent(post.path)) != post.path]
    return []


class Parts(Model):
    """Who has, or had, a part in a dispute."""

    posts: list[Post]
    """the posts of its tasks, and with an empty role the organisations it belongs to"""
    helpers: list[str] = []
    """people who prepare an answer now: who gave it back, or whose task ended, needs to know no more"""
    offered_to: list[str] = []
    """people to whom one of its tasks is offered"""
    opened_by: list[str] = []
    """people whose report opened it; a report that joined it gives no sight of it"""


def sees_part(post: Post, part: Post, sight: Sight) -> bool:
    """Whether a post sees the disputes in which another has a part, as far as its role's sight goes."""
    match sight:
        case Sight.SUBTREE:
            return within(part.path, post.path)
        case Sight.ORGANISATION:
            return part.path == post.path
        case Sight.OWN:
            return part == post
        case Sight.NONE:
            return False


def may_see(actor: Actor, parts: Parts) -> bool:
    """Whether a person sees a dispute: by a post of his, or of somebody he deputises for; because he prepares
    an answer; because a task of it is offered to him; because his report opened it.
    """
    hands = {capacity.holder for capacity in actor.capacities}
    return (
        not hands.isdisjoint((*parts.helpers, *parts.offered_to))
        or any(sees_part(post, part, actor.sight(post)) for post in actor.reach for part in parts.posts)
        or (actor.has_role(*INTAKE_ROLES) and actor.person_id in parts.opened_by)
    )
