"""Which posts of this installation a playbook means where no dispute is."""

from __future__ import annotations

from collections.abc import Iterable

from domain.people.organisation import Post
from domain.policy.addressing import Addressing
from domain.policy.playbook import Playbook
from domain.triage.places import Directory, resolve_places


def asked_posts(directory: Directory, playbook: Playbook, asked: Iterable[Addressing]) -> list[Post]:
    """The posts of each role at its place, one that the whole county has one of."""
    places = resolve_places(directory, address="", added=playbook.process.words.places)
    return [Post(role=each.role, path=places[each.at]) for each in asked]
