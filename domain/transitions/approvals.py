"""Changes that wait for approval one level up: nothing of them takes effect before (`actions.apply_change`).

Among them whatever ends a dispute without an evaluation (withdrawn, converted, transferred, guided to court), where its
colour is not the mildest: “彻底化解的予以结案…直至彻底化解” (Q-047, Q-049); and every merger.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from domain.case.case import Case
from domain.case.records import Change
from domain.case.state import Decision, DisputeState, Task
from domain.people.organisation import Line, OrganisationRef, Post
from domain.policy.action_catalogue import ACTIONS, CONVERSION, ENDINGS, MERGER, PROMOTION
from domain.policy.catalogue import KINDS
from domain.policy.stages import Stage
from domain.transitions.colours import is_lower, recolour
from domain.transitions.hazards.items import answers_all
from domain.transitions.supervision import approval_level, approvers


def ending_waits(state: DisputeState, action: str) -> bool:
    """Whether this action, an ending, waits for approval in the case as it stands; a colour that one desk alone has
    lowered counts as what it was.
    """
    colours = [state.colour, *([state.lowered_from] if state.lowered_from else [])]
    return ACTIONS[action].approved or any(state.process.colours[colour].rank > 1 for colour in colours)


def recoloured_by(case: Case, colour: str, why: str, decision: Decision) -> None:
    """Another colour by an answer to a task: raised at once, lowered when that is approved one level up."""
    if is_lower(case.state, colour):
        fields = {"colour": colour, "reason": why}
        propose(case, "recolour", fields, by=decision.actor_id, behalf=decision.on_behalf_of,
                posts=[decision.post] if decision.post else [])  # fmt: skip
    else:
        recolour(case, colour, why, by=decision)


def ends_task(state: DisputeState, task: Task, decision: Decision) -> bool:
    """Whether an answer ends its task: not where it would end the whole case and that has to be approved first, nor
    where items of a batch still wait for one.
    """
    spec = KINDS[task.kind].decisions[decision.name]
    if KINDS[task.kind].by_items:
        return answers_all(state, task, decision.fields)
    return spec.ends and not (spec.ending and ending_waits(state, spec.ending))


def propose(
    case: Case,
    action: str,
    fields: dict[str, Any],
    *,
    by: str | None,
    behalf: str | None,
    posts: Collection[Post] = (),
) -> None:
    """Puts a change to the levels of supervision; neither who proposes it nor who is represented may approve it.

    `posts` are those of whoever proposes it: it goes to a level above them.
    """
    s = case.state
    change = Change(number=len(s.changes) + 1, action=action, fields=fields, proposer=by or "", at=case.now())
    s.changes.append(change)
    about: dict[str, Any] = {
        "title": ACTIONS[action].title, "change": change.number, "proposer": change.proposer, "fields": fields
    }  # fmt: skip
    if action in ENDINGS:  # who approves it reads in the inbox what would go where
        into = f"（并入{fields['dispute_no']}）" if action == MERGER else ""
        about |= {"title": f"{ACTIONS[action].title}{into}", "action": action}
    if grounds := named_grounds(s, fields):
        about |= {"title": f"{ACTIONS[action].title}（{grounds['criteria_name']}）", "fields": fields | grounds}
    if behalf:
        about["proposed_for"] = behalf
    level = approval_level(s.process, posts)
    task = case.open("approve_change", to=approvers(case, level), about=about)
    task.level = level if s.process.supervision.approvals else 0


def propose_ending(case: Case, task: Task, decision: Decision) -> None:
    """An answer that would end the case is put up for approval; its task stays open meanwhile."""
    action = KINDS[task.kind].decisions[decision.name].ending
    fields = {"reason": KINDS[task.kind].decisions[decision.name].title, **decision.fields}
    propose(case, action, fields, by=decision.actor_id, behalf=decision.on_behalf_of,
            posts=[decision.post] if decision.post else [])  # fmt: skip


def approved_with(change: Change, decision: Decision) -> None:
    """What who approves adds to a change: the number of the criminal case (案件编号)."""
    if change.action == CONVERSION and (number := decision.fields.get("case_no")):
        change.fields = {**change.fields, "case_no": number}


def pending_change(state: DisputeState, action: str) -> Change | None:
    """The change of that action that waits for approval."""
    asked = (state.changes[t.about["change"] - 1] for t in state.pending("approve_change") if "change" in t.about)
    return next((change for change in asked if change.action == action), None)


def waiting_words(state: DisputeState, action: str) -> str:
    """That an ending has been asked for already and waits; empty where it has not."""
    change = pending_change(state, action) if action in (*ENDINGS, PROMOTION) else None
    if change is None:
        return ""
    what = f"并入{change.fields['dispute_no']}" if action == MERGER else ACTIONS[action].title
    return f"已提请{what}，尚待批准"


def named_grounds(state: DisputeState, fields: dict[str, Any]) -> dict[str, str]:
    """The names of the grounds on which a matter moves up a level, beside their codes; nothing of other changes."""
    policy = state.process.promotion
    names = policy.names(fields.get("criteria", [])) if policy else []
    return {"criteria_name": "、".join(names)} if names else {}


def role_errors(state: DisputeState, role: str) -> list[dict[str, str]]:
    """A field error where what is reassigned goes to a role that the mechanism does not know, or that acts in none."""
    unfit = state.process.words.unfit_role(role)
    return [{"field": "role", "message": unfit}] if unfit else []


def kept_by_police(state: DisputeState, to: OrganisationRef | None) -> str:
    """Why what the police hold may not simply be given to another organisation; empty where it may.

    Nothing leaves them before it is approved (J-023), and a reassignment is no road out: push 3 is.
    """
    outside = to is not None and to.line not in ("", Line.POLICE)
    held = state.stage in (Stage.PUSH_1, Stage.PUSH_2) and not state.left_police
    if outside and held and state.process.approved_roads:
        return "尚在公安办理：未经批准不得改派至公安以外的单位，请提请三推"
    return ""
