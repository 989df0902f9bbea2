"""Files of a dispute: added, read, removed, and sent along with an answer.

A file is uploaded first and then named by an answer: a decision, or a comment. Until one has taken it, it is its
sender's own: nobody else sees it, he may remove it, and after a time it is swept.
"""

from __future__ import annotations

import asyncio
import io
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from typing import BinaryIO

from pydantic import TypeAdapter

from api.attachments.access import check_may_attach, visible_attachment
from api.attachments.presenters import present_attachment
from api.attachments.schemas import Attachment, Removed
from api.core.context import Services
from api.core.idempotency import Answer, Effect, once
from domain.case.records import Evidence
from domain.errors import (
    Conflict,
    FieldsInvalid,
    FileBroken,
    MediaRefused,
    NotEntitled,
    QuotaReached,
    Refused,
    ScannerUnavailable,
    TooLarge,
)
from domain.people.organisation import Actor
from infra.database.engine import Session
from infra.database.tables.attachments import AttachmentRow
from infra.files import examining
from infra.files.names import clean_name
from infra.files.pictures import draw
from infra.files.store import SHOWN, SMALL, Incoming
from infra.records.attachments import (
    add_attachment,
    check_room,
    drop_attachment,
    return_attachments,
    send_attachments,
)

FILES = 12
"""Files that one form brings, at most."""
_LOOKED_AT = asyncio.Semaphore(2)
"""Files that are looked through at once: each keeps a core busy."""
_ATTACHED = TypeAdapter(Attachment)
_REMOVED = TypeAdapter(Removed)


@dataclass(frozen=True)
class Upload:
    """A file that came in and was found to be acceptable, its type and its name's ending told from its content."""

    name: str
    media_type: str
    incoming: Incoming


@dataclass(frozen=True)
class FileContent:
    """A file to be sent, `size` in bytes. `inline`: a browser may show it instead of saving it under its name."""

    file: BinaryIO
    size: int
    media_type: str
    name: str | None
    inline: bool


async def examine(services: Services, actor: Actor, dispute_no: str, name: str | None, incoming: Incoming) -> Upload:
    """Looks at a file before it is taken; a refusal is noted, with the file's name sealed.

    Raises:
        FieldsInvalid: it is empty.
        TooLarge, MediaRefused
        StoreUnavailable: it could not be written.
        ScannerUnavailable: it was to be looked through for viruses, and could not be.
    """
    with _refusals_noted(services, actor, dispute_no, clean_name(name, "")):
        file = await asyncio.to_thread(incoming.check)
        async with _LOOKED_AT:
            media_type = await asyncio.to_thread(examining.examine, file)
        if services.scanner:
            await services.scanner.check(file)
    return Upload(clean_name(name, examining.ADMITTED[media_type]), media_type, incoming)


async def attach(
    services: Services, session: Session, actor: Actor, dispute_no: str, upload: Upload, key: str | None
) -> Answer[Attachment]:
    """Stores a file, once for its key, however often and however many at once it is sent; 201.

    Raises:
        NotFound, NotEntitled: the person does not see the dispute, or may only look at it.
        MediaRefused: it is a picture of too many pixels.
        QuotaReached, TooLarge: the person has sent as much as one may in a day, or the case has as much as one may.
        KeyReused: the key came with another file before.
        StoreUnavailable: the file or its row can't be written.
    """
    incoming, settings = upload.incoming, services.settings

    async def do(_: str) -> Effect[Attachment]:
        await check_may_attach(services, session, actor, dispute_no)
        await session.close()
        with _refusals_noted(services, actor, dispute_no, upload.name):
            drawn = await draw(incoming.check(), upload.media_type)
        await services.files.keep(incoming, drawn)

        async def register(transaction: Session) -> Answer[Attachment]:
            with _refusals_noted(services, actor, dispute_no, upload.name):
                await check_room(
                    transaction, actor.person_id, dispute_no, incoming.size,
                    of_day=settings.upload_day_mb * 2**20, of_case=settings.case_files_mb * 2**20,
                )  # fmt: skip
            row = await add_attachment(transaction, incoming.attachment_id, dispute_no, actor, name=upload.name,
                                       sha256=incoming.sha256, media_type=upload.media_type, size=incoming.size,
                                       small=bool(drawn))  # fmt: skip
            return Answer(201, present_attachment(row))

        return Effect(register, f"files of {actor.person_id}")

    content = [dispute_no, incoming.sha256, upload.name]
    try:
        answer = await once(services, session, actor, "attachment", key, content, _ATTACHED, do)
    except Refused:
        await services.files.remove(incoming.attachment_id)
        raise
    # After any other error there may be a row or not: where there is none, the sweep finds the file.
    if answer.body.attachment_id != incoming.attachment_id:  # another request with the same key was first
        await services.files.remove(incoming.attachment_id)
    return answer


@contextmanager
def _refusals_noted(services: Services, actor: Actor, dispute_no: str, name: str) -> Iterator[None]:
    """Notes who was refused which file of which case, and why: what somebody tries to bring in tells of him, or of what
    sits in his machine.
    """
    try:
        yield
    except (FieldsInvalid, MediaRefused, TooLarge, QuotaReached, ScannerUnavailable) as refusal:
        about = {"file": name, "why": refusal.detail}
        services.access.note(actor.person_id, dispute_no, "attach", refusal.code, about=about)
        raise


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


async def read_file(
    services: Services, session: Session, actor: Actor, attachment_id: str, *, shown: bool = False
) -> FileContent:
    """A file of a dispute the person may see, as it was sent; the reading is noted.

    `shown`: as a browser may show it. A picture is one drawn anew then; what is neither that nor a recording is saved.

    Raises:
        NotFound: there is none, or not for this person.
        StoreUnavailable: the disk does not answer.
        FileBroken
    """
    row = await visible_attachment(services, session, actor, attachment_id)
    await session.close()
    services.access.note(actor.person_id, row.dispute_no, "attachment")
    if shown and row.sealed["small"]:
        return await _content(services, row, SHOWN)
    return await _content(services, row, inline=shown and row.media_type.split("/")[0] in ("video", "audio"))


async def read_thumbnail(services: Services, session: Session, actor: Actor, attachment_id: str) -> FileContent:
    """The small picture of a file, a JPEG; a gallery of them is noted as one look at the case.

    Raises:
        NotFound: there is no such file for this person, or it is no picture that could be opened.
        StoreUnavailable: the disk does not answer.
        FileBroken
    """
    row = await visible_attachment(services, session, actor, attachment_id)
    await session.close()
    services.access.note_look(actor.person_id, row.dispute_no)
    return await _content(services, row, SMALL)


async def _content(services: Services, row: AttachmentRow, which: str = "", *, inline: bool = True) -> FileContent:
    file = await services.files.open(row.attachment_id, which)
    size = file.seek(0, io.SEEK_END)
    file.seek(0)
    if which:
        return FileContent(file, size, "image/jpeg", None, inline=True)
    if size != row.size:
        file.close()
        raise FileBroken
    return FileContent(file, size, row.media_type, row.sealed["name"], inline)


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
