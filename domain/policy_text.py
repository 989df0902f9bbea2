"""Policy files (YAML) read into models, with errors that name file and line."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from domain.errors import PolicyInvalid

M = TypeVar("M", bound=BaseModel)


def parse_policy(text: str, source: str, model: type[M]) -> M:
    """Reads YAML `text` (from the file called `source`) into `model`.

    Raises:
        PolicyInvalid: with one line `source:line: where: what` for each mistake.
    """
    try:
        root = yaml.compose(text, Loader=yaml.SafeLoader)
        data = yaml.safe_load(text)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 1 if mark else 1
        raise PolicyInvalid(f"{source}:{line}: not valid YAML: {getattr(error, 'problem', error)}") from error
    twice = _repeated_key(root) if root else None
    if twice:
        raise PolicyInvalid(f"{source}:{twice[1]}: the key {twice[0]!r} stands here twice")
    try:
        return model.model_validate(data)
    except ValidationError as error:
        mistakes = [
            f"{source}:{_line(root, e['loc'])}: {_where(e['loc'])}: {e['msg'].removeprefix('Value error, ')}"
            for e in error.errors()
        ]
        raise PolicyInvalid("\n".join(mistakes)) from error


def _where(loc: Sequence[str | int]) -> str:
    return ".".join(str(part) for part in loc if part != "[key]") or "the whole file"


def _line(node: yaml.Node | None, loc: Sequence[Any]) -> int:
    """The line (from 1) of the deepest node on the way to `loc`; a missing key is reported at its parent."""
    line = 1
    for part in loc:
        if isinstance(node, yaml.MappingNode):
            hit = next(((k, v) for k, v in node.value if k.value == str(part)), None)
            if hit is None:
                break
            line, node = hit[0].start_mark.line + 1, hit[1]
        elif isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
            node = node.value[part]
            line = node.start_mark.line + 1
        else:
            break
    return line


def _repeated_key(node: yaml.Node) -> tuple[str, int] | None:
    """The first key that a mapping holds twice (YAML would silently keep the last), with its line."""
    children: list[yaml.Node] = []
    if isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key, value in node.value:
            if key.value in seen:
                return str(key.value), key.start_mark.line + 1
            seen.add(key.value)
            children.append(value)
    elif isinstance(node, yaml.SequenceNode):
        children = node.value
    return next((hit for child in children if (hit := _repeated_key(child))), None)
