"""docs/coverage.md says what the marks say, and the marks say what they may."""

from __future__ import annotations

import functools
from pathlib import Path

import pytest

from tests.coverage_page import PAGE, Mark, faults, marks, page, requirements, steps, waits


@functools.cache
def claims() -> list[Mark]:
    """All of them. Read when a test asks, not when it is loaded: each process of the tests loads every file."""
    return [*marks(), *steps()]


def test_the_page_is_current() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(claims()), "run: .venv/bin/python -m tests.coverage_page"


def test_the_marks_are_sound() -> None:
    assert faults(claims()) == []
    assert claims()


def test_what_is_not_proven_says_what_it_waits_for_and_nothing_else_does() -> None:
    proven = {number for claim in claims() for number in claim.ids}
    assert waits().keys() == {number for section in requirements().values() for number in section} - proven


def test_every_requirement_has_an_id_of_its_section_and_words() -> None:
    for title, section in requirements().items():
        assert all(number.startswith(f"{title[0]}-") and words.strip() for number, words in section.items()), title
    ids = [number for section in requirements().values() for number in section]
    assert len(ids) == len(set(ids)) == 246


@pytest.mark.parametrize(
    ("path", "ids", "fault"),
    [
        ("tests/e2e/test_x.py", ("Q-999",), "no requirement Q-999"),
        ("tests/e2e/test_x.py", ("Q-033", "Q-034", "Q-035", "Q-036"), "one to 3 ids"),
        ("tests/e2e/test_x.py", ("Q-033", "Q-033"), "each once"),
        ("tests/infra/test_x.py", ("Q-033",), "marks belong under"),
    ],
)
def test_a_mark_that_claims_too_much_is_a_fault(path: str, ids: tuple[str, ...], fault: str) -> None:
    assert [told for told in faults([Mark(path, "x", "", ids)]) if fault in told]


def test_marks_are_read_off_tests_and_off_their_cases(tmp_path: Path) -> None:
    room = tmp_path / "tests" / "e2e"
    room.mkdir(parents=True)
    (room / "test_x.py").write_text(
        "@pytest.mark.req('Q-033', 'Q-034')\n"
        "@pytest.mark.parametrize('n', [1])\n"
        "def test_one_thing(n): ...\n"
        "@pytest.mark.parametrize('n', [pytest.param('a', marks=pytest.mark.req('J-001')), 'b'])\n"
        "def test_another(n): ...\n"
    )
    assert marks(tmp_path) == [
        Mark("tests/e2e/test_x.py", "one thing", "", ("Q-033", "Q-034")),
        Mark("tests/e2e/test_x.py", "another", "a", ("J-001",)),
    ]


def test_the_page_counts_what_is_proven() -> None:
    told = page([Mark("tests/e2e/test_x.py", "red is met", "", ("Q-033",))])
    assert "**1 of 246 proven**: Q 1 of 80, W 0 of 38" in told
    assert "| [red is met](../tests/e2e/test_x.py) |" in told
    assert "| Q-034 | 黄色预警1周内处置 | not yet |" in told
