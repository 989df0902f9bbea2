"""The README is true: its tour runs as printed, its twin tells the same, its links lead somewhere."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.docs.tour import ROOT, blocks, commands, matches, run, with_curl
from tests.instance import Instance

README = (ROOT / "README.md").read_text(encoding="utf-8")
TWIN = (ROOT / "README.zh-CN.md").read_text(encoding="utf-8")
PAGES = [ROOT / "README.md", ROOT / "README.zh-CN.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").rglob("*.md"))]


@pytest.mark.timeout(240)
def test_the_tour_s_commands_run_and_print_what_the_page_shows(jinhua: Instance, tmp_path: Path) -> None:
    tour = commands(README)
    printed = run(tour, with_curl(jinhua.environment, tmp_path), within=200)
    assert len(printed) == len(tour)
    for command, lines in zip(tour, printed, strict=True):
        assert matches(command.shown, lines), f"{command.text}\n" + "\n".join(lines)


def test_the_tour_signs_in_reports_shows_advances_and_tells_a_story() -> None:
    text = "\n".join(command.text for command in commands(README))
    for part in (
        "/v1/auth/token",
        "curl -s $BASE/v1/incidents",
        "bin/santui show",
        "bin/santui advance",
        "bin/santui stories",
    ):
        assert part in text


@pytest.mark.parametrize("page", [README, TWIN], ids=["README.md", "README.zh-CN.md"])
def test_the_second_terminal_is_told_what_it_needs(page: str) -> None:
    before = page.partition("```console tour")[0].rpartition("```")[2]
    assert "`SANTUI_…`" in before
    assert "`make run`" in before
    assert "santui · demo-disputes: done" in page


def test_the_chinese_twin_has_the_same_tour_and_the_same_links() -> None:
    assert blocks(TWIN) == blocks(README)
    links = r"\]\((?!README)([^)]+)\)"
    assert sorted(set(re.findall(links, TWIN))) == sorted(set(re.findall(links, README)))


def test_the_two_commands_are_in_the_makefile_and_on_both_pages() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for goal in ("run", "test"):
        assert re.search(rf"^{goal}:", makefile, re.MULTILINE)
        assert f"$ make {goal}" in README
        assert f"$ make {goal}" in TWIN


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_to_a_file_of_ours_leads_somewhere(page: Path) -> None:
    targets = re.findall(r"\]\((?!https?:)([^)#]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8"))
    assert [target for target in targets if not (page.parent / target).exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_anchor_is_a_heading(page: Path) -> None:
    for target, anchor in re.findall(r"\]\(([^)#:]*)#([^)]+)\)", page.read_text(encoding="utf-8")):
        text = ((page.parent / target) if target else page).read_text(encoding="utf-8")
        headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
        assert anchor in {re.sub(r"[^\w一-鿿 -]", "", h).strip().lower().replace(" ", "-") for h in headings}


@pytest.mark.parametrize(
    ("shown", "printed", "same"),
    [
        (["D2026-000001 一"], ["D2026-000777 一"], True),
        (["    2  11-23 05:51  受理"], ["   12  01-02 23:59  受理"], True),
        (["a", "…", "z"], ["a", "b", "c", "z"], True),
        (["a", "…", "z"], ["a", "z"], True),
        (["a … z"], ["a and z"], True),
        (["a"], ["b"], False),
        (["a"], ["a", "b"], False),
        ([], ["a"], False),
    ],
)
def test_the_comparison_forgives_what_varies_and_nothing_else(shown: list[str], printed: list[str], same: bool) -> None:
    assert matches(shown, printed) is same
