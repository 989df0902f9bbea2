"""Files on disk, each named by its attachment id and sealed as it comes; beside a picture what is shown of it."""

from __future__ import annotations

import asyncio
import io
import os
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

from domain.errors import FieldsInvalid, NotFound, SantuiError, StoreUnavailable, TooLarge
from infra.files.sealing import CHUNK, SealedReader, SealedWriter
from infra.runtime.crypto import KeyRing

SMALL = ".small"
"""Behind an attachment's id: its small picture."""
SHOWN = ".shown"
"""The same: the picture as it is shown."""
PART = ".part"
"""Behind a name: the file is still being written, or was when the power went."""


class Incoming:
    """A file that comes in: written, then read, and gone when it is closed, unless it was kept.

    What goes wrong while it is written is told when it is examined (`check`): a form brings other files too. It is
    handed to a parser of forms as the file of a part, so its methods are those of a file; they block.
    """

    def __init__(self, store: FileStore, attachment_id: str, limit: int) -> None:
        self._store, self.attachment_id, self._limit = store, attachment_id, limit
        self._file: BinaryIO | None = None
        self._writer: SealedWriter | None = None
        self._reader: io.BufferedReader | None = None
        self._fault: SantuiError | None = None
        self.size, self.sha256 = 0, ""

    def write(self, data: bytes) -> int:
        """More of it. Beyond the limit it is dropped."""
        self.size += len(data)
        if self.size > self._limit:
            self._fault = TooLarge(f"文件超过{self._limit // 2**20}MB")
            self._drop()
        elif data and not self._fault:
            try:
                if self._writer is None:
                    self._file = self._store.create(self.attachment_id)
                    self._writer = SealedWriter(self._file, self._store.keys, self.attachment_id)
                self._writer.write(data)
            except OSError as error:
                self._fail(error)
        return len(data)

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Where it is read next; the first time, that is the end of writing."""
        if self._writer and self._file and not self._reader and not self._fault:
            try:
                self._writer.finish()
                self._file.flush()
                os.fsync(self._file.fileno())
            except OSError as error:
                self._fail(error)
            else:
                self.sha256 = self._writer.sha256
                self._reader = io.BufferedReader(self._store.open_part(self.attachment_id), CHUNK)
        return self._reader.seek(offset, whence) if self._reader else 0

    def read(self, size: int = -1) -> bytes:
        """The next bytes of what was written; nothing of what could not be."""
        return self._reader.read(size) if self._reader else b""

    def check(self) -> BinaryIO:
        """It as a file to be read from its beginning.

        Raises:
            FieldsInvalid: it is empty.
            TooLarge: it is larger than one may be.
            StoreUnavailable: the disk is full or does not answer.
        """
        self.seek(0)
        if self._fault:
            raise self._fault
        if self._reader is None:
            raise FieldsInvalid("文件是空的")
        return self._reader

    def close(self) -> None:
        """The end of it, unless it was kept."""
        self._drop()

    __del__ = close

    def _fail(self, error: OSError) -> None:
        self._fault = StoreUnavailable("附件暂时无法保存，请稍后重试")
        self._fault.__cause__ = error
        self._drop()

    def _drop(self) -> None:
        if self._reader:
            self._reader.close()
        if self._file:
            with suppress(OSError):
                self._file.close()
            with suppress(OSError):
                self._store.part(self.attachment_id).unlink()
        self._file = self._writer = self._reader = None


class FileStore:
    """A directory of sealed files. `limit`: the bytes that one may have, `video_limit` those of a video that comes in
    pieces.
    """

    def __init__(self, root: Path, keys: KeyRing, limit: int, video_limit: int = 0) -> None:
        self.root, self.keys, self.limit, self.video_limit = root, keys, limit, max(limit, video_limit)

    def receive(self, attachment_id: str, limit: int = 0) -> Incoming:
        """A file that is about to come; nothing is on disk before its first byte."""
        return Incoming(self, attachment_id, limit or self.limit)

    async def keep(self, incoming: Incoming, drawn: Mapping[str, bytes]) -> None:
        """Keeps a file that came in, and what is shown of it, by what stands behind its name (`SMALL`, `SHOWN`).

        Raises:
            StoreUnavailable: the disk is full or does not answer; nothing of it is left.
        """
        try:
            await asyncio.to_thread(self._keep, incoming.attachment_id, drawn)
        except OSError as error:
            await self.remove(incoming.attachment_id)
            raise StoreUnavailable("附件暂时无法保存，请稍后重试") from error

    async def open(self, attachment_id: str, which: str = "") -> BinaryIO:
        """A file to be read, or what is shown of it.

        Raises:
            NotFound: it is gone from the disk, or is no picture.
            StoreUnavailable: the disk does not answer.
            FileBroken: it is not what was put there.
        """
        try:
            return await asyncio.to_thread(self._opened, attachment_id + which)
        except FileNotFoundError as error:
            raise NotFound("附件文件缺失") from error
        except OSError as error:
            raise StoreUnavailable("附件暂时无法读取，请稍后重试") from error

    async def remove(self, attachment_id: str) -> None:
        """Removes a file and what is shown of it. What the disk refuses to remove is found again by `strays`."""
        await asyncio.to_thread(self._remove, attachment_id)

    async def strays(self, older: float, younger: float) -> set[str]:
        """The ids of files last written more than `older` and less than `younger` seconds ago, whole or not."""
        return await asyncio.to_thread(self._strays, older, younger)

    def part(self, name: str) -> Path:
        """Where a file lies while it comes in."""
        return self.root / (name + PART)

    def create(self, name: str) -> BinaryIO:
        """Begins a file."""
        self.root.mkdir(parents=True, exist_ok=True, mode=0o700)
        return os.fdopen(os.open(self.part(name), os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb")

    def open_part(self, name: str) -> SealedReader:
        """A file that has come in whole, to be examined."""
        return SealedReader(self.part(name).open("rb"), self.keys, name)

    def _keep(self, attachment_id: str, drawn: Mapping[str, bytes]) -> None:
        for which, content in drawn.items():
            self._put(attachment_id + which, content)
        self.part(attachment_id).rename(self.root / attachment_id)
        self._sync()

    def _put(self, name: str, content: bytes) -> None:
        with self.create(name) as file:
            writer = SealedWriter(file, self.keys, name)
            writer.write(content)
            writer.finish()
            file.flush()
            os.fsync(file.fileno())
        self.part(name).rename(self.root / name)

    def _sync(self) -> None:
        """Makes new names in the directory outlive a power cut: their row is written only after this."""
        directory = os.open(self.root, os.O_RDONLY)
        try:
            os.fsync(directory)
        finally:
            os.close(directory)

    def _opened(self, name: str) -> BinaryIO:
        file = (self.root / name).open("rb")
        try:
            return io.BufferedReader(SealedReader(file, self.keys, name), CHUNK)
        except BaseException:
            file.close()
            raise

    def _remove(self, attachment_id: str) -> None:
        for name in (attachment_id, attachment_id + SMALL, attachment_id + SHOWN):
            for path in (self.root / name, self.part(name)):
                with suppress(OSError):
                    path.unlink()

    def _strays(self, older: float, younger: float) -> set[str]:
        found, now = set(), time.time()
        with suppress(OSError), os.scandir(self.root) as entries:
            for entry in entries:
                if entry.is_file() and older < now - entry.stat().st_mtime < younger:
                    found.add(entry.name.partition(".")[0])
        return found
