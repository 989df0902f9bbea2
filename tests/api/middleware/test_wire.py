"""What comes over the wire: nothing is read of a stranger, nothing without end, and what is cut off leaves nothing."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import psutil
import pytest
from structlog.testing import capture_logs

from api.core.context import Services
from tests.api.engine import LivingEngine
from tests.api.middleware.serving import Served, serving
from tests.api.support import asked, dispute, may_answer, somebody

MB = 2**20
LARGE = 100 * MB
HEAD = (
    'Content-Disposition: form-data; name="dispute_no"\r\n\r\n{number}\r\n--x\r\n'
    'Content-Disposition: form-data; name="file"; filename="a.png"\r\n\r\n'
)


def on_disk(services: Services) -> list[str]:
    """What lies in the directory of files."""
    root = services.settings.attachments_dir
    return sorted(path.name for path in root.iterdir()) if root.exists() else []


def upload(number: str = "D2026-000001") -> bytes:
    """The beginning of an upload."""
    return b"--x\r\n" + HEAD.format(number=number).encode()


async def pieces(size: int, before: bytes = b"", after: bytes = b"") -> AsyncIterator[bytes]:
    """A body that was never whole here either."""
    yield before
    for _ in range(size // MB):
        yield bytes(MB)
    yield after


async def test_of_a_stranger_and_of_what_is_too_long_no_byte_is_read(services: Services) -> None:
    who = await somebody(services, "supervisor", "county")
    multipart = "Content-Type: multipart/form-data; boundary=x"
    async with serving(services, who) as served:
        for path, kind, signed_in, status in (
            ("/v1/attachments", multipart, False, 401),
            ("/v1/disputes/D2026-000001/comments", "Content-Type: application/json", False, 401),
            ("/v1/disputes/D2026-000001/comments", "Content-Type: application/json", True, 413),
            ("/codec/decode", "Content-Type: application/json", False, 401),
            ("/v1/auth/token", "Content-Type: application/x-www-form-urlencoded", False, 413),
            ("/tasks/x", multipart, False, 303),
        ):
            wire = await served.wire(f"POST {path} HTTP/1.1\nContent-Length: {LARGE}\n{kind}", signed_in=signed_in)
            assert await wire.status(seconds=5) == status, path
            assert await wire.ended(seconds=5), path
        wire = await served.wire(f"POST /v1/attachments HTTP/1.1\nContent-Length: 1000\n{multipart}", signed_in=True)
        wire.writer.write_eof()  # not a byte follows
        assert await wire.ended()
        # Who is still sending is told all the same.
        async with served.http() as http:
            answer = await http.post("/v1/attachments", content=bytes(8 * MB), headers={"Authorization": "Bearer x"})
            assert (answer.status_code, answer.json()["code"]) == (401, "not_signed_in")


async def test_a_hundred_megabytes_are_refused_in_words_and_memory_stays_flat(
    services: Services, engine: LivingEngine
) -> None:
    number = await dispute(services)
    who, process = await may_answer(services, asked(engine, number, "confirm_triage")), psutil.Process()
    async with serving(services, who) as served, served.http() as http:
        before = process.memory_info().rss
        for path, kind, content in (
            ("/v1/attachments", "multipart/form-data; boundary=x", pieces(LARGE, upload(number), b"\r\n--x--\r\n")),
            (f"/v1/disputes/{number}/comments", "application/json", pieces(8 * MB, b'{"text": "')),
            ("/v1/auth/token", "application/x-www-form-urlencoded", pieces(8 * MB, b"username=")),
        ):
            answer = await http.post(path, content=content, headers={"Content-Type": kind})
            assert (answer.status_code, answer.json()["code"]) == (413, "too_large"), path
            assert process.memory_info().rss - before < 40 * MB, path
    assert on_disk(services) == []


async def test_an_upload_that_is_cut_off_leaves_no_file_and_is_no_fault_of_ours(
    services: Services, engine: LivingEngine
) -> None:
    number = await dispute(services)
    who = await may_answer(services, asked(engine, number, "confirm_triage"))
    head = f"HTTP/1.1\nContent-Length: {10 * MB}\nContent-Type: multipart/form-data; boundary=x"
    with capture_logs() as logs:
        async with serving(services, who) as served:
            for path in ("/v1/attachments", f"/disputes/{number}/comments"):
                cookie = f"\nCookie: santui_session={served.token}"
                wire = await served.wire(f"POST {path} {head}{cookie}", upload(number) + bytes(3 * MB))
                async with asyncio.timeout(10):
                    while not on_disk(services):
                        await asyncio.sleep(0.01)
                assert on_disk(services)[0].endswith(".part")
                wire.close()
                async with asyncio.timeout(10):
                    while on_disk(services):
                        await asyncio.sleep(0.01)
    assert [each["event"] for each in logs if each["log_level"] == "error"] == []


async def test_what_drips_is_ended(services: Services) -> None:
    who = await somebody(services, "supervisor", "county")
    comment = f"POST /v1/disputes/x/comments HTTP/1.1\nContent-Type: application/json\nContent-Length: {MB // 2}"

    async def drip(served: Served, head: str, first: bytes) -> int:
        wire = await served.wire(head, first)
        answer = asyncio.create_task(wire.status(seconds=8))
        while not answer.done():
            wire.writer.write(b" ")
            await asyncio.sleep(0.05)
        return await answer

    async with serving(services, who, head_seconds=0.4, body_rate=1000) as served:
        assert await drip(served, comment, b"{") == 408
        assert await drip(served, f"POST /v1/attachments HTTP/1.1\nContent-Type: multipart/form-data; boundary=x\n"
                                  f"Content-Length: {MB}", upload()) == 408  # fmt: skip
        for said in (b"GET / HT", b""):  # a head that does not come to its end, and who says nothing at all
            wire = await served.connected()
            wire.writer.write(said)
            assert await wire.ended(seconds=5)
    async with serving(services, who, body_seconds=0.4, body_rate=1) as served:  # and however fast it comes
        assert await drip(served, comment, b"{") == 408


async def test_an_address_has_so_many_connections_and_a_head_so_many_letters(services: Services) -> None:
    who = await somebody(services, "supervisor", "county")
    async with serving(services, who, connections_per_address=3) as served:
        wires = [await served.wire("GET /healthz HTTP/1.1") for _ in range(3)]
        assert [await wire.status() for wire in wires] == [200] * 3
        fourth = await served.wire("GET /healthz HTTP/1.1")
        assert await fourth.ended(seconds=5)
        wires.pop().close()
        await asyncio.sleep(0.1)
        again = await served.wire("GET /healthz HTTP/1.1")
        assert await again.status() == 200
        for wire in [*wires, again]:
            wire.close()
        await asyncio.sleep(0.1)
        long = await served.wire("GET /healthz HTTP/1.1\n" + "\n".join(f"X-{n}: {'a' * 8000}" for n in range(20)))
        assert await long.status() == 400


async def test_a_person_whose_sign_in_is_over_keeps_what_he_typed(services: Services) -> None:
    who = await somebody(services, "supervisor", "county")
    async with serving(services, who) as served, served.http() as http:
        headers = {"Cookie": "santui_session=over", "Sec-Fetch-Site": "same-origin", "Authorization": ""}
        answer = await http.post("/disputes/D2026-000001/comments", data={"text": "双方已谈妥"}, headers=headers)
        assert answer.status_code == 401
        assert "双方已谈妥" in answer.text
        assert "connection" not in answer.headers  # read to its end: it stays
        carried = await http.post("/login", data={"username": "x", "password": "y", "text": "谈" * 100_000})
        assert carried.status_code != 413


@pytest.mark.parametrize("multipart", [False, True])
async def test_a_text_that_is_too_long_is_named_and_the_rest_comes_back(services: Services, multipart: bool) -> None:
    who = await somebody(services, "supervisor", "county")
    typed = {"text": "谈" * 400_000, "more": "双方已谈妥", "last": "尾款三千"}
    form = {"files": {name: (None, said) for name, said in typed.items()}} if multipart else {"data": typed}
    async with serving(services, who) as served, served.http() as http:
        headers = {"Cookie": f"santui_session={served.token}", "Sec-Fetch-Site": "same-origin", "Authorization": ""}
        answer = await http.post("/disputes/D2026-000001/comments", headers=headers, **form)
    assert answer.status_code == 422
    assert f"以“{'谈' * 20}…”开头的一项太长" in answer.text
    assert all(said in answer.text for said in ("双方已谈妥", "尾款三千"))
    assert "谈" * 21 not in answer.text
