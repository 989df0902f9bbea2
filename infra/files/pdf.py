"""PDF (ISO 32000): refused where it runs scripts, starts programs, or holds a form that does.

An action is a dictionary with `/S /JavaScript` or `/S /Launch`. It stands in the file as it is, its name perhaps spelt
with `#4A` for a letter (7.3.5), or in an object stream (7.5.7), which is compressed and looked into.
"""

from __future__ import annotations

import re
import zlib
from typing import BinaryIO

from domain.errors import MediaRefused
from infra.files.windows import OVERLAP, windows

MOST_UNPACKED = 32 * 2**20
"""Bytes of object streams that are looked into, in all."""
_REFUSED = re.compile(rb"/(?:JavaScript|Launch|RichMedia)(?![A-Za-z0-9])|/XFA\s*[\[\d]")
_SPELT = re.compile(rb"/[A-Za-z]*#[0-9A-Fa-f]{2}[A-Za-z0-9#]*")
_OBJECTS = re.compile(rb"/ObjStm(?![A-Za-z0-9])")
_STREAM = re.compile(rb"stream\r?\n")
_REACH = 1024
"""Bytes behind the type of an object stream within which it begins."""
_ACTIVE = "PDF含脚本或启动程序的动作，不予接收；请打印为新的PDF后重新上传"
_UNSEEN = "PDF有无法检查的内容（如已加密），请打印为新的PDF后重新上传"


def check_pdf(file: BinaryIO) -> None:
    """Looks through a PDF; blocking.

    Raises:
        MediaRefused
    """
    streams: set[int] = set()
    for begin, piece in windows(file):
        _check(piece)
        streams |= {begin + found.end() for found in _OBJECTS.finditer(piece)}
    left = MOST_UNPACKED
    for at in sorted(streams):
        left -= _look_into(file, at, left)


def _check(piece: bytes) -> None:
    if b"#" in piece:
        piece = _SPELT.sub(lambda found: re.sub(rb"#([0-9A-Fa-f]{2})", _letter, found[0]), piece)
    if _REFUSED.search(piece):
        raise MediaRefused(_ACTIVE)


def _letter(found: re.Match[bytes]) -> bytes:
    return bytes([int(found[1], 16)])


def _look_into(file: BinaryIO, at: int, most: int) -> int:
    """Looks into the object stream whose type ends at an offset; answers the bytes that it has unpacked."""
    file.seek(at)
    begins = _STREAM.search(file.read(_REACH))
    if begins is None:
        return 0  # a word in a text: an object stream has its content right behind its dictionary
    file.seek(at + begins.end())
    unpacking, size, kept = zlib.decompressobj(), 0, b""
    try:
        while not unpacking.eof and (packed := unpacking.unconsumed_tail or file.read(16 * 1024)):
            piece = unpacking.decompress(packed, 64 * 1024)
            size += len(piece)
            if size > most:
                raise MediaRefused(_UNSEEN)
            _check(kept + piece)
            kept = (kept + piece)[-OVERLAP:]
    except zlib.error as error:  # encrypted, or packed in another way than any of ours writes
        raise MediaRefused(_UNSEEN) from error
    return size
