"""Attachments on disk: type by content, size limited, digest taken, encrypted at rest."""

from __future__ import annotations

import asyncio
import hashlib
from pathlib import Path

import filetype

from domain.errors import MediaRefused, NotFound, TooLarge
from infra.crypto import KeyRing

ADMITTED = {
    "image/jpeg", "image/png", "image/webp", "image/gif", "image/heic", "video/mp4", "video/quicktime", "video/webm",
    "video/x-matroska", "audio/mpeg", "audio/mp4", "audio/x-m4a", "audio/x-wav", "audio/amr", "application/pdf",
    "application/msword", "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "application/vnd.ms-excel", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}  # fmt: skip
"""Pictures, videos, recordings, and documents of offices; never anything a browser would run."""


class FileStore:
    """A directory of sealed files, each named by its attachment id."""

    def __init__(self, root: Path, keys: KeyRing, limit: int) -> None:
        self._root, self._keys, self.limit = root, keys, limit

    def examine(self, content: bytes) -> tuple[str, str]:
        """The media type, told from the content and not from the name, and the SHA-256.

        Raises:
            TooLarge, MediaRefused
        """
        if len(content) > self.limit:
            raise TooLarge(f"文件超过{self.limit // 2**20}MB")
        kind = filetype.guess_mime(content)
        if kind not in ADMITTED:
            raise MediaRefused("只接受图片、视频、录音、PDF和办公文档")
        return kind, hashlib.sha256(content).hexdigest()

    async def put(self, attachment_id: str, content: bytes) -> None:
        """Writes a file; it is there whole or not at all."""
        await asyncio.to_thread(self._put, attachment_id, content)

    async def get(self, attachment_id: str) -> bytes:
        """Reads a file back.

        Raises:
            NotFound: the file is gone from the disk.
        """
        return await asyncio.to_thread(self._get, attachment_id)

    def _put(self, attachment_id: str, content: bytes) -> None:
        self._root.mkdir(parents=True, exist_ok=True, mode=0o700)
        sealed = self._keys.current.encode() + b":" + self._keys.seal(content, _context(attachment_id))
        part = self._root / f"{attachment_id}.part"
        part.write_bytes(sealed)
        part.rename(self._root / attachment_id)

    def _get(self, attachment_id: str) -> bytes:
        try:
            sealed = (self._root / attachment_id).read_bytes()
        except FileNotFoundError as error:
            raise NotFound("附件文件缺失") from error
        key_id, _, rest = sealed.partition(b":")
        return self._keys.unseal(key_id.decode(), rest, _context(attachment_id))


def _context(attachment_id: str) -> bytes:
    return f"santui.attachment.{attachment_id}".encode()
