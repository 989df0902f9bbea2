"""Signing in, and who is signed in."""

from __future__ import annotations

from datetime import UTC, datetime

from api.core.context import Services
from api.core.deps import Where
from api.people.schemas import Me, OrganisationOfPost, PostHeld, Represented, Token
from domain.base import china
from domain.errors import NotSignedIn, PasswordDue, TooManyTries
from domain.people.organisation import Actor, Post
from infra.database.engine import Session
from infra.database.tables.people import FormerPostRow, OrganisationRow, PostRow
from infra.records.access_log.asking import opened
from infra.records.duties import people_at_work
from infra.records.messages import NewMessage, add_messages, message_id_of
from infra.records.people import person_by_username, posts_of
from infra.records.signing_in.sessions import digest
from infra.records.signing_in.tries import Try
from infra.runtime.policy_files import role_name

SPRAYING = "spraying"
"""The kind of the message that somebody guesses at many accounts."""


async def sign_in(services: Services, session: Session, username: str, password: str, where: Where) -> Token:
    """A bearer token for a username and its password; the sign-in is put on record, and so is every try.

    Raises:
        NotSignedIn: they don't go together.
        TooManyTries: too many failed tries for this username.
        StoreUnavailable: it can't be put on record now.
    """
    await services.access.room()
    person = await person_by_username(session, username)
    whose = person.person_id if person else None
    of_whom = {"device": where.device} if person else {"device": where.device, "account": username}
    try:
        tried = await services.sign_ins.begin(session, username, address=where.address, device=where.known_as)
    except TooManyTries as refusal:  # whoever goes on trying fills no log
        services.access.note_once(None, None, "sign_in", of_whom, refusal.code, concerns=whose)
        raise
    stored = person.password_hash if person else None
    if not await services.hashing.verify(password, stored) or not person:
        services.access.note(None, None, "sign_in", NotSignedIn.code, concerns=whose, about=of_whom)
        await _failed(services, tried, where.address)
        raise NotSignedIn("用户名或密码不正确")
    services.sign_ins.right(tried)
    now = datetime.now(UTC)
    if person.password_until and now >= person.password_until:
        services.access.note(None, None, "sign_in", PasswordDue.code, concerns=whose, about=of_whom)
        raise NotSignedIn("一次性口令已过期，请联系安全管理员")
    due = person.password_due or services.settings.password_rules.due(person.password_at, now)
    async with services.database.write() as writing:
        await services.sign_ins.succeeded(writing, tried)
        if where.keeps:
            services.sign_ins.remember(writing, username, where.keeps, now)
        token = await services.sessions.begin(
            writing, person.person_id, now, address=where.address, device=where.device, restricted=due
        )
        opened(digest(token))
        async with services.access.within(writing):
            services.access.note(person.person_id, None, "sign_in", concerns=whose, about=of_whom)
    life = services.settings.sign_in_lasting.life
    return Token(access_token=token, token_type="bearer", expires_in=int(life.total_seconds()), password_due=due)


async def _failed(services: Services, tried: Try, address: str) -> None:
    """A sign-in failed: where one address fails at many accounts, who administers security is told, once an hour."""
    async with services.database.read() as session:
        if not await services.sign_ins.sprays(session, tried):
            return
        told = [person.person_id for person in await people_at_work(session, ["admin_security"], ())]
    now = datetime.now(UTC)
    hour = f"{china(now):%Y-%m-%dT%H}"
    messages = [
        NewMessage(message_id=message_id_of(SPRAYING, tried.address, hour, each), person_id=each, kind=SPRAYING,
                   content={"said": "有来源对多个账号猜测口令，请核查", "text": f"来源地址 {address or '未知'}"})
        for each in told
    ]  # fmt: skip
    async with services.database.write() as writing:
        await add_messages(writing, messages, now)


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
