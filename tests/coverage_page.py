"""Which requirement is proven by which test: `python -m tests.coverage_page` writes docs/coverage.md from the marks.

A test that proves a requirement says so: `@pytest.mark.req("Q-048")`, at most three ids, in a room whose tests look at
a rule of the domain, at the engine or at what HTTP and the desk answer. The ids are those of docs/requirements.yaml.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import yaml

from tests.e2e.cities.steps import CITIES, FILE, reports

ROOT = Path(__file__).resolve().parent.parent
REQUIREMENTS = ROOT / "docs" / "requirements.yaml"
PAGE = ROOT / "docs" / "coverage.md"
ROOMS = ("domain", "e2e", "web", "workflows")
MOST = 3
"""Ids a test may claim: who proves everything proves nothing."""


@dataclass(frozen=True)
class Mark:
    """A claim: this test, in one of its cases perhaps, proves these requirements."""

    path: str
    test: str
    case: str
    ids: tuple[str, ...]

    @property
    def link(self) -> str:
        """The test as the page names it."""
        case = f"[{self.case}]" if self.case else ""
        return f"[{self.test}{case}](../{self.path})"


def requirements() -> dict[str, dict[str, str]]:
    """The ids with the reports' own words, by section."""
    told = yaml.safe_load(REQUIREMENTS.read_text(encoding="utf-8"))
    return {f"{letter} · {section['name']}": section["requirements"] for letter, section in told.items()}


def waits() -> dict[str, str]:
    """What the requirements wait for of which the two cities' mechanisms prove nothing yet, by id."""
    told = yaml.safe_load(REQUIREMENTS.read_text(encoding="utf-8"))
    return {number: what for section in told.values() for number, what in section.get("waits", {}).items()}


def marks(root: Path = ROOT) -> list[Mark]:
    """Every mark in the tests, read off the sources."""
    found = []
    for path in sorted((root / "tests").rglob("test_*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_"):
                name = node.name.removeprefix("test_").replace("_", " ")
                found += [Mark(str(path.relative_to(root)), name, case, ids) for case, ids in _marks_of(node)]
    return found


def steps() -> list[Mark]:
    """Every step of the table of reports that shows a requirement: each is played on the real server."""
    return [
        Mark(str(FILE.relative_to(ROOT)), f"report {report.number}, {city}, step {number}", "", step.ids)
        for report in reports()
        for city in CITIES
        for number, step in enumerate(report.steps[city], start=1)
        if step.ids
    ]


def _marks_of(function: ast.FunctionDef | ast.AsyncFunctionDef) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Its marks, with the case they belong to: "" for the whole test."""
    for decorator in function.decorator_list:
        params = [call for call in ast.walk(decorator) if _is(call, "param")]
        for param in params:
            assert isinstance(param, ast.Call)
            case = ast.literal_eval(param.args[0]) if isinstance(param.args[0], ast.Constant) else "…"
            yield from ((str(case), ids) for ids in _ids(param))
        if not params:
            yield from (("", ids) for ids in _ids(decorator))


def _ids(tree: ast.AST) -> Iterator[tuple[str, ...]]:
    for call in ast.walk(tree):
        if isinstance(call, ast.Call) and _is(call, "req"):
            yield tuple(str(ast.literal_eval(argument)) for argument in call.args)


def _is(node: ast.AST, name: str) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == name


def faults(claims: list[Mark]) -> list[str]:
    """What is wrong with marks: an id nobody knows, too many, twice, or in a room that proves nothing of the kind."""
    known = {number for section in requirements().values() for number in section}
    found = []
    for mark in claims:
        where = f"{mark.path}: {mark.test}"
        found += [f"{where}: no requirement {number}" for number in mark.ids if number not in known]
        if not 1 <= len(set(mark.ids)) == len(mark.ids) <= MOST:
            found.append(f"{where}: one to {MOST} ids, each once")
        if mark.path.split("/")[1] not in ROOMS:
            found.append(f"{where}: marks belong under {', '.join(ROOMS)}")
    return found


def page(claims: list[Mark]) -> str:
    """The page as it should stand."""
    proofs: dict[str, list[str]] = {}
    for mark in claims:
        for number in mark.ids:
            proofs.setdefault(number, []).append(mark.link)
    sections, missing = requirements(), waits()
    everything = [number for section in sections.values() for number in section]
    lines = [
        "# What is proven",
        "",
        "Written by `python -m tests.coverage_page` from the marks `@pytest.mark.req(…)` and",
        "[the table of reports](cities.md); don't edit it.",
        "The words are the five reports' own ([requirements.yaml](requirements.yaml)). A test listed here fails if",
        "santui stops doing what the report says; *not yet* means that no test proves it, not that nothing is there.",
        "",
        f"**{_share(everything, proofs)} proven**: "
        + ", ".join(f"{title.split(' · ')[0]} {_share(section, proofs)}" for title, section in sections.items())
        + ".",
    ]
    for title, section in sections.items():
        lines += ["", f"## {title}", "", f"{_share(section, proofs)} proven.", "", "| id | words | proven by |",
                  "|---|---|---|"]  # fmt: skip
        lines += [
            f"| {n} | {words} | {'<br>'.join(proofs.get(n) or [_not_yet(missing.get(n))])} |"
            for n, words in section.items()
        ]
    return "\n".join(lines) + "\n"


def _not_yet(what: str | None) -> str:
    return f"not yet: waits for {what}" if what else "not yet"


def _share(ids: dict[str, str] | list[str], proofs: dict[str, list[str]]) -> str:
    return f"{sum(number in proofs for number in ids)} of {len(ids)}"


def main() -> int:
    """Writes the page; prints what is wrong with the marks, and then writes nothing."""
    claims = [*marks(), *steps()]
    if found := faults(claims):
        print("\n".join(found))
        return 1
    PAGE.write_text(page(claims), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
