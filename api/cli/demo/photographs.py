"""Photographs of the demo disputes: drawn, each of another spot, so that an evaluator's page has something to look at.

Nobody takes them for evidence: a lane between two houses, the disputed wall, and a chalk mark where it is to end.
"""

from __future__ import annotations

import io
import random

from PIL import Image, ImageDraw, ImageFilter

WIDTH, HEIGHT = 960, 720
COLOURS = 96


def photograph() -> bytes:
    """A PNG of some 150 KB, different each time."""
    chance = random.Random()
    drawn = Image.new("RGB", (WIDTH, HEIGHT), "#bcd3e6")
    brush = ImageDraw.Draw(drawn)
    ground = HEIGHT * 2 // 3
    for y in range(ground):  # the sky, lighter towards the roofs
        brush.line([(0, y), (WIDTH, y)], fill=(150 + 70 * y // ground, 185 + 45 * y // ground, 220 + 20 * y // ground))
    brush.rectangle([0, ground, WIDTH, HEIGHT], fill="#a69a86")
    brush.polygon([(420, ground), (560, ground), (760, HEIGHT), (260, HEIGHT)], fill="#8f8a80")
    _house(brush, chance, 40, ground, 340)
    _house(brush, chance, 600 + chance.randrange(-20, 40), ground, 320)
    _wall(brush, chance, ground)
    return _developed(drawn, chance)


def _house(brush: ImageDraw.ImageDraw, chance: random.Random, left: int, ground: int, width: int) -> None:
    top = ground - chance.randrange(190, 250)
    brush.rectangle([left, top, left + width, ground], fill=chance.choice(("#e6dfd1", "#d9cdb8", "#e9e4da")))
    roof = [(left - 24, top), (left + width + 24, top), (left + width - 30, top - 70), (left + 30, top - 70)]
    brush.polygon(roof, fill=chance.choice(("#5b5d63", "#6b4a3d")))
    for n in (0, 2):
        at = left + 34 + n * (width - 60) // 3
        brush.rectangle([at, top + 50, at + 54, top + 120], fill="#49566a", outline="#f4f0e6", width=5)
    brush.rectangle([left + width // 2 - 30, ground - 110, left + width // 2 + 30, ground], fill="#7a3b2e")


def _wall(brush: ImageDraw.ImageDraw, chance: random.Random, ground: int) -> None:
    courses, ends = chance.randrange(5, 9), chance.randrange(500, 640)
    for course in range(courses):
        y = ground + 96 - course * 18
        for x in range(330 + course % 2 * 20, ends, 42):
            brush.rectangle([x, y, x + 38, y + 15], fill=chance.choice(("#a4543f", "#96493a", "#b0634c")))
    brush.line([(ends + 30, ground + 20), (ends + 70, ground + 170)], fill="#f7f3e8", width=7)


def _developed(drawn: Image.Image, chance: random.Random) -> bytes:
    """With a camera's softness and grain."""
    grain = Image.effect_noise((WIDTH // 3, HEIGHT // 3), chance.randrange(14, 22)).resize((WIDTH, HEIGHT))
    seen = Image.blend(drawn.filter(ImageFilter.GaussianBlur(1.2)), grain.convert("RGB"), 0.06)
    content = io.BytesIO()
    seen.quantize(COLOURS, dither=Image.Dither.NONE).save(content, "PNG", optimize=True)
    return content.getvalue()
