"""What the law allows of sitting down together: not with violence at home, not where a party refuses, and before the
police at most twice.

治安调解: 一般只调解一次，必要时可以再调解一次，并应当在第一次调解后的七个工作日内完成 (公安机关办理行政案件程序规定
第183条). A party's clear refusal ends mediation of that kind (程序规定 第179条; 人民调解法 第17, 26条).
"""

from __future__ import annotations

from datetime import datetime

from domain.base import Strict, wall_time
from domain.case.court import not_confirmable
from domain.case.records import Session
from domain.case.state import DisputeState
from domain.policy.forms.mediation import SessionAgreed, TableRefused
from domain.policy.parts.ladder import Tier
from domain.policy.spans import Span

POLICE = "police"
MEDIATIONS = {POLICE: "治安调解", "people": "人民调解", "administrative": "行政调解", "judicial": "司法调解"}
"""The kinds of mediation (R-103)."""
MOST_BY_POLICE = 2
AGAIN_WITHIN = Span(working_days=7)
AGAIN = "police_again"
"""The clock of the second 治安调解; it knows no suspension."""
REFUSED = "refused"
HELD = ("agreed", "not_agreed")


def barred(state: DisputeState, tier: Tier, at: datetime | None = None) -> str:
    """Why nobody may sit at a tier's table in this case, in words for whoever asks; with `at`, also because its time
    is over. Empty where they may.
    """
    if "domestic_violence" in state.risk_kinds:
        return "涉家庭暴力，不得组织当面调解"  # Q-097, risk_kinds: forbidden
    if refusal := next((x for x in refusals(state) if _kind_at(state, x.tier) == tier.mediation), None):
        return f"{refusal.refused_by}已明确表示不接受{_name(tier.mediation)}，本轮不再组织"
    if tier.mediation == POLICE and len(police_tables(state)) >= MOST_BY_POLICE:
        return f"治安调解至多{MOST_BY_POLICE}次（程序规定第183条），已用尽"
    if tier.mediation == POLICE and at and (by := again_by(state)) and at >= by:
        return f"再次治安调解须在第一次后七个工作日内完成（程序规定第183条），{wall_time(by)}已到期"
    return ""


def refusals(state: DisputeState) -> list[Session]:
    """The refusals of this round; a party may think otherwise in the next."""
    return [x for x in state.sessions if x.round == state.round and x.result == REFUSED]


def police_tables(state: DisputeState) -> list[Session]:
    """The 治安调解 held on this matter, in all rounds since an evaluation last accepted: what is redone counts on."""
    since = max((v.round for v in state.evaluations if v.verdict == "accept"), default=0)
    held = (x for x in state.sessions if x.round > since and x.result in HELD)
    return [x for x in held if _kind_at(state, x.tier) == POLICE]


def again_by(state: DisputeState) -> datetime | None:
    """Until when the second 治安调解 has to be over; none where there was no first, or both have been held."""
    held = police_tables(state)
    return state.calendar.after(held[0].at, AGAIN_WITHIN) if len(held) == 1 else None


def table_errors(state: DisputeState, form: Strict) -> list[dict[str, str]]:
    """What the law has against an answer from a table, as field errors: a term that no court confirms (民诉法解释
    第355条), or a refusal by somebody whose dispute it is not.
    """
    match form:
        case SessionAgreed(confirmation=True):
            why = not_confirmable([*form.terms, *(each.what for each in form.obligations)])
            return [{"field": "confirmation", "message": why}] if why else []
        case TableRefused() if state.parties and form.party not in {party.name for party in state.parties}:
            names = "、".join(party.name for party in state.parties)
            return [{"field": "party", "message": f"“{form.party}”不是本案当事人：{names}"}]
    return []


def _kind_at(state: DisputeState, code: str) -> str | None:
    ladder = state.process.ladder
    return next((tier.mediation for tier in ladder.tiers if tier.code == code), None) if ladder else None


def _name(kind: str | None) -> str:
    return MEDIATIONS.get(kind or "", "调解")
