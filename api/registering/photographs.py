"""The files of a report: sent while it is written, and the dispute's once it is registered.

They are taken by a remark of the reporter's, so they are part of the case at once, and seen by who sees the case.
"""

from __future__ import annotations

from starlette.datastructures import FormData

from api.attachments.resuming import finish_upload, whole_uploads
from api.attachments.service import FILES
from api.attachments.uploads import take_files
from api.core.context import Services
from api.disputes.comments import remark_with_report
from api.web.rendering import View
from api.web.session import Viewer, text
from domain.errors import Refused, Unavailable
from infra.database.engine import Session

UPLOADS = "uploads"
"""The field that names what came while the report was written."""
REMARK = "登记时拍摄、收取的材料"


async def come_so_far(services: Services, viewer: Viewer, form: FormData) -> list[View]:
    """What has come with a form that is shown again."""
    found = await whole_uploads(services, viewer.actor, _named(form))
    return [{"id": upload_id, "name": name} for upload_id, name in found]


async def take_with_report(
    services: Services, session: Session, viewer: Viewer, dispute_no: str, form: FormData
) -> list[str]:
    """Makes the files of a form that was registered the dispute's; answers what is wrong with each that was not taken.
    The session is closed.
    """
    ids, wrong = await take_files(services, session, viewer, dispute_no, form)
    names = dict(await whole_uploads(services, viewer.actor, _named(form)))
    for upload_id in _named(form):
        try:
            async with services.database.resume(session):
                ids.append((await finish_upload(services, session, viewer.actor, upload_id, dispute_no)).attachment_id)
        except (Refused, Unavailable) as error:
            wrong.append(f"{names.get(upload_id, '文件')}：{error.detail}")
        await session.close()
    if ids:
        try:
            async with services.database.resume(session):
                key = text(form, "key") or None
                await remark_with_report(services, session, viewer.actor, dispute_no, REMARK, ids, key)
        except (Refused, Unavailable) as error:
            wrong.append(error.detail)
        await session.close()
    return wrong


def _named(form: FormData) -> list[str]:
    return [each for each in dict.fromkeys(form.getlist(UPLOADS)) if isinstance(each, str)][:FILES]
