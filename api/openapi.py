"""The OpenAPI document: composed from the routes, with recorded examples, and the error codes in its description."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Literal

from fastapi import FastAPI
from fastapi.openapi.utils import get_fields_from_routes, get_openapi
from pydantic import TypeAdapter

from api.core.documentation import DESCRIPTIONS, READ, SIGN_IN, WRITE
from api.core.errors import MEDIA
from api.core.schemas import Problem
from domain.errors import Refused, Unavailable, codes

REF = "#/components/schemas/{model}"
_EXAMPLES: dict[str, Any] = json.loads((Path(__file__).parent / "openapi_examples.json").read_text(encoding="utf-8"))
"""Recorded from played stories by `python -m tests.e2e.record_examples`."""

ANSWERS: dict[str, dict[int, Any]] = {}
"""Operation -> its good answers by status, of the endpoints that do not document themselves yet (no `problems(…)`)."""


def install(app: FastAPI) -> None:
    """Makes `/openapi.json` the whole document; it is put together once, when it is first asked for."""
    app.openapi = lambda: _document(app)  # type: ignore[method-assign]


def _document(app: FastAPI) -> dict[str, Any]:
    if app.openapi_schema is None:
        document = get_openapi(title=app.title, version=app.version, routes=app.routes, description=_DESCRIPTION)
        _describe(document, _answer_schemas(app))
        app.openapi_schema = document
    return app.openapi_schema


def _answer_schemas(app: FastAPI) -> dict[str, Any]:
    """The schemas of all answers, by name, with the defaults that are null: FastAPI leaves out whatever is null."""
    fields = (field for field in get_fields_from_routes(app.routes) if field.mode == "serialization")
    adapters: list[tuple[int, Literal["validation", "serialization"], TypeAdapter[Any]]] = [
        (number, "serialization", TypeAdapter(field.field_info.annotation or Any))
        for number, field in enumerate(fields)
    ]
    _, definitions = TypeAdapter.json_schemas(adapters, ref_template=REF)
    schemas: dict[str, Any] = definitions["$defs"]
    return schemas


def _describe(document: dict[str, Any], answers: dict[str, Any]) -> None:
    references, definitions = _table()
    document["components"]["schemas"] |= definitions | answers
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            name = f"{method.upper()} {path}"
            if not _documented(operation) and name != "GET /healthz":
                operation["responses"] = _of_table(operation["responses"], name, references)
            for status, answer in operation["responses"].items():
                _as_sent(int(status), answer)
            operation.setdefault("security", [])
            _add_examples(operation, _EXAMPLES.get(name, {}))
    _drop_unused(document)


def _drop_unused(document: dict[str, Any]) -> None:
    """Drops the schemas that nothing refers to: FastAPI's own errors, and of what the contract leaves free."""
    schemas: dict[str, Any] = document["components"]["schemas"]
    while True:
        text = json.dumps(document)
        unused = [name for name in schemas if f'"{REF.format(model=name)}"' not in text]
        if not unused:
            return
        for name in unused:
            del schemas[name]


def _as_sent(status: int, answer: dict[str, Any]) -> None:
    """Describes an answer by its status; a problem's schema, which FastAPI puts under the media type of the route's
    good answer, goes under its own."""
    content = answer.get("content", {})
    if MEDIA in content:
        answer["content"] = {MEDIA: next((each for media, each in content.items() if media != MEDIA), content[MEDIA])}
    elif any("$ref" in each.get("schema", {}) for each in content.values()):
        answer["description"] = DESCRIPTIONS[status]


def _add_examples(operation: dict[str, Any], examples: dict[str, Any]) -> None:
    """Puts what was really sent and answered once beside what may be."""
    if "request" in examples:
        for content in operation["requestBody"]["content"].values():
            content["example"] = examples["request"]
    for status, example in examples.get("answers", {}).items():
        operation["responses"][status]["content"]["application/json"]["example"] = example


def _documented(operation: dict[str, Any]) -> bool:
    """Whether a route documents its answers itself."""
    return any(MEDIA in answer.get("content", {}) for answer in operation["responses"].values())


def _table() -> tuple[dict[Any, dict[str, Any]], dict[str, Any]]:
    """The schemas of `ANSWERS`: references by operation and status, and what they refer to."""
    adapters: list[tuple[Any, Literal["validation", "serialization"], TypeAdapter[Any]]] = [
        ((operation, status), "serialization", TypeAdapter(schema))
        for operation, answers in ANSWERS.items()
        for status, schema in answers.items()
    ]
    refs, definitions = TypeAdapter.json_schemas(
        [*adapters, ("problem", "serialization", TypeAdapter(Problem))], ref_template=REF
    )
    return {key: reference for (key, _), reference in refs.items()}, definitions["$defs"]


def _of_table(routes: dict[str, Any], name: str, references: dict[Any, dict[str, Any]]) -> dict[str, Any]:
    """The answers of an operation that does not document itself."""
    answers = ANSWERS.get(name, {})
    good = {
        str(status): {
            "description": DESCRIPTIONS[status],
            "content": {_media(schema): {"schema": references[(name, status)]}},
        }
        for status, schema in answers.items()
    }
    good = good or {status: answer for status, answer in routes.items() if status.startswith("2")}
    problem = {MEDIA: {"schema": references["problem"]}}
    return good | {
        str(status): {"description": DESCRIPTIONS[status], "content": problem}
        for status in _errors(name)
        if status not in answers
    }


def _media(schema: Any) -> str:
    return MEDIA if isinstance(schema, type) and issubclass(schema, Problem) else "application/json"


def _errors(name: str) -> frozenset[int]:
    """The statuses of the errors an operation may answer."""
    method, path = name.split(" ")
    if name == "POST /v1/auth/token":
        return SIGN_IN
    if path == "/v1/attachments":
        return WRITE | {415}
    return READ if method == "GET" else WRITE


_ANSWERED = [error for error in codes() if issubclass(error, Refused | Unavailable)]
_DESCRIPTION = "\n".join(
    ["一警情三推送的HTTP接口。错误均为 application/problem+json，`code` 不变：", "",
     *(f"- `{error.code}` {error.status} {error.title}" for error in _ANSWERED)]
)  # fmt: skip
