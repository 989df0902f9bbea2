"""三员分立: which posts nobody may hold together.

Administration of the system, of security and of audit are three powers, and none of them works on cases; the auditor
reads and does nothing else (GB/T 22239-2019 8.1.5).
"""

from __future__ import annotations

from collections.abc import Collection

from domain.people.permissions import SEPARATE_ROLES

APART = "系统、安全、审计三类管理岗位和审计员不能与其他岗位由一人担任"


def joined_wrongly(roles: Collection[str]) -> bool:
    """Whether one person would hold, with these roles, a power that stands alone and something else."""
    held = set(roles)
    return len(held) > 1 and bool(held & SEPARATE_ROLES)
