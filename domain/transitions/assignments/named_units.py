"""The organisations that a form names by their codes: gathered before it is sent, and looked for when it is read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from domain.base import Strict
from domain.people.organisation import OrganisationRef

FIELDS = ("lead", "cooperating", "suggested", "suggested_unit", "organisation", "to", "venue")
"""Fields that hold organisation codes; the API resolves them for whoever takes the form."""
LISTS = ("to", "items")
"""Lists of things of which each may name an organisation of its own; numbers of items name none."""


def organisation_codes(fields: Mapping[str, Any]) -> list[str]:
    """Every organisation code a form's raw fields name."""
    return [code for _, code in _named(fields)]


def unknown_units(form: Strict, known: Mapping[str, OrganisationRef]) -> list[dict[str, str]]:
    """Field errors for the organisations that there are not."""
    fields = {name: getattr(form, name, None) for name in FIELDS}
    for name in LISTS:
        each = getattr(form, name, None)
        fields[name] = (
            [part.model_dump() for part in each if isinstance(part, Strict)] if isinstance(each, list) else None
        )
    return [{"field": field, "message": f"没有“{code}”这个单位"} for field, code in _named(fields) if code not in known]


def _named(fields: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """The codes with the fields that hold them."""
    for name in FIELDS:
        value = fields.get(name)
        yield from ((name, code) for code in (value if isinstance(value, list) else [value]) if code and _text(code))
    for name in LISTS:
        value = fields.get(name)
        for n, part in enumerate(value if isinstance(value, list) else []):
            code = part.get("organisation") if isinstance(part, dict) else None
            if code and _text(code):
                yield f"{name}.{n}.organisation", code


def _text(code: Any) -> bool:
    return isinstance(code, str)
