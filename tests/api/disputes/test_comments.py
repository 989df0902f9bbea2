"""Comments, mentions and watching: beside the process, in one transaction with their answer."""

from __future__ import annotations

import pytest

from api.core.context import Services
from api.disputes.comments import CommentIn, comment_on
from api.disputes.service import whole_case
from api.disputes.watching import unwatch_dispute, watch_dispute
from domain.errors import FieldsInvalid, KeyReused, NotFound
from infra.database.engine import Session
from infra.read_model.messages import messages_of
from infra.records.comments import comments_of
from infra.records.messages import watches
from tests.api.support import dispute, somebody


async def test_a_comment_is_added_once_and_reaches_whom_it_mentions(services: Services, session: Session) -> None:
    number = await dispute(services)
    chief = await somebody(services, "station_chief", "station-gushan")
    supervisor = await somebody(services, "supervisor", "county")
    comment = CommentIn(text="请@county-supervisor-1关注此案", mentions=[supervisor.person_id])
    answer = await comment_on(services, session, chief, number, comment, "k")
    assert (answer.status, answer.body.by) == (201, chief.name)
    assert [who.person_id for who in answer.body.mentions] == [supervisor.person_id]
    async with services.database.resume(session):
        again = await comment_on(services, session, chief, number, comment, "k")
    assert again.document() == answer.document()
    async with services.database.resume(session):
        with pytest.raises(KeyReused):
            await comment_on(services, session, chief, number, CommentIn(text="另一条"), "k")
    async with services.database.resume(session):
        assert len(await comments_of(session, number)) == 1
        page = await messages_of(session, supervisor, unread=True, limit=9, cursor=None)
    assert [(row.kind, row.dispute_no) for row in page.rows] == [("mention", number)]


async def test_a_stranger_is_neither_mentioned_nor_may_he_comment(services: Services, session: Session) -> None:
    number = await dispute(services)
    chief = await somebody(services, "station_chief", "station-gushan")
    stranger = await somebody(services, "township_leader", "town-baiyang")
    wrong = CommentIn(text="@nobody-at-all 请看", mentions=[stranger.person_id], attachments=[])
    with pytest.raises(FieldsInvalid) as refusal:
        await comment_on(services, session, chief, number, wrong, None)
    assert [error["field"] for error in refusal.value.errors] == ["mentions.0", "text"]
    async with services.database.resume(session):
        with pytest.raises(FieldsInvalid):
            await comment_on(services, session, chief, number, CommentIn(text="附件", attachments=["none"]), None)
    async with services.database.resume(session):
        with pytest.raises(NotFound):
            await comment_on(services, session, stranger, number, CommentIn(text="我来看看"), None)
    async with services.database.resume(session):
        assert await comments_of(session, number) == []


async def test_watching_begins_and_ends_and_gives_no_right(services: Services, session: Session) -> None:
    number = await dispute(services)
    supervisor = await somebody(services, "supervisor", "county")
    stranger = await somebody(services, "township_leader", "town-baiyang")
    for _ in range(2):
        async with services.database.resume(session):
            answer = await watch_dispute(services, session, supervisor, number, None)
        assert answer.document() == {"dispute_no": number, "watched": True}
    async with services.database.resume(session):
        assert (await whole_case(services, session, supervisor, number)).watched
        assert not (await unwatch_dispute(services, session, supervisor, number, "k")).body.watched
    async with services.database.resume(session):
        with pytest.raises(NotFound):
            await watch_dispute(services, session, stranger, number, None)
        assert not await watches(session, number, stranger.person_id)
