"""The envelope around every payload that Temporal keeps: what its bytes mean, for ever (docs/adr/0014).

Version 1, in this order; lengths in bytes, numbers big-endian:

    1    version: 1
    1    length of the signature that ends the envelope; 0 until payloads are signed
    1    kind: whose payload it is (`Kind`)
    2    number of the dictionary it is compressed with; 0 is none
    1+n  id of the key, its length first; UTF-8
    2+n  id of the workflow, its length first; UTF-8
    12   nonce
    n    the serialized payload, compressed by zstd, encrypted by AES-256-GCM; its last 16 are the tag
    n    signature

All that stands before the nonce is authenticated with the text: an envelope whose head was changed does not open.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from enum import IntEnum

from cryptography.exceptions import InvalidTag
from zstandard import ZstdError

from infra.runtime.compression import UnknownDictionary, compress, current_dictionary, decompress
from infra.runtime.crypto import KeyRing

VERSION = 1
_CONTEXT = b"santui.payload"
"""Before the head in what is authenticated: nothing that the same keys seal elsewhere opens as a payload."""
_FIRST = struct.Struct(">BBBHB")
_LENGTH = struct.Struct(">H")


class Kind(IntEnum):
    """Whose payload it is: one that a workflow was given or gives, or one of its activities. Numbers are for ever."""

    WORKFLOW = 1
    ACTIVITY = 2


class PayloadNotOpened(ValueError):
    """An envelope that does not open, or not here; says why in codes, and quotes nothing of it."""


class DictionaryMissing(PayloadNotOpened):
    """An envelope that is ours, and compressed with a dictionary that only a newer version of the code has."""


@dataclass(frozen=True, slots=True)
class Owner:
    """The workflow whose payload it is, and of which kind: an envelope opens for no other."""

    workflow_id: str
    kind: Kind


@dataclass(frozen=True, slots=True)
class Head:
    """What stands before the text: in the clear, and authenticated with it."""

    workflow_id: str
    kind: int
    key_id: str
    dictionary: int
    signature: int = 0
    """its length"""

    def packed(self) -> bytes:
        """The head's bytes."""
        key_id, workflow_id = self.key_id.encode(), self.workflow_id.encode()
        first = _FIRST.pack(VERSION, self.signature, self.kind, self.dictionary, len(key_id))
        return first + key_id + _LENGTH.pack(len(workflow_id)) + workflow_id


def head_of(envelope: bytes) -> tuple[Head, int]:
    """What an envelope says of itself, not yet proven, and where its nonce begins.

    Raises:
        PayloadNotOpened: no envelope, or one of a version that this code does not know.
    """
    try:
        version, signature, kind, dictionary, key_length = _FIRST.unpack_from(envelope)
        if version != VERSION:
            raise PayloadNotOpened(f"an envelope of version {version}")
        key_end = _FIRST.size + key_length
        begin = key_end + _LENGTH.size
        end = begin + _LENGTH.unpack_from(envelope, key_end)[0]
        key_id, workflow_id = envelope[_FIRST.size : key_end].decode(), envelope[begin:end].decode()
    except (struct.error, UnicodeDecodeError) as error:
        raise PayloadNotOpened("no envelope") from error
    return Head(workflow_id, kind, key_id, dictionary, signature), end


def sealed(plain: bytes, owner: Owner, keys: KeyRing) -> bytes:
    """Compresses with the newest dictionary and encrypts under the current key."""
    number = current_dictionary()
    head = Head(owner.workflow_id, owner.kind, keys.current, number).packed()
    return head + keys.seal(compress(plain, number), _CONTEXT + head)


def unsealed(envelope: bytes, keys: KeyRing) -> tuple[Head, bytes]:
    """The head, proven, and the text.

    Raises:
        PayloadNotOpened: spoilt, or its key is not here.
        DictionaryMissing
    """
    head, begin = head_of(envelope)
    end = len(envelope) - head.signature
    try:
        text = keys.unseal(head.key_id, envelope[begin:end], _CONTEXT + envelope[:begin])
    except KeyError as error:
        raise PayloadNotOpened(f"no key {head.key_id!r}") from error
    except (InvalidTag, ValueError) as error:  # ValueError: too short to hold a nonce
        raise PayloadNotOpened("not as it was sealed") from error
    try:
        return head, decompress(text, head.dictionary)
    except UnknownDictionary as error:
        raise DictionaryMissing(f"no dictionary {head.dictionary}") from error
    except ZstdError as error:
        raise PayloadNotOpened(f"not compressed with dictionary {head.dictionary}") from error
