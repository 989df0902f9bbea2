"""docs/architecture.md and the decision on the house: every path they name is there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PLACE = re.compile(r"`((?:api|domain|infra|workflows|activities|tests|docs)/[\w./-]+)`")


@pytest.mark.parametrize("page", ["docs/architecture.md", "docs/adr/0013-the-house.md"])
def test_every_path_is_there(page: str) -> None:
    named = {path for path in PLACE.findall((ROOT / page).read_text(encoding="utf-8")) if "notices" not in path}
    assert named
    assert [path for path in sorted(named) if not (ROOT / path).exists() and not (ROOT / f"{path}.py").exists()] == []
