"""Hostile uploads over HTTP: refused in words or harmless, and nothing of what was refused lies on the disk."""

from __future__ import annotations

import random
from dataclasses import replace
from pathlib import Path

import httpx2
import pytest
from sqlalchemy import select
from sqlmodel import col

from api.app import create_app
from api.core.context import Services
from domain.people.organisation import Actor
from infra.database.tables.audit import AccessRow
from infra.files.scanning import Scanner
from tests.api.attachments.test_service import case, on_disk
from tests.api.engine import LivingEngine
from tests.infra.files.hostile import REFUSED, TAKEN, picture
from tests.sign_ins import token_of


async def signed_in(services: Services, who: Actor) -> httpx2.AsyncClient:
    """A program of somebody's at the application."""
    app = create_app(services.settings)
    app.state.services = services
    headers = {"Authorization": f"Bearer {await token_of(services.database, who.person_id)}"}
    return httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url="http://localhost", headers=headers)


async def send(http: httpx2.AsyncClient, number: str, content: bytes, name: str = "a.png") -> httpx2.Response:
    """An upload."""
    files = {"file": (name, content, "image/png")}
    return await http.post("/v1/attachments", data={"dispute_no": number}, files=files)


async def test_what_is_hostile_is_refused_in_words_and_what_is_not_comes_back_as_it_was(
    services: Services, engine: LivingEngine
) -> None:
    number, who = await case(services, engine)
    async with await signed_in(services, who) as http:
        for what, content in REFUSED.items():
            answer = await send(http, number, content, "\u202egnp.照片\r\n.png")
            assert (answer.status_code, answer.json()["code"]) == (415, "media_type_refused"), what
        assert on_disk(services) == set()
        await services.access.written()
        async with services.database.read() as session:
            noted = list((await session.execute(select(AccessRow).where(col(AccessRow.what) == "attach"))).scalars())
        told = {(row.person_id, row.dispute_no, row.outcome) for row in noted}
        assert (len(noted), told) == (len(REFUSED), {(who.person_id, number, "media_type_refused")})
        assert all("照片" in row.sealed["file"] and row.sealed["why"] for row in noted)
        for content, media_type in TAKEN.values():
            answer = await send(http, number, content, "../../照片\u202egnp.exe")
            told = answer.json()
            assert (answer.status_code, told["media_type"], told["size"]) == (201, media_type, len(content))
            assert told["name"].rpartition(".")[0] == "照片gnp"
            back = await http.get(f"/v1/attachments/{told['attachment_id']}")
            assert (back.content, back.headers["content-type"]) == (content, media_type)
            assert back.headers["content-disposition"].startswith("attachment; filename=")
            assert "sandbox" in back.headers["content-security-policy"]


async def test_a_file_is_sent_in_ranges(services: Services, engine: LivingEngine) -> None:
    number, who = await case(services, engine)
    content = picture("JPEG") + random.Random(5).randbytes(300_000)
    async with await signed_in(services, who) as http:
        path = f"/v1/attachments/{(await send(http, number, content)).json()['attachment_id']}"
        size = len(content)
        for asked, begin, end in (("0-0", 0, 1), ("70000-140000", 70_000, 140_001), ("300000-", 300_000, size),
                                  ("-5", size - 5, size), ("5-99999999", 5, size)):  # fmt: skip
            part = await http.get(path, headers={"Range": f"bytes={asked}"})
            assert (part.status_code, part.content) == (206, content[begin:end]), asked
            assert part.headers["content-range"] == f"bytes {begin}-{end - 1}/{size}"
        for asked in (f"{size}-", "9-5", "-0"):
            assert (await http.get(path, headers={"Range": f"bytes={asked}"})).status_code == 416, asked
        for asked in ("-", "0-1,5-6", "x", "1" * 30 + "-"):
            assert (await http.get(path, headers={"Range": f"bytes={asked}"})).content == content, asked


async def test_a_file_that_was_changed_on_the_disk_is_not_sent(services: Services, engine: LivingEngine) -> None:
    number, who = await case(services, engine)
    async with await signed_in(services, who) as http:
        name = (await send(http, number, picture())).json()["attachment_id"]
        lies = services.settings.attachments_dir / name
        lies.write_bytes(lies.read_bytes()[:-1] + b"x")
        answer = await http.get(f"/v1/attachments/{name}")
        assert (answer.status_code, answer.json()["code"]) == (500, "file_broken")


async def test_a_person_has_so_much_a_day_and_a_case_so_much(services: Services, engine: LivingEngine) -> None:
    number, who = await case(services, engine)
    large = picture("JPEG") + bytes(700_000)
    for setting, status, code in (("upload_day_mb", 429, "quota_reached"), ("case_files_mb", 413, "too_large")):
        narrow = replace(services, settings=services.settings.model_copy(update={setting: 2}))
        async with await signed_in(narrow, who) as http:
            while (answer := await send(http, number, large)).status_code == 201:
                kept = on_disk(services)
            assert (answer.status_code, answer.json()["code"]) == (status, code)
            assert ("retry-after" in answer.headers) == (status == 429)
            assert len(kept) == 2
            assert on_disk(services) == kept


async def test_where_a_scanner_is_set_and_does_not_answer_nothing_is_taken(
    services: Services, engine: LivingEngine, tmp_path: Path
) -> None:
    number, who = await case(services, engine)
    async with await signed_in(replace(services, scanner=Scanner(f"unix:{tmp_path / 'none'}", 1)), who) as http:
        answer = await send(http, number, picture())
        assert (answer.status_code, answer.json()["code"]) == (503, "scanner_unavailable")
        assert answer.headers["retry-after"]
    assert on_disk(services) == set()


@pytest.mark.parametrize("seed", range(4))
async def test_whatever_an_upload_is_made_of_it_is_no_fault_of_ours_and_leaves_nothing(
    services: Services, engine: LivingEngine, seed: int
) -> None:
    number, who = await case(services, engine)
    dice = random.Random(seed)
    whole = (
        b'--x\r\nContent-Disposition: form-data; name="dispute_no"\r\n\r\n' + number.encode() + b"\r\n--x\r\n"
        b'Content-Disposition: form-data; name="file"; filename="a.png"\r\nContent-Type: image/png\r\n\r\n'
        + picture() + b"\r\n--x--\r\n"
    )  # fmt: skip
    async with await signed_in(services, who) as http:
        taken = set()
        for _ in range(100):
            body = bytearray(whole)
            for _ in range(dice.randint(1, 10)):
                body[dice.randrange(len(body))] = dice.choice((*b'\r\n-"=; \x00\xff', dice.randrange(256)))
            del body[dice.choice((len(body), dice.randrange(len(body)))) :]
            headers = {"Content-Type": f"multipart/form-data; boundary={dice.choice(('x', 'x', 'y', ''))}"}
            answer = await http.post("/v1/attachments", content=bytes(body), headers=headers)
            assert answer.status_code < 500, bytes(body)
            taken |= {answer.json()["attachment_id"]} if answer.status_code == 201 else set()
    assert on_disk(services) == taken
