"""One's own password, and giving somebody a one-time code who has none any more."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime

from api.core.context import Services
from api.people.schemas import PasswordCode, PasswordIn, SignInsEnded
from domain.base import china
from domain.errors import FieldsInvalid, NotEntitled, NotFound
from domain.people.organisation import Actor
from domain.people.passwords import CODE_LASTS
from domain.people.permissions import administers_security
from infra.database.engine import Session
from infra.database.tables.people import PersonRow
from infra.records.messages import NewMessage, add_messages
from infra.records.people import person_by_username, posts_of
from infra.records.signing_in.passwords import former_hashes, put_password, unrestrict
from infra.records.signing_in.sessions import digest, end_sessions
from infra.wakeups.wakeups import Topic

CHANGE, RESET = "password:change", "password:reset"
"""Codes of the access log."""
TOLD = "password_reset"
"""The kind of the message by which whose password was reset is told."""
_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
"""Of a code: none that is taken for another when it is read out."""


async def change_password(
    services: Services, session: Session, actor: Actor, token: str, asked: PasswordIn
) -> SignInsEnded:
    """Somebody's own new password; his other sign-ins end, the one that asks goes on. Noted.

    Raises:
        TooManyTries: the old one was wrong too often.
        FieldsInvalid: the old one is wrong, or the new one will not do.
    """
    rules = services.settings.password_rules
    person = await session.get(PersonRow, actor.person_id)
    if person is None:
        raise NotFound("没有这个账号")
    former = await former_hashes(session, actor.person_id, rules.history)
    tried = await services.sign_ins.begin(session, person.username)
    wrong: dict[str, str] = {}
    if not await services.hashing.verify(asked.old, person.password_hash):
        wrong = {"field": "old", "message": "原口令不正确"}
    elif lacks := rules.wrong_with(asked.new, person.username):
        wrong = {"field": "new", "message": lacks}
    elif await services.hashing.among(asked.new, [person.password_hash, *former]):
        wrong = {"field": "new", "message": f"不能与现在的或最近{rules.history}次的口令相同"}
    if wrong:
        services.access.note(actor.person_id, None, "password:change", FieldsInvalid.code)
        raise FieldsInvalid(errors=[wrong])
    hashed, now = await services.hashing.hash(asked.new), datetime.now(UTC)
    async with services.database.write() as writing:
        kept = await writing.get_one(PersonRow, actor.person_id)
        await services.sign_ins.succeeded(writing, tried)
        await put_password(writing, kept, hashed, now, kept=rules.history)
        await unrestrict(writing, digest(token))
        ended = await end_sessions(writing, actor.person_id, now, "password", actor.person_id, but=digest(token))
        async with services.access.within(writing):
            services.access.note(actor.person_id, None, "password:change")
    services.database.wakeups.changed(Topic.PEOPLE)
    return SignInsEnded(ended=ended)


async def reset_password(services: Services, session: Session, actor: Actor, username: str) -> PasswordCode:
    """A one-time code by which somebody signs in and must choose a password; all his sign-ins end. Noted.

    Raises:
        NotEntitled: the actor is no administrator of security above all posts of that person, or is that person.
        NotFound: nobody signs in under that name.
    """
    able = any(post.role == "admin_security" for post in actor.posts)
    person = await person_by_username(session, username) if able else None
    if able and person is None:
        services.access.note(actor.person_id, None, "password:reset", NotFound.code)
        raise NotFound("没有这个账号")
    if (
        person is None
        or person.person_id == actor.person_id
        or not await governs(services, session, actor, person.person_id)
    ):
        tried = person.person_id if person else None
        services.access.note(actor.person_id, None, "password:reset", NotEntitled.code, concerns=tried)
        raise NotEntitled
    code = "-".join("".join(secrets.choice(_LETTERS) for _ in range(4)) for _ in range(4))
    hashed, now = await services.hashing.hash(code), datetime.now(UTC)
    await session.close()
    async with services.database.write() as writing:
        kept = await writing.get_one(PersonRow, person.person_id)
        until = now + CODE_LASTS
        await put_password(writing, kept, hashed, now, kept=services.settings.password_rules.history, code_until=until)
        await end_sessions(writing, person.person_id, now, "reset", actor.person_id)
        told = {"said": f"{actor.name}重置了您的口令", "text": "不是您要求的，请立即联系安全管理员和审计员。"}
        await add_messages(writing, [NewMessage(person_id=person.person_id, kind=TOLD, content=told)], now)
        async with services.access.within(writing):
            services.access.note(actor.person_id, None, "password:reset", concerns=person.person_id)
    services.database.wakeups.changed(Topic.PEOPLE)
    return PasswordCode(username=person.username, name=person.name, code=code, until=china(until))


async def governs(services: Services, session: Session, actor: Actor, person_id: str) -> bool:
    """Whether somebody administers security at or above every post of that person; at the root, of who has none."""
    paths = [post.path for post, _ in await posts_of(session, person_id)]
    paths = paths or [(await services.directory.read(session)).root.path]
    return all(administers_security(actor, path) for path in paths)
