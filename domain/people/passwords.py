"""Passwords: what one must be made of, how long it serves, and which may not be used again.

Source: GB/T 22239-2019 8.1.4.1 “身份鉴别信息具有复杂度要求并定期更换”; the numbers are settings. [DESIGN]
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

LONGEST = 200
"""Characters of a password that are read."""
CODE_LASTS = timedelta(hours=24)
"""How long a one-time code serves that the administrator of security gave out."""
_CLASSES = (str.islower, str.isupper, str.isdigit, lambda c: not c.isalnum())


@dataclass(frozen=True)
class PasswordRules:
    """What an installation asks of passwords."""

    length: int
    classes: int
    """how many of: small letters, capital letters, digits, other characters; what is twice as long needs one less"""
    history: int
    """how many former ones may not be used again"""
    days: int
    """after how many it must be changed; never where it is 0"""

    def wrong_with(self, password: str, username: str) -> str | None:
        """What a new password lacks, in a sentence; none where it will do."""
        if len(password) < self.length:
            return f"口令至少{self.length}位"
        met = sum(any(kind(character) for character in password) for kind in _CLASSES)
        asked = self.classes - (len(password) >= 2 * self.length)
        if met < asked:
            return f"口令应包含大写字母、小写字母、数字、符号中的至少{asked}种"
        if username and username.casefold() in password.casefold():
            return "口令不能包含用户名"
        if len(set(password)) < self.length // 2:
            return "口令中重复的字符过多"
        return None

    def due(self, since: datetime | None, at: datetime) -> bool:
        """Whether a password that serves since then must be changed; of one of unknown age nobody says so."""
        return bool(self.days and since and at - since >= timedelta(days=self.days))
