"""People looked for by who keeps accounts, the tree or the log: by name or username, unit and role."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import and_, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from infra.database.pagination import Page, cursor_of, read_cursor
from infra.database.paths import below
from infra.database.tables.people import PersonRow, PostRow


@dataclass(frozen=True)
class Sought:
    """What is asked for; empty means anybody. `path` is the unit's: those at it and below it."""

    words: str = ""
    role: str = ""
    path: str = ""
    postless: bool = False
    """with the accounts without any post, of which nobody's part of the county has one; those closed only where words
    are looked for
    """


@dataclass(frozen=True)
class Found:
    """A person with the posts held within what the reader is shown; none of an account without any."""

    person_id: str
    username: str
    name: str
    posts: list[tuple[str, str]]
    """role and code of the organisation"""
    active: bool = True


async def found(session: AsyncSession, within: Collection[str], sought: Sought, limit: int, cursor: str | None) -> Page:
    """A page of active people with a post at one of the paths or below, and of accounts without any where they are
    asked for, by username: two statements, however many.
    """
    shown = (~col(PostRow.inherited), or_(*(below(col(PostRow.path), path) for path in within)))
    post = select(col(PostRow.post_id)).where(col(PostRow.person_id) == col(PersonRow.person_id), *shown)
    if sought.role:
        post = post.where(col(PostRow.role) == sought.role)
    if sought.path:
        post = post.where(below(col(PostRow.path), sought.path))
    username = col(PersonRow.username)
    there = and_(col(PersonRow.active), post.exists())
    if sought.postless and not sought.role and not sought.path:
        none = ~select(col(PostRow.post_id)).where(col(PostRow.person_id) == col(PersonRow.person_id)).exists()
        there = or_(there, none if sought.words else and_(none, col(PersonRow.active)))
    query = select(PersonRow).where(there).order_by(username).limit(limit + 1)
    if sought.words:
        name = col(PersonRow.name).contains(sought.words, autoescape=True)
        query = query.where(or_(name, username.startswith(sought.words.lower(), autoescape=True)))
    if cursor:
        query = query.where(username > read_cursor(cursor, str)[0])
    people = list((await session.execute(query)).scalars())
    page = people[:limit]
    held = select(PostRow).where(col(PostRow.person_id).in_([each.person_id for each in page]), *shown)
    posts: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for row in (await session.execute(held.order_by(col(PostRow.post_id)))).scalars() if page else ():
        posts[row.person_id].append((row.role, row.organisation_code))
    rows = [Found(each.person_id, each.username, each.name, posts[each.person_id], each.active) for each in page]
    return Page(rows=rows, next_cursor=cursor_of(page[-1].username) if len(people) > limit else None)
