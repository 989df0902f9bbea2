"""The joint conference (联席会议): who calls it, who always sits in it, and the times that follow.

“建立综治、派出所和社区、街道联席会议制度，定期分析辖区治安形势和矛盾隐患，对重点矛盾纠纷会商研判” (W-040, W-042).
"""

from __future__ import annotations

from pydantic import Field

from domain.base import Strict
from domain.policy.addressing import Addressing
from domain.policy.fields import RoleCode
from domain.policy.parts.summons import RUNGS
from domain.policy.rungs import Rungs
from domain.policy.spans import Span

NAME = "联席会议"
LIMIT, CONFER_WITHIN = Span(hours=2), Span(working_days=3)
"""[DESIGN] No report says how long anybody is waited for, or by when its minutes are written."""


class ConferencePolicy(Strict):
    """Who may call the conference on a case, and who sits in it; what is as usual is not pinned in every case."""

    name: str = Field(NAME, min_length=1, max_length=30, exclude_if=NAME.__eq__)
    by: list[RoleCode] = Field(min_length=1, max_length=20, description="roles that may call it")
    members: list[Addressing] = Field(min_length=2, max_length=20, description="who is called each time")
    limit: Span = Field(LIMIT, exclude_if=LIMIT.__eq__, description="silence for so long after it begins is absence")
    confer_within: Span = Field(
        CONFER_WITHIN,
        exclude_if=CONFER_WITHIN.__eq__,
        description="its minutes are written within this of its beginning",
    )
    rungs: Rungs = Field(RUNGS, exclude_if=RUNGS.__eq__, description="of the session, and of each thing that it plans")
