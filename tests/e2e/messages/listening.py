"""Every answer that the tests' clients get, heard beside them: which operation it was, what was sent and answered."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import httpx2
import pytest

import api.cli.client


@dataclass(frozen=True)
class Heard:
    """One answer."""

    operation: str
    status: int
    sent: Any
    answered: Any


class Operations:
    """The operations of an OpenAPI document, found by method and path."""

    def __init__(self, document: dict[str, Any]) -> None:
        self.document = document
        self._patterns = [
            (method.upper(), path, re.compile(re.sub(r"\\{[^}]+\\}", "[^/]+", re.escape(path))))
            for path, methods in document["paths"].items()
            for method in methods
        ]

    def of(self, method: str, path: str) -> str:
        """`GET /v1/disputes/{no}`; a path without braces goes before one with."""
        found = [known for verb, known, pattern in self._patterns if verb == method and pattern.fullmatch(path)]
        return f"{method} {min(found, key=lambda known: known.count('{'))}"

    def schema(self, operation: str, status: int) -> dict[str, Any] | None:
        """The schema of an operation's answer, none where the document does not know it."""
        method, path = operation.split(" ", 1)
        responses = self.document["paths"][path][method.lower()]["responses"]
        content = responses.get(str(status), {}).get("content", {})
        return next((c["schema"] for media, c in content.items() if "json" in media), None)


@contextmanager
def listening(operations: Operations) -> Iterator[list[Heard]]:
    """Hears every answer for the length of a block."""
    heard: list[Heard] = []
    read = api.cli.client._read

    def hear(answer: httpx2.Response) -> Any:
        request = answer.request
        sent = request.content if request.headers.get("content-type") == "application/json" else b""
        if answer.headers.get("content-type", "").partition(";")[0].endswith("json"):
            heard.append(
                Heard(
                    operations.of(request.method, request.url.path), answer.status_code,
                    json.loads(sent) if sent else None, answer.json(),
                )
            )  # fmt: skip
        return read(answer)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(api.cli.client, "_read", hear)
        yield heard
