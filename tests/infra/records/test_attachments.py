"""Files in both databases: its sender's own until an answer takes it, and then for good."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import delete, select
from sqlmodel import col

from domain.case.records import Evidence
from domain.case.state import DisputeState
from domain.errors import FieldsInvalid
from domain.image.projection import project
from domain.people.organisation import Actor
from domain.policy.stages import Stage
from infra.database.engine import Database
from infra.database.ids import new_id
from infra.database.tables.attachments import AttachmentRow, CommentRow
from infra.read_model.writer import replace_image, write_image
from infra.records.attachments import (
    PENDING_FOR,
    SENT_FOR,
    add_attachment,
    attachments_of,
    drop_attachment,
    find_attachment,
    known_attachments,
    return_attachments,
    send_attachments,
    sweep_attachments,
)
from infra.records.comments import add_comment
from infra.runtime.settings import Settings
from tests.domain.support import OFFICER, Desk
from tests.infra.stores import opened

SENDER, OTHER = Actor(person_id="p-1", name="张某", posts=[]), "p-2"
NO = "D2026-000001"


async def uploaded(database: Database) -> AttachmentRow:
    """A file on record."""
    async with database.write() as session:
        return await add_attachment(session, new_id(), NO, SENDER, name="现场.png", sha256="0" * 64,
                                    media_type="image/png", size=1)  # fmt: skip


async def names(database: Database, person_id: str) -> list[str]:
    """The files of the dispute that a person sees."""
    async with database.read() as session:
        return [row.attachment_id for row in await attachments_of(session, NO, person_id)]


async def test_a_file_that_no_answer_took_is_its_senders_own(anywhere: Settings) -> None:
    async with opened(anywhere) as database:
        file = (await uploaded(database)).attachment_id
        assert (await names(database, SENDER.person_id), await names(database, OTHER)) == ([file], [])
        async with database.read() as session:
            assert await find_attachment(session, file, OTHER) is None
            assert await find_attachment(session, file, SENDER.person_id)
        assert await drop_attachment(database, file)
        assert not await drop_attachment(database, file)
        assert await known_attachments(database, [file]) == set()


async def test_a_file_in_an_answer_is_everybodys_and_stays(anywhere: Settings) -> None:
    async with opened(anywhere) as database:
        by_comment, by_decision, neither = [(await uploaded(database)).attachment_id for _ in range(3)]
        async with database.write() as session:
            await add_comment(session, NO, SENDER, "见附件", files=[by_comment])
        await send_attachments(database, [by_decision])
        assert await names(database, OTHER) == [by_comment]
        await write_image(database, project(answered(by_decision)))
        assert await names(database, OTHER) == [by_comment, by_decision]
        assert not await drop_attachment(database, by_decision)
        swept = await sweep_attachments(database, datetime.now(UTC) + 2 * SENT_FOR)
        assert swept == [neither]
        await replace_image(database, project(answered(by_decision)))  # the read model made again
        assert await names(database, OTHER) == [by_comment, by_decision]


async def test_a_file_on_its_way_with_an_answer_is_neither_removed_nor_swept(anywhere: Settings) -> None:
    async with opened(anywhere) as database:
        file, idle = [(await uploaded(database)).attachment_id for _ in range(2)]
        await send_attachments(database, [file])
        later = datetime.now(UTC) + PENDING_FOR + timedelta(hours=1)
        assert await sweep_attachments(database, later - timedelta(hours=2)) == []
        assert await sweep_attachments(database, later) == [idle]
        assert not await drop_attachment(database, file)
        await return_attachments(database, [file])  # refused: its sender's own again
        assert await drop_attachment(database, file)


async def test_a_file_that_is_removed_meanwhile_is_in_no_answer(anywhere: Settings) -> None:
    async with opened(anywhere) as database:
        for answer in (sent, remarked):
            file, stays = [(await uploaded(database)).attachment_id for _ in range(2)]
            assert {file, stays} <= set(await names(database, SENDER.person_id)), "the answer looked: it is there"
            async with database.write() as session:
                await session.execute(delete(AttachmentRow).where(col(AttachmentRow.attachment_id) == file))
                answering = asyncio.create_task(answer(database, [stays, file]))
            with pytest.raises(FieldsInvalid) as refused:
                await answering
            assert [error["field"] for error in refused.value.errors] == ["attachments"]
            assert await drop_attachment(database, stays), "no answer has the other one either"
        async with database.read() as session:
            assert (await session.execute(select(CommentRow))).first() is None


async def test_a_file_that_an_answer_has_is_not_removed_meanwhile(anywhere: Settings) -> None:
    async with opened(anywhere) as database:
        for answer in (sent, remarked):
            file = (await uploaded(database)).attachment_id
            await answer(database, [file])
            assert not await drop_attachment(database, file)
            await answer(database, [file])  # named again


async def test_a_refused_answer_gives_back_only_what_went_with_it(anywhere: Settings) -> None:
    async with opened(anywhere) as database:
        file, other = [(await uploaded(database)).attachment_id for _ in range(2)]
        await send_attachments(database, [file])
        went = await send_attachments(database, [file, other])
        assert went == [other]
        await return_attachments(database, went)
        assert not await drop_attachment(database, file), "it is with the first answer"
        assert await drop_attachment(database, other)


async def sent(database: Database, files: list[str]) -> None:
    """A decision with these files."""
    await send_attachments(database, files)


async def remarked(database: Database, files: list[str]) -> None:
    """A comment with these files."""
    async with database.write() as session:
        await add_comment(session, NO, SENDER, "见附件", files=files)


def answered(file: str) -> DisputeState:
    """A dispute with a task on which a file was put on record."""
    desk = Desk()
    task = desk.push(Stage.PUSH_2, "follow_up_responsibly")
    picture = Evidence(attachment_id=file, media_type="image/png", sha256="0" * 64)
    desk.decide(task, "contacted", OFFICER, manner="call", who="甲", summary="已联系", evidence=[picture])
    return desk.state
