"""A party's particulars put right, or somebody who joins: who is in the quarrel is known better after the first visit.

What was reported stays with the report; the case's own list of parties is what visits, agreements and look-backs go by.
"""

from __future__ import annotations

from typing import Any

from domain.case.capacity import MAX_PARTIES
from domain.case.case import Case
from domain.case.records import Party
from domain.case.state import DisputeState
from domain.policy.forms.actions import CorrectParty

PERSONAL = ("phone", "id_number")
"""Fields of a form that no timeline shows: they stand with the party, masked on their way out."""


def party_errors(state: DisputeState, form: CorrectParty) -> list[dict[str, str]]:
    """What is wrong with a correction in this case, as field errors."""
    names = [party.name for party in state.parties]
    if form.party and form.party not in names:
        return [_error("party", f"“{form.party}”不是本案当事人：{'、'.join(names) or '尚无登记'}")]
    if form.name != form.party and form.name in names:
        return [_error("name", f"本案已有当事人“{form.name}”，请在“更正哪一位”中填写")]
    if not form.party and form.side is None:
        return [_error("side", "新增当事人须填写其所在一方")]
    if not form.party and len(names) >= MAX_PARTIES:
        return [_error("name", f"本案当事人已有{MAX_PARTIES}人，不能再新增")]
    return []


def correct_party(case: Case, form: CorrectParty, by: Any) -> None:
    """Puts right what the form says of a party and leaves the rest, or has somebody join; under another name he is the
    same: what he owes, and who is to visit him, goes with him.
    """
    s = case.state
    was = next((party for party in s.parties if form.party and party.name == form.party), None)
    said = form.model_dump(include={"name", "side", *PERSONAL}, exclude_none=True)
    now = was.model_copy(update=said) if was else Party(**said)
    s.parties = [now if party is was else party for party in s.parties] if was else [*s.parties, now]
    changed = [name for name, value in said.items() if was is None or getattr(was, name) != value]
    if was and was.name != now.name:
        _renamed(case, was.name, now.name)
    title = f"当事人信息更正：{now.name}" if was else f"新增当事人：{now.name}"
    case.log("party_changed", title, by=by, party=now.name, was=was.name if was else None, changed=changed,
             reason=form.reason)  # fmt: skip


def _renamed(case: Case, was: str, now: str) -> None:
    for agreement in case.state.agreements:
        for obligation in agreement.obligations:
            if obligation.party == was and obligation.state == "pending":
                obligation.party = now
    for task in case.state.tasks:
        if task.about.get("party") == was and (task.pending or task.state == "scheduled"):
            task.about = {**task.about, "party": now}
            case.state.touch(task)


def _error(field: str, message: str) -> dict[str, str]:
    return {"field": field, "message": message}
