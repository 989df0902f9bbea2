"""Accounts: who signs in, under which name, and by which posts he acts. Nothing is deleted, all of it is dated.

Made and changed by the administrator of security of the place or above (三员分立), and never one's own. Who leaves a
post hands his work on first (`api.leaving`); here posts are only given. A new account has no password: its person gets
a one-time code (`api.people.password_service`), which no stored answer holds.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

from pydantic import TypeAdapter

from api.core.context import Services
from api.core.idempotency import Answer, Effect, once
from api.core.schemas import JsonObject
from api.people.password_service import governs
from api.people.schemas import Account, AccountIn, NewName, PostIn
from api.people.service import post_held
from domain.errors import Conflict, FieldsInvalid, NotEntitled, NotFound
from domain.people.organisation import Actor, Post
from domain.people.permissions import may_appoint, may_read_staff
from domain.people.separation import APART, joined_wrongly
from infra.database.engine import Session
from infra.database.ids import new_id
from infra.database.tables.people import PersonRow, PostRow
from infra.records.organisations import hand_down
from infra.records.people import NO_PASSWORD, account_by_username, posts_of
from infra.runtime.policy_files import roles
from infra.wakeups.wakeups import Topic

OPEN, APPOINT, RENAME = "accounts:open", "accounts:appoint", "accounts:rename"
"""Operations of idempotency keys."""
_ACCOUNT: TypeAdapter[Account] = TypeAdapter(Account)


async def open_account(
    services: Services, session: Session, actor: Actor, asked: AccountIn, key: str | None
) -> Answer[Account]:
    """A new account with its first posts. Noted.

    Raises:
        NotEntitled: one of the posts is not the actor's to give; noted.
        FieldsInvalid: no such role or organisation, or posts that nobody may hold together.
        Conflict: somebody has that username.
    """
    posts = [await _checked(services, session, actor, each, f"posts.{n}") for n, each in enumerate(asked.posts)]
    if joined_wrongly([post.role for post, _ in posts]):
        raise FieldsInvalid(errors=[{"field": "posts", "message": APART}])

    async def keep(writing: Session) -> Answer[Account]:
        if await account_by_username(writing, asked.username):
            raise Conflict(f"用户名“{asked.username}”已被使用")
        row = PersonRow(person_id=new_id(), username=asked.username, name=asked.name, password_hash=NO_PASSWORD)
        writing.add(row)
        await writing.flush()
        for post, code in posts:
            writing.add(_given(row.person_id, post, code))
        await writing.flush()
        await hand_down(writing, [row.person_id])
        services.access.note(actor.person_id, None, "accounts:open", concerns=row.person_id)
        return Answer(201, await _shown(writing, row))

    return await _kept(services, session, actor, OPEN, key, asked.model_dump(mode="json"), keep)


async def appoint(
    services: Services, session: Session, actor: Actor, username: str, asked: PostIn, key: str | None
) -> Answer[Account]:
    """Somebody holds one more post from now on; whose account was closed signs in again. Noted.

    Raises:
        NotFound: there is no such account.
        NotEntitled: the post is not the actor's to give, or he would give it to himself; noted.
        FieldsInvalid: no such role or organisation, or he holds it, or may not hold it with what he holds.
    """
    post, code = await _checked(services, session, actor, asked, "")
    person = await _found(session, username)
    if person.person_id == actor.person_id:
        services.access.note(actor.person_id, None, "accounts:appoint", NotEntitled.code)
        raise NotEntitled
    person_id = person.person_id

    async def keep(writing: Session) -> Answer[Account]:
        held = [Post(role=row.role, path=row.path) for row, _ in await posts_of(writing, person_id)]
        if post in held:
            raise FieldsInvalid(errors=[{"field": "role", "message": "已任此岗位"}])
        if joined_wrongly([post.role, *(each.role for each in held)]):
            raise FieldsInvalid(errors=[{"field": "role", "message": APART}])
        row = await writing.get_one(PersonRow, person_id)
        row.active = True
        writing.add(_given(person_id, post, code))
        await writing.flush()
        await hand_down(writing, [person_id])
        services.access.note(actor.person_id, None, "accounts:appoint", concerns=person_id)
        return Answer(200, await _shown(writing, row))

    content = {"username": username, **asked.model_dump(mode="json")}
    return await _kept(services, session, actor, APPOINT, key, content, keep)


async def rename(
    services: Services, session: Session, actor: Actor, username: str, asked: NewName, key: str | None
) -> Answer[Account]:
    """Somebody is called otherwise from now on; what is on record keeps the name it was written with. Noted.

    Raises:
        NotFound: there is no such account.
        NotEntitled: the actor does not administer security above all its posts, or it is his own; noted.
    """
    person = await _found(session, username)
    if person.person_id == actor.person_id or not await governs(services, session, actor, person.person_id):
        services.access.note(actor.person_id, None, "accounts:rename", NotEntitled.code)
        raise NotEntitled
    person_id = person.person_id

    async def keep(writing: Session) -> Answer[Account]:
        row = await writing.get_one(PersonRow, person_id)
        row.name = asked.name
        await writing.flush()
        services.access.note(actor.person_id, None, "accounts:rename", concerns=person_id)
        return Answer(200, await _shown(writing, row))

    content = {"username": username, **asked.model_dump(mode="json")}
    return await _kept(services, session, actor, RENAME, key, content, keep)


async def account(services: Services, session: Session, actor: Actor, username: str) -> Account:
    """An account with its posts, for who keeps the tree, the accounts or the log above one of them; of who holds none,
    above all.

    Raises:
        NotFound: there is no such account.
        NotEntitled: noted.
    """
    row = await _found(session, username)
    shown = await _shown(session, row)
    paths = [post.path for post, _ in await posts_of(session, row.person_id)]
    paths = paths or [(await services.directory.read(session)).root.path]
    if not any(may_read_staff(actor, path) for path in paths):
        services.access.note(actor.person_id, None, "people", NotEntitled.code, concerns=row.person_id)
        raise NotEntitled
    return shown


async def _kept(
    services: Services, session: Session, actor: Actor, operation: str, key: str | None, content: JsonObject,
    keep: Callable[[Session], Awaitable[Answer[Account]]],
) -> Answer[Account]:  # fmt: skip
    """Changes an account once for a key, one change of it after the other, and tells every process."""

    async def do(_: str) -> Effect[Account]:
        return Effect(keep, f"account {content['username']}")

    answer = await once(services, session, actor, operation, key, content, _ACCOUNT, do)
    services.database.wakeups.changed(Topic.PEOPLE)
    return answer


async def _checked(services: Services, session: Session, actor: Actor, asked: PostIn, field: str) -> tuple[Post, str]:
    """A post that the actor may give, and the code of its organisation."""
    where = f"{field}." if field else ""
    directory = await services.directory.read(session)
    if asked.role not in roles():
        raise FieldsInvalid(errors=[{"field": f"{where}role", "message": f"没有“{asked.role}”这个岗位"}])
    listed = directory.named(asked.organisation, f"{where}organisation")
    post = Post(role=asked.role, path=listed.path)
    if not may_appoint(actor, post):
        services.access.note(actor.person_id, None, "accounts:appoint", NotEntitled.code)
        raise NotEntitled
    return post, listed.code


async def _found(session: Session, username: str) -> PersonRow:
    person = await account_by_username(session, username)
    if person is None:
        raise NotFound("没有这个账号")
    return person


def _given(person_id: str, post: Post, organisation: str) -> PostRow:
    return PostRow(post_id=new_id(), person_id=person_id, role=post.role, organisation_code=organisation,
                   path=post.path, since=datetime.now(UTC))  # fmt: skip


async def _shown(session: Session, row: PersonRow) -> Account:
    posts = await posts_of(session, row.person_id)
    return Account(
        person_id=row.person_id, username=row.username, name=row.name, active=row.active,
        posts=[post_held(post, organisation) for post, organisation in posts],
    )  # fmt: skip
