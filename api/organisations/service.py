"""Organisations: found, rename, move under another, merge (撤并), close. By the administrator of the system; dated.

The open cases of what moves or ends are answered by whoever holds the posts afterwards, in the same transaction
(`domain.people.tree`); closed ones keep the names they were written with.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

from pydantic import TypeAdapter

from api.core.context import Services
from api.core.idempotency import Answer, Effect, once
from api.core.schemas import JsonObject
from api.organisations.schemas import (
    OrganisationClosed,
    OrganisationIn,
    OrganisationMoved,
    OrganisationRenamed,
    OrganisationShown,
    OrganisationsMerged,
)
from api.registers.schemas import version_of
from domain.base import china
from domain.errors import ChangedSince, FieldsInvalid, NotEntitled, NotFound
from domain.people.organisation import Actor
from domain.people.permissions import may_keep_organisation
from domain.people.tree import merged, moved
from domain.triage.places import Listed
from infra.database.engine import Session
from infra.database.tables.people import OrganisationRow
from infra.records import organisations as records
from infra.records.duties import people_at_work
from infra.records.messages import NewMessage, add_messages, message_id_of
from infra.wakeups.wakeups import Topic

_SHOWN: TypeAdapter[OrganisationShown] = TypeAdapter(OrganisationShown)
MERGED = "organisations_merged"
"""The kind of the message by which who administers security hears of a merger."""
Change = Callable[[Session, datetime], Awaitable[OrganisationShown]]


async def found(
    services: Services, session: Session, actor: Actor, asked: OrganisationIn, key: str | None
) -> Answer[OrganisationShown]:
    """A new organisation under another. Noted.

    Raises:
        FieldsInvalid: there is no such organisation above.
        NotEntitled: the place is not the actor's to order.
        Conflict: the code was given before.
    """
    directory = await services.directory.read(session)
    above = directory.named(asked.under, "under")
    _may(services, actor, "found", above.path)

    async def change(writing: Session, now: datetime) -> OrganisationShown:
        path = (await records.open_organisation(writing, above.code)).path
        row = OrganisationRow(
            code=asked.code, name=asked.name, kind=asked.kind, level=asked.level, line=asked.line,
            path=f"{path}/{asked.code}", keywords=" ".join(asked.keywords), since=now,
        )  # fmt: skip
        await records.found(writing, row)
        return _shown(row)

    return await _changed(
        services, session, actor, "found", asked.code, key, asked.model_dump(mode="json"), change, 201
    )


async def rename(
    services: Services,
    session: Session,
    actor: Actor,
    code: str,
    asked: OrganisationRenamed,
    key: str | None,
    seen: str | None = None,
) -> Answer[OrganisationShown]:
    """An organisation is called otherwise from now on; what is on record keeps the old name. Noted.

    Raises:
        NotFound, NotEntitled
        ChangedSince: it is not as it was when its `etag` was `seen`.
    """
    listed = await _named(services, session, actor, "rename", code)

    async def change(writing: Session, now: datetime) -> OrganisationShown:
        row = await _as_seen(writing, listed.code, seen)
        await records.rename(writing, row, asked.name, now)
        return _shown(row)

    return await _changed(services, session, actor, "rename", code, key, asked.model_dump(mode="json"), change)


async def move(
    services: Services,
    session: Session,
    actor: Actor,
    code: str,
    asked: OrganisationMoved,
    key: str | None,
    seen: str | None = None,
) -> Answer[OrganisationShown]:
    """An organisation, and all below it, stands under another from now on. Noted.

    Raises:
        NotFound, NotEntitled
        ChangedSince: it is not as it was when its `etag` was `seen`.
        FieldsInvalid: there is no such organisation above.
        Conflict: that one lies below it.
    """
    listed = await _named(services, session, actor, "move", code)
    above = (await services.directory.read(session)).named(asked.under, "under")
    _may(services, actor, "move", above.path)

    async def change(writing: Session, now: datetime) -> OrganisationShown:
        row = await _as_seen(writing, listed.code, seen)
        await records.open_organisation(writing, above.code)
        await records.stand_elsewhere(writing, moved(await records.paths(writing), row.code, above.code), now)
        return _shown(row)

    return await _changed(services, session, actor, "move", code, key, asked.model_dump(mode="json"), change)


async def merge(
    services: Services,
    session: Session,
    actor: Actor,
    code: str,
    asked: OrganisationsMerged,
    key: str | None,
    seen: str | None = None,
) -> Answer[OrganisationShown]:
    """Organisations end and are this one from now on (撤并): what lies below them, their posts, beats and open cases.

    In one transaction, so that at no moment a task waits for nobody. Who administers security is told. Noted.

    Raises:
        NotFound, NotEntitled
        ChangedSince: it is not as it was when its `etag` was `seen`.
        FieldsInvalid: one of them is none, or of another kind.
        Conflict: one of them is this one, or lies above it.
    """
    into = await _named(services, session, actor, "merge", code)
    directory = await services.directory.read(session)
    sources = [directory.named(each, f"sources.{n}") for n, each in enumerate(asked.sources)]
    for source in sources:
        _may(services, actor, "merge", source.path)
    wrong = [n for n, source in enumerate(sources) if source.kind != into.kind]
    if wrong:
        raise FieldsInvalid(errors=[{"field": f"sources.{n}", "message": "类别不同的单位不能合并"} for n in wrong])
    codes = list(dict.fromkeys(source.code for source in sources))

    async def change(writing: Session, now: datetime) -> OrganisationShown:
        row = await _as_seen(writing, into.code, seen)
        for each in codes:
            await records.open_organisation(writing, each)
        await records.stand_elsewhere(writing, merged(await records.paths(writing), codes, row.code), now)
        went = await records.merge(writing, codes, row, actor.person_id, now)
        await _tell(writing, row, [source.name for source in sources], asked.reason, now)
        return _shown(row).model_copy(update={"people": len(went)})

    return await _changed(services, session, actor, "merge", code, key, asked.model_dump(mode="json"), change)


async def close(
    services: Services,
    session: Session,
    actor: Actor,
    code: str,
    asked: OrganisationClosed,
    key: str | None,
    seen: str | None = None,
) -> Answer[OrganisationShown]:
    """An organisation ends at which nobody and nothing is any more. Noted.

    Raises:
        NotFound, NotEntitled
        ChangedSince: it is not as it was when its `etag` was `seen`.
        Conflict: something is still there.
    """
    listed = await _named(services, session, actor, "close", code)

    async def change(writing: Session, now: datetime) -> OrganisationShown:
        row = await _as_seen(writing, listed.code, seen)
        await records.close(writing, row, now)
        return _shown(row)

    return await _changed(services, session, actor, "close", code, key, asked.model_dump(mode="json"), change)


async def _as_seen(writing: Session, code: str, seen: str | None) -> OrganisationRow:
    """An open organisation, if it is still what its changer saw: of two administrators at once the second is told.

    Raises:
        Conflict: it was closed meanwhile.
        ChangedSince: it is not as it was when its `etag` was `seen`.
    """
    row = await records.open_organisation(writing, code)
    if seen is not None and seen.strip() not in ("*", version_of(row.code, row.name, row.path, row.keywords.split())):
        raise ChangedSince
    return row


async def _named(services: Services, session: Session, actor: Actor, what: str, code: str) -> Listed:
    listed = (await services.directory.read(session)).get(code)
    if listed is None or listed.code != code:
        raise NotFound("没有这个单位，或已撤并")
    _may(services, actor, what, listed.path)
    return listed


def _may(services: Services, actor: Actor, what: str, path: str) -> None:
    if not may_keep_organisation(actor, path):
        services.access.note(actor.person_id, None, f"organisations:{what}", NotEntitled.code)
        raise NotEntitled("单位由本级或上级的系统管理员维护")


async def _changed(
    services: Services, session: Session, actor: Actor, what: str, code: str, key: str | None, content: JsonObject,
    change: Change, status: int = 200,
) -> Answer[OrganisationShown]:  # fmt: skip
    """A change of the tree, once for a key: one at a time in the whole installation."""

    async def do(_: str) -> Effect[OrganisationShown]:
        async def apply(writing: Session) -> Answer[OrganisationShown]:
            shown = await change(writing, datetime.now(UTC))
            services.access.note(actor.person_id, None, f"organisations:{what}")
            return Answer(status, shown)

        return Effect(apply, records.LOCK)

    operation = f"organisations:{what}:{code}"
    answer = await once(services, session, actor, operation, key, content, _SHOWN, do)
    services.directory.forget()
    services.database.wakeups.changed(Topic.PEOPLE)
    return answer


async def _tell(session: Session, into: OrganisationRow, names: list[str], reason: str, now: datetime) -> None:
    said = f"{'、'.join(names)}已并入{into.name}，在任人员的岗位随之变动，请核查"
    messages = [
        NewMessage(message_id=message_id_of(MERGED, into.code, now.isoformat(), person.person_id), kind=MERGED,
                   person_id=person.person_id, content={"said": said, "text": reason})
        for person in await people_at_work(session, ["admin_security"], ())
    ]  # fmt: skip
    await add_messages(session, messages, now)


def _shown(row: OrganisationRow) -> OrganisationShown:
    return OrganisationShown(
        code=row.code, name=row.name, level=row.level, line=row.line, path=row.path, kind=row.kind,
        keywords=row.keywords.split(), since=china(row.since) if row.since else None,
        closed_at=china(row.closed_at) if row.closed_at else None, successor=row.successor,
        etag=version_of(row.code, row.name, row.path, row.keywords.split()),
    )  # fmt: skip
