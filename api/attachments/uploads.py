"""The files of a form: each is stored by itself, or its name and what is wrong with it are reported."""

from __future__ import annotations

from starlette.datastructures import FormData, UploadFile

from api.attachments.service import FILES, attach, examine
from api.core.context import Services
from api.core.deps import incoming_of
from api.core.idempotency import digest
from api.web.session import Viewer, text
from domain.errors import Refused, Unavailable
from infra.database.engine import Session
from infra.files.names import clean_name


async def take_files(
    services: Services, session: Session, viewer: Viewer, dispute_no: str, form: FormData
) -> tuple[list[str], list[str]]:
    """Stores the files of a form, each once for the form's key; answers the ids of those that were stored, and what is
    wrong with each other one, in words. It leaves the session closed; to query again, resume it.
    """
    await session.close()
    key, kept, wrong = text(form, "key"), [], []
    chosen = [file for file in form.getlist("files") if isinstance(file, UploadFile) and file.filename]
    for number, file in enumerate(chosen, start=1):
        name = clean_name(file.filename)
        if number > FILES:
            wrong.append(f"{name}：一次最多上传 {FILES} 个文件，此文件没有上传")
            continue
        try:
            upload = await examine(services, viewer.actor, dispute_no, name, incoming_of(file))
            file_key = f"{key}:{digest(upload.incoming.sha256, upload.name)}" if key else None
            async with services.database.resume(session):
                answer = await attach(services, session, viewer.actor, dispute_no, upload, file_key)
            kept.append(answer.body.attachment_id)
        except (Refused, Unavailable) as error:
            wrong.append(f"{name}：{error.detail}")
        await session.close()
    return kept, wrong
