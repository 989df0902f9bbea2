"""A worker with a bug that names people in its exceptions: that must not reach the logs or the engine in clear."""

from __future__ import annotations

import sys
from typing import Any

import worker
from workflows import publisher

SECRETS = sys.argv[1]


def _broken(state: Any, **_: Any) -> Any:
    raise ValueError(f"planted for {SECRETS} in {state!r}")


if __name__ == "__main__":
    vars(publisher)["project"] = _broken
    worker.main()
