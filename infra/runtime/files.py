"""Attachments on disk: type by content, size limited, digest taken, encrypted at rest; beside a picture a small one."""

from __future__ import annotations

import asyncio
import hashlib
import os
import time
from contextlib import suppress
from pathlib import Path

import filetype

from domain.errors import FieldsInvalid, MediaRefused, NotFound, StoreUnavailable, TooLarge
from infra.runtime.crypto import KeyRing

ADMITTED = {
    "image/jpeg", "image/png", "image/webp", "image/gif", "image/heic", "video/mp4", "video/quicktime", "video/webm",
    "video/x-matroska", "audio/mpeg", "audio/mp4", "audio/x-m4a", "audio/x-wav", "audio/amr", "application/pdf",
    "application/msword", "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "application/vnd.ms-excel", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}  # fmt: skip
"""Pictures, videos, recordings, and documents of offices; never anything a browser would run."""
SMALL = ".small"
"""Behind an attachment's id: its small picture."""
PART = ".part"
"""Behind a name: the file is still being written, or was when the power went."""


class FileStore:
    """A directory of sealed files, each named by its attachment id."""

    def __init__(self, root: Path, keys: KeyRing, limit: int) -> None:
        self._root, self._keys, self.limit = root, keys, limit

    def examine(self, content: bytes) -> tuple[str, str]:
        """The media type, detected from the content and not from the name, and the SHA-256.

        Raises:
            FieldsInvalid: it is empty.
            TooLarge, MediaRefused
        """
        if not content:
            raise FieldsInvalid("文件是空的")
        if len(content) > self.limit:
            raise TooLarge(f"文件超过{self.limit // 2**20}MB")
        kind = filetype.guess_mime(content)
        if kind not in ADMITTED:
            raise MediaRefused("只接受图片、视频、录音、PDF和办公文档")
        return kind, hashlib.sha256(content).hexdigest()

    async def put(self, attachment_id: str, content: bytes, small: bytes | None = None) -> None:
        """Writes a file and its small picture; each is there whole or not at all.

        Raises:
            StoreUnavailable: the disk is full or does not answer; nothing of it is left.
        """
        try:
            await asyncio.to_thread(self._put, attachment_id, content)
            if small is not None:
                await asyncio.to_thread(self._put, attachment_id + SMALL, small)
        except OSError as error:
            await self.remove(attachment_id)
            raise StoreUnavailable("附件暂时无法保存，请稍后重试") from error

    async def get(self, attachment_id: str) -> bytes:
        """Reads a file back.

        Raises:
            NotFound: the file is gone from the disk.
            StoreUnavailable: the disk does not answer.
        """
        return await asyncio.to_thread(self._get, attachment_id)

    async def get_small(self, attachment_id: str) -> bytes:
        """Reads its small picture back, a JPEG.

        Raises:
            NotFound: it has none.
            StoreUnavailable: the disk does not answer.
        """
        return await asyncio.to_thread(self._get, attachment_id + SMALL)

    async def remove(self, attachment_id: str) -> None:
        """Removes a file and its small picture. What the disk refuses to remove is found again by `strays`."""
        await asyncio.to_thread(self._remove, attachment_id)

    async def strays(self, older: float, younger: float) -> set[str]:
        """The ids of files last written more than `older` and less than `younger` seconds ago, whole or not."""
        return await asyncio.to_thread(self._strays, older, younger)

    def _put(self, name: str, content: bytes) -> None:
        self._root.mkdir(parents=True, exist_ok=True, mode=0o700)
        sealed = self._keys.current.encode() + b":" + self._keys.seal(content, _context(name))
        part = self._root / (name + PART)
        try:
            with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
                file.write(sealed)
                file.flush()
                os.fsync(file.fileno())
            part.rename(self._root / name)
            self._sync()
        except OSError:
            part.unlink(missing_ok=True)
            raise

    def _sync(self) -> None:
        """Makes a new name in the directory outlive a power cut: its row is written only after this."""
        directory = os.open(self._root, os.O_RDONLY)
        try:
            os.fsync(directory)
        finally:
            os.close(directory)

    def _get(self, name: str) -> bytes:
        try:
            sealed = (self._root / name).read_bytes()
        except FileNotFoundError as error:
            raise NotFound("附件文件缺失") from error
        except OSError as error:
            raise StoreUnavailable("附件暂时无法读取，请稍后重试") from error
        key_id, _, rest = sealed.partition(b":")
        return self._keys.unseal(key_id.decode(), rest, _context(name))

    def _remove(self, attachment_id: str) -> None:
        for name in (attachment_id, attachment_id + SMALL):
            for path in (self._root / name, self._root / (name + PART)):
                with suppress(OSError):
                    path.unlink()

    def _strays(self, older: float, younger: float) -> set[str]:
        found, now = set(), time.time()
        with suppress(OSError), os.scandir(self._root) as entries:
            for entry in entries:
                if older < now - entry.stat().st_mtime < younger:
                    found.add(entry.name.removesuffix(PART).removesuffix(SMALL))
        return found


def _context(name: str) -> bytes:
    return f"santui.attachment.{name}".encode()
