"""The stories looked at: `python -m tests.web.stories.pictures office|hand|mixed FOLDER [words of pytest …]`.

Plays every story with everybody at an office's screen, at a telephone, or as the tests do (offices and telephones),
takes a picture of each step, and lays them side by side on sheets that somebody can look through.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from PIL import Image

HERE = Path(__file__).parent
BESIDE = {"office": 2, "hand": 6, "mixed": 4}
"""Pictures on a sheet."""
HIGH = 1800
"""Pixels of a page that are shown of it on a sheet; the picture itself has all."""
GAP = 12


def sheet(pictures: list[Path]) -> Image.Image:
    """Pictures side by side, each from its top."""
    opened = [Image.open(p).convert("RGB") for p in pictures]
    whole = Image.new("RGB", (sum(p.width + GAP for p in opened), min(HIGH, max(p.height for p in opened))), "#555")
    left = 0
    for each in opened:
        whole.paste(each, (left, 0))
        left += each.width + GAP
    return whole


def sheets(folder: Path, beside: int) -> int:
    """Lays the pictures of each story in a folder onto sheets beside it; answers how many sheets."""
    made = 0
    for story in sorted(p for p in folder.iterdir() if p.is_dir()):
        pictures = sorted(story.glob("*.png"))
        for first in range(0, len(pictures), beside):
            sheet(pictures[first : first + beside]).save(folder / f"{story.name} {first // beside + 1:02}.png")
            made += 1
    return made


def main(size: str, to: str, *words: str) -> int:
    """Plays, takes, and lays out; answers the exit code of the stories."""
    folder = Path(to).resolve()
    folder.mkdir(parents=True, exist_ok=True)
    played = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:xdist", "--timeout=600", str(HERE), *words],
        env={**os.environ, "SHOTS": str(folder), "SCREEN": size},
        check=False,
    )
    print(f"{sheets(folder, BESIDE[size])} sheets in {folder}")
    return played.returncode


if __name__ == "__main__":
    if len(sys.argv) < 3 or sys.argv[1] not in BESIDE:
        sys.exit(f"usage: python -m tests.web.stories.pictures {'|'.join(BESIDE)} FOLDER [words of pytest …]")
    sys.exit(main(*sys.argv[1:]))
