"""A file sealed chunk by chunk (AES-256-GCM), written as it comes and read from anywhere, never whole in memory.

    "S1"  length of the key's id (1 byte)  key's id  chunk  chunk  …

Each chunk holds 64 KiB, the last one what is left, and is sealed with the file's name, its own place and whether it is
the last one: a chunk of another file, in another place, or a file cut off between two chunks does not open.
"""

from __future__ import annotations

import hashlib
import io
from typing import BinaryIO

from cryptography.exceptions import InvalidTag

from domain.errors import FileBroken
from infra.runtime.crypto import KeyRing

CHUNK = 64 * 1024
"""Plain bytes of a chunk."""
_SEALED = CHUNK + 28
"""The same sealed: with its nonce and its tag."""
_MAGIC = b"S1"


class SealedWriter:
    """Seals what is written; `size` and `sha256` tell of it."""

    def __init__(self, file: BinaryIO, keys: KeyRing, name: str) -> None:
        self._file, self._keys, self._name = file, keys, name
        self._waiting, self._position = bytearray(), 0
        self._digest = hashlib.sha256()
        self.size = 0
        key_id = keys.current.encode()
        file.write(_MAGIC + bytes([len(key_id)]) + key_id)

    def write(self, data: bytes) -> None:
        """More of the file. What may be its last chunk waits."""
        self._digest.update(data)
        self.size += len(data)
        self._waiting += data
        while len(self._waiting) > CHUNK:
            self._seal(bytes(self._waiting[:CHUNK]), last=False)
            del self._waiting[:CHUNK]

    def finish(self) -> None:
        """The end of the file."""
        self._seal(bytes(self._waiting), last=True)
        self._waiting.clear()

    @property
    def sha256(self) -> str:
        """The digest of what was written."""
        return self._digest.hexdigest()

    def _seal(self, plain: bytes, *, last: bool) -> None:
        self._file.write(self._keys.seal(plain, _context(self._name, self._position, last=last)))
        self._position += 1


class SealedReader(io.RawIOBase):
    """The plain bytes of a sealed file. That its end is there is checked when it is opened; each chunk when it is read.

    Raises:
        FileBroken: it is not what was written under this name.
    """

    def __init__(self, file: BinaryIO, keys: KeyRing, name: str) -> None:
        self._file, self._keys, self._name = file, keys, name
        magic, length = file.read(2), file.read(1)
        if magic != _MAGIC or not length:
            raise FileBroken
        self._key_id = file.read(length[0]).decode("ascii", "replace")
        self._begin = 3 + length[0]
        held = file.seek(0, io.SEEK_END) - self._begin
        self._chunks = max(1, -(-held // _SEALED))
        self.size = held - self._chunks * (_SEALED - CHUNK)
        self._at, self._position, self._chunk = 0, -1, b""
        self._open(self._chunks - 1)

    def readable(self) -> bool:
        """Yes."""
        return True

    def seekable(self) -> bool:
        """Yes."""
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Where to read next."""
        self._at = max(0, offset + {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self.size}[whence])
        return self._at

    def tell(self) -> int:
        """Where it reads next."""
        return self._at

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        """The next bytes, of one chunk."""
        if self._at >= self.size:
            return 0
        position, within = divmod(self._at, CHUNK)
        if position != self._position:
            self._open(position)
        some = self._chunk[within : within + len(buffer)]
        buffer[: len(some)] = some
        self._at += len(some)
        return len(some)

    def close(self) -> None:
        """Closes the file."""
        self._file.close()
        super().close()

    def _open(self, position: int) -> None:
        self._file.seek(self._begin + position * _SEALED)
        context = _context(self._name, position, last=position == self._chunks - 1)
        try:
            self._chunk = self._keys.unseal(self._key_id, self._file.read(_SEALED), context)
        except (InvalidTag, KeyError, ValueError) as error:
            raise FileBroken from error
        self._position = position


def _context(name: str, position: int, *, last: bool) -> bytes:
    return f"santui.attachment.{name}.{position}.{'last' if last else 'more'}".encode()
