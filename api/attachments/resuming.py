"""A file that a page sends in pieces: begun, gone on with after a lost connection, and made an attachment at its end.

An upload is its sender's own, and is swept a day after its last piece. A piece is 4 MiB: on a bad line that is half a
minute's work lost at most, and two hundred megabytes are fifty requests [DESIGN].
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import suppress

from api.attachments.access import check_may_attach
from api.attachments.presenters import present_attachment
from api.attachments.schemas import Attachment, UploadBegun, UploadIn
from api.attachments.service import attach, examine, remove
from api.core.context import Services
from domain.errors import Conflict, NotEntitled, NotFound, Refused, StoreUnavailable, TooLarge
from domain.people.organisation import Actor
from domain.people.permissions import INTAKE_ROLES
from infra.database.engine import Session
from infra.database.ids import new_id
from infra.files.names import clean_name
from infra.files.pieces import About, Pieces, Uploads
from infra.files.store import Incoming
from infra.records.attachments import check_room, find_attachment

PIECE = 4 * 2**20
"""Bytes that one request brings."""
MOST_OPEN = 24
"""Uploads that a person has under way, at most: two forms full."""
KEPT = 24 * 3600.0
"""Seconds after its last piece that an upload is gone on with."""
UNDER_WAY = 3600.0
"""Seconds after its last piece that what an upload will bring counts as sent today: then the page has been closed.
[DESIGN]"""
_GONE = "上传已过期或已取消，请重新选择文件"


async def begin_upload(services: Services, session: Session, actor: Actor, asked: UploadIn) -> UploadBegun:
    """Begins an upload; of a report that is still being written it has no dispute yet.

    Raises:
        NotFound, NotEntitled: the person does not see the dispute, or may only look at it; or takes no reports.
        TooLarge: it is larger than one may be, or the case has too much.
        QuotaReached: the person has sent as much as one may in a day.
        StoreUnavailable: the disk does not answer.
    """
    limit, settings = services.files.video_limit, services.settings
    if asked.size > limit:
        raise TooLarge(f"文件超过{limit // 2**20}MB")
    if asked.dispute_no:
        await check_may_attach(services, session, actor, asked.dispute_no)
    elif not actor.has_role(*INTAKE_ROLES):
        raise NotEntitled("您的岗位不受理警情")
    uploads = Uploads(services.files)
    for left in (await asyncio.to_thread(uploads.open_of, actor.person_id))[MOST_OPEN - 1 :]:
        await asyncio.to_thread(left.drop)  # pages that were closed: what was gone on with least lately
    promised = await asyncio.to_thread(uploads.promised, actor.person_id, UNDER_WAY)
    await check_room(session, actor.person_id, asked.dispute_no, asked.size, promised=promised,
                     of_day=settings.upload_day_mb * 2**20, of_case=settings.case_files_mb * 2**20)  # fmt: skip
    about = About(dispute_no=asked.dispute_no, name=clean_name(asked.name), size=asked.size)
    try:
        pieces = await asyncio.to_thread(uploads.begin, actor.person_id, new_id(), about)
    except OSError as error:
        raise StoreUnavailable("附件暂时无法保存，请稍后重试") from error
    return _begun(pieces.upload_id, 0, about)


async def upload_so_far(services: Services, actor: Actor, upload_id: str) -> UploadBegun:
    """How much of an upload is there.

    Raises:
        NotFound: there is none of this person's, or it was swept.
    """
    pieces, about = await _found(services, actor, upload_id)
    return _begun(upload_id, about.size if pieces.done() else await asyncio.to_thread(pieces.offset), about)


async def take_piece(services: Services, actor: Actor, upload_id: str, offset: int, piece: Incoming) -> UploadBegun:
    """Takes the next piece of an upload.

    Raises:
        NotFound: there is no such upload of this person's.
        Conflict: it is not the next: ask how much is there.
        TooLarge: it is larger than a piece, or goes beyond what was announced.
        FieldsInvalid: it is empty.
        StoreUnavailable: the disk is full or does not answer.
    """
    pieces, about = await _found(services, actor, upload_id)
    await asyncio.to_thread(piece.check)
    there = await asyncio.to_thread(pieces.offset)
    if pieces.done() or offset != there:
        raise Conflict("这一段不是接着的下一段，请从已传到的位置继续")
    if piece.size > PIECE or offset + piece.size > about.size:
        raise TooLarge("这一段超过了约定的大小")
    try:
        await asyncio.to_thread(pieces.take, piece, services.files.part(piece.attachment_id), offset)
        return _begun(upload_id, await asyncio.to_thread(pieces.offset), about)
    except OSError as error:
        raise StoreUnavailable("附件暂时无法保存，请稍后重试") from error


async def finish_upload(
    services: Services, session: Session, actor: Actor, upload_id: str, registered: str = ""
) -> Attachment:
    """Makes an attachment of an upload that is there whole, once however often it is asked for. `registered` is the
    dispute to which the report led, of an upload that had none.

    Raises:
        NotFound: there is no such upload of this person's, or what it became was removed.
        Conflict: it is not whole yet, or its report is not registered yet.
        TooLarge: it is larger than what is no video may be.
        And whatever `examine` and `attach` raise; then the upload is dropped.
    """
    pieces, about = await _found(services, actor, upload_id)
    if done := pieces.done():
        row = await find_attachment(session, done, actor.person_id)
        if row is None:
            raise NotFound(_GONE)
        return present_attachment(row)
    if await asyncio.to_thread(pieces.offset) != about.size:
        raise Conflict("文件还没有传完")
    number = about.dispute_no or registered
    if not number:
        raise Conflict("登记以后才能收下这个文件")
    await session.close()
    incoming = services.files.receive(new_id(), services.files.video_limit)
    try:
        await asyncio.to_thread(_put_together, pieces, incoming)
        upload = await examine(services, actor, number, about.name, incoming)
        if about.size > services.files.limit and not upload.media_type.startswith("video/"):
            raise TooLarge(f"不是视频的文件不超过{services.files.limit // 2**20}MB")
        async with services.database.resume(session):
            answer = await attach(services, session, actor, number, upload, f"upload:{upload_id}")
    except Refused:  # after any other error the pieces are still good
        await asyncio.to_thread(pieces.drop)
        raise
    finally:
        incoming.close()
    await asyncio.to_thread(pieces.finish, answer.body.attachment_id)
    return answer.body


async def whole_uploads(services: Services, actor: Actor, ids: Sequence[str]) -> list[tuple[str, str]]:
    """Those of a person's uploads that are there whole, with their names."""
    found: list[tuple[str, str]] = []
    for upload_id in ids:
        with suppress(NotFound):
            pieces, about = await _found(services, actor, upload_id)
            if pieces.done() or await asyncio.to_thread(pieces.offset) == about.size:
                found.append((upload_id, about.name))
    return found


async def drop_upload(services: Services, session: Session, actor: Actor, upload_id: str) -> None:
    """Drops an upload, and what it became where no answer has it yet. One that is gone already is no error.

    Raises:
        Conflict: an answer has it: it is part of the case.
    """
    try:
        pieces, _ = await _found(services, actor, upload_id)
    except NotFound:
        return
    if done := pieces.done():
        await remove(services, session, actor, done)
    await asyncio.to_thread(pieces.drop)


def _put_together(pieces: Pieces, incoming: Incoming) -> None:
    for some in pieces.read():
        incoming.write(some)


async def _found(services: Services, actor: Actor, upload_id: str) -> tuple[Pieces, About]:
    pieces = await asyncio.to_thread(Uploads(services.files).of, actor.person_id, upload_id)
    if pieces is None:
        raise NotFound(_GONE)
    try:
        return pieces, await asyncio.to_thread(pieces.about)
    except FileNotFoundError as error:
        raise NotFound(_GONE) from error
    except OSError as error:
        raise StoreUnavailable("附件暂时无法读取，请稍后重试") from error


def _begun(upload_id: str, offset: int, about: About) -> UploadBegun:
    return UploadBegun(upload_id=upload_id, offset=offset, size=about.size, piece=PIECE)
