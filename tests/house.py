"""The house's own laws that no other linter knows: `python -m tests.house` prints what breaks them.

- No wall clock in `workflows/` and `domain/`: there only the engine's clock and times passed in exist.
- What a case takes of Temporal it takes through `workflows/engine.py`, so that another engine can drive it: elsewhere
  in `workflows/` stand only the words by which Temporal finds the code. A scheduled run's beat is no case.
- No SQL outside `infra/`: all queries are in one place, with the jurisdiction scope built in.
- `worker.py` does not import `api` (import-linter, which holds the other arrows, knows packages only).
- No module over 400 lines: a concept is missing.
- No path of one machine in any text file.
- How files lie and lean on each other: `tests.house_plan`.
"""

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from tests import house_plan

ROOT = Path(__file__).resolve().parent.parent

TIMELESS = ("domain", "workflows")
WITHOUT_SQL = ("domain", "workflows", "activities", "api", "worker.py")
LONGEST_MODULE = 400

WALL_CLOCKS = {
    *(f"datetime.{kind}.{name}" for kind in ("datetime", "date") for name in ("now", "utcnow", "today")),
    *(
        f"time.{name}"
        for name in ("time", "time_ns", "monotonic", "monotonic_ns", "perf_counter", "localtime", "gmtime")
    ),
}
SQL_PACKAGES = {"sqlalchemy", "sqlmodel", "aiosqlite", "asyncpg", "sqlite3"}

NOT_OURS = {".git", ".venv", ".hypothesis", "var", "build", "node_modules", "vendor"}
ENGINE = "temporalio.workflow"
TEMPORAL_S_WORDS = {f"{ENGINE}.{word}" for word in ("defn", "init", "run", "update", "signal", "query", "unsafe")}
TEMPORAL_S_OWN = {"workflows/engine.py", "workflows/messages/foreign.py", "workflows/rhythm.py"}
TEXT = {".py", ".md", ".toml", ".yaml", ".yml", ".json", ".html", ".css", ".js", ".cfg", ".ini", ".sh", ".lock", ""}
# A home, a mount or a work folder of somebody's machine, at the start of a path.
MACHINE_PATH = re.compile(r"(?<![\w.$})/-])/(?:home|root|Users|work|farm|mnt)/\w")


def main() -> int:
    """Checks the whole tree; prints one line a finding; returns the exit code."""
    sources = {path.relative_to(ROOT): text(path) for path in files(ROOT)}
    findings = [finding for path, source in sources.items() for finding in check(path, source)]
    findings += house_plan.check({PurePosixPath(path): source for path, source in sources.items()})
    for finding in findings:
        print(finding)
    return 1 if findings else 0


def files(root: Path) -> Iterator[Path]:
    """Every text file of the project, in order."""
    for path in sorted(root.iterdir()):
        if path.is_dir() and not path.is_symlink():
            if path.name not in NOT_OURS and not path.name.endswith("cache") and path.name != "__pycache__":
                yield from files(path)
        elif path.is_file() and path.suffix in TEXT and path.name not in NOT_OURS:
            yield path


def text(path: Path) -> str:
    """What the file says; an unreadable byte is no reason to stop."""
    return path.read_text(encoding="utf-8", errors="replace")


def check(path: Path, source: str) -> Iterator[str]:
    """Every finding in one file, given by its path from the root, as `path:line: what`."""
    for number, line in enumerate(source.splitlines(), start=1):
        if MACHINE_PATH.search(line):
            yield f"{path}:{number}: a path of one machine"
    if path.suffix != ".py":
        return
    if (lines := source.count("\n")) > LONGEST_MODULE:
        yield f"{path}:{LONGEST_MODULE}: {lines} lines, more than {LONGEST_MODULE}: which concept is missing?"
    tree = ast.parse(source, filename=str(path))
    if path.parts[0] in TIMELESS:
        yield from (f"{path}:{line}: wall clock ({what})" for line, what in wall_clocks(tree))
    if path.parts[0] == "workflows" and path.as_posix() not in TEMPORAL_S_OWN:
        yield from (f"{path}:{line}: past the engine's port ({what})" for line, what in past_the_port(tree))
    if path.parts[0] in WITHOUT_SQL:
        yield from (f"{path}:{line}: SQL outside infra ({what})" for line, what in imports_of(SQL_PACKAGES, tree))
    if str(path) == "worker.py":
        yield from (f"{path}:{line}: nothing imports api ({what})" for line, what in imports_of({"api"}, tree))


def wall_clocks(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Uses of the machine's clock, under whatever name the module knows it."""
    known = dict(imported(tree))
    for node in ast.walk(tree):
        if isinstance(node, ast.Name | ast.Attribute) and (name := full_name(node, known)) in WALL_CLOCKS:
            yield node.lineno, name


def past_the_port(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Uses of Temporal's own functions, under whatever name the module knows them."""
    known = dict(imported(tree))
    for node in ast.walk(tree):
        if isinstance(node, ast.Name | ast.Attribute):
            name = full_name(node, known)
            if name.rpartition(".")[0] == ENGINE and name not in TEMPORAL_S_WORDS:
                yield node.lineno, name


def imported(tree: ast.AST) -> Iterator[tuple[str, str]]:
    """Each imported name with what it stands for: `from datetime import date as day` gives (day, datetime.date)."""
    for node in ast.walk(tree):
        match node:
            case ast.Import(names=names):
                yield from ((n.asname or n.name, n.name) for n in names)
            case ast.ImportFrom(module=str(module), names=names, level=0):
                yield from ((n.asname or n.name, f"{module}.{n.name}") for n in names)


def full_name(node: ast.expr, known: dict[str, str]) -> str:
    """The dotted name an expression stands for, "" where it begins with nothing imported."""
    match node:
        case ast.Name(id=name):
            return known.get(name, "")
        case ast.Attribute(value=owner, attr=name):
            return f"{base}.{name}" if (base := full_name(owner, known)) else ""
    return ""


def imports_of(packages: set[str], tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Imports of any of the packages or of a part of them."""
    for node in ast.walk(tree):
        match node:
            case ast.Import(names=names):
                modules = [n.name for n in names]
            case ast.ImportFrom(module=str(module), level=0):
                modules = [module]
            case _:
                continue
        yield from ((node.lineno, module) for module in modules if module.split(".")[0] in packages)


if __name__ == "__main__":
    sys.exit(main())
