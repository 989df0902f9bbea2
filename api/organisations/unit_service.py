"""An organisation as who keeps the tree, or the accounts, looks at it: what lies below it, and who is at work there."""

from __future__ import annotations

from dataclasses import dataclass

from api.core.context import Services
from api.registers.schemas import version_of
from domain.errors import NotFound
from domain.people.organisation import Actor, parent
from domain.people.permissions import administers_security, may_keep_organisation, may_read_staff
from domain.triage.places import Directory, Listed
from infra.database.engine import Session
from infra.records.people import PersonAtPost, count_staff, people

SHOWN = 200
"""People of one organisation that a page lists."""


@dataclass(frozen=True)
class Unit:
    """An organisation with what is below it."""

    listed: Listed
    etag: str
    lineage: list[Listed]
    children: list[tuple[Listed, int]]
    """each organisation right below, and how many lie below it in turn"""
    staff: list[PersonAtPost] | None
    """who holds which post at this very organisation; none where the reader is not told"""
    staffed: int
    """how many people hold a post here or below; 0 where the reader is not told"""
    keeps: bool
    """whether the reader keeps the tree here"""
    appoints: bool
    """whether the reader opens accounts here"""


async def unit(services: Services, session: Session, actor: Actor, code: str) -> Unit:
    """An organisation that is not closed; of one that was merged its successor.

    Raises:
        NotFound
    """
    directory = await services.directory.read(session)
    listed = directory.get(code)
    if listed is None:
        raise NotFound("没有这个单位，或已撤销")
    told = may_read_staff(actor, listed.path)
    return Unit(
        listed=listed,
        etag=version_of(listed.code, listed.name, listed.path, listed.keywords),
        lineage=directory.lineage(listed),
        children=children_of(directory, listed),
        staff=await people(session, role=None, path=listed.path, limit=SHOWN, after=None) if told else None,
        staffed=await count_staff(session, listed.path) if told else 0,
        keeps=may_keep_organisation(actor, listed.path),
        appoints=administers_security(actor, listed.path),
    )


def children_of(directory: Directory, listed: Listed) -> list[tuple[Listed, int]]:
    """Those right below an organisation, each with how many lie below it."""
    under = [each for each in directory.organisations if each.path.startswith(f"{listed.path}/")]
    counts: dict[str, int] = {}
    for each in under:
        above = parent(each.path)
        while above and above != listed.path:
            counts[above] = counts.get(above, 0) + 1
            above = parent(above)
    return [(each, counts.get(each.path, 0)) for each in under if parent(each.path) == listed.path]
