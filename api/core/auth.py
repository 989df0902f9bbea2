"""Passwords, hashed a few at a time, and what the forms of pages carry.

Hashing one takes a quarter of a second of one core and much memory: so few at once, and no long queue.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from pathlib import Path
from typing import TypeVar

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from pwdlib import PasswordHash

from domain.errors import TooManyTries
from infra.records.people import password_hasher

AT_ONCE = max(1, (os.cpu_count() or 1) // 2)
WAITING = 40
"""Hashings that wait at most: some ten seconds of them."""
T = TypeVar("T")


class Hashing:
    """The passwords of one process."""

    def __init__(self, memory_mb: int, passes: int) -> None:
        self._hasher: PasswordHash = password_hasher(memory_mb, passes)
        self._pool = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="passwords")
        self._under_way = 0

    async def verify(self, password: str, stored: str | None) -> bool:
        """Whether the password is the stored one; none is where nothing is stored.

        It costs the same for a username that does not exist, so that the time of an answer does not show who does.

        Raises:
            TooManyTries: too many wait already.
        """
        right = await self._done(lambda: self._hasher.verify(password, stored or self._of_nobody))
        return right and bool(stored)

    async def among(self, password: str, stored: list[str]) -> bool:
        """Whether the password is one of these."""
        return await self._done(lambda: any(self._hasher.verify(password, each) for each in stored if each))

    async def hash(self, password: str) -> str:
        """What is stored of a password."""
        return await self._done(lambda: self._hasher.hash(password))

    @cached_property
    def _of_nobody(self) -> str:
        return self._hasher.hash("nobody")

    async def _done(self, slow: Callable[[], T]) -> T:
        if self._under_way >= WAITING:
            raise TooManyTries("登录人数过多，请稍后再试")
        self._under_way += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._pool, slow)
        finally:
            self._under_way -= 1


class FormTokens:
    """The tokens that forms of pages carry, made from a secret derived from the installation's key file."""

    def __init__(self, key_file: Path) -> None:
        derive = HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=b"santui.tokens.v1")
        self.secret = derive.derive(key_file.read_bytes())

    def csrf(self, session: str) -> str:
        """The token a page's forms carry: bound to the session cookie, so that no other site can make one."""
        digest = hashlib.sha256(b"santui.csrf.v1" + self.secret + session.encode()).digest()
        return base64.urlsafe_b64encode(digest[:18]).decode()
