"""Sockets of one machine: private, cleared of the dead, patient with the slow, at any depth of folders."""

from __future__ import annotations

import asyncio
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from infra.wakeups.sockets import MOST_BYTES, Mailbox, Sender
from tests.infra.support import ROOT, until

SEND = """
import sys
from pathlib import Path
from infra.wakeups.sockets import Sender

sender = Sender(Path(sys.argv[1]))
for word in sys.argv[2:]:
    sender.send(word.encode())
"""
LISTEN_AND_DIE = """
import asyncio, os, sys
from pathlib import Path
from infra.wakeups.sockets import Mailbox

async def main():
    Mailbox(Path(sys.argv[1]), print)
    os.kill(os.getpid(), 9)

asyncio.run(main())
"""


def python(program: str, *arguments: object) -> int:
    """Runs a program in another process; answers its return code."""
    return subprocess.run([sys.executable, "-c", program, *map(str, arguments)], cwd=ROOT, check=False).returncode


async def test_words_arrive_in_order_from_another_process(tmp_path: Path) -> None:
    heard: list[bytes] = []
    mailbox = Mailbox(tmp_path / "words", heard.append)
    assert await asyncio.to_thread(python, SEND, tmp_path / "words", "a", "b", "c") == 0
    await until(lambda: len(heard) == 3)
    assert heard == [b"a", b"b", b"c"]
    mailbox.close()


async def test_only_the_owner_enters_and_nothing_is_left(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        mailbox = Mailbox(tmp_path / "words", print)
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "words").stat().st_mode) == 0o700
    assert mailbox.there()
    mailbox.close()
    assert not list((tmp_path / "words").iterdir())


async def test_the_socket_of_a_process_that_was_killed_is_taken_away(tmp_path: Path) -> None:
    assert await asyncio.to_thread(python, LISTEN_AND_DIE, tmp_path / "words") == -9
    assert len(list((tmp_path / "words").iterdir())) == 1
    heard: list[bytes] = []
    mailbox = Mailbox(tmp_path / "words", heard.append)
    sender = Sender(tmp_path / "words")
    sender.send(b"a")
    await until(lambda: heard == [b"a"])
    assert [path.name for path in (tmp_path / "words").iterdir()] == [mailbox.name]
    sender.close()
    mailbox.close()


async def test_who_is_slow_to_read_gets_every_word_in_order(tmp_path: Path) -> None:
    heard: list[bytes] = []
    mailbox, sender = Mailbox(tmp_path, heard.append), Sender(tmp_path)
    words = [f"{number:05d}".encode() + b"x" * 100 for number in range(3_000)]
    for word in words:  # the loop does not read meanwhile: a socket holds a few, and a datagram not all of the rest
        sender.send(word)
    assert sum(map(len, words)) > 4 * MOST_BYTES
    await until(lambda: len(heard) == len(words))
    assert heard == words
    sender.send(b"last")
    await until(lambda: heard[-1] == b"last")
    sender.close()
    mailbox.close()


async def test_one_s_own_mailbox_is_left_out(tmp_path: Path) -> None:
    mine: list[bytes] = []
    other: list[bytes] = []
    own, another, sender = Mailbox(tmp_path, mine.append), Mailbox(tmp_path, other.append), Sender(tmp_path)
    sender.send(b"a", but=own.name)
    await until(lambda: other == [b"a"])
    assert mine == []
    for closed in (sender, own, another):
        closed.close()


async def test_a_folder_deeper_than_a_socket_s_path_may_be(tmp_path: Path) -> None:
    folder = tmp_path / ("deep" * 20) / ("deeper" * 20)
    heard: list[bytes] = []
    mailbox, sender = Mailbox(folder, heard.append), Sender(folder)
    sender.send(b"a")
    await until(lambda: heard == [b"a"])
    sender.close()
    mailbox.close()


async def test_without_a_folder_a_word_is_said_to_nobody(tmp_path: Path) -> None:
    sender = Sender(tmp_path / "none")
    sender.send(b"a")
    sender.close()
    (tmp_path / "file").write_text("")
    with pytest.raises(OSError, match="exists"):
        Mailbox(tmp_path / "file", print)
