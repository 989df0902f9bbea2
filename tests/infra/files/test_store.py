"""Files on disk: sealed as they come, read from anywhere, whole or not at all, and broken ones found out."""

from __future__ import annotations

import os
import random
import time
import tracemalloc
from pathlib import Path

import pytest

from domain.errors import FieldsInvalid, FileBroken, NotFound, StoreUnavailable, TooLarge
from infra.files.sealing import CHUNK
from infra.files.store import SHOWN, SMALL, FileStore, Incoming
from infra.runtime.crypto import load_keys

DAY = 86_400.0
SIZES = (1, 100, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK, 3 * CHUNK + 5)


@pytest.fixture
def store(tmp_path: Path) -> FileStore:
    """A store of its own."""
    return FileStore(tmp_path / "attachments", load_keys(tmp_path / "key"), limit=2**20)


def come(store: FileStore, name: str, content: bytes) -> Incoming:
    """A file that came in, in pieces."""
    incoming = store.receive(name)
    for at in range(0, len(content), 10_000):
        incoming.write(content[at : at + 10_000])
    incoming.seek(0)
    return incoming


async def kept(store: FileStore, name: str, content: bytes, **drawn: bytes) -> Path:
    """One that was kept; where it lies."""
    incoming = come(store, name, content)
    await store.keep(incoming, {f".{which}": each for which, each in drawn.items()})
    incoming.close()
    return store.part(name).with_suffix("")


async def test_a_file_and_what_is_shown_of_it_lie_sealed_and_come_back(store: FileStore, tmp_path: Path) -> None:
    path = await kept(store, "a1", b"the original" * 9, small=b"the small one", shown=b"what is shown")
    for which, content in (("", b"the original" * 9), (SMALL, b"the small one"), (SHOWN, b"what is shown")):
        with await store.open("a1", which) as file:
            assert file.read() == content
    for each in path.parent.iterdir():
        assert each.stat().st_mode & 0o777 == 0o600
        assert b"original" not in each.read_bytes()
    assert {each.name for each in path.parent.iterdir()} == {"a1", "a1.small", "a1.shown"}
    await store.remove("a1")
    assert list(path.parent.iterdir()) == []
    with pytest.raises(NotFound):
        await store.open("a1")


@pytest.mark.parametrize("size", SIZES)
async def test_a_file_is_read_from_anywhere(store: FileStore, size: int) -> None:
    content = random.Random(size).randbytes(size)
    await kept(store, "a1", content)
    with await store.open("a1") as file:
        assert file.seek(0, os.SEEK_END) == size
        for at in {0, size // 2, size - 1, max(0, size - CHUNK), min(size, CHUNK)}:
            file.seek(at)
            assert file.read(CHUNK + 7) == content[at : at + CHUNK + 7]


async def test_what_was_changed_cut_off_or_put_elsewhere_is_found_out(store: FileStore) -> None:
    content = random.Random(1).randbytes(3 * CHUNK)
    path, other = await kept(store, "a1", content), await kept(store, "a2", content)
    whole, sealed = path.read_bytes(), CHUNK + 28
    head = len(whole) - 3 * sealed
    first, second, third = (whole[head + n * sealed : head + (n + 1) * sealed] for n in range(3))
    wrong = {
        "changed": whole[:-1] + bytes([whole[-1] ^ 1]),
        "cut off between two chunks": whole[:head] + first + second,
        "cut off": whole[:-100],
        "in another order": whole[:head] + second + first + third,
        "longer": whole + third,
        "another file's": other.read_bytes(),
        "nothing": b"",
        "not sealed": b"plain text",
    }
    for what, on_disk in wrong.items():
        path.write_bytes(on_disk)
        with pytest.raises(FileBroken):  # noqa: PT012 - some show when they are opened, some when they are read
            (await store.open("a1")).read()
            pytest.fail(what)


async def test_a_file_that_was_cut_off_or_not_wanted_leaves_nothing_behind(store: FileStore, tmp_path: Path) -> None:
    half = store.receive("a1")
    half.write(bytes(3 * CHUNK))
    assert [each.name for each in (tmp_path / "attachments").iterdir()] == ["a1.part"]
    half.close()
    come(store, "a2", b"whole").close()
    assert list((tmp_path / "attachments").iterdir()) == []


def test_what_is_empty_or_too_large_is_told(store: FileStore, tmp_path: Path) -> None:
    with pytest.raises(FieldsInvalid, match="空"):
        come(store, "a1", b"").check()
    with pytest.raises(TooLarge, match="1MB"):
        come(store, "a2", bytes(2**20 + 1)).check()
    assert list((tmp_path / "attachments").iterdir()) == []


@pytest.mark.parametrize("full", ["a1.part", "a1.small.part"])
async def test_a_full_disk_is_told_and_leaves_nothing_behind(store: FileStore, tmp_path: Path, full: str) -> None:
    (tmp_path / "attachments").mkdir()
    (tmp_path / "attachments" / full).symlink_to("/dev/full")  # every write to it says that the disk is full
    incoming = come(store, "a1", b"content")
    with pytest.raises(StoreUnavailable):  # noqa: PT012 - whichever of the two does not fit
        incoming.check()
        await store.keep(incoming, {SMALL: b"small"})
    incoming.close()
    assert list((tmp_path / "attachments").iterdir()) == []


async def test_a_store_that_cannot_be_written_or_read_is_told(store: FileStore, tmp_path: Path) -> None:
    (tmp_path / "attachments").write_text("a file where the directory should be")
    with pytest.raises(StoreUnavailable):
        come(store, "a1", b"content").check()
    with pytest.raises(StoreUnavailable):
        await store.open("a1")


async def test_only_old_leftovers_are_strays(store: FileStore, tmp_path: Path) -> None:
    for name in ("old", "new", "ancient"):
        await kept(store, name, b"content", small=b"small")
    (tmp_path / "attachments" / "cut.part").write_bytes(b"half")
    now = time.time()
    for name, age in (("old", 2), ("old.small", 2), ("cut.part", 2), ("ancient", 90), ("ancient.small", 90)):
        os.utime(tmp_path / "attachments" / name, (now - age * DAY, now - age * DAY))
    assert await store.strays(older=DAY, younger=30 * DAY) == {"old", "cut"}


async def test_a_file_is_never_whole_in_memory(tmp_path: Path) -> None:
    store = FileStore(tmp_path / "attachments", load_keys(tmp_path / "key"), limit=2**30)
    tracemalloc.start()
    try:
        incoming = store.receive("a1")
        for _ in range(256):
            incoming.write(bytes(CHUNK))
        await store.keep(incoming, {}) if incoming.check() else None
        with await store.open("a1") as file:
            while file.read(CHUNK):
                pass
        assert tracemalloc.get_traced_memory()[1] < 2 * 2**20, "16 MiB went through it"
    finally:
        tracemalloc.stop()
        incoming.close()
