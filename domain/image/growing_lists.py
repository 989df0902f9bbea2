"""The lists of a case's document that only grow: an image carries the items added since the one published before.

An image is published at every revision; whole, it would bring all alarms' words into the history each time, and a few
hundred short reports would carry a case to the engine's limits.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from domain.base import Model

GROWING = (
    "incidents",
    "parties",
    "pushes",
    "sessions",
    "agreements",
    "evaluations",
    "visits",
    "supervisions",
    "changes",
)


class Beginning(Model):
    """The beginning of a list: how many of its items, and the SHA-256 of their JSON."""

    count: int
    digest: str


class BeginningMismatch(Exception):
    """The stored list does not begin like the one that was published."""


def beginnings_of(document: Mapping[str, Any]) -> dict[str, Beginning]:
    """Length and digest of each growing list of a whole document, to compare the next one with."""
    return {
        name: Beginning(count=len(document[name]), digest=_digest(document[name])) for name in GROWING if document[name]
    }


def unchanged(document: Mapping[str, Any], published: Mapping[str, Beginning]) -> dict[str, Beginning]:
    """Those lists of a whole document that still begin as they were published."""
    return {name: kept for name, kept in published.items() if _begins(document.get(name, []), kept)}


def without_beginnings(document: Mapping[str, Any], kept: Mapping[str, Beginning]) -> dict[str, Any]:
    """The document with only the items after the beginnings of those lists."""
    return {**document, **{name: document[name][beginning.count :] for name, beginning in kept.items()}}


def with_beginnings(
    stored: Mapping[str, Any], document: Mapping[str, Any], kept: Mapping[str, Beginning]
) -> dict[str, Any]:
    """The whole document again, the beginnings taken from the stored one.

    Raises:
        BeginningMismatch: the stored one has not what was published: it was lost, or written by other code.
    """
    whole = dict(document)
    for name, beginning in kept.items():
        before = stored.get(name, [])
        if not _begins(before, beginning):
            raise BeginningMismatch(name)
        whole[name] = before[: beginning.count] + document[name]
    return whole


def _begins(items: list[Any], kept: Beginning) -> bool:
    return _digest(items[: kept.count]) == kept.digest


def _digest(items: list[Any]) -> str:
    return hashlib.sha256(json.dumps(items, sort_keys=True).encode()).hexdigest()
