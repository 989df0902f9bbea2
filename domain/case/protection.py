"""人身安全保护令: asked for beside the stage, in force to its day, renewed or let run out (Q-097; requirements B.3).

A dispute is not closed while an order is in force or being asked for: whoever watches over it would be gone, and nobody
would be reminded of its end.
"""

from __future__ import annotations

from datetime import datetime, time, timedelta

from domain.base import CHINA
from domain.case.case import PROTECTION, Case
from domain.case.clocks import Clock
from domain.case.state import Decision, DisputeState
from domain.policy.rungs import Rungs
from domain.policy.spans import Span

APPLY, COURT = "apply_protection", "court_protection"
REMINDERS = (30, 7, 1)
"""Days before a protection order ends on which its renewal is reminded."""
RENEWAL = "保护令延长申请"


def open_protection(case: Case) -> None:
    """Opens the protection-order track where the risk calls for it (Q-097): once a round, and one order at a time."""
    s = case.state
    asked = under_protection(s) or any(t.kind == APPLY and t.round == s.round for t in s.tasks)
    if set(s.risk_kinds) & set(s.process.protection_for) and not asked:
        case.open(APPLY)


def under_protection(state: DisputeState) -> bool:
    """Whether an order is in force, or somebody has still to say whether one is asked for or given."""
    return bool(state.clock(PROTECTION) or state.pending(APPLY) or state.pending(COURT))


def applied(case: Case, decision: Decision) -> None:
    """The court is asked; in urgent cases it has 24 hours (反家庭暴力法 第28条)."""
    urgent = bool(decision.fields.get("urgent"))
    case.open(COURT, limit=Span(hours=24) if urgent else None, about={"urgent": urgent})


def protect(case: Case, decision: Decision) -> None:
    """An order runs to its day, at most six months (反家庭暴力法 第30条), in place of the one that it extends."""
    until = datetime.combine(datetime.fromisoformat(decision.fields["until"]).date(), time(23, 59), CHINA)
    days = max((until - case.now()) / timedelta(days=1), 1)
    fractions = sorted({round(1 - d / days, 4) for d in REMINDERS if d < days})
    case.stop_clock(PROTECTION)
    clock = case.start_clock(PROTECTION, "人身安全保护令有效期", limit=Span(hours=1),
                             rungs=Rungs(remind_at=fractions), decides="expires")  # fmt: skip
    clock.due_at = until
    case.log("protection", "人身安全保护令生效", by=decision, until=until, measures=decision.fields["measures"])


def ask_for_renewal(case: Case, order: Clock) -> None:
    """Whoever may apply is asked in time whether the order shall be extended; they have until its last day."""
    if case.state.pending(APPLY) or case.state.pending(COURT):
        return
    left = max(int((order.due_at - case.now()) / timedelta(minutes=1)), 1)
    case.open(APPLY, limit=Span(minutes=left), about={"title": RENEWAL, "until": order.due_at.isoformat()})
