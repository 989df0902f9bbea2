"""Which letters a mechanism knows: who may send which by hand, and with which of its own steps one goes out."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from domain.base import Strict
from domain.policy.addressing import no_such_role
from domain.policy.loading import Mistakes
from domain.policy.words.own import known_roles

NoticeKind = Literal["advice", "assignment", "supervision", "return"]
SentByHand = Literal["advice", "assignment", "supervision"]
"""A return is no letter of its own: it goes out with the return."""
Occasion = Literal["dispatch", "urge", "return"]
"""A dispatch to each organisation, a written reminder to who is late, a return to who does it again."""

NOTICES: dict[str, str] = {
    "advice": "提示函",
    "assignment": "交办单",
    "supervision": "督办单",
    "return": "退回通知",
}
"""The kinds of notice by code, as offices call them."""


class NoticePolicy(Strict):
    """The notices of a mechanism; without any, nothing is sent."""

    sent_by: dict[SentByHand, Annotated[list[str], Field(min_length=1)]] = Field(
        {}, description="roles that may send a kind by hand, beside a dispute that they have a part in or oversee"
    )
    sent_with: dict[Occasion, NoticeKind] = Field(
        {}, description="which kind goes out by itself: with a dispatch, a written reminder, a return"
    )

    @model_validator(mode="after")
    def _roles_exist(self) -> NoticePolicy:
        able = known_roles()
        if wrong := [
            no_such_role(role, "sent_by", kind, n)
            for kind, roles in self.sent_by.items()
            for n, role in enumerate(roles)
            if role not in able
        ]:
            raise Mistakes(wrong)
        return self

    @property
    def senders(self) -> list[str]:
        """The roles that may send some kind by hand."""
        return sorted({role for roles in self.sent_by.values() for role in roles})

    @property
    def asks(self) -> bool:
        """Whether an organisation may be asked for an answer that no other question of the mechanism asks for."""
        return bool(self.sent_by) or "urge" in self.sent_with
