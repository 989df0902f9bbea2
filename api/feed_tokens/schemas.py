"""Programs' tokens in and out."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import AfterValidator, Field, StringConstraints

from api.core.schemas import Shape
from domain.base import Strict
from domain.people.feed_tokens import SCOPES, ScopeName
from domain.people.passwords import LONGEST
from domain.storable_text import UNFIT, is_fit


def _fit(text: str) -> str:
    if not is_fit(text):
        raise ValueError(UNFIT)
    return text


Purpose = Annotated[str, StringConstraints(strip_whitespace=True, min_length=2, max_length=60), AfterValidator(_fit)]
Shown = Annotated[str, StringConstraints(max_length=LONGEST), AfterValidator(_fit)]
"""By which somebody proves himself once more."""


class FeedTokenIn(Strict):
    """What a program is given a token for, and by what its person proves himself once more; `days` none is as long as
    one may last.
    """

    purpose: Purpose = Field(title="用途")
    scopes: Annotated[list[ScopeName], Field(min_length=1, max_length=len(SCOPES))] = Field(title="权限")
    days: Annotated[int, Field(ge=1, le=1096)] | None = Field(default=None, title="有效天数")
    password: Shown = Field(default="", title="现在的口令；启用了动态验证码的不填", repr=False)
    otp: Shown = Field(default="", title="现在的动态验证码或恢复码；没有启用的不填", repr=False)


class FeedToken(Shape):
    """A token of one's own that still holds. `used_at` and `address` tell of its last use, to half a minute."""

    token_id: str
    purpose: str
    scopes: list[ScopeName]
    made_at: datetime
    until: datetime
    used_at: datetime | None
    address: str


class FeedTokenMade(FeedToken):
    """A new one; `token` is shown this once."""

    token: str


class FeedTokenEnded(Shape):
    """How many tokens were ended."""

    ended: int
