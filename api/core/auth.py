"""Passwords and bearer tokens."""

from __future__ import annotations

import base64
import hashlib
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

import jwt
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from pwdlib import PasswordHash

from domain.errors import NotSignedIn
from infra.database.ids import new_id

VERIFIED = 10_000
"""Tokens that are remembered to be ours."""
_EXPIRED = "登录已失效，请重新登录"


def verify_password(hasher: PasswordHash, password: str, stored: str | None) -> bool:
    """Whether the password is the stored one. Slow: not on the loop.

    It costs the same for a username that does not exist, so that the time of an answer does not show who does.
    """
    right = hasher.verify(password, stored or _hash_of_nobody(hasher))
    return right and stored is not None


@cache
def _hash_of_nobody(hasher: PasswordHash) -> str:
    return hasher.hash("nobody")


class Tokens:
    """Bearer tokens, signed with a secret derived from the installation's key file."""

    def __init__(self, key_file: Path, hours: int) -> None:
        derive = HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=b"santui.tokens.v1")
        self.secret = derive.derive(key_file.read_bytes())
        self.life = timedelta(hours=hours)
        self._verified: dict[str, tuple[str, datetime]] = {}
        """whose a token is and until when; its signature is checked once"""

    def issue(self, person_id: str) -> str:
        """A token that names the person and nothing else; posts are looked up at each request. No two sign-ins have the
        same, also not within one second: each has forms of its own (`csrf`).
        """
        now = datetime.now(UTC)
        claims = {"sub": person_id, "jti": new_id(), "iat": now, "exp": now + self.life}
        return jwt.encode(claims, self.secret, algorithm="HS256")

    def person(self, token: str) -> str:
        """Whose token it is.

        Raises:
            NotSignedIn: it is not ours, or has expired.
        """
        return self._read(token)[0]

    def until(self, token: str) -> datetime:
        """When the token expires.

        Raises:
            NotSignedIn: it is not ours, or has expired.
        """
        return self._read(token)[1]

    def _read(self, token: str) -> tuple[str, datetime]:
        found = self._verified.get(token) or self._verify(token)
        if found[1] <= datetime.now(UTC):
            self._verified.pop(token, None)
            raise NotSignedIn(_EXPIRED)
        return found

    def _verify(self, token: str) -> tuple[str, datetime]:
        try:
            claims = jwt.decode(token, self.secret, algorithms=["HS256"], options={"require": ["sub", "exp"]})
        except jwt.InvalidTokenError as error:
            raise NotSignedIn(_EXPIRED) from error
        if len(self._verified) >= VERIFIED:
            self._verified.clear()
        found = self._verified[token] = str(claims["sub"]), datetime.fromtimestamp(claims["exp"], UTC)
        return found

    def csrf(self, session: str) -> str:
        """The token a page's forms carry: bound to the session cookie, so that no other site can make one."""
        digest = hashlib.sha256(b"santui.csrf.v1" + self.secret + session.encode()).digest()
        return base64.urlsafe_b64encode(digest[:18]).decode()
