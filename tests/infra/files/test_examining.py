"""What a file is, and what is refused: whatever would run, and whatever is two things at once."""

from __future__ import annotations

import random
import time
from contextlib import suppress
from io import BytesIO

import pytest

from domain.errors import MediaRefused
from infra.files.examining import ADMITTED, examine
from infra.files.windows import WINDOW
from tests.infra.files.hostile import REFUSED, SCRIPT, TAKEN, pdf, picture


@pytest.mark.parametrize("what", REFUSED)
def test_what_would_run_or_is_two_things_is_refused_in_words(what: str) -> None:
    with pytest.raises(MediaRefused) as refused:
        examine(BytesIO(REFUSED[what]))
    assert refused.value.detail != MediaRefused.title


@pytest.mark.parametrize("what", TAKEN)
def test_what_an_office_sends_is_taken_for_what_it_is(what: str) -> None:
    content, media_type = TAKEN[what]
    assert examine(BytesIO(content)) == media_type
    assert media_type in ADMITTED


@pytest.mark.parametrize("before", [WINDOW - 70, WINDOW - 20, WINDOW - 9, WINDOW - 1, WINDOW, 3 * WINDOW - 5])
def test_nothing_hides_between_two_looks(before: int) -> None:
    for content in (pdf(b" " * before + SCRIPT), picture() + bytes(before) + b"<script>"):
        with pytest.raises(MediaRefused):
            examine(BytesIO(content))


def test_noise_is_taken_for_nothing_else_and_soon_looked_through() -> None:
    noise = picture() + random.Random(3).randbytes(8 * 2**20)
    began = time.process_time()
    assert examine(BytesIO(noise)) == "image/png"
    assert time.process_time() - began < 2


def test_whatever_is_changed_in_a_file_it_is_taken_or_refused() -> None:
    dice = random.Random(11)
    for content in [*REFUSED.values(), *(content for content, _ in TAKEN.values())]:
        if len(content) > 100_000:
            continue
        for _ in range(10):
            broken = bytearray(content)
            for _ in range(dice.randint(1, 12)):
                broken[dice.randrange(len(broken))] = dice.randrange(256)
            del broken[dice.randint(len(broken) // 2, len(broken)) :]
            with suppress(MediaRefused):
                assert examine(BytesIO(broken)) in ADMITTED
