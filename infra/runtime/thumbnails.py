"""Small pictures of pictures: what a gallery shows, without a byte of what the camera wrote beside."""

from __future__ import annotations

import asyncio
from io import BytesIO

from PIL import Image, ImageOps

EDGE = 256
"""Pixels of the longer side: a gallery's square on a sharp screen."""
MOST_PIXELS = 50_000_000
"""Beyond what the cameras of telephones make: a small file may claim to be a picture of gigabytes."""
FORMATS = {"image/jpeg": "JPEG", "image/png": "PNG", "image/webp": "WEBP", "image/gif": "GIF"}
QUALITY = 78
Image.MAX_IMAGE_PIXELS = None  # the library's own limit would only warn: ours is asked before anything is decoded
_one = asyncio.Semaphore(1)
"""One picture is opened at a time: each takes three bytes a pixel."""


async def make_thumbnail(content: bytes, media_type: str) -> bytes | None:
    """A small JPEG of a picture, upright as the camera was held; none where it is no picture that can be opened."""
    if media_type not in FORMATS:
        return None
    async with _one:
        return await asyncio.to_thread(shrink, content, FORMATS[media_type])


def shrink(content: bytes, kind: str) -> bytes | None:
    """The same, at once."""
    try:
        with Image.open(BytesIO(content), formats=[kind]) as picture:
            if picture.width * picture.height > MOST_PIXELS:
                return None
            picture.draft("RGB", (EDGE * 2, EDGE * 2))  # a JPEG is decoded at a fraction of its size
            picture.thumbnail((EDGE, EDGE))
            return _drawn(ImageOps.exif_transpose(picture))
    except Exception:  # whatever a broken picture makes the decoder say: the file is taken all the same
        return None


def _drawn(small: Image.Image) -> bytes:
    """Drawn anew on white: position, time and the camera's own preview stay behind."""
    coloured = small.convert("RGBA")
    clean = Image.new("RGB", coloured.size, "white")
    clean.paste(coloured, mask=coloured.getchannel("A"))
    written = BytesIO()
    clean.save(written, "JPEG", quality=QUALITY)
    return written.getvalue()
