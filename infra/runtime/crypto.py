"""One key file: Temporal payloads, sealed columns and files (AES-256-GCM, key id beside each ciphertext), and the blind
tokens by which a person is known again without being named (HMAC-SHA-256 under a key derived for that alone), and the
secret under which intake compares places and callers.

The file holds a ring, newest key first, one `id:base64` a line: what was written with an older key still opens.
"""

from __future__ import annotations

import base64
import hmac
import os
import secrets
from functools import cached_property
from pathlib import Path

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

_NONCE = 12
_BLIND = 16
"""Bytes of a blind token: 128 bits, so that no two people ever share one by chance."""
MADE_HERE = "g"
"""The first letter of the id of a key that a start made by itself: good for a demonstration, refused in production."""


class KeyRing:
    """The keys of an installation. The first encrypts; each decrypts what names it.

    A key that was put into the file since decrypts at once, and encrypts after a restart: processes are started again
    one after the other, and none may take what another has sealed for a stranger's.
    """

    def __init__(self, keys: dict[str, bytes], file: Path | None = None) -> None:
        if not keys:
            raise ValueError("a key ring holds at least one key")
        self._keys, self._file = keys, file
        self._ciphers = {key_id: AESGCM(key) for key_id, key in keys.items()}
        self._read_at = _written_at(file) if file else 0
        self.current = next(iter(keys))

    def seal(self, plain: bytes, context: bytes) -> bytes:
        """Encrypts under the current key; opens only with the same `context` (what it is and where it stands)."""
        nonce = secrets.token_bytes(_NONCE)
        return nonce + self._ciphers[self.current].encrypt(nonce, plain, context)

    def unseal(self, key_id: str, sealed: bytes, context: bytes) -> bytes:
        """Decrypts what `seal` made.

        Raises:
            KeyError: no such key in the ring.
            cryptography.exceptions.InvalidTag: tampered with, or another context.
        """
        if key_id not in self._ciphers:
            self._take_up_new()
        return self._ciphers[key_id].decrypt(sealed[:_NONCE], sealed[_NONCE:], context)

    def blind(self, words: str, key_id: str | None = None) -> str:
        """A token of some words, the same each time, from which nobody without the key learns them: key id, a dot, the
        digest. Under the current key, or another of the ring.

        Raises:
            KeyError: no such key in the ring.
        """
        used = key_id or self.current
        digest = hmac.digest(self._blinding[used], words.encode(), "sha256")[:_BLIND]
        return f"{used}.{base64.urlsafe_b64encode(digest).rstrip(b'=').decode()}"

    def blind_by_each(self, words: str) -> list[str]:
        """The tokens that these words have under every key of the ring: what was kept under an older key is found too,
        as long as that key is there."""
        return [self.blind(words, key_id) for key_id in self._keys]

    def lasting(self, purpose: str) -> bytes:
        """A secret for one purpose, derived for it alone from the oldest key: digests under it stay equal when a newer
        key is put above, and until the oldest is taken out."""
        return _derived(self._keys[next(reversed(self._keys))], f"santui.{purpose}.v1".encode())

    def _take_up_new(self) -> None:
        if self._file is None or (written_at := _written_at(self._file)) in (0, self._read_at):
            return
        self._read_at = written_at
        for key_id, key in _read(self._file).items():
            self._ciphers.setdefault(key_id, AESGCM(key))

    @property
    def ids(self) -> tuple[str, ...]:
        """The ids of its keys, newest first."""
        return tuple(self._keys)

    def __contains__(self, key_id: str) -> bool:
        return key_id in self._keys

    @cached_property
    def _blinding(self) -> dict[str, bytes]:
        """A key of its own for blind tokens, derived from each key of the ring."""
        return {key_id: _derived(key, b"santui.people.v1") for key_id, key in self._keys.items()}


def _derived(key: bytes, info: bytes) -> bytes:
    return HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=info).derive(key)


def load_keys(path: Path) -> KeyRing:
    """Reads the key file, and makes it with one fresh key (readable by its owner only) where there is none."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        line = f"{MADE_HERE}{secrets.token_hex(4)}:{base64.b64encode(secrets.token_bytes(32)).decode()}\n"
        fresh = path.with_name(f"{path.name}.{os.getpid()}")
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(line)
        try:
            os.link(fresh, path)  # another process may have made it meanwhile: the first one wins
        except FileExistsError:
            pass
        finally:
            fresh.unlink()
    return KeyRing(_read(path), path)


def _read(path: Path) -> dict[str, bytes]:
    lines = (line.strip() for line in path.read_text().splitlines())
    pairs = (line.partition(":") for line in lines if line)
    return {key_id: base64.b64decode(key) for key_id, _, key in pairs}


def _written_at(path: Path) -> int:
    """When a file was written, in nanoseconds; 0 where it can't be seen."""
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return 0
