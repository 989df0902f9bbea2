"""Messages: the newest first, read once, nobody else's; streams that hold no connection while they are open."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import QueuePool

from api.core.context import Services
from api.messages.message_view import message_view
from api.messages.service import list_messages, read_all, read_message
from api.messages.streams import server_sent, stream_of
from api.web.formatting import present
from domain.errors import NotFound, NotSignedIn
from domain.people.organisation import Actor
from infra.database.engine import Session
from infra.records.messages import NewMessage, add_messages
from tests.api.support import answered, dispute, somebody
from tests.sign_ins import token_of

NOW = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
HANDED = {"task_id": "t-1", "task_kind": "mediate", "kind_name": "组织调解", "by": "张某", "text": "请代为准备"}
TASK = {"task_id": "t-2", "dispute_no": "D2026-000001", "kind": "mediate", "kind_name": "组织调解",
        "title": "宅基地纠纷", "party": None, "colour": "red", "due_at": "2026-03-02T10:00:00+08:00",
        "why": "overdue"}  # fmt: skip
DIGEST = {"day": "2026-03-02", "overdue": 1, "due_today": 0, "reminded": 2, "items": [TASK]}


async def leave(services: Services, actor: Actor, *kinds: str) -> None:
    """Messages about no dispute, each a minute newer than the one before."""
    contents = {"handed": HANDED, "digest": DIGEST, "mention": {"comment_id": "c-1", "by": "李某", "text": "请过目"}}
    async with services.database.write() as session:
        for minute, kind in enumerate(kinds):
            message = NewMessage(person_id=actor.person_id, kind=kind, content=contents[kind])
            await add_messages(session, [message], NOW + timedelta(minutes=minute))


async def test_messages_come_newest_first_page_by_page(services: Services, session: Session) -> None:
    chief = await somebody(services, "station_chief", "station-gushan")
    await leave(services, chief, "mention", "handed", "digest")
    page = await list_messages(session, chief, None, 2, None)
    assert ([m.kind for m in page.items], page.unread) == (["digest", "handed"], 3)
    rest = await list_messages(session, chief, None, 2, page.next_cursor)
    assert ([m.kind for m in rest.items], rest.next_cursor) == (["mention"], None)
    assert page.items[1].model_dump(mode="json")["text"] == HANDED["text"]


async def test_a_message_is_read_once_and_by_nobody_else(services: Services, session: Session) -> None:
    chief = await somebody(services, "station_chief", "station-gushan")
    stranger = await somebody(services, "station_chief", "station-baiyang")
    await leave(services, chief, "mention")
    [message] = (await list_messages(session, chief, True, 50, None)).items
    with pytest.raises(NotFound):
        await read_message(services, session, stranger, message.message_id, None)
    first = await read_message(services, session, chief, message.message_id, "k")
    assert (first.status, first.body.read_at is not None) == (200, True)
    for key in ("k", None):
        assert (await read_message(services, session, chief, message.message_id, key)).body == first.body
    assert (await list_messages(session, chief, True, 50, None)).items == []


async def test_all_are_read_at_once_and_a_repeat_gets_the_first_answer(services: Services, session: Session) -> None:
    chief = await somebody(services, "station_chief", "station-gushan")
    await leave(services, chief, "mention", "handed")
    assert (await read_all(services, session, chief, "k")).document() == {"read": 2, "unread": 0}
    assert (await read_all(services, session, chief, "k")).document() == {"read": 2, "unread": 0}
    assert (await read_all(services, session, chief, None)).document() == {"read": 0, "unread": 0}


async def test_each_kind_of_message_is_shown_in_words(services: Services, session: Session) -> None:
    chief = await somebody(services, "station_chief", "station-gushan")
    await leave(services, chief, "mention", "handed", "digest")
    page = await list_messages(session, chief, None, 50, None)
    digest, handed, mention = (message_view(message, present()) for message in page.items)
    assert digest["title"] == "2026-03-02 待办提要：已超期 1 项，已临期提醒 2 项"
    assert (digest["rest"], digest["items"][0]["why"], digest["items"][0]["late"]) == (2, "已超期", True)
    assert handed["title"].startswith("张某 委托您办理：组织调解")
    assert (handed["href"], mention["said"]) == ("/tasks/t-1", "请过目")


async def test_a_department_that_passed_the_buck_and_its_leader_read_so(services: Services, session: Session) -> None:
    """“解决‘各自为阵’‘推诿扯皮’等顽瘴痼疾”: whoever it is found of is told, and whoever answers for him."""
    number = await dispute(services)
    await answered(services, number, "confirm_triage", "confirm")
    await answered(services, number, "handle_on_scene", "unsettled")
    await answered(services, number, "follow_up_responsibly", "request_third_push", suggested=["housing"])
    await answered(services, number, "approve_third_push", "approve", suggested=["housing"])
    await answered(services, number, "dispatch", "assign", lead="housing")
    await answered(services, number, "accept_assignment", "refuse")
    await answered(services, number, "rule_refusal", "overrule", reason="属本单位职责")
    for role in ("department_handler", "department_leader"):
        reader = await somebody(services, role, "housing")
        page = await list_messages(session, reader, None, 50, None)
        [message] = [m for m in page.items if m.kind == "buck_passing"]
        shown = message_view(message, present())
        assert "推诿，退单不予同意" in shown["title"]
        assert (shown["said"], shown["href"]) == ("属本单位职责", f"/disputes/{number}")
    dispatcher = await somebody(services, "centre_dispatcher", "centre")
    assert "buck_passing" not in [m.kind for m in (await list_messages(session, dispatcher, None, 50, None)).items]


async def test_an_open_stream_holds_no_connection(services: Services) -> None:
    chief = await somebody(services, "station_chief", "station-gushan")
    async for stream in stream_of(services, await token_of(services.database, chief.person_id), None):
        sent = server_sent(stream)
        beginning = await anext(sent)
        assert (beginning.id, beginning.comment) == (str(stream.seq), "listening")
        waiting = asyncio.ensure_future(anext(sent))
        await asyncio.sleep(0)
        pool = services.database.readers.pool
        assert isinstance(pool, QueuePool)
        assert pool.checkedout() == 0
        stream.end()
        with pytest.raises(StopAsyncIteration):
            await waiting


async def test_a_stream_is_refused_to_who_is_not_signed_in(services: Services) -> None:
    with pytest.raises(NotSignedIn):
        await anext(stream_of(services, "no token", None))
