"""What is shown of pictures: nothing of what the camera wrote beside, nothing of what is no picture."""

from __future__ import annotations

import random
from contextlib import suppress
from io import BytesIO

import pytest
from PIL import Image

from api.cli.client import picture
from domain.errors import MediaRefused
from infra.files import pictures
from infra.files.pictures import EDGE, SHOWN_EDGE, draw, draw_now
from infra.files.store import SHOWN, SMALL


def drawn(kind: str, size: tuple[int, int] = (800, 400), mode: str = "RGB", **more: object) -> bytes:
    """A picture, red in its left half and blue in its right."""
    image = Image.new(mode, size, "blue")
    image.paste("red", (0, 0, size[0] // 2, size[1]))
    written = BytesIO()
    image.save(written, kind, **more)
    return written.getvalue()


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF"])
async def test_what_is_shown_is_a_jpeg_that_fills_a_screen_and_a_small_one(kind: str) -> None:
    shown = await draw(BytesIO(drawn(kind, (2400, 1200))), f"image/{kind.lower()}")
    for which, edge in ((SHOWN, SHOWN_EDGE), (SMALL, EDGE)):
        with Image.open(BytesIO(shown[which])) as image:
            assert (image.format, image.size) == ("JPEG", (edge, edge // 2))


async def test_what_is_shown_stands_upright_and_tells_nothing_of_the_camera_or_the_place() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # held upright: to be turned by 90 degrees to the right
    exif[0x010F] = "Camera of somebody"
    exif.get_ifd(0x8825)[1] = "N"
    content = drawn("JPEG", exif=exif, comment=b"where it was")
    shown = await draw(BytesIO(content), "image/jpeg")
    assert shown.keys() == {SHOWN, SMALL}
    for each in shown.values():
        with Image.open(BytesIO(each)) as image:
            assert image.height == 2 * image.width
            top, bottom = image.getpixel((60, 10)), image.getpixel((60, image.height - 10))
            assert isinstance(top, tuple)
            assert isinstance(bottom, tuple)
            assert (top[0] > 200, bottom[2] > 200) == (True, True)
            assert (dict(image.getexif()), image.info.keys() & {"exif", "comment", "icc_profile"}) == ({}, set())
        assert b"somebody" not in each
        assert b"where" not in each


async def test_what_is_seen_through_stands_on_white() -> None:
    written = BytesIO()
    Image.new("RGBA", (10, 10), (0, 0, 0, 0)).save(written, "PNG")
    shown = await draw(written, "image/png")
    with Image.open(BytesIO(shown[SMALL])) as image:
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
async def test_of_what_is_no_picture_nothing_is_shown(content: bytes, media_type: str) -> None:
    assert await draw(BytesIO(content), media_type) == {}


async def test_a_picture_that_claims_to_be_huge_is_refused_unopened(monkeypatch: pytest.MonkeyPatch) -> None:
    written = BytesIO()
    Image.new("1", (12_000, 12_000)).save(written, "PNG")
    assert len(written.getvalue()) < 100_000
    with pytest.raises(MediaRefused, match="像素过多"):
        await draw(written, "image/png")
    monkeypatch.setattr(pictures, "MOST_PIXELS", 800 * 400)
    assert await draw(BytesIO(drawn("PNG")), "image/png")
    with pytest.raises(MediaRefused):
        await draw(BytesIO(drawn("PNG", (801, 400))), "image/png")


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF"])
def test_a_broken_picture_is_shown_refused_or_not_and_fails_nothing(kind: str) -> None:
    dice, whole = random.Random(7), drawn(kind)
    for _ in range(60):
        broken = bytearray(whole)
        for _ in range(dice.randint(1, 20)):
            broken[dice.randrange(min(len(broken), 600))] = dice.randrange(256)
        with suppress(MediaRefused):
            assert draw_now(BytesIO(broken), kind).keys() in ({SHOWN, SMALL}, set())
