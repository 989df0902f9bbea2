"""Tokens of programs (程序令牌): what one may be given for, and the few requests that each scope opens.

A list of what is allowed, never of what is not: an endpoint that is added later is closed to every token, and with it
whatever makes tokens, changes passwords or shows whole numbers. What is allowed is further bounded by what the person
himself may at that moment. [DESIGN]
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal, get_args

from domain.people.organisation import Actor

ScopeName = Literal["incidents:write", "indicators:read", "calendar:read", "events:read"]
MOST = 10
"""Tokens that a person may have at a time. [DESIGN]"""
PREFIX = "santui_feed_"
"""What a token begins with, so that one which lies somewhere is known for what it is."""


@dataclass(frozen=True)
class Scope:
    """What a token may be given for."""

    name: str
    opens: tuple[tuple[str, str], ...]
    """methods and paths, with `{}` for what differs"""


SCOPES: dict[ScopeName, Scope] = {
    "incidents:write": Scope(
        "报送警情与来电、查看受理结果",
        (
            ("POST", "/v1/incidents"),
            ("GET", "/v1/incidents/{}"),
            ("POST", "/v1/incidents/{}/notes"),
        ),
    ),
    "indicators:read": Scope("读取指标", (("GET", "/v1/indicators"),)),
    "calendar:read": Scope("读取工作日历", (("GET", "/v1/calendar"),)),
    "events:read": Scope("接收本人的待办与纠纷动态", (("GET", "/v1/events"),)),
}
assert set(SCOPES) == set(get_args(ScopeName))
_OPENS = {
    name: [(method, re.compile("[^/]+".join(map(re.escape, path.split("{}"))))) for method, path in scope.opens]
    for name, scope in SCOPES.items()
}


def allows(scopes: Collection[str], method: str, path: str) -> bool:
    """Whether a token of these scopes serves for a request; of a scope that is no more it does not."""
    return any(
        method == allowed and pattern.fullmatch(path)
        for name, ways in _OPENS.items()
        if name in scopes
        for allowed, pattern in ways
    )


def in_own_name(actor: Actor) -> Actor:
    """The person as a program acts for him: whoever he stands in for did not give the token."""
    return actor.model_copy(update={"deputises": []}) if actor.deputises else actor
