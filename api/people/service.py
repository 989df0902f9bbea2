"""Who is signed in."""

from __future__ import annotations

from api.people.schemas import Me, OrganisationOfPost, PostHeld, Represented
from domain.base import china
from domain.people.organisation import Actor, Post
from infra.database.engine import Session
from infra.database.tables.people import FormerPostRow, OrganisationRow, PostRow
from infra.records.people import posts_of
from infra.runtime.policy_files import role_name


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
