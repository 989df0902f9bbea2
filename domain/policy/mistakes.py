"""Messages for mistakes in a policy file: the wrong value, what is allowed, and what is nearest."""

from __future__ import annotations

import re
import types
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from difflib import get_close_matches
from enum import Enum
from typing import Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

_LONGEST_SHOWN = 60
_SHORTEST_PART = 3
FULL_WIDTH = {
    "：": "colon", "，": "comma", "、": "comma", "｛": "brace", "｝": "brace", "［": "bracket", "］": "bracket",
    "【": "bracket", "】": "bracket", "“": "quotation mark", "”": "quotation mark", "　": "space", "＃": "number sign",
}  # fmt: skip
"""What a Chinese keyboard types where YAML wants the half-width character."""
_UNSPACED = re.compile(r"^([^\s:]+):(?=[^\s:])")


def mistake(error: Mapping[str, Any], model: type[BaseModel]) -> str:
    """One of pydantic's errors on `model`, as a sentence."""
    kind, value, key = str(error["type"]), error.get("input"), str(error["loc"][-1]) if error["loc"] else ""
    context = error.get("ctx", {})
    if kind == "missing":
        return f"the key '{key}' is missing here"
    if kind == "extra_forbidden":
        return f"there is no key '{key}' here{unspaced(key) or choice(key, keys_at(model, error['loc'][:-1]))}"
    if kind in ("enum", "literal_error"):
        return f"{shown(value)} can't stand here{choice(value, words_at(model, error['loc']))}"
    if kind == "string_type":
        quoted = f': put it in quotes ("{value}")' if isinstance(value, int | float | date) else ""
        return f"must be text, not {shown(value)}{quoted}"
    if kind in ("model_type", "model_attributes_type", "dict_type", "mapping_type"):
        keys = keys_at(model, error["loc"])
        such = f" such as {{{keys[0]}: …}} (keys: {_listed(keys)})" if keys else ""
        return f"must be a mapping{such}, not {shown(value)}"
    if kind in _MUST_BE:
        return f"must be {_MUST_BE[kind]}, not {shown(value)}{_typed_full_width(value)}"
    if kind in _BOUNDS:
        return f"must be {_BOUNDS[kind].format(**context)}, not {shown(value)}"
    if kind == "too_short":
        return f"needs at least {context['min_length']} of them"
    said = str(error["msg"]).removeprefix("Value error, ")
    return said if kind == "value_error" else f"{said}, not {shown(value)}"


_MUST_BE = {
    "list_type": "a list ([…, …])",
    "bool_type": "true or false",
    "bool_parsing": "true or false",
    **dict.fromkeys(("int_type", "int_parsing", "int_from_float"), "a whole number"),
    **dict.fromkeys(("float_type", "float_parsing"), "a number"),
}
_BOUNDS = {
    "greater_than": "greater than {gt}",
    "greater_than_equal": "{ge} or more",
    "less_than": "less than {lt}",
    "less_than_equal": "{le} or less",
    "string_pattern_mismatch": "written as {pattern}",
    "too_long": "at most {max_length} of them",
}


def choice(wrong: Any, allowed: Iterable[str]) -> str:
    """What might have been meant and what is allowed, as the end of a sentence about a wrong word."""
    words = [str(word) for word in allowed]
    if full_width := _typed_full_width(wrong):
        return full_width
    near = nearest(str(wrong), words)
    meant = f": did you mean {' or '.join(near)}?" if near else ""
    return f"{meant}{'' if meant else ';'} allowed: {_listed(words)}" if words else meant


def unspaced(key: str) -> str:
    """The end of a sentence about a key that swallowed its value (`limit:{hours`); empty where it did not."""
    written = _UNSPACED.sub(r"\1: ", key)
    return f": a space is missing after the colon, write '{written}'" if written != key else ""


def key_meant(wrong: str, keys: Sequence[str]) -> list[str]:
    """The keys that a wrong one may stand for: what is before a colon that is none to YAML, or else the nearest."""
    before = re.split("[:：]", wrong, maxsplit=1)[0].strip()
    return [before] if before in keys else nearest(before, keys)


def none_of(value: Any, alternatives: Sequence[Any]) -> str:
    """The message about a value that is none of the several things that may stand at a place."""
    words = [str(word) for each in alternatives if get_origin(each) is Literal for word in get_args(each)]
    near = nearest(str(value), words)
    meant = _typed_full_width(value) or (f": did you mean {' or '.join(near)}?" if near else "")
    return f"must be {', or '.join(_in_words(each) for each in alternatives)}, not {shown(value)}{meant}"


def _in_words(alternative: Any) -> str:
    if get_origin(alternative) is Literal:
        return " or ".join(str(word) for word in get_args(alternative))
    field = FieldInfo.from_annotation(alternative)
    least = next((f" of {bound.ge} or more" for bound in field.metadata if hasattr(bound, "ge")), "")
    return f"{_A_VALUE.get(field.annotation, 'a value')}{least}"


_A_VALUE: dict[Any, str] = {int: "a whole number", float: "a number", str: "text", bool: "true or false"}


def nearest(wrong: str, words: Sequence[str]) -> list[str]:
    """The allowed words, two at most, that look like the wrong one."""
    close = get_close_matches(wrong.lower(), words, n=1, cutoff=0.6)
    holding = [word for word in words if len(wrong) >= _SHORTEST_PART and wrong.lower() in word]
    return close or holding[:2]


def full_width_in(text: str) -> str:
    """The full-width characters of a text, in words: "a full-width colon (：)"; empty where there are none."""
    found = [f"a full-width {name} ({character})" for character, name in FULL_WIDTH.items() if character in text]
    return " and ".join(found)


def _typed_full_width(wrong: Any) -> str:
    found = full_width_in(wrong) if isinstance(wrong, str) else ""
    return f": it holds {found}; YAML wants the half-width character and a space after it" if found else ""


def shown(value: Any) -> str:
    """A value as the message quotes it."""
    if value is None:
        return "nothing"
    text = f"'{value}'" if isinstance(value, str) else str(value)
    return text if len(text) <= _LONGEST_SHOWN else text[:_LONGEST_SHOWN] + "…"


def _listed(words: Sequence[str]) -> str:
    return ", ".join(words)


# --- what a model allows at a place


def keys_at(model: type[BaseModel], loc: Sequence[str | int]) -> list[str]:
    """The keys of the mapping at a place of the model; none where any key may stand."""
    there = _annotation_at(model, loc)
    return list(there.model_fields) if isinstance(there, type) and issubclass(there, BaseModel) else []


def words_at(model: type[BaseModel], loc: Sequence[str | int]) -> list[str]:
    """The words that may stand at a place of the model; none where it is free."""
    there = _annotation_at(model, loc)
    if isinstance(there, type) and issubclass(there, Enum):
        return [str(member.value) for member in there]
    return [str(word) for word in get_args(there)] if get_origin(there) is Literal else []


def alternatives_at(model: type[BaseModel], loc: Sequence[str | int]) -> list[Any]:
    """The several things that may stand at a place of the model; none where it is one thing, or nothing."""
    there = _written_at(model, loc)
    several = [arg for arg in get_args(there) if arg is not type(None)] if _is_union(there) else []
    return several if len(several) > 1 else []


def _annotation_at(model: type[BaseModel], loc: Sequence[str | int]) -> Any:
    return _bare(_written_at(model, loc))


def _written_at(model: type[BaseModel], loc: Sequence[str | int]) -> Any:
    there: Any = model
    for part in loc:
        there = _bare(there)
        if isinstance(there, type) and issubclass(there, BaseModel):
            field: FieldInfo | None = there.model_fields.get(str(part))
            there = field.annotation if field else None
        else:
            there = (get_args(there) or (None,))[-1]  # of a list its element, of a mapping its value
    return there


def _bare(annotation: Any) -> Any:
    """`X` of `X | None`."""
    if _is_union(annotation):
        return next(arg for arg in get_args(annotation) if arg is not type(None))
    return annotation


def _is_union(annotation: Any) -> bool:
    return get_origin(annotation) in (Union, types.UnionType)
