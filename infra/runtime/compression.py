"""zstd with trained dictionaries: a payload or a sealed column is short, and most of it is what each of its kind says.

A dictionary is a file of `dictionaries/`, named by its number. What was compressed with one can be read with that one
only: no file there is ever changed or removed, a newer one is added (`python -m bench.dictionary`).
"""

from __future__ import annotations

import threading
from functools import cache
from pathlib import Path

from zstandard import ZstdCompressionDict, ZstdCompressor, ZstdDecompressor

LEVEL = 3
DICTIONARIES = Path(__file__).parent / "dictionaries"
SUFFIX = ".zstd"
NONE = 0
"""The number that stands for no dictionary."""


class UnknownDictionary(LookupError):
    """No dictionary of this number is here."""


class _Contexts(threading.local):
    """zstd's working memory by dictionary: costly to make, and for one thread at a time."""

    def __init__(self) -> None:
        self.compressors: dict[int, ZstdCompressor] = {}
        self.decompressors: dict[int, ZstdDecompressor] = {}


_contexts = _Contexts()


@cache
def current_dictionary() -> int:
    """The number of the newest dictionary."""
    return max((int(file.stem) for file in DICTIONARIES.glob(f"*{SUFFIX}")), default=NONE)


@cache
def dictionary(number: int) -> ZstdCompressionDict | None:
    """A dictionary by number.

    Raises:
        UnknownDictionary
    """
    if number == NONE:
        return None
    try:
        return ZstdCompressionDict((DICTIONARIES / f"{number}{SUFFIX}").read_bytes())
    except FileNotFoundError as error:
        raise UnknownDictionary(number) from error


def compress(plain: bytes, number: int) -> bytes:
    """One zstd frame, with the length of the text; the dictionary's number and a checksum are the envelope's to have.

    Raises:
        UnknownDictionary
    """
    compressor = _contexts.compressors.get(number)
    if compressor is None:
        compressor = compressor_with(dictionary(number))
        _contexts.compressors[number] = compressor
    return compressor.compress(plain)


def compressor_with(words: ZstdCompressionDict | None) -> ZstdCompressor:
    """A compressor as payloads have it, for one thread at a time."""
    return ZstdCompressor(level=LEVEL, dict_data=words, write_dict_id=False, write_checksum=False)


def decompress(frame: bytes, number: int) -> bytes:
    """What `compress` was given. Only for what is proven to be ours: the frame says how much memory it takes.

    Raises:
        UnknownDictionary
        zstandard.ZstdError: no frame of this dictionary.
    """
    decompressor = _contexts.decompressors.get(number)
    if decompressor is None:
        decompressor = ZstdDecompressor(dict_data=dictionary(number))
        _contexts.decompressors[number] = decompressor
    return decompressor.decompress(frame)
