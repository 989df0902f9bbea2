"""The OpenAPI document: what FastAPI knows of the requests, and beside it the shapes and errors of the answers."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Literal

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic import TypeAdapter

from api.audit import schemas as audit
from api.core.errors import MEDIA
from api.core.schemas import Listed, Problem
from api.disputes import schemas as disputes
from api.indicators import schemas as indicators
from api.messages import schemas as messages
from api.people import schemas as who
from api.registers import schemas as registers
from api.tasks import schemas as tasks
from domain.errors import Refused, Unavailable, codes

REF = "#/components/schemas/{model}"
_EXAMPLES: dict[str, Any] = json.loads((Path(__file__).parent / "openapi_examples.json").read_text(encoding="utf-8"))
"""Recorded from played stories by `python -m tests.e2e.record_examples`."""
OPEN = {"POST /v1/auth/token", "GET /healthz", "GET /readyz"}
"""Answered without sign-in."""
_DECIDED = {200: tasks.Decided, 202: tasks.AcceptedFor}

ANSWERS: dict[str, dict[int, Any]] = {
    "POST /v1/auth/token": {200: who.Token},
    "GET /v1/me": {200: who.Me},
    "GET /v1/deputies": {200: Listed[who.Deputyship]},
    "POST /v1/deputies": {201: who.Deputyship},
    "DELETE /v1/deputies/{deputyship_id}": {200: who.Deputyship},
    "POST /v1/incidents": {201: disputes.Received, 200: disputes.Received, 409: disputes.NumberConflict},
    "GET /v1/incidents/{incident_id}": {200: disputes.Receipt},
    "POST /v1/triage": {200: disputes.TriageShape},
    "GET /v1/disputes": {200: Listed[disputes.DisputeItem]},
    "GET /v1/disputes/{no}": {200: disputes.WholeCase},
    "GET /v1/disputes/{no}/timeline": {200: Listed[disputes.EntryItem]},
    "POST /v1/disputes/{no}/actions/{name}": {200: disputes.Acted},
    "POST /v1/disputes/{no}/comments": {201: disputes.Comment},
    "POST /v1/disputes/{no}/watch": {200: disputes.Watched},
    "DELETE /v1/disputes/{no}/watch": {200: disputes.Watched},
    "POST /v1/attachments": {201: disputes.Attachment},
    "DELETE /v1/attachments/{attachment_id}": {200: disputes.Removed},
    "GET /v1/tasks": {200: Listed[disputes.TaskItem]},
    "GET /v1/tasks/{task_id}": {200: tasks.WholeTask},
    "POST /v1/tasks/{task_id}/claim": {200: tasks.Decided},
    "POST /v1/tasks/{task_id}/release": {200: tasks.Decided},
    "POST /v1/tasks/{task_id}/delegate": {200: tasks.Decided},
    "POST /v1/tasks/{task_id}/transfer": {200: tasks.Decided},
    "POST /v1/tasks/{task_id}/decide": _DECIDED,
    "GET /v1/messages": {200: messages.Messages},
    "POST /v1/messages/read": {200: messages.ReadAll},
    "POST /v1/messages/{message_id}/read": {200: messages.MessageItem},
    "GET /v1/indicators": {200: indicators.Indicators},
    "GET /v1/indicators/cases": {200: indicators.CasesBehind},
    "GET /v1/organisations": {200: Listed[registers.OrganisationItem]},
    "GET /v1/people": {200: Listed[registers.PersonItem]},
    "GET /v1/grids": {200: Listed[registers.Grid]},
    "GET /v1/categories": {200: Listed[registers.Category]},
    "GET /v1/playbooks": {200: Listed[registers.PlaybookItem]},
    "GET /v1/disputes/{no}/history": {200: audit.History},
    "GET /v1/disputes/{no}/history/words": {200: audit.HistoryInWords},
    "GET /v1/disputes/{no}/state": {200: audit.CaseAtEvent},
    "POST /v1/audit/replays": {202: audit.JobAsked},
    "GET /v1/jobs": {200: Listed[audit.JobItem]},
    "GET /v1/jobs/{job_id}": {200: audit.Job},
    "GET /v1/audit/access": {200: Listed[audit.AccessItem]},
    "POST /v1/drill/advance": {200: audit.Advanced},
    "POST /v1/drill/digest": {200: audit.Digested},
    "GET /healthz": {200: audit.Health},
    "GET /readyz": {200: audit.Ready, 503: audit.Ready},
}
"""Operation -> its good answers by status. What is no JSON (files, the workbook, the stream) FastAPI describes."""


def install(app: FastAPI) -> None:
    """Makes `/openapi.json` the whole document; it is put together once, when it is first asked for."""
    app.openapi = lambda: _document(app)  # type: ignore[method-assign]


def _document(app: FastAPI) -> dict[str, Any]:
    if app.openapi_schema is None:
        document = get_openapi(title=app.title, version=app.version, routes=app.routes, description=_DESCRIPTION)
        _describe(document)
        app.openapi_schema = document
    return app.openapi_schema


def _describe(document: dict[str, Any]) -> None:
    adapters: list[tuple[Any, Literal["validation", "serialization"], TypeAdapter[Any]]] = [
        ((operation, status), "serialization", TypeAdapter(shape))
        for operation, answers in ANSWERS.items()
        for status, shape in answers.items()
    ]
    references, definitions = TypeAdapter.json_schemas(
        [*adapters, ("problem", "serialization", TypeAdapter(Problem))], ref_template=REF
    )
    components = document["components"]["schemas"]
    for unused in ("HTTPValidationError", "ValidationError"):
        components.pop(unused, None)
    components |= definitions["$defs"]
    problem = {MEDIA: {"schema": references[("problem", "serialization")]}}
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            name = f"{method.upper()} {path}"
            told = ANSWERS.get(name, {})
            operation["responses"] = _good(operation["responses"], name, told, references) | {
                str(status): {"description": _WORDS[status], "content": problem}
                for status in _errors(name)
                if status not in told
            }
            if name in OPEN:
                operation["security"] = []
            _exemplify(operation, _EXAMPLES.get(name, {}))


def _exemplify(operation: dict[str, Any], examples: dict[str, Any]) -> None:
    """Puts what was really sent and answered once beside what may be."""
    if "request" in examples:
        for content in operation["requestBody"]["content"].values():
            content["example"] = examples["request"]
    for status, example in examples.get("answers", {}).items():
        operation["responses"][status]["content"]["application/json"]["example"] = example


def _good(
    told: dict[str, Any], name: str, answers: dict[int, Any], references: dict[Any, dict[str, Any]]
) -> dict[str, Any]:
    """The good answers of an operation: ours where there is a shape, else what FastAPI says."""
    if not answers:
        return {status: answer for status, answer in told.items() if status.startswith("2")}
    return {
        str(status): {
            "description": _WORDS.get(status, "完成"),
            "content": {_media(shape): {"schema": references[((name, status), "serialization")]}},
        }
        for status, shape in answers.items()
    }


def _media(shape: Any) -> str:
    return MEDIA if isinstance(shape, type) and issubclass(shape, Problem) else "application/json"


def _errors(name: str) -> list[int]:
    """The statuses of the errors an operation may answer."""
    method, path = name.split(" ")
    if not path.startswith("/v1"):
        return [422] if path == "/readyz" else []
    statuses = [422, 503]
    if name in OPEN:
        return [400, 401, 413, *statuses, 429]
    statuses += [401, 403, 404]
    if method != "GET":
        statuses += [400, 409, 413]
    if path == "/v1/attachments":
        statuses.append(415)
    if path == "/v1/events":
        statuses.append(429)
    return sorted(statuses)


_WORDS = {
    200: "完成",
    201: "已受理",
    202: "已收到，稍后生效",
    400: "请求内容无法解析",
    401: "请先登录",
    403: "无权办理",
    404: "没有找到",
    409: "与当前状态不符",
    413: "内容过大",
    415: "文件类型不被接受",
    422: "填写的内容有误",
    429: "过于频繁",
    503: "暂时不可用，请稍后重试",
}
_TOLD = [error for error in codes() if issubclass(error, Refused | Unavailable)]
_DESCRIPTION = "\n".join(
    ["一警情三推送的HTTP接口。错误均为 application/problem+json，`code` 不变：", "",
     *(f"- `{error.code}` {error.status} {error.title}" for error in _TOLD)]
)  # fmt: skip
