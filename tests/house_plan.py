"""The house's plan: laws about how files lie and lean on each other; `python -m tests.house` checks them with its own.

- No import circle between files; an import for type checkers only counts too.
- No folder of more than 16 modules: it can't be taken in at a glance, and a word in it deserves a folder.
- The faces of a room of `api/` (`endpoints.py`, `…_endpoints.py`, `pages.py`, `…_pages.py`) are imported by nobody but
  the application and their own kind in their own room: endpoints and pages meet in services.
- Services, schemas and presenters know neither pages nor responses: nothing of `api/web`, FastAPI or Starlette.
- `api/core`, `api/web`, `api/middleware` and `api/histories` know no room; nobody imports the command line.
- An endpoint says what it answers: `response_model`, or `response_class` for a file or a stream.
- Every name Temporal knows is a string literal: a renamed function must not rename an update.
- `dict[str, Any]` in `api/` is for JSON that is free-form: there is a ceiling on it, and it only goes down.
"""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

MOST_MODULES = 16
MOST_DICTS = 7
FREE_FORM = "dict[str, Any]"
CODE = ("domain", "workflows", "activities", "infra", "api", "bench")
SHELVES = ("api/core", "api/web", "api/middleware", "api/histories")
"""What the rooms of `api/` stand on."""
COMPOSE = ("app", "openapi")
"""The modules of `api/` that put the rooms together."""
FACES = ("endpoints", "pages")
FACELESS = ("service", "schemas", "presenters")
RESPONSES = ("fastapi", "starlette")
VERBS = ("get", "post", "put", "patch", "delete")
TEMPORAL = ("workflow.defn", "workflow.update", "workflow.signal", "workflow.query", "activity.defn")


@dataclass(frozen=True)
class Import:
    """One module's import of another, ours or not."""

    of: str
    line: int


Imports = Mapping[str, list[Import]]
"""The imports of each of our modules, by its dotted name."""


def check(sources: Mapping[PurePosixPath, str]) -> Iterator[str]:
    """Every finding in the code, given as source by path from the root, as `path:line: what`."""
    code = {path: source for path, source in sources.items() if path.suffix == ".py" and path.parts[0] in CODE}
    trees = {path: ast.parse(source) for path, source in code.items()}
    paths = {module_of(path): path for path in trees}
    imports = {module_of(path): list(imports_of(tree, paths)) for path, tree in trees.items()}
    yield from (f"{paths[circle[0]]}:1: an import circle: {' -> '.join(circle)}" for circle in circles(imports))
    yield from full_folders(code)
    for module, found in imports.items():
        yield from (f"{paths[module]}:{line}: {what}" for line, what in misplaced(module, found))
    for path, tree in trees.items():
        yield from (f"{path}:{line}: {what}" for line, what in unsaid(path, tree))
    dicts = sum(source.count(FREE_FORM) for path, source in code.items() if path.parts[0] == "api")
    if dicts > MOST_DICTS:
        yield f"api:1: {FREE_FORM} {dicts} times, more than {MOST_DICTS}: which schema is missing?"


def module_of(path: PurePosixPath | Path) -> str:
    """The dotted name of a file's module; a package's is its folder's."""
    parts = path.with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imports_of(tree: ast.AST, ours: Iterable[str]) -> Iterator[Import]:
    """What a module imports, wherever in it; `from package import module` is an import of the module."""
    known = set(ours)
    for node in ast.walk(tree):
        match node:
            case ast.Import(names=names):
                yield from (Import(name.name, node.lineno) for name in names)
            case ast.ImportFrom(module=str(module), names=names, level=0):
                for name in names:
                    inner = f"{module}.{name.name}"
                    yield Import(inner if inner in known else module, node.lineno)


def circles(imports: Imports) -> Iterator[list[str]]:
    """Import circles, each from a module back to itself; of several through one module perhaps not all."""
    done: set[str] = set()
    for start in sorted(imports):
        if circle := _circle(start, imports, [], done):
            yield circle


def _circle(module: str, imports: Imports, way: list[str], done: set[str]) -> list[str]:
    """The first circle on the way on from a module; what has been left behind is `done`."""
    if module in way:
        return [*way[way.index(module) :], module]
    if module in done:
        return []
    circle: list[str] = []
    for each in imports[module]:
        if not circle and each.of in imports and each.of != module:
            circle = _circle(each.of, imports, [*way, module], done)
    done.add(module)
    return circle


def full_folders(paths: Iterable[PurePosixPath]) -> Iterator[str]:
    """Folders with too many modules; migrations are a sequence and no folder to find a word in."""
    modules: dict[PurePosixPath, int] = defaultdict(int)
    for path in paths:
        modules[path.parent] += path.name != "__init__.py"
    for folder, count in modules.items():
        if count > MOST_MODULES and "migrations" not in folder.parts:
            yield f"{folder}:1: {count} modules, more than {MOST_MODULES}: which word deserves a folder?"


def misplaced(module: str, imports: Iterable[Import]) -> Iterator[tuple[int, str]]:
    """Imports that a module of `api/` may not have."""
    where = _place(module)
    if not module.startswith("api."):
        return
    for each in imports:
        other = _place(each.of)
        if other == where:
            continue
        if each.of.split(".")[0] in RESPONSES and where.faceless:
            yield each.line, f"a {where.kind} knows no responses ({each.of})"
        if not each.of.startswith("api."):
            continue
        own = (other.room, other.kind) == (where.room, where.kind)
        if other.is_face and not own and not where.composes:
            yield each.line, f"{other.kind} are imported by the application only ({each.of})"
        if other.room == "api/web" and where.faceless and where.room != "api/web":
            yield each.line, f"a {where.kind} knows no pages ({each.of})"
        if where.room in SHELVES and other.is_room:
            yield each.line, f"{where.room} knows no room ({each.of})"
        if other.room == "api/cli" and where.room != "api/cli":
            yield each.line, f"nobody imports the command line ({each.of})"


@dataclass(frozen=True)
class _Place:
    """Where a module of `api/` lies: its room, and its kind, the last word of its name."""

    room: str
    kind: str

    @property
    def is_room(self) -> bool:
        return self.room.count("/") == 1 and self.room not in (*SHELVES, "api/cli")

    @property
    def is_face(self) -> bool:
        return self.is_room and self.kind in FACES

    @property
    def faceless(self) -> bool:
        return self.is_room and self.kind in FACELESS

    @property
    def composes(self) -> bool:
        return self.room == "api" and self.kind in COMPOSE


def _place(module: str) -> _Place:
    parts = module.split(".")
    room = "/".join(parts[:2]) if len(parts) > 2 else parts[0]
    return _Place(room, parts[-1].rpartition("_")[2])


def unsaid(path: PurePosixPath | Path, tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Decorators that leave unsaid what they must say: an endpoint's answer, a name that Temporal knows."""
    place = _place(module_of(path))
    endpoints = path.parts[0] == "api" and place.kind == "endpoints"
    temporal = path.parts[0] in ("workflows", "activities")
    for node in ast.walk(tree):
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            continue
        for decorator in node.decorator_list:
            call = decorator if isinstance(decorator, ast.Call) else None
            name = ast.unparse(call.func if call else decorator)
            said = {k.arg: k.value for k in call.keywords} if call else {}
            if temporal and name in TEMPORAL and not _literal(said.get("name")):
                yield decorator.lineno, f"a name that Temporal knows is a string literal ({node.name})"
            if endpoints and name.rpartition(".")[2] in VERBS and not {"response_model", "response_class"} & set(said):
                yield decorator.lineno, f"an endpoint says what it answers ({node.name})"


def _literal(value: ast.expr | None) -> bool:
    return isinstance(value, ast.Constant) and isinstance(value.value, str)
