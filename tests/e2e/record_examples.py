"""Records the examples of the OpenAPI document: `python -m tests.e2e.record_examples`.

One round of the contract on a system of its own, under the demo county; the first request and the last good answer of
each operation are kept, long lists cut to their first item.
"""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

import httpx2

from tests.e2e.asking import ask_everything
from tests.e2e.messages.listening import Operations, listening
from tests.instance import ROOT, running

INTO = ROOT / "api" / "openapi_examples.json"
LONGEST = 1


def cut(value: Any, depth: int = 0) -> Any:
    """The value with its lists cut short; a list of words stays whole."""
    if isinstance(value, dict):
        return {
            key: "…" if key in ("access_token", "data", "identity") else cut(each, depth + 1)
            for key, each in value.items()
        }
    if isinstance(value, list):
        return [cut(each, depth + 1) for each in value[:LONGEST]]
    return value


def main() -> None:
    """Plays, and writes the file."""
    with tempfile.TemporaryDirectory() as var, running(Path(var)) as instance:
        document = httpx2.get(f"{instance.base}/openapi.json", trust_env=False, timeout=60).json()
        with listening(Operations(document)) as heard:
            ask_everything(instance.county)
    kept: dict[str, Any] = {}
    for each in heard:
        if each.status < 300:
            example = kept.setdefault(each.operation, {"answers": {}})
            if each.sent is not None:
                example.setdefault("request", cut(each.sent))
            example["answers"][str(each.status)] = cut(each.answered)
    INTO.write_text(json.dumps(kept, ensure_ascii=False, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    print(f"{len(kept)} operations")


if __name__ == "__main__":
    main()
