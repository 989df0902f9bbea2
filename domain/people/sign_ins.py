"""Sign-ins: how long one lasts, and how it may end."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

Ending = Literal["here", "elsewhere", "password", "left", "disabled", "reset", "factor", "factor_reset", "revoked"]
ENDINGS: dict[Ending, str] = {
    "here": "本机退出",
    "elsewhere": "从其他登录处退出",
    "password": "修改口令",
    "left": "离任",
    "disabled": "账号停用",
    "reset": "安全管理员重置口令",
    "factor": "更换动态验证码",
    "factor_reset": "安全管理员重置动态验证码",
    "revoked": "停用程序令牌",
}
"""How a sign-in was ended before its time, as people read it."""
Way = Literal["password", "provider"]
WAYS: dict[Way, str] = {"password": "口令", "provider": "统一身份认证"}
"""By what somebody comes in."""

OF_SIGN_INS_ONLY: frozenset[Ending] = frozenset({"here", "elsewhere", "password", "factor"})
"""What ends a person's sign-ins and leaves the tokens of his programs: a password changed because it has become old
would else stop every feed. What others do to an account ends both. [DESIGN]"""


@dataclass(frozen=True)
class Lasting:
    """How long a sign-in lasts [DESIGN]: at most so long, and no longer than `idle` after the last thing that was asked
    with it (GB/T 22239 8.1.4.1 asks for a time-out, and leaves its length to who runs the system).
    """

    life: timedelta
    idle: timedelta

    def holds(self, *, until: datetime, seen_at: datetime, at: datetime) -> bool:
        """Whether a sign-in that was last used at `seen_at` still holds."""
        return at < until and at - seen_at < self.idle
