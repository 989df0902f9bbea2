"""The attachments' service: a file is its sender's own until an answer takes it, and stored once for its key."""

from __future__ import annotations

import asyncio
from io import BytesIO

import pytest
from PIL import Image

from api.attachments.access import named_files
from api.attachments.responses import as_file
from api.attachments.service import Upload, attach, examine, read_file, read_thumbnail, remove, sent_along
from api.core.context import Services
from domain.case.records import Evidence
from domain.errors import Conflict, FieldsInvalid, KeyReused, MediaRefused, NotEntitled, NotFound, TaskClosed
from domain.people.organisation import Actor
from infra.database.engine import Session
from infra.database.ids import new_id
from infra.files.store import Incoming
from infra.records.attachments import attachments_of, take_attachments
from tests.api.engine import LivingEngine
from tests.api.support import asked, dispute, may_answer, somebody


def picture(colour: str = "red") -> bytes:
    """A small PNG."""
    written = BytesIO()
    Image.new("RGB", (8, 8), colour).save(written, "PNG")
    return written.getvalue()


def come(services: Services, content: bytes) -> Incoming:
    """A file as a form brings it."""
    incoming = services.files.receive(new_id())
    incoming.write(content)
    incoming.seek(0)
    return incoming


async def upload(services: Services, colour: str = "red") -> Upload:
    """A picture as an upload."""
    who = Actor(person_id="p", name="张某", posts=[])
    return await examine(services, who, "D2026-000001", "现场.png", come(services, picture(colour)))


async def case(services: Services, engine: LivingEngine) -> tuple[str, Actor]:
    """A dispute, and somebody who has a task in it."""
    number = await dispute(services)
    return number, await may_answer(services, asked(engine, number, "confirm_triage"))


async def names(services: Services, number: str, actor: Actor) -> list[str]:
    """The files of a dispute that a person sees."""
    async with services.database.read() as session:
        return [row.attachment_id for row in await attachments_of(session, number, actor.person_id)]


def on_disk(services: Services) -> set[str]:
    """The files there are, without their small pictures."""
    root = services.settings.attachments_dir
    return {path.name.partition(".")[0] for path in root.iterdir()} if root.exists() else set()


async def test_a_file_is_stored_once_for_its_key(services: Services, session: Session, engine: LivingEngine) -> None:
    number, who = await case(services, engine)
    first = await attach(services, session, who, number, await upload(services), "k")
    assert (first.status, first.body.media_type, first.body.pending, first.body.thumbnail) == (
        201, "image/png", True, True,
    )  # fmt: skip
    assert await attach(services, session, who, number, await upload(services), "k") == first
    with pytest.raises(KeyReused):
        await attach(services, session, who, number, await upload(services, "blue"), "k")
    assert on_disk(services) == {first.body.attachment_id}


async def test_of_one_file_sent_many_times_at_once_a_single_one_is_left(
    services: Services, engine: LivingEngine
) -> None:
    number, who = await case(services, engine)

    async def send() -> str:
        async with services.database.read() as session:
            return (await attach(services, session, who, number, await upload(services), "k")).body.attachment_id

    sent = set(await asyncio.gather(*(send() for _ in range(6))))
    assert len(sent) == 1
    assert on_disk(services) == sent


async def test_who_may_only_look_adds_nothing_and_what_is_no_file_of_an_office_is_refused(
    services: Services, session: Session, engine: LivingEngine
) -> None:
    number, who = await case(services, engine)
    with pytest.raises(NotEntitled):
        await attach(
            services, session, await somebody(services, "auditor", "county"), number, await upload(services), "k"
        )
    with pytest.raises(NotFound):
        await attach(
            services, session, Actor(person_id="p", name="张某", posts=[]), number, await upload(services), None
        )
    with pytest.raises(MediaRefused):
        await examine(services, who, number, "a.html", page := come(services, b"<html></html>"))
    page.close()
    with pytest.raises(FieldsInvalid):
        await examine(services, who, number, "a.png", come(services, b""))
    assert on_disk(services) == set()


async def test_a_file_is_read_as_it_was_sent_and_nobody_else_reads_it_yet(
    services: Services, session: Session, engine: LivingEngine
) -> None:
    number, who = await case(services, engine)
    file = (await attach(services, session, who, number, await upload(services), None)).body.attachment_id
    read = await read_file(services, session, who, file)
    assert (read.file.read(), read.media_type, read.name, read.inline) == (picture(), "image/png", "现场.png", False)
    sent = as_file(read)
    assert sent.headers["content-disposition"] == (
        "attachment; filename=\"__.png\"; filename*=UTF-8''%E7%8E%B0%E5%9C%BA.png"
    )
    assert (sent.headers["x-content-type-options"], sent.headers["cache-control"]) == ("nosniff", "no-store")
    assert "sandbox" in sent.headers["content-security-policy"]
    shown = await read_file(services, session, who, file, shown=True)
    small = await read_thumbnail(services, session, who, file)
    for each in (shown, small):
        assert (each.media_type, as_file(each).headers["content-disposition"]) == ("image/jpeg", "inline")
        assert each.file.read(2) == b"\xff\xd8"
    for each in (read, shown, small):
        each.file.close()
    with pytest.raises(NotFound):
        await read_file(services, session, await somebody(services, "auditor", "county"), file)


async def test_a_file_is_removed_by_its_sender_until_an_answer_has_it(
    services: Services, session: Session, engine: LivingEngine
) -> None:
    number, who = await case(services, engine)
    gone, taken = [
        (await attach(services, session, who, number, await upload(services), None)).body.attachment_id
        for _ in range(2)
    ]
    answer = await remove(services, session, who, gone, "k")
    assert answer.document() == {"attachment_id": gone, "removed": True}
    assert await remove(services, session, who, gone, "k") == answer  # though there is no such file any more
    async with services.database.write() as transaction:
        await take_attachments(transaction, number, [taken])
    with pytest.raises(Conflict):
        await remove(services, session, who, taken)
    with pytest.raises(NotEntitled):
        await remove(services, session, await somebody(services, "auditor", "county"), taken)
    assert on_disk(services) == {taken}


async def test_files_that_went_with_a_refused_answer_are_their_senders_again(
    services: Services, session: Session, engine: LivingEngine
) -> None:
    number, who = await case(services, engine)
    file = (await attach(services, session, who, number, await upload(services), None)).body.attachment_id
    evidence = await named_files(session, who, number, [file])

    async def refused() -> None:
        async with sent_along(services, evidence):
            with pytest.raises(Conflict):  # on its way: its sender cannot remove it
                await remove(services, session, who, file)
            raise TaskClosed

    with pytest.raises(TaskClosed):
        await refused()
    await remove(services, session, who, file)
    with pytest.raises(FieldsInvalid):
        await named_files(session, who, number, [file])
    with pytest.raises(FieldsInvalid):
        await refused()


async def test_an_answer_names_only_files_that_its_sender_sees_in_that_dispute(
    services: Services, session: Session, engine: LivingEngine
) -> None:
    number, who = await case(services, engine)
    other, _ = await case(services, engine)
    files = [
        (await attach(services, session, who, number, await upload(services, colour), None)).body
        for colour in ("red", "blue")
    ]
    ids = [file.attachment_id for file in reversed(files)]
    assert await named_files(session, who, number, ids) == [
        Evidence(attachment_id=file.attachment_id, media_type="image/png", sha256=file.sha256)
        for file in reversed(files)
    ]
    for actor, place in ((who, other), (await somebody(services, "auditor", "county"), number)):
        with pytest.raises(FieldsInvalid):
            await named_files(session, actor, place, ids)
    assert await names(services, number, who) == sorted(ids)
