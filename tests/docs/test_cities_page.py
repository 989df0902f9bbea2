"""docs/cities.md is the table of reports, as it is played."""

from __future__ import annotations

from tests.cities_page import PAGE, page


def test_the_page_is_current() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "run: .venv/bin/python -m tests.cities_page"
