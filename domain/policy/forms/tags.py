"""What whoever tags a case as a hard one says (H-052)."""

from __future__ import annotations

from pydantic import Field

from domain.policy.fields import Reasoned
from domain.policy.parts.tags import SetByHand


class TagCase(Reasoned):
    """A case is a hard one, or is one no more."""

    tag: SetByHand = Field(title="标签（bone 骨头案，nail 钉子案）")
    lifted: bool = Field(False, title="撤销这一标签")
