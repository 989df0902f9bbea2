"""One key file, two uses: Temporal payloads and sealed columns and files. AES-256-GCM, key id beside each ciphertext.

The file holds a ring, newest key first, one `id:base64` a line: what was written with an older key still opens.
"""

from __future__ import annotations

import base64
import os
import secrets
from pathlib import Path

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_NONCE = 12
MADE_HERE = "g"
"""The first letter of the id of a key that a start made by itself: good for a demonstration, refused in production."""


class KeyRing:
    """The keys of an installation. The first encrypts; each decrypts what names it."""

    def __init__(self, keys: dict[str, bytes]) -> None:
        if not keys:
            raise ValueError("a key ring holds at least one key")
        self._ciphers = {key_id: AESGCM(key) for key_id, key in keys.items()}
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
        return self._ciphers[key_id].decrypt(sealed[:_NONCE], sealed[_NONCE:], context)


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
    lines = (line.strip() for line in path.read_text().splitlines())
    pairs = (line.partition(":") for line in lines if line)
    return KeyRing({key_id: base64.b64decode(key) for key_id, _, key in pairs})
