"""Changes that wait for approval one level up: nothing of them takes effect before (`actions.apply_change`)."""

from __future__ import annotations

from typing import Any

from domain.case.case import Case
from domain.case.records import Change
from domain.case.state import DisputeState
from domain.policy.action_catalogue import ACTIONS

MERGER = "merge_into"
"""The action by which a case goes on as another one; a duplicate found at triage proposes the same change."""


def propose(case: Case, action: str, fields: dict[str, Any], *, by: str | None, behalf: str | None) -> None:
    """Puts a change to the levels of supervision; neither who proposes it nor who is represented may approve it."""
    s = case.state
    change = Change(number=len(s.changes) + 1, action=action, fields=fields, proposer=by or "", at=case.now())
    s.changes.append(change)
    about: dict[str, Any] = {
        "title": ACTIONS[action].title, "change": change.number, "proposer": change.proposer, "fields": fields
    }  # fmt: skip
    if action == MERGER:  # who approves it reads in the inbox what would go where
        about |= {"title": f"{ACTIONS[action].title}（并入{fields['dispute_no']}）", "action": action}
    if behalf:
        about["proposed_for"] = behalf
    case.open("approve_change", to=case.posts(s.process.supervision.levels), about=about)


def pending_merger(state: DisputeState) -> Change | None:
    """The merger that waits for approval; there is one at most."""
    asked = (state.changes[t.about["change"] - 1] for t in state.pending("approve_change") if "change" in t.about)
    return next((change for change in asked if change.action == MERGER), None)
