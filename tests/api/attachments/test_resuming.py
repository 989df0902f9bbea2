"""Uploads in pieces: gone on with where they stopped, one's own, made an attachment once, and swept."""

from __future__ import annotations

import asyncio
import os
import time
from datetime import UTC, datetime

import pytest

from api.attachments import resuming
from api.attachments.resuming import begin_upload, drop_upload, finish_upload, take_piece, upload_so_far
from api.attachments.schemas import UploadIn
from api.attachments.service import read_file
from api.attachments.sweeping import sweep_files
from api.core.context import Services
from domain.errors import Conflict, FieldsInvalid, MediaRefused, NotEntitled, NotFound, QuotaReached, TooLarge
from domain.people.organisation import Actor
from infra.database.engine import Session
from infra.database.ids import new_id
from infra.files.pieces import FOLDER
from tests.api.attachments.test_service import case, come, names, picture
from tests.api.engine import LivingEngine
from tests.api.support import somebody


async def begun(
    services: Services, session: Session, who: Actor, number: str, size: int, name: str = "现场.png"
) -> str:
    """The id of an upload that has begun."""
    return (await begin_upload(services, session, who, UploadIn(dispute_no=number, name=name, size=size))).upload_id


async def sent(services: Services, who: Actor, upload: str, content: bytes, *, at: int = 0) -> int:
    """A piece as a form brings it; answers how much is there then."""
    piece = come(services, content)
    try:
        return (await take_piece(services, who, upload, at, piece)).offset
    finally:
        piece.close()


async def test_an_upload_is_gone_on_with_where_it_stopped_and_becomes_one_attachment(
    services: Services, session: Session, engine: LivingEngine
) -> None:
    number, who = await case(services, engine)
    content = picture()
    half = len(content) // 2
    upload = await begun(services, session, who, number, len(content))
    assert await sent(services, who, upload, content[:half]) == half
    cut = come(services, content[half:])  # written, and the line was lost before it counted
    cut.close()
    with pytest.raises(Conflict):
        await finish_upload(services, session, who, upload)
    for wrong in (0, half - 1, half + 1):
        with pytest.raises(Conflict):
            await sent(services, who, upload, content[half:], at=wrong)
    assert (await upload_so_far(services, who, upload)).offset == half
    assert await sent(services, who, upload, content[half:], at=half) == len(content)
    async with services.database.resume(session):
        first = await finish_upload(services, session, who, upload)
    async with services.database.resume(session):
        assert await finish_upload(services, session, who, upload) == first, "an answer that was lost is given again"
    assert await names(services, number, who) == [first.attachment_id]
    async with services.database.resume(session):
        kept = await read_file(services, session, who, first.attachment_id)
    assert kept.file.read() == content
    kept.file.close()
    async with services.database.resume(session):
        await drop_upload(services, session, who, upload)
    assert await names(services, number, who) == []


async def test_what_was_not_announced_is_too_large_or_empty_is_not_taken(
    services: Services, session: Session, engine: LivingEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    number, who = await case(services, engine)
    with pytest.raises(TooLarge):
        await begun(services, session, who, number, services.files.video_limit + 1)
    upload = await begun(services, session, who, number, 10)
    with pytest.raises(TooLarge):
        await sent(services, who, upload, bytes(11))
    with pytest.raises(FieldsInvalid):
        await sent(services, who, upload, b"")
    monkeypatch.setattr(resuming, "PIECE", 4)
    with pytest.raises(TooLarge):
        await sent(services, who, upload, bytes(5))
    assert (await upload_so_far(services, who, upload)).offset == 0
    monkeypatch.setattr(services.files, "limit", len(picture()) - 1)  # of anything but a video
    monkeypatch.setattr(resuming, "PIECE", 2**20)
    upload = await begun(services, session, who, number, len(picture()))
    monkeypatch.setattr(services.files, "limit", 2**20)
    await sent(services, who, upload, picture())
    monkeypatch.setattr(services.files, "limit", len(picture()) - 1)
    with pytest.raises(TooLarge, match="不是视频"):
        async with services.database.resume(session):
            await finish_upload(services, session, who, upload)


async def test_what_is_under_way_counts_as_sent_until_its_page_has_been_closed_for_an_hour(
    services: Services, session: Session, engine: LivingEngine
) -> None:
    number, who = await case(services, engine)
    video = services.files.video_limit
    fit = services.settings.upload_day_mb * 2**20 // video
    assert fit < resuming.MOST_OPEN
    uploads = [await begun(services, session, who, number, video) for _ in range(fit)]
    with pytest.raises(QuotaReached, match="今日上传已达上限"):
        await begun(services, session, who, number, video)
    hours_ago = time.time() - 2 * 3600
    os.utime(services.files.root / FOLDER / who.person_id / uploads[0], (hours_ago, hours_ago))
    await begun(services, session, who, number, video)


async def test_an_upload_is_its_senders_own_and_who_may_only_look_begins_none(
    services: Services, session: Session, engine: LivingEngine
) -> None:
    number, who = await case(services, engine)
    upload = await begun(services, session, who, number, 8)
    auditor = await somebody(services, "auditor", "county")
    for asked in (upload, new_id(), f"../{who.person_id}/{upload}"):
        with pytest.raises(NotFound):
            await upload_so_far(services, auditor, asked)
        with pytest.raises(NotFound):
            await sent(services, auditor, asked, b"12345678")
        with pytest.raises(NotFound):
            await finish_upload(services, session, auditor, asked)
    await drop_upload(services, session, auditor, upload)
    assert (await upload_so_far(services, who, upload)).offset == 0, "it is still there"
    with pytest.raises(NotEntitled):
        await begun(services, session, auditor, number, 8)


async def test_a_bad_one_is_dropped_and_what_is_not_gone_on_with_is_swept(
    services: Services, session: Session, engine: LivingEngine
) -> None:
    number, who = await case(services, engine)
    bad = await begun(services, session, who, number, 5, "笔记.txt")
    await sent(services, who, bad, b"words")
    with pytest.raises(MediaRefused):
        await finish_upload(services, session, who, bad)
    async with services.database.resume(session):
        left = await begun(services, session, who, number, 8)
    folder = services.settings.attachments_dir / FOLDER / who.person_id
    assert [path.name for path in folder.iterdir()] == [left]
    await sent(services, who, left, b"1234")
    assert b"1234" not in b"".join(path.read_bytes() for path in (folder / left).iterdir()), "sealed as it comes"
    await sweep_files(services, datetime.now(UTC))
    assert (await upload_so_far(services, who, left)).offset == 4
    yesterday = time.time() - resuming.KEPT - 60
    await asyncio.to_thread(os.utime, folder / left, (yesterday, yesterday))
    assert await sweep_files(services, datetime.now(UTC)) == 1
    with pytest.raises(NotFound):
        await upload_so_far(services, who, left)
