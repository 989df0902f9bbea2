"""Files on disk and their small pictures: whole or not at all, and nothing of what the camera wrote beside."""

from __future__ import annotations

import os
import random
import time
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from api.cli.client import picture
from domain.errors import FieldsInvalid, NotFound, StoreUnavailable
from infra.runtime import thumbnails
from infra.runtime.crypto import load_keys
from infra.runtime.files import FileStore
from infra.runtime.thumbnails import EDGE, make_thumbnail, shrink

DAY = 86_400.0


@pytest.fixture
def store(tmp_path: Path) -> FileStore:
    """A store of its own."""
    return FileStore(tmp_path / "attachments", load_keys(tmp_path / "key"), limit=2**20)


def drawn(kind: str, size: tuple[int, int] = (800, 400), mode: str = "RGB", **more: object) -> bytes:
    """A picture, red in its left half and blue in its right."""
    image = Image.new(mode, size, "blue")
    image.paste("red", (0, 0, size[0] // 2, size[1]))
    written = BytesIO()
    image.save(written, kind, **more)
    return written.getvalue()


async def test_a_file_and_its_small_picture_lie_encrypted_and_come_back(store: FileStore, tmp_path: Path) -> None:
    content = drawn("PNG")
    small = await make_thumbnail(content, "image/png")
    assert small is not None
    await store.put("a1", content, small)
    assert (await store.get("a1"), await store.get_small("a1")) == (content, small)
    on_disk = {path.name: path for path in (tmp_path / "attachments").iterdir()}
    assert on_disk.keys() == {"a1", "a1.small"}
    for path in on_disk.values():
        assert path.stat().st_mode & 0o777 == 0o600
        assert b"PNG" not in path.read_bytes()
        assert b"JFIF" not in path.read_bytes()
    await store.remove("a1")
    assert list((tmp_path / "attachments").iterdir()) == []
    with pytest.raises(NotFound):
        await store.get("a1")


@pytest.mark.parametrize("full", ["a1.part", "a1.small.part"])
async def test_a_full_disk_is_told_and_leaves_nothing_behind(store: FileStore, tmp_path: Path, full: str) -> None:
    (tmp_path / "attachments").mkdir()
    (tmp_path / "attachments" / full).symlink_to("/dev/full")  # every write to it says that the disk is full
    with pytest.raises(StoreUnavailable):
        await store.put("a1", b"content", b"small")
    assert list((tmp_path / "attachments").iterdir()) == []


async def test_a_store_that_cannot_be_written_or_read_is_told(store: FileStore, tmp_path: Path) -> None:
    (tmp_path / "attachments").write_text("a file where the directory should be")
    with pytest.raises(StoreUnavailable):
        await store.put("a1", b"content")
    with pytest.raises(StoreUnavailable):
        await store.get("a1")


def test_an_empty_file_is_no_file(store: FileStore) -> None:
    with pytest.raises(FieldsInvalid, match="空"):
        store.examine(b"")


async def test_only_old_leftovers_are_strays(store: FileStore, tmp_path: Path) -> None:
    for name in ("old", "new", "ancient"):
        await store.put(name, b"content", b"small")
    (tmp_path / "attachments" / "cut.part").write_bytes(b"half")
    now = time.time()
    for name, age in (("old", 2), ("old.small", 2), ("cut.part", 2), ("ancient", 90), ("ancient.small", 90)):
        os.utime(tmp_path / "attachments" / name, (now - age * DAY, now - age * DAY))
    assert await store.strays(older=DAY, younger=30 * DAY) == {"old", "cut"}


# --- small pictures


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF"])
async def test_a_small_picture_is_small_and_a_jpeg(kind: str) -> None:
    small = await make_thumbnail(drawn(kind), f"image/{kind.lower()}")
    assert small is not None
    with Image.open(BytesIO(small)) as image:
        assert (image.format, image.size) == ("JPEG", (EDGE, EDGE // 2))


async def test_a_small_picture_stands_upright_and_tells_nothing_of_the_camera() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # held upright: to be turned by 90 degrees to the right
    exif[0x010F] = "Camera of somebody"
    exif.get_ifd(0x8825)[1] = "N"
    content = drawn("JPEG", exif=exif, comment=b"where it was")
    small = await make_thumbnail(content, "image/jpeg")
    assert small is not None
    with Image.open(BytesIO(small)) as image:
        assert image.size == (EDGE // 2, EDGE)
        top, bottom = image.getpixel((60, 10)), image.getpixel((60, EDGE - 10))
        assert isinstance(top, tuple)
        assert isinstance(bottom, tuple)
        assert (top[0] > 200, bottom[2] > 200) == (True, True)
        assert (dict(image.getexif()), image.info.keys() & {"exif", "comment", "icc_profile"}) == ({}, set())
    assert b"somebody" not in small
    assert b"where" not in small


async def test_what_is_seen_through_stands_on_white() -> None:
    written = BytesIO()
    Image.new("RGBA", (10, 10), (0, 0, 0, 0)).save(written, "PNG")
    small = await make_thumbnail(written.getvalue(), "image/png")
    assert small is not None
    with Image.open(BytesIO(small)) as image:
        assert image.getpixel((5, 5)) == (255, 255, 255)


@pytest.mark.parametrize(
    ("content", "media_type"),
    [
        (picture()[:40], "image/png"),
        (b"\xff\xd8\xff" + bytes(50), "image/jpeg"),
        (drawn("PNG"), "image/jpeg"),  # not what it is taken for
        (b"%PDF-1.7", "application/pdf"),
        (bytes(100), "video/mp4"),
    ],
)
async def test_what_is_no_picture_has_no_small_one(content: bytes, media_type: str) -> None:
    assert await make_thumbnail(content, media_type) is None


async def test_a_picture_that_claims_to_be_huge_is_not_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    written = BytesIO()
    Image.new("1", (12_000, 12_000)).save(written, "PNG")
    assert len(written.getvalue()) < 100_000
    assert await make_thumbnail(written.getvalue(), "image/png") is None
    monkeypatch.setattr(thumbnails, "MOST_PIXELS", 800 * 400)
    assert await make_thumbnail(drawn("PNG"), "image/png")
    assert await make_thumbnail(drawn("PNG", (801, 400)), "image/png") is None


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF"])
def test_a_broken_picture_has_a_small_one_or_none_and_fails_nothing(kind: str) -> None:
    dice, whole = random.Random(7), drawn(kind)
    for _ in range(200):
        broken = bytearray(whole)
        for _ in range(dice.randint(1, 20)):
            broken[dice.randrange(min(len(broken), 600))] = dice.randrange(256)
        shrink(bytes(broken), kind)
