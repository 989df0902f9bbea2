"""The second factor: who must have one, which codes are good, and for how long something of it serves.

A code is made from a secret and the time (RFC 6238): six digits of thirty seconds, and good once (5.2 there: "the
verifier MUST NOT accept the second attempt of the OTP after the successful validation has been issued").
"""

from __future__ import annotations

import unicodedata
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Literal

import pyotp
from pyotp.exceptions import OTPVerificationError

Factor = Literal["", "code", "recovery", "provider"]
FACTORS: dict[Factor, str] = {
    "": "仅口令",
    "code": "动态验证码",
    "recovery": "恢复码",
    "provider": "统一认证已核验",
}
"""What stood beside the first proof of a sign-in, as people read it."""
POWERS = frozenset({"admin_system", "admin_security", "admin_audit"})
"""The three powers: in production each must have a second factor. Everybody else's is the installation's to say:
GB/T 22239-2019 8.1.4.1 asks for two kinds of proof, and not of whom. [DESIGN]"""
DRIFT = 1
"""Steps that a telephone's clock may be off, to either side (RFC 6238 5.2 recommends one)."""
OFFER_LASTS = timedelta(minutes=30)
"""How long a secret that was shown waits for its first code. [DESIGN]"""
HALF_LASTS = timedelta(minutes=10)
"""How long a first proof waits for the second. [DESIGN]"""
RECOVERY_CODES = 10
LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
"""Of codes that people read out and type: none that is taken for another."""
LONGEST = 40
"""Characters that are read of what is typed as a code."""


def must_have(held: Collection[str], named: Collection[str], *, production: bool) -> bool:
    """Whether whoever holds these roles must have a second factor, where the installation names those."""
    return not set(named).isdisjoint(held) or (production and not POWERS.isdisjoint(held))


def read(typed: str) -> str:
    """A code as it is compared: without what people put between its characters, in capitals, of whatever width."""
    return "".join(c for c in unicodedata.normalize("NFKC", typed[:LONGEST]).upper() if c.isalnum())


def step_of(secret: str, code: str, at: datetime) -> int | None:
    """The number of the thirty seconds whose code this is; none where it is no code of about that time."""
    if len(code) != 6 or not (code.isascii() and code.isdigit()):
        return None
    try:
        return pyotp.TOTP(secret).verify_and_get_timecode(code, for_time=at, valid_window=DRIFT)
    except OTPVerificationError:
        return None
