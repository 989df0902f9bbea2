"""Files of a dispute: who may add one, who sees it, and what becomes of those that no answer took.

A file is uploaded first and then named by an answer: a decision, or a comment. Until one has taken it, it is its
sender's own: nobody else sees it, he may remove it, and after a time it is swept.
"""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

import structlog
from fastapi import Response
from fastapi.responses import JSONResponse

from api.core.context import Services
from api.core.old_idempotency import Done, Effect, once
from api.disputes.access import seen
from api.disputes.presenters import attachment_item, may_attach
from domain.errors import Conflict, NotEntitled, NotFound, Unavailable
from domain.people.organisation import Actor
from infra.database.engine import Session
from infra.database.ids import new_id
from infra.database.tables.attachments import AttachmentRow
from infra.read_model.disputes import paths_of
from infra.read_model.tasks import open_tasks_of
from infra.records.attachments import (
    add_attachment,
    attachments_of,
    drop_attachment,
    find_attachment,
    known_attachments,
    no_such_file,
    sweep_attachments,
)
from infra.runtime.thumbnails import make_thumbnail

log = structlog.get_logger()
FILES = 12
"""Files that one answer brings, at most."""
EVERY = 3600.0
"""Seconds between two sweeps."""
DAY = 86_400.0


@dataclass(frozen=True)
class Upload:
    """A file as it was sent, its type told from its content."""

    name: str
    content: bytes
    media_type: str
    sha256: str


def examined(services: Services, name: str | None, content: bytes) -> Upload:
    """A file once it is known to be one that is taken.

    Raises:
        FieldsInvalid, TooLarge, MediaRefused
    """
    return Upload(name or "附件", content, *services.files.examine(content))


async def attach(services: Services, actor: Actor, dispute_no: str, upload: Upload, key: str | None) -> JSONResponse:
    """Takes a file in, once for its key, however often and however many at once it is sent.

    Raises:
        KeyReused: the key came with another file before.
        StoreUnavailable: the file or its row can't be written.
    """
    made: list[str] = []

    async def do(_: str) -> Effect:
        await _check_may_attach(services, actor, dispute_no)
        small = await make_thumbnail(upload.content, upload.media_type)
        made.append(new_id())
        await services.files.put(made[-1], upload.content, small)

        async def register(session: Session) -> Done:
            row = await add_attachment(session, made[-1], dispute_no, actor, name=upload.name, sha256=upload.sha256,
                                       media_type=upload.media_type, size=len(upload.content),
                                       small=small is not None)  # fmt: skip
            return 201, attachment_item(row)

        return Effect(register)

    response = await once(services, actor, "attachment", key, [dispute_no, upload.sha256, upload.name], do)
    kept = json.loads(bytes(response.body)).get("attachment_id")
    for attachment_id in made:  # what failed left a row or none: then the sweep finds the file
        if attachment_id != kept:
            await services.files.remove(attachment_id)
    return response


async def _check_may_attach(services: Services, actor: Actor, dispute_no: str) -> None:
    """Whether a person may add files to a dispute.

    Raises:
        NotFound, NotEntitled: he does not see it, or may only look at it; the try is noted.
    """
    row = await seen(services, actor, dispute_no)
    async with services.database.read() as session:
        tasks, paths = await open_tasks_of(session, dispute_no, ""), await paths_of(session, dispute_no)
    if not may_attach(row, tasks, paths, actor):
        services.access.note(actor.person_id, dispute_no, "attach", NotEntitled.code)
        raise NotEntitled("您可以查看此纠纷，但没有待您办理的事项，不能上传附件")


async def remove(services: Services, actor: Actor, attachment_id: str) -> tuple[int, dict[str, Any]]:
    """Removes a file that no answer has, for who sent it.

    Raises:
        NotFound: there is none, or not for this person.
        NotEntitled: somebody else sent it.
        Conflict: an answer has it: it is part of the case.
    """
    row = await visible(services, actor, attachment_id)
    if row.person_id != actor.person_id:
        services.access.note(actor.person_id, row.dispute_no, "remove", NotEntitled.code)
        raise NotEntitled("附件只能由上传人删除")
    if not await drop_attachment(services.database, attachment_id):
        raise Conflict("附件已随处理意见或留言提交，不能删除")
    await services.files.remove(attachment_id)
    return 200, {"attachment_id": attachment_id, "removed": True}


async def visible(services: Services, actor: Actor, attachment_id: str) -> AttachmentRow:
    """A file that the person may see.

    Raises:
        NotFound: there is none, or not for this person.
    """
    row = await find_attachment(services.database, attachment_id, actor.person_id)
    if row is None:
        raise NotFound("没有这个附件")
    await seen(services, actor, row.dispute_no)
    return row


async def own_files(services: Services, actor: Actor, dispute_no: str, ids: list[str]) -> list[AttachmentRow]:
    """The files that an answer names.

    Raises:
        FieldsInvalid: one is not there, or not of this dispute, or somebody else's and in no answer yet.
    """
    async with services.database.read() as session:
        shown = await attachments_of(session, dispute_no, actor.person_id) if ids else []
    known = {a.attachment_id: a for a in shown}
    if any(attachment_id not in known for attachment_id in ids):
        raise no_such_file()
    return [known[attachment_id] for attachment_id in ids]


async def file_response(services: Services, actor: Actor, attachment_id: str) -> Response:
    """A file of a dispute the person may see; never run by the browser, always kept out of caches."""
    row = await visible(services, actor, attachment_id)
    services.access.note(actor.person_id, row.dispute_no, "attachment")
    inline = row.media_type.split("/")[0] in ("image", "video", "audio")
    content = await services.files.get(attachment_id)
    return _sent(content, row.media_type, f"{'inline' if inline else 'attachment'}; filename*=UTF-8''"
                 f"{quote(row.sealed['name'])}")  # fmt: skip


async def small_response(services: Services, actor: Actor, attachment_id: str) -> Response:
    """The small picture of a file; a gallery of them is one look at the case.

    Raises:
        NotFound: there is no such file for this person, or it is no picture that could be opened.
    """
    row = await visible(services, actor, attachment_id)
    services.access.note_look(actor.person_id, row.dispute_no)
    return _sent(await services.files.get_small(attachment_id), "image/jpeg", "inline")


def _sent(content: bytes, media_type: str, disposition: str) -> Response:
    headers = {"Content-Disposition": disposition, "X-Content-Type-Options": "nosniff", "Cache-Control": "no-store"}
    return Response(content, media_type=media_type, headers=headers)


async def tidy(services: Services, now: datetime) -> int:
    """Sweeps the files that no answer took in time, and those on the disk that no row knows; answers how many."""
    swept = set(await sweep_attachments(services.database, now))
    strays = await services.files.strays(older=DAY, younger=30 * DAY)
    swept |= strays - await known_attachments(services.database, strays)
    for attachment_id in swept:
        await services.files.remove(attachment_id)
    return len(swept)


async def keep_tidy(services: Services) -> None:
    """Sweeps for as long as the process lives."""
    while True:
        try:
            if swept := await tidy(services, datetime.now(UTC)):
                log.info("attachments_swept", files=swept)
        except Unavailable as error:
            log.warning("attachments_not_swept", error=error.code)
        await asyncio.sleep(EVERY)
