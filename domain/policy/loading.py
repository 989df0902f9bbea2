"""Policy files (YAML) read into models, with errors that name file and line."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from domain.errors import PolicyInvalid
from domain.policy.mistakes import alternatives_at, full_width_in, key_meant, keys_at, mistake, none_of, unspaced

M = TypeVar("M", bound=BaseModel)
Loc = tuple[str | int, ...]

_LOOKED_BACK = 3
"""YAML notices a mistake some lines behind it."""
_QUOTED_OR_COMMENT = re.compile(r'"[^"]*"|\'[^\']*\'|(^|\s)#.*$')
# Behind a key, between the entries of a line that has brackets, or a bracket itself; elsewhere it is Chinese text.
_STRUCTURAL = re.compile(r'(?:^|[\s{,，"])[A-Za-z0-9_-]+"?：|[\[{].*[，、]|[｛｝［］]|[:\[,]\s*[“”【】]')
_BRACKET_IN_A_KEY = re.compile(r":[{\[]")
# A key at the beginning of its line that swallowed what follows; `http://…` is none.
_UNSPACED_LINE = re.compile(r"^\s*(?:- )*([A-Za-z_][\w-]*:)[^\s:/]")
_SHOWN = 40
"""Characters of what can't be read that are repeated."""


@dataclass(frozen=True)
class Mistake:
    """Something wrong at a place, given from where the check stands."""

    where: Loc
    what: str


class Mistakes(ValueError):
    """What a validator raises that found several mistakes, or one that stands deeper than itself."""

    def __init__(self, found: Iterable[Mistake]) -> None:
        self.found = list(found)
        super().__init__("; ".join(each.what for each in self.found))


def parse_policy(text: str, source: str, model: type[M], *, context: Mapping[str, Any] | None = None) -> M:
    """Reads YAML `text` (from the file called `source`) into `model`; `context` is for the model's own checks.

    Raises:
        PolicyInvalid: with one line `source:line: where: what` for each mistake.
    """
    try:
        root, data = _composed(text)
        twice = _repeated_key(root, set()) if root else None
    except yaml.YAMLError as error:
        raise PolicyInvalid(f"{source}:{_not_yaml(text, error)}") from error
    if twice:
        raise PolicyInvalid(f"{source}:{twice[1]}: the key {twice[0]!r} stands here twice")
    try:
        return model.model_validate(data, context=dict(context or {}))
    except ValidationError as error:
        found = dict.fromkeys(_found(error, model))
        raise PolicyInvalid("\n".join(f"{source}:{line}" for line in _lines(root, found))) from error


def _composed(text: str) -> tuple[yaml.Node | None, Any]:
    """The document as nodes, which know their lines, and as data; libyaml reads it ten times as fast as Python does.

    Raises:
        yaml.YAMLError: in the words of Python's reader, which `_not_yaml` knows, whichever of the two found it.
    """
    if yaml.__with_libyaml__:
        with suppress(yaml.YAMLError):
            return _read_with(yaml.CSafeLoader, text)
    return _read_with(yaml.SafeLoader, text)


def _read_with(loader: type[yaml.SafeLoader | yaml.CSafeLoader], text: str) -> tuple[yaml.Node | None, Any]:
    """Read twice: making data of the nodes would put what `<<` refers to into them."""
    root = yaml.compose(text, Loader=loader)
    try:
        return root, yaml.load(text, Loader=loader)
    except (ValueError, OverflowError) as error:  # 2026-13-01 looks like a date, and is none
        raise _no_value(yaml.SafeLoader(""), root, error) from error


def _no_value(loader: yaml.SafeLoader, node: yaml.Node | None, error: Exception) -> yaml.YAMLError:
    """What is wrong, at the first scalar of which nothing can be made."""
    nodes = [node] if node else []
    while nodes:
        node = nodes.pop()
        if isinstance(node, yaml.ScalarNode):
            try:
                loader.construct_object(node)
            except (ValueError, OverflowError):
                what = f"{node.value[:_SHOWN]!r} is neither a date nor a number"
                return yaml.MarkedYAMLError(problem=what, problem_mark=node.start_mark)
        elif isinstance(node, yaml.MappingNode):
            nodes.extend(part for pair in reversed(node.value) for part in reversed(pair))
        elif isinstance(node, yaml.SequenceNode):
            nodes.extend(reversed(node.value))
    return yaml.YAMLError(str(error))


def _not_yaml(text: str, error: yaml.YAMLError) -> str:
    """`line: what`: full-width structure just before, or a colon without its space, is the mistake."""
    mark = getattr(error, "problem_mark", None)
    line = mark.line + 1 if mark else 1
    lines = text.splitlines()
    for number in range(min(line, len(lines)), max(line - 1 - _LOOKED_BACK, 0), -1):
        bare = _QUOTED_OR_COMMENT.sub(" ", lines[number - 1])
        if _STRUCTURAL.search(bare):
            found = full_width_in(bare)
            return f"{number}: not valid YAML: here stands {found}; YAML wants the half-width character and a space"
        if glued := _UNSPACED_LINE.match(lines[number - 1]):
            return f"{number}: not valid YAML: a space is missing after the colon of '{glued[1]}'"
    problem = str(getattr(error, "problem", None) or error)
    tab = "; indent with spaces, never with tabs" if "'\\t'" in problem else ""
    return f"{line}: not valid YAML: {problem}{tab}"


def _found(error: ValidationError, model: type[BaseModel]) -> Iterator[Mistake]:
    """Every mistake once: a key that is missing because it is misspelt is one, a value that is none of several another.

    The same mistake may come again where pydantic tells each of the several things that a value is not.
    """
    errors = error.errors()
    misspelt = {
        (*each["loc"][:-1], near)
        for each in errors
        if each["type"] == "extra_forbidden"
        for near in key_meant(str(each["loc"][-1]), keys_at(model, each["loc"][:-1]))
    }
    for each in errors:
        where: Loc = each["loc"]
        several = each.get("ctx", {}).get("error")
        if each["type"] == "missing" and where in misspelt:
            continue
        if isinstance(several, Mistakes):
            yield from (Mistake((*where, *deeper.where), deeper.what) for deeper in several.found)
        elif glued := _swallowed(where):
            yield Mistake(glued, f"there is no key '{glued[-1]}' here{unspaced(str(glued[-1]))}")
        elif alternatives := alternatives_at(model, where[:-1]):
            yield Mistake(where[:-1], none_of(each["input"], alternatives))
        else:
            yield Mistake(where, mistake(each, model))


def _swallowed(where: Loc) -> Loc:
    """The way to the key on it that holds a bracket behind a colon; empty where there is none."""
    return next((where[: n + 1] for n, part in enumerate(where) if _BRACKET_IN_A_KEY.search(str(part))), ())


def _lines(root: yaml.Node | None, found: Iterable[Mistake]) -> list[str]:
    """`line: where: what`, by line. What stands under an anchor is one mistake, however often it is referred to.

    It is reported at the place where it is written, which comes before all that refer to it.
    """
    first: dict[tuple[int, Loc, str], tuple[int, tuple[int, ...], str, str]] = {}
    again: dict[tuple[int, Loc, str], int] = {}
    for each in found:
        node, way, left = _place(root, each.where)
        key = (id(node), left, each.what)
        place = (way[-1], way, _where(each.where), each.what)
        again[key] = again.get(key, -1) + 1
        first[key] = min(first.get(key, place), place)
    return [
        f"{line}: {where}: {what}{f' (also at {times} more places that refer to it)' if times else ''}"
        for (line, _, where, what), times in sorted((first[key], again[key]) for key in first)
    ]


def _where(loc: Sequence[str | int]) -> str:
    return ".".join(str(part) for part in loc if part != "[key]") or "the whole file"


def _place(node: yaml.Node | None, loc: Loc) -> tuple[yaml.Node | None, tuple[int, ...], Loc]:
    """The deepest node on the way to `loc`, the lines of the way (from 1; the last is its own), and what is left of it.

    A missing key is reported at its parent.
    """
    way: tuple[int, ...] = (1,)
    for depth, part in enumerate(loc):
        if isinstance(node, yaml.MappingNode):
            hit = next(((k, v) for k, v in _pairs(node) if k.value == str(part)), None)
            if hit is None:
                return node, way, loc[depth:]
            way, node = (*way, hit[0].start_mark.line + 1), hit[1]
        elif isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
            node = node.value[part]
            way = (*way, node.start_mark.line + 1)
        else:
            return node, way, loc[depth:]
    return node, way, ()


def _pairs(mapping: yaml.MappingNode) -> Iterator[tuple[yaml.Node, yaml.Node]]:
    """Keys and values, a mapping's own before those merged into it (`<<`)."""
    yield from ((key, value) for key, value in mapping.value if key.tag != _MERGE)
    for key, value in mapping.value:
        if key.tag == _MERGE:
            for merged in value.value if isinstance(value, yaml.SequenceNode) else [value]:
                yield from _pairs(merged)


_MERGE = "tag:yaml.org,2002:merge"


def _repeated_key(node: yaml.Node, seen: set[int]) -> tuple[str, int] | None:
    """The first key that a mapping holds twice (YAML would silently keep the last), with its line."""
    if id(node) in seen:
        return None
    seen.add(id(node))
    children: list[yaml.Node] = []
    if isinstance(node, yaml.MappingNode):
        keys: set[str] = set()
        for key, value in node.value:
            if key.value in keys:
                return str(key.value), key.start_mark.line + 1
            keys.add(key.value)
            children.append(value)
    elif isinstance(node, yaml.SequenceNode):
        children = node.value
    return next((hit for child in children if (hit := _repeated_key(child, seen))), None)
