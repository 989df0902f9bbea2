"""Signing in, and who is signed in."""

from __future__ import annotations

import asyncio

from api.core.auth import verify_password
from api.core.context import Services
from api.people.schemas import Me, OrganisationOfPost, PostHeld, Represented, Token
from domain.base import china
from domain.errors import NotSignedIn
from domain.people.organisation import Actor, Post
from infra.database.engine import Session
from infra.database.tables.people import FormerPostRow, OrganisationRow, PostRow
from infra.records.people import password_hasher, person_by_username, posts_of
from infra.runtime.policy_files import role_name


async def sign_in(services: Services, session: Session, username: str, password: str) -> Token:
    """A bearer token for a username and its password.

    Raises:
        NotSignedIn: they don't go together.
        TooManyTries: too many failed tries for this username.
    """
    person = await person_by_username(session, username)
    tried = await services.sign_ins.begin(session, username)
    hasher = password_hasher(services.settings.password_memory_mb, services.settings.password_passes)
    stored = person.password_hash if person else None
    # A quarter of a second of hashing: in a thread, so that nobody else waits for it.
    if not await asyncio.to_thread(verify_password, hasher, password, stored) or not person:
        raise NotSignedIn("用户名或密码不正确")
    await services.sign_ins.succeeded(tried)
    return Token(
        access_token=services.tokens.issue(person.person_id),
        token_type="bearer",
        expires_in=int(services.tokens.life.total_seconds()),
    )


async def signed_in_person(session: Session, actor: Actor) -> Me:
    """The signed-in person with the posts held now, and for whom he deputises with which of their posts."""
    posts = await posts_of(session, actor.person_id)
    others = [(other, await posts_of(session, other.person_id)) for other in actor.deputises]
    return Me(
        person_id=actor.person_id,
        name=actor.name,
        posts=[post_held(post, organisation) for post, organisation in posts],
        deputising_for=[
            Represented(
                person_id=other.person_id,
                name=other.name,
                until=china(other.until),
                posts=[
                    post_held(post, organisation)
                    for post, organisation in held
                    if Post(role=post.role, path=post.path) in other.posts
                ],
            )
            for other, held in others
        ],
    )


def post_held(post: PostRow | FormerPostRow, organisation: OrganisationRow) -> PostHeld:
    """A post as it is shown."""
    return PostHeld(
        post_id=post.post_id,
        role=post.role,
        role_name=role_name(post.role),
        organisation=OrganisationOfPost(
            code=organisation.code, name=organisation.name, level=organisation.level, line=organisation.line
        ),
    )
