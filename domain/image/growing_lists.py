"""The lists of a case's document that hold words, and grow: only what came to them is sent again.

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


class Kept(Model):
    """The beginning of a list: how many of its items, and the SHA-256 of their JSON."""

    count: int
    digest: str


class OtherBeginning(Exception):
    """A list that is stored does not begin as the one that was told."""


def told_of(document: Mapping[str, Any]) -> dict[str, Kept]:
    """The lists of a whole document, as one remembers what was told."""
    return {name: Kept(count=len(document[name]), digest=_digest(document[name])) for name in GROWING if document[name]}


def still(document: Mapping[str, Any], told: Mapping[str, Kept]) -> dict[str, Kept]:
    """Those lists of a whole document that begin as they were told."""
    return {name: kept for name, kept in told.items() if _begins(document.get(name, []), kept)}


def without(document: Mapping[str, Any], kept: Mapping[str, Kept]) -> dict[str, Any]:
    """The document with of those lists only what came after their beginnings."""
    return {**document, **{name: document[name][beginning.count :] for name, beginning in kept.items()}}


def joined(stored: Mapping[str, Any], document: Mapping[str, Any], kept: Mapping[str, Kept]) -> dict[str, Any]:
    """The whole document again, the beginnings taken from the one that is stored.

    Raises:
        OtherBeginning: it has not what was told: it was lost, or written by other code.
    """
    whole = dict(document)
    for name, beginning in kept.items():
        before = stored.get(name, [])
        if not _begins(before, beginning):
            raise OtherBeginning(name)
        whole[name] = before[: beginning.count] + document[name]
    return whole


def _begins(items: list[Any], kept: Kept) -> bool:
    return _digest(items[: kept.count]) == kept.digest


def _digest(items: list[Any]) -> str:
    return hashlib.sha256(json.dumps(items, sort_keys=True).encode()).hexdigest()
