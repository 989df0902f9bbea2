"""The lists of a case in deltas: an image carries of each list the items that differ from those of an image before.

An image leaves at every revision; whole, it would bring all alarms' words, and every deadline there ever was, into the
history each time, and a few hundred short reports would carry a case to the engine's limits. An item keeps its place.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from domain.base import Model

LISTS = (
    "incidents",
    "parties",
    "pushes",
    "assigned",
    "responsibility",
    "sessions",
    "agreements",
    "diversions",
    "evaluations",
    "visits",
    "supervisions",
    "summons",
    "changes",
    "clocks",
)
"""Those of a case's public document that grow with its life."""


class Stamp(NamedTuple):
    """An item of a list: the digest of its JSON, and the revision at which it was first seen so."""

    digest: str
    revision: int


Stamps = list[Stamp]


class Kept(Model):
    """What of a list stands as it stood: all but the `changed` items, of `count` that there are now."""

    count: int
    changed: list[int]
    """their places, from 0"""
    digest: str
    """of the kept items"""


class KeptMismatch(Exception):
    """The stored list has not the items that are said to stand."""


def stamped(items: Sequence[Any], before: Stamps, revision: int) -> Stamps:
    """The items of a list at a revision, given how they stood when they were looked at before."""
    stamps = []
    for n, item in enumerate(items):
        digest = _digest(json.dumps(item, sort_keys=True))
        stands = n < len(before) and before[n].digest == digest
        stamps.append(before[n] if stands else Stamp(digest, revision))
    return stamps


def changed_since(stamps: Stamps, revision: int) -> list[int]:
    """The places of the items that changed after a revision."""
    return [n for n, stamp in enumerate(stamps) if stamp.revision > revision]


def kept_since(lists: Mapping[str, Stamps], revision: int) -> dict[str, Kept]:
    """What of the lists stands as it did at a revision; a list of which nothing does is absent."""
    found = {}
    for name, stamps in lists.items():
        places = changed_since(stamps, revision)
        if len(places) < len(stamps):
            digest = _of_kept([stamp.digest for stamp in stamps], places)
            found[name] = Kept(count=len(stamps), changed=places, digest=digest)
    return found


def without_kept(document: Mapping[str, Any], kept: Mapping[str, Kept]) -> dict[str, Any]:
    """The document with only the changed items of those lists."""
    return {**document, **{name: [document[name][n] for n in each.changed] for name, each in kept.items()}}


def with_kept(stored: Mapping[str, Any], document: Mapping[str, Any], kept: Mapping[str, Kept]) -> dict[str, Any]:
    """The whole document again, what stands taken from the stored one, which may be newer than what was kept.

    Raises:
        KeptMismatch: the stored one has not what is said to stand: it was lost, or written by other code.
    """
    whole = dict(document)
    for name, each in kept.items():
        items = list(stored.get(name, []))[: each.count]
        items += [None] * (each.count - len(items))
        if _of_kept([stamp.digest for stamp in stamped(items, [], 0)], each.changed) != each.digest:
            raise KeptMismatch(name)
        for place, item in zip(each.changed, document[name], strict=True):
            items[place] = item
        whole[name] = items
    return whole


def _of_kept(digests: Sequence[str], places: Sequence[int]) -> str:
    without = set(places)
    return _digest("".join(digest for n, digest in enumerate(digests) if n not in without))


def _digest(text: str) -> str:
    """The beginning of a text's SHA-256: 64 bits."""
    return hashlib.sha256(text.encode()).hexdigest()[:16]
