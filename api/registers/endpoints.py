"""Registers: organisations, people, grids, categories, playbooks."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter

from api.core.deps import ActorDep, CursorDep, LimitDep, ServicesDep
from api.core.policy import usable_playbooks
from domain.errors import FieldsInvalid
from domain.policy.fields import Code
from domain.triage.places import Kind
from infra.database.pagination import cursor_of, read_cursor
from infra.records.people import people

router = APIRouter(prefix="/v1", tags=["registers"])


@router.get("/organisations")
async def get_organisations(
    services: ServicesDep,
    actor: ActorDep,
    kind: Code | None = None,
    level: Code | None = None,
    limit: LimitDep = 200,
    cursor: CursorDep = None,
) -> dict[str, Any]:
    """Organisations in the order of the tree."""
    directory = await services.directory.read()
    after = read_cursor(cursor, str)[0] if cursor else ""
    listed = [
        o
        for o in sorted(directory.organisations, key=lambda o: o.path)
        if o.path > after and kind in (None, o.kind) and level in (None, o.level)
    ]
    items = [o.model_dump(include={"code", "name", "kind", "level", "line", "path"}) for o in listed[:limit]]
    return {"items": items, "next_cursor": cursor_of(items[-1]["path"]) if len(listed) > limit else None}


@router.get("/people")
async def get_people(
    services: ServicesDep,
    actor: ActorDep,
    role: Code | None = None,
    organisation: Code | None = None,
    limit: LimitDep = 100,
    cursor: CursorDep = None,
) -> dict[str, Any]:
    """People by post, in order of username."""
    listed = (await services.directory.read()).get(organisation) if organisation else None
    if organisation and listed is None:
        raise FieldsInvalid(errors=[{"field": "organisation", "message": f"没有代码为“{organisation}”的单位"}])
    after = read_cursor(cursor, str)[0] if cursor else None
    async with services.database.read() as session:
        rows = await people(session, role=role, path=listed.path if listed else None, limit=limit + 1, after=after)
    items = rows[:limit]
    return {"items": items, "next_cursor": cursor_of(items[-1]["username"]) if len(rows) > limit else None}


@router.get("/grids")
async def get_grids(services: ServicesDep, actor: ActorDep) -> dict[str, Any]:
    """Grids with their beats, one to one (Q-100)."""
    directory = await services.directory.read()
    beats = {word: beat.code for beat in directory.of_kind(Kind.BEAT) for word in beat.keywords}
    items = [{"code": g.code, "name": g.name, "beat": beats.get(g.code)} for g in directory.of_kind(Kind.GRID)]
    return {"items": items, "next_cursor": None}


@router.get("/categories")
async def get_categories(services: ServicesDep, actor: ActorDep) -> dict[str, Any]:
    """The responsibility list: each category with its lead and cooperating departments (H-032)."""
    items = [
        {"code": c.code, "name": c.name, "lead": c.lead, "cooperating": list(c.cooperating),
         "default_colour": c.default_colour, "non_police": c.non_police}
        for c in services.policy.lexicon.categories.values()
    ]  # fmt: skip
    return {"items": items, "next_cursor": None}


@router.get("/playbooks")
async def get_playbooks(services: ServicesDep, actor: ActorDep) -> dict[str, Any]:
    """The mechanisms there are; `current` is the one new disputes start under.

    Each with its process part as a case pins it (docs/playbook.md), what stands at its default included.
    """
    books = usable_playbooks()
    items = [
        {"code": b.code, "name": b.name, "edition": b.edition, "digest": b.digest, "stages": b.process.stages,
         "colours": {code: rule.name for code, rule in b.process.colours.items()},
         "process": b.process.model_dump(mode="json", exclude_none=True),
         "current": b.code == services.policy.playbook.code}
        for b in books
    ]  # fmt: skip
    return {"items": items, "next_cursor": None}
