"""What these tests share: reports as the audit made them."""

from __future__ import annotations

import random
from typing import Any

from tests.e2e.support import People

KNIFE = "邻居因停车争吵，一方拿着菜刀扬言要砍人，现场很多人围观"
"""Red, and the police come first."""
QUARREL = "两户因宅基地边界争执，砌墙被拦，双方各不相让"
"""Yellow, no police matter."""
THREAT = "两家因排水沟多次争吵，扬言要动手报复，情绪激动"


def some_house(street: str) -> dict[str, Any]:
    """A place at a house of its own."""
    return {"address": f"{street}{random.randint(10_000, 999_999)}号"}


def alarmed(people: People, narrative: str, street: str = "清溪镇清溪社区") -> str:
    """An alarm by 110 at a house of its own; answers the dispute's number."""
    return people.quarrel(narrative, source="110", place=some_house(street))


def kinds(people: People, number: str) -> list[str]:
    """The kinds of all open tasks, in alphabetical order."""
    return sorted(task["kind"] for task in people.open_tasks(number))
