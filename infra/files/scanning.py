"""Files looked through for viruses by clamd, over its socket (INSTREAM, clamd(8)): it needs no access to ours."""

from __future__ import annotations

import asyncio
import struct
from contextlib import suppress
from typing import BinaryIO

import structlog

from domain.errors import MediaRefused, ScannerUnavailable

PIECE = 64 * 1024
UNIX = "unix:"
TOO_LARGE = "INSTREAM size limit exceeded. ERROR"
log = structlog.get_logger()


class Scanner:
    """clamd at an address, `unix:/path` or `host:port`; `seconds` is how long it may take for a file."""

    def __init__(self, address: str, seconds: float) -> None:
        self._address, self._seconds = address, seconds

    async def check(self, file: BinaryIO) -> None:
        """Looks a file through.

        Raises:
            MediaRefused: it holds a virus.
            ScannerUnavailable: that can't be known: nobody answers, or in other words than those of a clean file; the
                file is larger than clamd takes.
        """
        try:
            async with asyncio.timeout(self._seconds):
                answer = await self._ask(file)
        except (OSError, TimeoutError, asyncio.IncompleteReadError) as error:
            log.warning("scanner_unavailable", error=type(error).__name__)
            raise ScannerUnavailable from error
        if answer == TOO_LARGE:
            log.error("scanner_limit", do="set StreamMaxLength of clamd to at least SANTUI_MAX_VIDEO_MB")
            raise ScannerUnavailable("文件超过病毒检查服务的大小上限，没有接收；请告知系统管理员")
        if answer.endswith(" FOUND"):
            raise MediaRefused("文件含有病毒或恶意程序，不予接收")
        if answer != "stream: OK":
            log.warning("scanner_unavailable", error=answer[:100])
            raise ScannerUnavailable

    async def _ask(self, file: BinaryIO) -> str:
        reader, writer = await self._connected()
        # Heard while it is told: of a file that is too large for it clamd says so, and hangs up.
        answer = asyncio.create_task(reader.readuntil(b"\0"))
        try:
            with suppress(ConnectionError):
                await _send(file, writer)
            return (await answer)[:-1].decode("ascii", "replace")
        finally:
            answer.cancel()
            writer.close()

    async def _connected(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        if self._address.startswith(UNIX):
            return await asyncio.open_unix_connection(self._address.removeprefix(UNIX))
        host, _, port = self._address.rpartition(":")
        return await asyncio.open_connection(host.strip("[]"), int(port))


async def _send(file: BinaryIO, writer: asyncio.StreamWriter) -> None:
    writer.write(b"zINSTREAM\0")
    file.seek(0)
    while piece := await asyncio.to_thread(file.read, PIECE):
        writer.write(struct.pack("!I", len(piece)) + piece)
        await writer.drain()
    writer.write(struct.pack("!I", 0))
    await writer.drain()
