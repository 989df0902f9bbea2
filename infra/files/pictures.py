"""What is shown of pictures: drawn anew, without a byte of what the camera or anybody else wrote beside.

The original stays as it was sent: it is evidence, and its digest is on record.
"""

from __future__ import annotations

import asyncio
from io import BytesIO
from typing import BinaryIO

from PIL import Image, ImageOps

from domain.errors import MediaRefused
from infra.files.store import SHOWN, SMALL

EDGE = 256
"""Pixels of the longer side of a small one: a gallery's square on a sharp screen."""
SHOWN_EDGE = 1920
"""The same of one that is looked at by itself: fills a screen."""
MOST_PIXELS = 50_000_000
"""Beyond what the cameras of telephones make: a small file may claim to be a picture of gigabytes."""
FORMATS = {"image/jpeg": "JPEG", "image/png": "PNG", "image/webp": "WEBP", "image/gif": "GIF"}
QUALITY = 78
Image.MAX_IMAGE_PIXELS = None  # the library's own limit would only warn: ours is asked before anything is decoded
_one = asyncio.Semaphore(1)
"""One picture is opened at a time: each takes three bytes a pixel."""


async def draw(file: BinaryIO, media_type: str) -> dict[str, bytes]:
    """What is shown of a picture, JPEGs by what they are (`SHOWN`, `SMALL`), upright as the camera was held; nothing
    where it is no picture, or one that can't be opened: that is kept, and shown to nobody.

    Raises:
        MediaRefused: it claims to be larger than any.
    """
    if media_type not in FORMATS:
        return {}
    async with _one:
        return await asyncio.to_thread(draw_now, file, FORMATS[media_type])


def draw_now(file: BinaryIO, kind: str) -> dict[str, bytes]:
    """The same, at once."""
    file.seek(0)
    try:
        with Image.open(file, formats=[kind]) as picture:
            large = picture.width * picture.height > MOST_PIXELS
            if not large:
                picture.draft("RGB", (SHOWN_EDGE, SHOWN_EDGE))  # a JPEG is decoded at a fraction of its size
                picture.thumbnail((SHOWN_EDGE, SHOWN_EDGE))
                clean = _drawn(ImageOps.exif_transpose(picture))
                shown = _jpeg(clean)
                clean.thumbnail((EDGE, EDGE))
                return {SHOWN: shown, SMALL: _jpeg(clean)}
    except Exception:  # whatever a broken picture makes the decoder say: the file is taken all the same
        return {}
    raise MediaRefused(f"图片像素过多（超过{MOST_PIXELS // 10_000}万），请缩小后重新上传")


def _drawn(picture: Image.Image) -> Image.Image:
    """Drawn anew on white: position, time and the camera's own preview stay behind."""
    coloured = picture.convert("RGBA")
    clean = Image.new("RGB", coloured.size, "white")
    clean.paste(coloured, mask=coloured.getchannel("A"))
    return clean


def _jpeg(picture: Image.Image) -> bytes:
    written = BytesIO()
    picture.save(written, "JPEG", quality=QUALITY)
    return written.getvalue()
