"""The files of a form: each is taken, or told by its name with what is wrong with it, by itself."""

from __future__ import annotations

import json

from starlette.datastructures import FormData, UploadFile

from api.attachments.service import FILES, attach, examined
from api.core.context import Services
from api.core.old_idempotency import digest
from api.web.session import Viewer, text
from domain.errors import Refused, Unavailable


async def take_files(services: Services, viewer: Viewer, no: str, form: FormData) -> tuple[list[str], list[str]]:
    """Takes the files of a form in, each once for the form's key; answers the ids of those that were taken, and what is
    wrong with each other one, in words.
    """
    key, kept, wrong = text(form, "key"), [], []
    chosen = [file for file in form.getlist("files") if isinstance(file, UploadFile) and file.filename]
    for number, file in enumerate(chosen, start=1):
        name = file.filename or ""
        if number > FILES:
            wrong.append(f"{name}：一次最多上传 {FILES} 个文件，此文件没有上传")
            continue
        try:
            upload = examined(services, name, await file.read(services.files.limit + 1))
            file_key = f"{key}:{digest(upload.sha256, upload.name)}" if key else None
            response = await attach(services, viewer.actor, no, upload, file_key)
            body = json.loads(bytes(response.body))
            if response.status_code >= 400:
                wrong.append(f"{name}：{body['detail']}")
            else:
                kept.append(str(body["attachment_id"]))
        except (Refused, Unavailable) as error:
            wrong.append(f"{name}：{error.detail}")
    return kept, wrong
