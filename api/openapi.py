"""The OpenAPI document: composed from the routes, with recorded examples, and the error codes in its description."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Literal

from fastapi import FastAPI
from fastapi.openapi.utils import get_fields_from_routes, get_openapi
from pydantic import TypeAdapter

from api.core.documentation import DESCRIPTIONS
from api.core.errors import MEDIA
from api.core.schemas import JsonObject
from domain.errors import Refused, Unavailable, codes

REF = "#/components/schemas/{model}"
_EXAMPLES: JsonObject = json.loads((Path(__file__).parent / "openapi_examples.json").read_text(encoding="utf-8"))
"""Recorded from played stories by `python -m tests.e2e.record_examples`."""


def install(app: FastAPI) -> None:
    """Makes `/openapi.json` the whole document; it is put together once, when it is first asked for."""
    app.openapi = lambda: _document(app)  # type: ignore[method-assign]


def _document(app: FastAPI) -> JsonObject:
    if app.openapi_schema is None:
        document = get_openapi(title=app.title, version=app.version, routes=app.routes, description=_description())
        _describe(document, _answer_schemas(app))
        app.openapi_schema = document
    return app.openapi_schema


def _answer_schemas(app: FastAPI) -> JsonObject:
    """The schemas of all answers, by name, with the defaults that are null: FastAPI leaves out whatever is null."""
    fields = (field for field in get_fields_from_routes(app.routes) if field.mode == "serialization")
    adapters: list[tuple[int, Literal["validation", "serialization"], TypeAdapter[Any]]] = [
        (number, "serialization", TypeAdapter(field.field_info.annotation or Any))
        for number, field in enumerate(fields)
    ]
    _, definitions = TypeAdapter.json_schemas(adapters, ref_template=REF)
    schemas: JsonObject = definitions["$defs"]
    return schemas


def _describe(document: JsonObject, answers: JsonObject) -> None:
    document["components"]["schemas"] |= answers
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            for status, answer in operation["responses"].items():
                _as_sent(int(status), answer)
            operation.setdefault("security", [])
            _add_examples(operation, _EXAMPLES.get(f"{method.upper()} {path}", {}))
    _drop_unused(document)


def _drop_unused(document: JsonObject) -> None:
    """Drops the schemas that nothing refers to: FastAPI's own errors, and of what the contract leaves free."""
    schemas: JsonObject = document["components"]["schemas"]
    while True:
        text = json.dumps(document)
        unused = [name for name in schemas if f'"{REF.format(model=name)}"' not in text]
        if not unused:
            return
        for name in unused:
            del schemas[name]


def _as_sent(status: int, answer: JsonObject) -> None:
    """Describes an answer by its status; a problem's schema, which FastAPI puts under the media type of the route's
    good answer, goes under its own."""
    content = answer.get("content", {})
    if MEDIA in content:
        answer["content"] = {MEDIA: next((each for media, each in content.items() if media != MEDIA), content[MEDIA])}
    elif any("$ref" in each.get("schema", {}) for each in content.values()):
        answer["description"] = DESCRIPTIONS[status]


def _add_examples(operation: JsonObject, examples: JsonObject) -> None:
    """Puts what was really sent and answered once beside what may be."""
    if "request" in examples:
        for content in operation["requestBody"]["content"].values():
            content["example"] = examples["request"]
    for status, example in examples.get("answers", {}).items():
        operation["responses"][status]["content"]["application/json"]["example"] = example


def _description() -> str:
    errors = [error for error in codes() if issubclass(error, Refused | Unavailable)]
    lines = ["一警情三推送的HTTP接口。错误均为 application/problem+json，`code` 不变：", ""]
    return "\n".join(lines + [f"- `{error.code}` {error.status} {error.title}" for error in errors])
