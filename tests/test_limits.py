"""Whatever a person or a feed may send has a limit: every text, every list, in every form and at every endpoint."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import Any

import pytest

from api.app import create_app
from domain.policy.action_catalogue import ACTIONS
from domain.policy.catalogue import KINDS
from infra.runtime.settings import Settings

FREE = {
    ("POST /v1/tasks/{task_id}/decide", "Answering", "fields", "{}"),
    ("POST /v1/disputes/{no}/actions/{name}", "{}"),
}
"""What a form reads, whose texts have limits of their own; in all no more than a message to the engine may have."""
INSTANTS = ("date", "date-time")
LIMITS = {"maxLength", "enum", "const", "contentMediaType"}
Schema = dict[str, Any]
Where = tuple[str, ...]


def unlimited(schema: Schema, known: Schema, where: Where) -> Iterator[Where]:
    """Every text and list of a schema that may be of any length."""
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        yield from unlimited(known[name], known, (*where, name)) if name not in where else ()
        return
    if any(choice.get("type") == "number" for choice in schema.get("anyOf", ())):  # a number written as text
        return
    for choice in chain.from_iterable(schema.get(key, ()) for key in ("anyOf", "oneOf", "allOf")):
        yield from unlimited(choice, known, where)
    match schema.get("type"):
        case "string" if schema.get("format") not in INSTANTS and not LIMITS & set(schema):
            yield where
        case "array":
            if "maxItems" not in schema:
                yield (*where, "[]")
            yield from unlimited(schema["items"], known, (*where, "[]"))
        case "object":
            for name, part in schema.get("properties", {}).items():
                yield from unlimited(part, known, (*where, name))
            if more := schema.get("additionalProperties"):
                if "maxProperties" not in schema or "maxLength" not in schema.get("propertyNames", {}):
                    yield (*where, "{}")
                elif isinstance(more, dict):
                    yield from unlimited(more, known, (*where, "{}"))


def test_everything_that_may_be_sent_to_an_endpoint_has_a_limit(tmp_path: Path) -> None:
    told = create_app(Settings(var=tmp_path)).openapi()
    known = told["components"]["schemas"]
    found: set[Where] = set()
    for path, operations in told["paths"].items():
        for method, operation in operations.items():
            name = f"{method.upper()} {path}"
            for media in operation.get("requestBody", {}).get("content", {}).values():
                found |= set(unlimited(media["schema"], known, (name,)))
            for asked in operation.get("parameters", []):
                if asked["in"] != "path":
                    found |= set(unlimited(asked["schema"], known, (name, asked["name"])))
    assert found == FREE


FORMS = {
    **{f"{kind}/{name}": spec.form for kind, told in KINDS.items() for name, spec in told.decisions.items()},
    **{name: spec.form for name, spec in ACTIONS.items()},
}


@pytest.mark.parametrize("name", FORMS)
def test_every_text_and_list_of_a_form_has_a_limit(name: str) -> None:
    schema = FORMS[name].model_json_schema()
    assert list(unlimited(schema, schema.get("$defs", {}), (name,))) == []


def test_a_text_without_a_limit_would_be_found() -> None:
    schema = {"type": "object", "properties": {"a": {"type": "string"}, "b": {"type": "array", "items": {"enum": [1]}}}}
    assert list(unlimited(schema, {}, ())) == [("a",), ("b", "[]")]
