"""Registers as lists: organisations, people by post, grids, playbooks."""

from __future__ import annotations

from api.core.context import Services
from api.core.schemas import JsonObject, Listed
from api.registers.schemas import Grid, OrganisationItem, PersonItem, PlaybookItem, version_of
from domain.people.organisation import Actor
from domain.policy.parts.hazards import HazardPolicy
from domain.triage.places import Kind
from infra.database.engine import Session
from infra.database.pagination import cursor_of, page_of, read_cursor
from infra.records.people import people
from infra.runtime.policy_files import usable_playbooks


async def list_organisations(
    services: Services, session: Session, kind: str | None, level: str | None, limit: int, cursor: str | None
) -> Listed[OrganisationItem]:
    """Organisations in the order of the tree, of a kind and a level where these are given."""
    directory = await services.directory.read(session)
    found = [o for o in directory.organisations if kind in (None, o.kind) and level in (None, o.level)]
    page, more = page_of(found, lambda o: o.path, limit=limit, cursor=cursor)
    items = [
        OrganisationItem(
            code=o.code,
            name=o.name,
            path=o.path,
            level=o.level,
            line=o.line,
            kind=o.kind,
            etag=version_of(o.code, o.name, o.path, o.keywords),
        )
        for o in page
    ]
    return Listed[OrganisationItem](items=items, next_cursor=more)


async def list_people(
    services: Services,
    session: Session,
    actor: Actor,
    role: str | None,
    organisation: str | None,
    limit: int,
    cursor: str | None,
) -> Listed[PersonItem]:
    """Active people in order of username, once for each post that fits; `organisation` is a code. Nobody is given the
    list of all staff: the people of one's own organisations, of those below them, and of those right above. [DESIGN]

    Raises:
        FieldsInvalid: there is no such organisation.
    """
    place = (await services.directory.read(session)).named(organisation) if organisation else None
    after = read_cursor(cursor, str)[0] if cursor else None
    near = {post.path for post in actor.reach}
    found = await people(
        session, near=near, role=role, path=place.path if place else None, limit=limit + 1, after=after
    )
    items = [
        PersonItem(person_id=p.person_id, username=p.username, name=p.name, role=p.role, organisation=p.organisation)
        for p in found[:limit]
    ]
    return Listed[PersonItem](items=items, next_cursor=cursor_of(items[-1].username) if len(found) > limit else None)


async def list_grids(services: Services, session: Session) -> Listed[Grid]:
    """Grids with their beats, one to one (Q-100)."""
    directory = await services.directory.read(session)
    beats = {keyword: beat.code for beat in directory.of_kind(Kind.BEAT) for keyword in beat.keywords}
    grids = [Grid(code=g.code, name=g.name, beat=beats.get(g.code)) for g in directory.of_kind(Kind.GRID)]
    return Listed[Grid](items=grids, next_cursor=None)


def _hazards(policy: HazardPolicy) -> JsonObject:
    """Who sends batches of notices of hazards, and in which aspects."""
    by = [{"role": each.role, "at": each.at} for each in policy.by]
    return {"by": by, "aspects": [{"code": code, "name": name} for code, name in policy.aspects.items()]}


def list_playbooks(services: Services) -> Listed[PlaybookItem]:
    """The playbooks of this installation, each with its process part as a case pins it."""
    items = [
        PlaybookItem(
            code=b.code, name=b.name, edition=b.edition, digest=b.digest, stages=list(b.process.stages),
            colours={code: rule.name for code, rule in b.process.colours.items()},
            process=b.process.model_dump(mode="json", exclude_none=True),
            **({"hazards": _hazards(b.hazards)} if b.hazards else {}),
            current=b.code == services.policy.playbook.code,
        )
        for b in usable_playbooks()
    ]  # fmt: skip
    return Listed[PlaybookItem](items=items, next_cursor=None)
