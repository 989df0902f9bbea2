"""Datagrams between the processes of one machine: each that listens has a socket in a folder that only its owner may
enter; who has something to say sends it to every socket there.

What a process is too slow to read waits here, with what comes after it; one to a process that has died takes the dead
socket away. Where anything else goes wrong, the word is lost.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import secrets
import socket
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

RETRY = 0.002
"""Seconds until a full socket is tried again."""
MOST_LATE = 10_000
"""Words kept for one that is slow to read; beyond them the oldest are dropped."""
MOST_BYTES = 32_768
"""A datagram's size at most: far below what a socket takes at once."""
LONGEST_PATH = 100
"""Bytes of a socket's path that every system takes."""

Heard = Callable[[bytes], None]


class Mailbox:
    """The socket of one process that listens, from the running loop; there until it is closed.

    Raises:
        OSError: none can be made.
    """

    def __init__(self, folder: Path, heard: Heard) -> None:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.name = f"{os.getpid()}-{secrets.token_hex(4)}"
        self._path, self._heard = folder / self.name, heard
        self._socket = _datagrams()
        try:
            with _short(folder) as short:
                self._socket.bind(f"{short}/{self.name}")
            asyncio.get_running_loop().add_reader(self._socket, self._read)
        except BaseException:
            self._socket.close()
            raise

    def there(self) -> bool:
        """Whether others can find it."""
        return self._path.is_socket()

    def close(self) -> None:
        """Ends listening."""
        asyncio.get_running_loop().remove_reader(self._socket)
        self._socket.close()
        with contextlib.suppress(OSError):
            self._path.unlink()

    def _read(self) -> None:
        with contextlib.suppress(BlockingIOError):
            while True:
                for word in self._socket.recv(MOST_BYTES).split(b"\n"):
                    self._heard(word)


class Sender:
    """Sends words to every mailbox of a folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._socket = _datagrams()
        self._late: dict[str, deque[bytes]] = {}
        """words by mailbox that was full when they came"""

    def send(self, word: bytes, *, but: str | None = None) -> None:
        """Sends a word to all `but` one."""
        for name in self._mailboxes():
            if name == but:
                continue
            if late := self._late.get(name):
                late.append(word)
            elif not self._sent(name, word):
                self._keep(name, word)

    def close(self) -> None:
        """Gives the socket back; words that wait are lost."""
        self._late.clear()
        self._socket.close()

    def _mailboxes(self) -> list[str]:
        try:
            return os.listdir(self._folder)
        except OSError:
            return []

    def _sent(self, name: str, words: bytes) -> bool:
        """False where the mailbox is full."""
        try:
            with _short(self._folder) as short:
                self._socket.sendto(words, f"{short}/{name}")
        except BlockingIOError:
            return False
        except ConnectionRefusedError:  # its process has died
            with contextlib.suppress(OSError):
                (self._folder / name).unlink()
        except OSError:
            pass
        return True

    def _keep(self, name: str, word: bytes) -> None:
        with contextlib.suppress(RuntimeError):  # without a loop nothing can be tried again
            asyncio.get_running_loop().call_later(RETRY, self._send_late, name)
            self._late[name] = deque([word], MOST_LATE)

    def _send_late(self, name: str) -> None:
        late = self._late.get(name)
        while late:
            words = _together(late)
            if not self._sent(name, b"\n".join(words)):
                asyncio.get_running_loop().call_later(RETRY, self._send_late, name)
                return
            for _ in words:
                late.popleft()
        self._late.pop(name, None)


def _together(words: Iterable[bytes]) -> list[bytes]:
    """As many of the first words as one datagram takes."""
    size, taken = 0, []
    for word in words:
        size += len(word) + 1
        if size > MOST_BYTES:
            break
        taken.append(word)
    return taken


def _datagrams() -> socket.socket:
    made = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    made.setblocking(False)
    return made


@contextlib.contextmanager
def _short(folder: Path) -> Iterator[str]:
    """The folder under a name short enough for a socket's path: where its own is too long, by its descriptor."""
    if len(os.fsencode(folder)) + 24 <= LONGEST_PATH:
        yield str(folder)
        return
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        yield f"/proc/self/fd/{descriptor}"
    finally:
        os.close(descriptor)
