"""clamd that says something else, or is not there: `tests/api/attachments/test_clamd.py` has the real one."""

from __future__ import annotations

import asyncio
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from io import BytesIO
from pathlib import Path

import pytest

from domain.errors import ScannerUnavailable
from infra.files.scanning import Scanner


@asynccontextmanager
async def clamd(path: Path, says: bytes) -> AsyncIterator[None]:
    """What hears a file at a socket and says what no clamd would, or only one that is broken."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        assert await reader.readuntil(b"\0") == b"zINSTREAM\0"
        while size := struct.unpack("!I", await reader.readexactly(4))[0]:
            await reader.readexactly(size)
        writer.write(says + b"\0")
        writer.close()

    async with await asyncio.start_unix_server(serve, path):
        yield


@pytest.mark.parametrize("says", [b"", b"stream: OK FOUND ERROR", b"OK"])
async def test_what_it_says_otherwise_lets_nothing_through(tmp_path: Path, says: bytes) -> None:
    async with clamd(tmp_path / "s", says):
        with pytest.raises(ScannerUnavailable):
            await Scanner(f"unix:{tmp_path / 's'}", seconds=5).check(BytesIO(b"content"))


async def test_where_nobody_answers_nothing_is_let_through(tmp_path: Path) -> None:
    for address in (f"unix:{tmp_path / 'nothing'}", "127.0.0.1:1"):
        with pytest.raises(ScannerUnavailable):
            await Scanner(address, seconds=5).check(BytesIO(b"content"))
