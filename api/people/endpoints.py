"""Who: signing in, and who one is."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any

from fastapi import APIRouter, Form

from api.core.auth import Brake, verify_password
from api.core.context import Services
from api.core.deps import ActorDep, ServicesDep
from api.disputes.presenters import moment
from domain.errors import NotSignedIn
from domain.people.organisation import ROLES, Post
from domain.storable_text import fit
from infra.database.tables.people import OrganisationRow, PostRow
from infra.records.people import person_by_username, posts_of

router = APIRouter(prefix="/v1", tags=["who"])
brake = Brake()


@router.post("/auth/token")
async def token(
    services: ServicesDep,
    username: Annotated[str, Form(max_length=100)],
    password: Annotated[str, Form(max_length=200)],
) -> dict[str, Any]:
    """A bearer token for a username and its password."""
    person_id = await sign_in(services, fit("username", username), fit("password", password))
    return {
        "access_token": services.tokens.issue(person_id),
        "token_type": "bearer",
        "expires_in": int(services.tokens.life.total_seconds()),
    }


async def sign_in(services: Services, username: str, password: str) -> str:
    """The person id behind a username and password.

    Raises:
        NotSignedIn: they don't go together.
        TooManyTries: too many failed tries for this username.
    """
    brake.check(username)
    async with services.database.read() as session:
        person = await person_by_username(session, username)
    # A quarter of a second of hashing: in a thread, so that nobody else waits for it.
    if not await asyncio.to_thread(verify_password, password, person.password_hash if person else None) or not person:
        brake.failed(username)
        raise NotSignedIn("用户名或密码不正确")
    return person.person_id


@router.get("/me")
async def me(services: ServicesDep, actor: ActorDep) -> dict[str, Any]:
    """The signed-in person, the posts held now, and for whom he deputises with which of their posts."""
    async with services.database.read() as session:
        posts = await posts_of(session, actor.person_id)
        others = [(other, await posts_of(session, other.person_id)) for other in actor.deputises]
    return {
        "person_id": actor.person_id,
        "name": actor.name,
        "posts": [_post(post, o) for post, o in posts],
        "deputising_for": [
            {
                "person_id": other.person_id,
                "name": other.name,
                "until": moment(other.until),
                "posts": [_post(post, o) for post, o in held if Post(role=post.role, path=post.path) in other.posts],
            }
            for other, held in others
        ],
    }


def _post(post: PostRow, organisation: OrganisationRow) -> dict[str, Any]:
    o = organisation
    return {
        "post_id": post.post_id,
        "role": post.role,
        "role_name": ROLES[post.role].name,
        "organisation": {"code": o.code, "name": o.name, "level": o.level, "line": o.line},
    }
