"""clamd asked over its socket: clean, infected, and whatever else it may say or not say."""

from __future__ import annotations

import asyncio
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from io import BytesIO
from pathlib import Path

import pytest

from domain.errors import MediaRefused, ScannerUnavailable
from infra.files.scanning import Scanner

EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
"""What every scanner finds, and harms nobody (eicar.org)."""


@asynccontextmanager
async def clamd(path: Path, says: bytes | None = None, *, silent: bool = False) -> AsyncIterator[list[int]]:
    """What speaks clamd's INSTREAM at a socket; finds EICAR, or says what it is told to. The sizes that it was sent."""
    sizes: list[int] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        assert await reader.readuntil(b"\0") == b"zINSTREAM\0"
        content = b""
        while size := struct.unpack("!I", await reader.readexactly(4))[0]:
            content += await reader.readexactly(size)
        sizes.append(len(content))
        found = b"stream: Eicar-Test-Signature FOUND" if EICAR in content else b"stream: OK"
        if silent:
            await reader.read()
        else:
            writer.write((found if says is None else says) + b"\0")
        writer.close()

    server = await asyncio.start_unix_server(serve, path)
    async with server:
        yield sizes


async def test_a_clean_file_is_taken_and_an_infected_one_refused(tmp_path: Path) -> None:
    scanner = Scanner(f"unix:{tmp_path / 's'}", seconds=5)
    async with clamd(tmp_path / "s") as sizes:
        await scanner.check(BytesIO(bytes(200_000)))
        with pytest.raises(MediaRefused, match="病毒"):
            await scanner.check(BytesIO(bytes(70_000) + EICAR))
    assert sizes == [200_000, 70_000 + len(EICAR)]


@pytest.mark.parametrize("says", [b"", b"INSTREAM size limit exceeded. ERROR", b"stream: OK FOUND ERROR", b"OK"])
async def test_what_it_says_otherwise_lets_nothing_through(tmp_path: Path, says: bytes) -> None:
    async with clamd(tmp_path / "s", says):
        with pytest.raises(ScannerUnavailable):
            await Scanner(f"unix:{tmp_path / 's'}", seconds=5).check(BytesIO(b"content"))


async def test_where_nobody_answers_or_not_in_time_nothing_is_let_through(tmp_path: Path) -> None:
    for address in (f"unix:{tmp_path / 'nothing'}", "127.0.0.1:1"):
        with pytest.raises(ScannerUnavailable):
            await Scanner(address, seconds=5).check(BytesIO(b"content"))
    async with clamd(tmp_path / "s", silent=True):
        with pytest.raises(ScannerUnavailable):
            await Scanner(f"unix:{tmp_path / 's'}", seconds=0.2).check(BytesIO(b"content"))
