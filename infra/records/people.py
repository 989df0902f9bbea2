"""People, posts and organisations, as the API needs them."""

from __future__ import annotations

import time
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache

from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher
from sqlalchemy import and_, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.people.organisation import Actor, OrganisationRef, Post, lineage
from domain.people.permissions import SEPARATE_ROLES
from domain.people.tree import successor_of
from domain.triage.places import Directory, Listed
from infra.database.engine import Database, Session
from infra.database.ids import new_id
from infra.database.paths import below
from infra.database.statements import Statement, among
from infra.database.tables.people import OrganisationRow, OrganisationWasRow, PersonRow, PostRow
from infra.database.tables.read_model import InvolvementRow
from infra.runtime.policy_files import added_roles

NO_PASSWORD = ""
"""Nothing that anybody types is it."""


@dataclass(frozen=True)
class PersonAtPost:
    """A person with one post; `organisation` is a code."""

    person_id: str
    username: str
    name: str
    role: str
    organisation: str
    known_for: tuple[str, ...] = ()
    """what is told beside the name where somebody is chosen: a line of work, a qualification"""


@dataclass(frozen=True)
class PersonWithPart:
    """A person with the post by which he has a part in a dispute; `path` is its organisation's."""

    username: str
    name: str
    role: str
    path: str


@cache
def password_hasher(memory_mb: int, passes: int) -> PasswordHash:
    """How passwords are hashed (argon2id): so much memory, passed over so often. A hash tells how it was made."""
    return PasswordHash([Argon2Hasher(time_cost=passes, memory_cost=memory_mb * 1024)])


async def account_by_username(session: AsyncSession, username: str) -> PersonRow | None:
    """Whose that name is, whether he signs in now or not."""
    query = select(PersonRow).where(col(PersonRow.username) == username)
    return (await session.execute(query)).scalar_one_or_none()


async def accounts_by_username(session: AsyncSession, usernames: Collection[str]) -> dict[str, PersonRow]:
    """Those of these names that are somebody's, by username; active or not."""
    query = select(PersonRow).where(col(PersonRow.username).in_(sorted(usernames)))
    return {row.username: row for row in (await session.execute(query)).scalars()}


async def posts_by_person(session: AsyncSession, people: Collection[str]) -> dict[str, list[Post]]:
    """The posts of each of these people, by person id; without those that follow from another."""
    found: dict[str, list[Post]] = {person_id: [] for person_id in people}
    query = select(PostRow).where(col(PostRow.person_id).in_(people), ~col(PostRow.inherited))
    for row in (await session.execute(query)).scalars():
        found[row.person_id].append(Post(role=row.role, path=row.path))
    return found


async def take_in(
    session: AsyncSession, people: Mapping[str, str], posts: Mapping[str, Sequence[tuple[Post, str]]], at: datetime
) -> list[str]:
    """New people, names by username, without a password; and posts, with their organisations' codes, of them and of
    others by username, who sign in again where their account was closed. Answers the ids of all of them.
    """
    ids = {username: new_id() for username in people}
    session.add_all(
        PersonRow(person_id=ids[username], username=username, name=name, password_hash=NO_PASSWORD)
        for username, name in people.items()
    )
    await session.flush()
    for username, person in (await accounts_by_username(session, set(posts) - set(ids))).items():
        ids[username], person.active = person.person_id, True
        session.add(person)
    session.add_all(
        PostRow(post_id=new_id(), person_id=ids[username], role=post.role, organisation_code=code, path=post.path,
                since=at)
        for username, given in posts.items() for post, code in given
    )  # fmt: skip
    await session.flush()
    return list(ids.values())


async def person_by_username(session: AsyncSession, username: str) -> PersonRow | None:
    """Who signs in under that name."""
    query = select(PersonRow).where(col(PersonRow.username) == username, col(PersonRow.active))
    return (await session.execute(query)).scalar_one_or_none()


async def people_by(session: AsyncSession, words: Collection[str]) -> dict[str, PersonRow]:
    """People by username or person id, active or not; unknown words are absent."""
    if not words:
        return {}
    query = select(PersonRow).where(or_(col(PersonRow.username).in_(words), col(PersonRow.person_id).in_(words)))
    rows = list((await session.execute(query)).scalars())
    return {row.person_id: row for row in rows} | {row.username: row for row in rows}


async def with_a_part(session: AsyncSession, dispute_no: str, limit: int = 100) -> list[PersonWithPart]:
    """Active people who hold a post that has, or had, a part in a dispute, or one at a place that it lies in or that
    serves it, by username, with the first such post.
    """
    query = (
        select(col(PersonRow.username), col(PersonRow.name), col(PostRow.role), col(PostRow.path))
        .join(PostRow, col(PostRow.person_id) == col(PersonRow.person_id))
        .join(
            InvolvementRow,
            and_(col(InvolvementRow.role).in_([col(PostRow.role), ""]), col(InvolvementRow.path) == col(PostRow.path)),
        )
        .where(col(PersonRow.active), col(InvolvementRow.dispute_no) == dispute_no)
        .order_by(col(PersonRow.username), col(PostRow.post_id))
        .limit(limit)
    )
    found: dict[str, PersonWithPart] = {}
    for username, name, role, path in (await session.execute(query)).all():
        found.setdefault(username, PersonWithPart(username, name, role, path))
    return list(found.values())


async def actor_of(session: AsyncSession, person_id: str) -> Actor | None:
    """A person with the posts held now: joiners, leavers and movers need no rewrite of tasks."""
    query = (
        select(col(PersonRow.name), col(PostRow.role), col(PostRow.path))
        .outerjoin(PostRow, col(PostRow.person_id) == col(PersonRow.person_id))
        .where(col(PersonRow.person_id) == person_id, col(PersonRow.active))
        .order_by(col(PostRow.post_id))
    )
    rows = (await session.execute(query)).all()
    if not rows:
        return None
    posts = [Post(role=role, path=path) for _, role, path in rows if role is not None]
    return Actor(person_id=person_id, name=rows[0].name, posts=posts, added=added_roles(posts))


async def actor_named(session: AsyncSession, named: str) -> Actor | None:
    """A person by username or person id, with the posts held now."""
    query = select(col(PersonRow.person_id)).where(
        or_(col(PersonRow.username) == named, col(PersonRow.person_id) == named)
    )
    person_id = (await session.execute(query.limit(1))).scalar_one_or_none()
    return await actor_of(session, person_id) if person_id else None


async def posts_of(session: AsyncSession, person_id: str) -> list[tuple[PostRow, OrganisationRow]]:
    """A person's posts with their organisations; without those that follow from another at a path of before."""
    query = (
        select(PostRow, OrganisationRow)
        .join(OrganisationRow, col(OrganisationRow.code) == col(PostRow.organisation_code))
        .where(col(PostRow.person_id) == person_id, ~col(PostRow.inherited))
        .order_by(col(PostRow.post_id))
    )
    return [(post, organisation) for post, organisation in (await session.execute(query)).all()]


async def first_posts(
    session: AsyncSession, person_ids: Collection[str], roles: Collection[str] = ()
) -> dict[str, Post]:
    """The first post of each of these people, of these roles where some are given, by person id; who holds none is
    absent.
    """
    query = (
        select(col(PostRow.person_id), col(PostRow.role), col(PostRow.path))
        .where(
            col(PostRow.person_id).in_(person_ids),
            ~col(PostRow.inherited),
            *([col(PostRow.role).in_(roles)] if roles else []),
        )
        .order_by(col(PostRow.post_id).desc())
    )
    rows = (await session.execute(query)).all() if person_ids else []
    return {person_id: Post(role=role, path=path) for person_id, role, path in rows}


async def names_of(session: AsyncSession, person_ids: Sequence[str]) -> dict[str, str]:
    """Names by person id; unknown ids are absent."""
    if not person_ids:
        return {}
    query = select(col(PersonRow.person_id), col(PersonRow.name)).where(col(PersonRow.person_id).in_(person_ids))
    return dict((await session.execute(query)).all())


async def colleagues(session: AsyncSession, paths: Collection[str], without: Collection[str]) -> list[PersonAtPost]:
    """Active people with a post at these organisations, of administrators and auditors none; each with one such post.

    `without` are person ids to leave out.
    """
    query = (
        select(PersonRow, PostRow)
        .join(PostRow, col(PostRow.person_id) == col(PersonRow.person_id))
        .where(
            col(PersonRow.active),
            col(PostRow.path).in_(paths),
            col(PostRow.role).not_in(SEPARATE_ROLES),
            col(PersonRow.person_id).not_in(without),
        )
        .order_by(col(PostRow.path), col(PostRow.role), col(PersonRow.username))
    )
    found: dict[str, PersonAtPost] = {}
    for person, post in (await session.execute(query)).all():
        found.setdefault(person.person_id, at_post(person, post))
    return list(found.values())


async def organisations(session: AsyncSession) -> list[OrganisationRow]:
    """Every organisation, the county first, each before those below it."""
    return list((await session.execute(select(OrganisationRow).order_by(col(OrganisationRow.path)))).scalars())


_REFERRED = ("code", "name", "path", "level", "line", "kind")
_REFERENCES = Statement(
    lambda dialect: select(*(getattr(OrganisationRow, name) for name in _REFERRED)).where(
        among(col(OrganisationRow.code), "codes", dialect)
    )
)


async def organisations_by_code(database: Database, codes: Sequence[str]) -> dict[str, OrganisationRef]:
    """Organisations by code; unknown codes are absent."""
    if not codes:
        return {}
    found = await database.ask(_REFERENCES, {"codes": list(codes)})
    rows = [Listed(**dict(zip(_REFERRED, row, strict=True))) for row in found]
    return {row.code: row.ref() for row in rows}


async def manned(session: AsyncSession, paths: Sequence[str], roles: Sequence[str]) -> set[str]:
    """Of these organisation paths, those where somebody holds one of the roles."""
    query = (
        select(col(PostRow.path))
        .join(PersonRow, col(PersonRow.person_id) == col(PostRow.person_id))
        .where(col(PersonRow.active), col(PostRow.path).in_(paths), col(PostRow.role).in_(roles))
    )
    return set((await session.execute(query)).scalars())


async def held_posts(session: AsyncSession) -> list[Post]:
    """Every post that somebody active holds, once."""
    query = (
        select(col(PostRow.role), col(PostRow.path))
        .join(PersonRow, col(PersonRow.person_id) == col(PostRow.person_id))
        .where(col(PersonRow.active))
        .distinct()
        .order_by(col(PostRow.role), col(PostRow.path))
    )
    return [Post(role=role, path=path) for role, path in (await session.execute(query)).all()]


async def people(
    session: AsyncSession,
    *,
    role: str | None,
    path: str | None,
    limit: int,
    after: str | None,
    near: Collection[str] | None = None,
) -> list[PersonAtPost]:
    """Active people by role and organisation path, in order of username, once for each post; with `near` those at
    these paths, below them, and right above.
    """
    query = (
        select(PersonRow, PostRow)
        .join(PostRow, col(PostRow.person_id) == col(PersonRow.person_id))
        .where(col(PersonRow.active), ~col(PostRow.inherited))
        .order_by(col(PersonRow.username), col(PostRow.post_id))
        .limit(limit)
    )
    if near is not None:
        above = {up for mine in near for up in lineage(mine)}
        query = query.where(or_(col(PostRow.path).in_(above), *(below(col(PostRow.path), mine) for mine in near)))
    if role:
        query = query.where(col(PostRow.role) == role)
    if path:
        query = query.where(col(PostRow.path) == path)
    if after:
        query = query.where(col(PersonRow.username) > after)
    return [at_post(person, post) for person, post in (await session.execute(query)).all()]


async def count_staff(session: AsyncSession, path: str) -> int:
    """How many active people hold a post at an organisation or below it."""
    query = (
        select(func.count(func.distinct(col(PostRow.person_id))))
        .join(PersonRow, col(PersonRow.person_id) == col(PostRow.person_id))
        .where(col(PersonRow.active), ~col(PostRow.inherited), below(col(PostRow.path), path))
    )
    return int((await session.execute(query)).scalar_one())


def at_post(person: PersonRow, post: PostRow) -> PersonAtPost:
    """A person with that post."""
    return PersonAtPost(
        person_id=person.person_id, username=person.username, name=person.name, role=post.role,
        organisation=post.organisation_code,
    )  # fmt: skip


def _listed(row: OrganisationRow, name: str, path: str) -> Listed:
    return Listed(code=row.code, name=name, path=path, level=row.level, line=row.line, kind=row.kind,
                  keywords=row.keywords.split())  # fmt: skip


FRESH = 60.0
"""Seconds for which a reading is good."""


class DirectoryCache:
    """The directory as it was read within the last minute."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._read: tuple[float, Directory] | None = None

    async def read(self, session: Session | None = None) -> Directory:
        """The directory; who has a session open gives it, so that nobody holds two connections.

        Raises:
            ValueError: the installation has no county yet.
        """
        if self._read is None or time.monotonic() - self._read[0] > FRESH:
            if session is None:
                async with self._database.read() as own:
                    return await self._renew(own)
            return await self._renew(session)
        return self._read[1]

    def forget(self) -> None:
        """An organisation has changed: the next reading is new. Other processes notice within the minute."""
        self._read = None

    async def _renew(self, session: Session) -> Directory:
        rows = await organisations(session)
        of, was = {row.code: row for row in rows}, (await session.execute(select(OrganisationWasRow))).scalars()
        successors = {row.code: row.successor for row in rows if row.successor}
        directory = Directory(
            organisations=[_listed(row, row.name, row.path) for row in rows if row.closed_at is None],
            former=[_listed(of[each.organisation_code], each.name, each.path) for each in was],
            successors={code: successor_of(code, successors) for code in successors},
        )
        self._read = (time.monotonic(), directory)
        return directory
