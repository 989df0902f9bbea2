"""What looks odd about a disposal: found when it is sent, shown to who judges it, and no reason to refuse it."""

from __future__ import annotations

from io import BytesIO
from typing import Any

from PIL import Image

from api.attachments.service import attach, examine
from api.core.context import Services
from api.tasks.examples import example
from api.tasks.oddities import ALIKE, likeness
from api.tasks.schemas import Answering
from api.tasks.service import decide, whole_task
from domain.case.records import Flag
from domain.image.public_document import public_document
from infra.database.engine import Session
from tests.api.attachments.test_service import come
from tests.api.engine import LivingEngine
from tests.api.support import answered, asked, dispute, may_answer

TEXT = "已组织双方现场调解，双方对界址达成一致，矛盾化解"


async def dispatched(services: Services, *, accept: bool = True) -> str:
    """A dispute before its lead."""
    number = await dispute(services)
    await answered(services, number, "confirm_triage", "confirm")
    await answered(services, number, "handle_on_scene", "unsettled")
    await answered(services, number, "follow_up_responsibly", "request_third_push", suggested=["natural_res"])
    await answered(services, number, "approve_third_push", "approve", suggested=[])
    await answered(services, number, "dispatch", "assign")
    if accept:
        await answered(services, number, "accept_assignment", "accept")
    return number


async def disposed(
    services: Services, session: Session, engine: LivingEngine, number: str, text: str, colour: str
) -> None:
    """The lead feeds back, with a picture of one colour."""
    task = asked(engine, number, "dispose")
    who = await may_answer(services, task)
    written = BytesIO()
    Image.new("RGB", (8, 8), colour).save(written, "PNG")
    sent = await examine(services, who, number, "现场.png", come(services, written.getvalue()))
    file = await attach(services, session, who, number, sent, None)
    document = public_document(engine.state(number)).model_dump(mode="json")
    fields: dict[str, Any] = {**example("dispose", "disposed", task.about, document, engine.at), "summary": text}
    answering = Answering(decision="disposed", fields=fields, attachments=[file.body.attachment_id])
    await decide(services, session, who, task.task_id, answering, None)


async def shown(services: Services, session: Session, engine: LivingEngine, number: str) -> dict[str, str]:
    """What whoever evaluates sees as odd, by code."""
    task = asked(engine, number, "evaluate")
    whole = await whole_task(services, session, await may_answer(services, task), task.task_id)
    return {flag.code: flag.text for flag in whole.brief.flags}


async def test_the_evaluator_sees_the_same_text_the_used_photograph_and_the_signings_of_one_minute(
    services: Services, session: Session, engine: LivingEngine
) -> None:
    """“敷衍塞责、弄虚作假的，予以退回”: what was returned comes back nearly the same."""
    first, second = await dispatched(services), await dispatched(services)
    await disposed(services, session, engine, first, TEXT, "red")
    assert set(await shown(services, session, engine, first)) == {"same_minute"}
    await answered(services, first, "evaluate", "return")
    await disposed(services, session, engine, second, "已上门", "red")
    assert await shown(services, session, engine, second) == {
        "reused_file": f"1份照片或文件曾用于{first}",
        "same_minute": "同一分钟内另签收1件",
    }
    await disposed(services, session, engine, first, f"{TEXT}。", "blue")
    again = await shown(services, session, engine, first)
    assert again["same_text"] == "文字与此前退回的反馈相似度98%"
    assert "reused_file" not in again
    assert engine.state(first).disposal


def test_spaces_and_line_breaks_make_no_text_another() -> None:
    assert likeness(TEXT, TEXT.replace("，", "，\n ")) == 1
    assert likeness(TEXT, "经查双方已于昨日自行和解并签订书面协议") < ALIKE
    assert Flag(code="same_text", text="").code == "same_text"
