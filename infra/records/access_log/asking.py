"""Who asks, and from where: what every entry of the access log made during a request is signed with."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field

from domain.people.organisation import Actor

SHORT = 16
"""Characters of a sign-in's id (hexadecimal) by which entries name it; they begin `sign_in_session.session_id`."""


@dataclass
class Asking:
    """A request, as far as is known yet who sent it."""

    address: str = ""
    session_id: str = ""
    actor: Actor | None = None
    capacities: dict[str, Actor] = field(default_factory=dict)
    """in whose name he sees a dispute, by its number: only where that is not his own"""
    noted: bool = False
    """whether an entry was made of what was done or read; what was refused beside it (one file of many) is none"""
    refused: bool = False
    """whether one of a refusal was"""
    program: str = ""
    """where it is no person but a program with a token of his: what the token was made for"""
    waiting: bool = False
    """whether one of them is not written with what it tells of"""

    def told(self, *, ok: bool) -> None:
        """An entry was made, of what was done or of what was refused."""
        self.noted, self.refused = self.noted or ok, self.refused or not ok


_ASKING: ContextVar[Asking | None] = ContextVar("asking", default=None)


def asking() -> Asking | None:
    """The request that is being answered; none in background work."""
    return _ASKING.get()


@contextmanager
def asked(request: Asking) -> Iterator[Asking]:
    """Within the block this request is being answered."""
    before = _ASKING.set(request)
    try:
        yield request
    finally:
        _ASKING.reset(before)


def signed_in(actor: Actor, session_id: str, program: str = "") -> None:
    """Who sent the request is known from now on; `program` is what a program's token was made for."""
    if request := _ASKING.get():
        request.actor, request.session_id, request.program = actor, session_id, program


def opened(session_id: str) -> None:
    """The request has opened a sign-in."""
    if request := _ASKING.get():
        request.session_id = session_id


def capacity_of(person_id: str | None, dispute_no: str | None) -> Actor | None:
    """In which capacity the person who asks has to do with a dispute; none of anybody else."""
    request = _ASKING.get()
    if request is None or request.actor is None or request.actor.person_id != person_id:
        return None
    return request.capacities.get(dispute_no or "", request.actor)


def seen_as(dispute_no: str, capacity: Actor) -> None:
    """In which capacity the person who asks sees a dispute."""
    if request := _ASKING.get():
        request.capacities[dispute_no] = capacity
