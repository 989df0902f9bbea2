"""A person's message to a case: what decisions, claims, handovers and actions have in common."""

from __future__ import annotations

from domain.base import Model
from domain.people.organisation import Actor


class Message(Model):
    """A message on its way. `key` is the same for the same click sent twice."""

    key: str
    actor: Actor
    seen: int | None = None
    """the revision at which the sender finds the read model: the answer tells him what is new since, and he writes it
    there; none where he only wants the receipt, and the engine writes it"""
