"""Files of a dispute: added, read, removed, and sent along with an answer.

A file is uploaded first and then named by an answer: a decision, or a comment. Until one has taken it, it is its
sender's own: nobody else sees it, he may remove it, and after a time it is swept.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from pydantic import TypeAdapter

from api.attachments.access import check_may_attach, visible_attachment
from api.attachments.presenters import present_attachment
from api.attachments.schemas import Attachment, Removed
from api.core.context import Services
from api.core.idempotency import Answer, Effect, once
from domain.case.records import Evidence
from domain.errors import Conflict, NotEntitled, Refused
from domain.people.organisation import Actor
from infra.database.engine import Session
from infra.database.ids import new_id
from infra.records.attachments import add_attachment, drop_attachment, return_attachments, send_attachments
from infra.runtime.thumbnails import make_thumbnail

FILES = 12
"""Files that one form brings, at most."""
_ATTACHED = TypeAdapter(Attachment)
_REMOVED = TypeAdapter(Removed)


@dataclass(frozen=True)
class Upload:
    """A file as it was sent, its type detected from its content."""

    name: str
    content: bytes
    media_type: str
    sha256: str


@dataclass(frozen=True)
class FileContent:
    """A file to be sent. `inline`: a browser may show it instead of saving it under its name."""

    content: bytes
    media_type: str
    name: str | None
    inline: bool


def examine(services: Services, name: str | None, content: bytes) -> Upload:
    """A file whose content was found to be acceptable.

    Raises:
        FieldsInvalid, TooLarge, MediaRefused
    """
    return Upload(name or "附件", content, *services.files.examine(content))


async def attach(
    services: Services, session: Session, actor: Actor, dispute_no: str, upload: Upload, key: str | None
) -> Answer[Attachment]:
    """Stores a file, once for its key, however often and however many at once it is sent; 201.

    Raises:
        NotFound, NotEntitled: the person does not see the dispute, or may only look at it.
        KeyReused: the key came with another file before.
        StoreUnavailable: the file or its row can't be written.
    """
    stored: list[str] = []

    async def do(_: str) -> Effect[Attachment]:
        await check_may_attach(services, session, actor, dispute_no)
        await session.close()
        thumbnail = await make_thumbnail(upload.content, upload.media_type)
        stored.append(new_id())
        await services.files.put(stored[-1], upload.content, thumbnail)

        async def register(transaction: Session) -> Answer[Attachment]:
            row = await add_attachment(transaction, stored[-1], dispute_no, actor, name=upload.name,
                                       sha256=upload.sha256, media_type=upload.media_type, size=len(upload.content),
                                       small=thumbnail is not None)  # fmt: skip
            return Answer(201, present_attachment(row))

        return Effect(register)

    content = [dispute_no, upload.sha256, upload.name]
    try:
        answer = await once(services, session, actor, "attachment", key, content, _ATTACHED, do)
    except Refused:
        await _discard(services, stored)
        raise
    # After any other error there may be a row or not: where there is none, the sweep finds the file.
    await _discard(services, [each for each in stored if each != answer.body.attachment_id])
    return answer


async def _discard(services: Services, attachment_ids: list[str]) -> None:
    """Removes files from the disk that no row knows: another request with the same key was first."""
    for attachment_id in attachment_ids:
        await services.files.remove(attachment_id)


async def remove(
    services: Services, session: Session, actor: Actor, attachment_id: str, key: str | None = None
) -> Answer[Removed]:
    """Removes a file that no answer has taken; only its sender may.

    Raises:
        NotFound: there is none, or not for this person.
        NotEntitled: somebody else sent it.
        Conflict: an answer has it: it is part of the case.
    """

    async def do(_: str) -> Answer[Removed]:
        row = await visible_attachment(services, session, actor, attachment_id)
        if row.person_id != actor.person_id:
            services.access.note(actor.person_id, row.dispute_no, "remove", NotEntitled.code)
            raise NotEntitled("附件只能由上传人删除")
        await session.close()
        if not await drop_attachment(services.database, attachment_id):
            raise Conflict("附件已随处理意见或留言提交，不能删除")
        await services.files.remove(attachment_id)
        return Answer(200, Removed(attachment_id=attachment_id, removed=True))

    return await once(services, session, actor, f"remove:{attachment_id}", key, None, _REMOVED, do)


async def read_file(services: Services, session: Session, actor: Actor, attachment_id: str) -> FileContent:
    """A file of a dispute the person may see; the reading is noted.

    Raises:
        NotFound: there is none, or not for this person.
        StoreUnavailable: the disk does not answer.
    """
    row = await visible_attachment(services, session, actor, attachment_id)
    await session.close()
    services.access.note(actor.person_id, row.dispute_no, "attachment")
    shown = row.media_type.split("/")[0] in ("image", "video", "audio")
    content = await services.files.get(attachment_id)
    return FileContent(content, row.media_type, row.sealed["name"], inline=shown)


async def read_thumbnail(services: Services, session: Session, actor: Actor, attachment_id: str) -> FileContent:
    """The small picture of a file, a JPEG; a gallery of them is noted as one look at the case.

    Raises:
        NotFound: there is no such file for this person, or it is no picture that could be opened.
        StoreUnavailable: the disk does not answer.
    """
    row = await visible_attachment(services, session, actor, attachment_id)
    await session.close()
    services.access.note_look(actor.person_id, row.dispute_no)
    return FileContent(await services.files.get_small(attachment_id), "image/jpeg", None, inline=True)


@asynccontextmanager
async def sent_along(services: Services, evidence: list[Evidence]) -> AsyncIterator[None]:
    """Marks files as sent for the length of a block that sends their answer to the engine. Where the answer is refused
    they are their sender's own again; where its outcome is unknown they stay with it. The caller's session is closed.

    Raises:
        FieldsInvalid: one was removed meanwhile.
    """
    ids = await send_attachments(services.database, [each.attachment_id for each in evidence])
    try:
        yield
    except Refused:
        await return_attachments(services.database, ids)
        raise
