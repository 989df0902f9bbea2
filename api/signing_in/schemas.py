"""Second factors, as they are asked for and shown."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import AfterValidator, Field

from api.core.schemas import Shape
from domain.base import Strict
from domain.people.second_factor import LONGEST
from domain.storable_text import UNFIT, is_fit


def _fit(typed: str) -> str:
    if not is_fit(typed):
        raise ValueError(UNFIT)
    return typed


Typed = Annotated[str, Field(max_length=LONGEST, repr=False), AfterValidator(_fit)]


class SecondFactor(Shape):
    """One's own second factor: whether there is one and since when, whether a role must have it, and how many recovery
    codes are left."""

    enrolled: bool
    since: datetime | None
    required: bool
    recovery_codes_left: int


class OfferIn(Strict):
    """A code of the device used so far, where there is one."""

    otp: Typed = Field(title="现在的动态验证码或恢复码", default="")


class CodeIn(Strict):
    """A code of the device, or a recovery code."""

    otp: Typed = Field(title="动态验证码")


class Offered(Shape):
    """A secret for a device, shown this once: as it is, as the address that devices read, and that as a picture (SVG).
    It serves from the first code on, which must come before `until`.
    """

    secret: str
    uri: str
    qr: str
    until: datetime


class RecoveryCodes(Shape):
    """Codes by which one signs in once each without the device, shown this once."""

    codes: list[str]


class FactorRemoved(Shape):
    """Whose second factor is no more."""

    username: str
    name: str
