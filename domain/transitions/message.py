"""A person's message to a case: what decisions, claims, handovers and actions have in common."""

from __future__ import annotations

from domain.base import Model
from domain.people.organisation import Actor
from domain.policy.stages import Stage


class Seen(Model):
    """Where the sender finds a case in the read model."""

    revision: int
    stage: Stage
    round: int


class Message(Model):
    """A message on its way. `key` is the same for the same click sent twice."""

    key: str
    actor: Actor
    seen: Seen | None = None
    """the answer tells the sender what is new since, and he writes it to the read model; none where he only wants the
    receipt, and the engine writes"""
