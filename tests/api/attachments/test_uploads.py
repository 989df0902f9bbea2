"""Files of a form: each is stored, or named with what is wrong with it; the same form again stores nothing twice."""

from __future__ import annotations

from typing import Any

from starlette.datastructures import FormData, UploadFile

from api.attachments.service import FILES
from api.attachments.uploads import take_files
from api.core.context import Services
from api.web.session import Viewer
from domain.people.organisation import Actor
from infra.database.engine import Session
from infra.records.attachments import attachments_of
from tests.api.attachments.test_service import come, picture
from tests.api.engine import LivingEngine
from tests.api.support import asked, dispute, may_answer, somebody


def viewer(actor: Actor) -> Viewer:
    """A person who looks at a page."""
    return Viewer(actor=actor, csrf="", posts="", unread=0, audits="", deputising="", oversees=False)


def form(services: Services, *files: tuple[str, bytes], key: str = "form") -> FormData:
    """A form with files by name and content, and its key."""
    come_in: list[tuple[str, Any]] = [(name, come(services, content)) for name, content in files]
    sent = [("files", UploadFile(file, filename=name)) for name, file in come_in]
    return FormData([("key", key), *sent])


async def test_each_file_is_stored_or_named_with_what_is_wrong(
    services: Services, session: Session, engine: LivingEngine
) -> None:
    number = await dispute(services)
    who = await may_answer(services, asked(engine, number, "confirm_triage"))
    sent = (("一.png", picture("red")), ("二.png", b"<html></html>"), ("三.png", picture("blue")), ("", b""))
    kept, wrong = await take_files(services, session, viewer(who), number, form(services, *sent))
    assert (len(kept), wrong) == (2, ["二.png：只接受图片、视频、录音、PDF和办公文档"])
    assert await take_files(services, session, viewer(who), number, form(services, *sent)) == (kept, wrong)
    async with services.database.resume(session):
        stored = [row.attachment_id for row in await attachments_of(session, number, who.person_id)]
    assert stored == sorted(kept)


async def test_a_form_brings_so_many_files_and_who_may_only_look_brings_none(
    services: Services, session: Session, engine: LivingEngine
) -> None:
    number = await dispute(services)
    who = await may_answer(services, asked(engine, number, "confirm_triage"))
    many = [(f"{n}.png", picture()) for n in range(FILES + 1)]
    kept, [wrong] = await take_files(services, session, viewer(who), number, form(services, *many))
    assert (len(kept), wrong) == (FILES, f"{FILES}.png：一次最多上传 {FILES} 个文件，此文件没有上传")
    auditor = await somebody(services, "auditor", "county")
    kept, [wrong] = await take_files(services, session, viewer(auditor), number, form(services, ("一.png", picture())))
    assert kept == []
    assert wrong.startswith("一.png：您可以查看此纠纷")
