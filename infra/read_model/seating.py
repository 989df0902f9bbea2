"""Who may sit at a session, or be named for a task: holders of posts, found by name or by what is needed."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import false, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.people.duties import LAST
from domain.people.organisation import Post, lineage
from infra.database.paths import below
from infra.database.tables.people import OrganisationRow, PersonRow, PostRow
from infra.records.people import PersonAtPost, at_post


async def named_so(session: AsyncSession, words: Collection[str]) -> dict[str, list[str]]:
    """The ids of the active people whom each word means: a person id, a username, or a name, which may be several's."""
    columns = (col(PersonRow.person_id), col(PersonRow.username), col(PersonRow.name))
    known = or_(*(column.in_(words) for column in columns))
    rows = (await session.execute(select(PersonRow).where(col(PersonRow.active), known))).scalars()
    found: dict[str, list[str]] = {}
    for row in rows:
        for word in {row.person_id, row.username, row.name} & set(words):
            found.setdefault(word, []).append(row.person_id)
    return found


async def holders_of(
    session: AsyncSession,
    roles: Sequence[str],
    path: str | None,
    without: Collection[str] = (),
    limit: int = 40,
    first: Mapping[tuple[str, str], int] | None = None,
    having: Collection[str] = (),
) -> list[PersonAtPost]:
    """Active holders of the roles at a place, below it or above it; anywhere where no path is given.

    Those of `first` (place in the line by person id and role) first, then those of the organisations `having` the
    matter, by code; then the first role's, and of a place its own people before those above and below.
    """
    first = first or {}
    leading = [col(PersonRow.person_id).in_({person for person, _ in first}).desc()] if first else []
    theirs = select(col(OrganisationRow.path)).where(col(OrganisationRow.code).in_(having))
    near = col(PostRow.path).in_(theirs) if having else false()
    query = (
        select(PersonRow, PostRow, near)
        .join(PostRow, col(PostRow.person_id) == col(PersonRow.person_id))
        .where(col(PersonRow.active), col(PostRow.role).in_(roles), col(PersonRow.person_id).not_in(without))
        .order_by(*leading, *([near.desc()] if having else []), col(PostRow.path), col(PersonRow.username))
        .limit(limit)
    )
    if path:
        query = query.where(or_(below(col(PostRow.path), path), col(PostRow.path).in_(lineage(path))))
    rows = [(at_post(person, post), post, close) for person, post, close in (await session.execute(query)).all()]
    rows.sort(
        key=lambda row: (
            first.get((row[0].person_id, row[1].role), LAST),
            not row[2],
            list(roles).index(row[1].role),
            row[1].path != path,
        )
    )
    found: dict[str, PersonAtPost] = {}
    for person, _, _ in rows:
        found.setdefault(person.person_id, person)
    return list(found.values())


async def holders_for(session: AsyncSession, posts: Sequence[Post], without: Collection[str]) -> list[PersonAtPost]:
    """Active holders of posts, or of the same roles above them."""
    found: dict[str, PersonAtPost] = {}
    for post in posts:
        held = (
            select(PersonRow, PostRow)
            .join(PostRow, col(PostRow.person_id) == col(PersonRow.person_id))
            .where(
                col(PersonRow.active),
                col(PostRow.role) == post.role,
                col(PostRow.path).in_(lineage(post.path)),
                col(PersonRow.person_id).not_in(without),
            )
            .order_by(col(PersonRow.username))
        )
        for person, row in (await session.execute(held)).all():
            found.setdefault(person.person_id, at_post(person, row))
    return list(found.values())
