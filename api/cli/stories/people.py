"""Who quarrels where: addresses and names of a story's own, so that a second playing never joins the first."""

from __future__ import annotations

import random

_SURNAMES = "傅柴厉楼骆盛应施俞钱孟姜"
_GIVEN = "宝明兰英华珍根土福祥云凤"


def house(street: str) -> str:
    """An address in a street or village, at a number of its own."""
    return f"{street}{random.randint(100, 99999)}号"


def somebody() -> str:
    """A made-up name."""
    return random.choice(_SURNAMES) + "".join(random.sample(_GIVEN, 2))
