"""提级办理: a weighty matter moves up a level, on a ground that holds, agreed to one level up where it must be.

Who took it has it on record and looks on to its end: every later question is shown to him (R-081).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from domain.base import Strict
from domain.case.case import Case
from domain.case.records import Promotion
from domain.case.state import DisputeState, Task
from domain.people.organisation import Post
from domain.policy.action_catalogue import ACTIONS, PROMOTION
from domain.policy.forms.demands import Demand, asked_form
from domain.policy.parts.promotion import KEY
from domain.policy.process import Process
from domain.transitions.criteria import lacking
from domain.transitions.supervision import held, move_up, put_to, supervise


def form_of(process: Process, action: str) -> type[Strict]:
    """The form of an action in a mechanism: of a promotion with the grounds that its playbook knows."""
    return form_asked(action, process.all_demands)


def form_asked(action: str, demands: Mapping[str, Any]) -> type[Strict]:
    """The same, of what is demanded as the case's document has it."""
    asked = demands.get(KEY) if action == PROMOTION else None
    return asked_form(ACTIONS[action].form, Demand.model_validate(asked)) if asked else ACTIONS[action].form


def waits(process: Process, action: str) -> bool:
    """Whether moving up changes nothing before it is agreed to."""
    return action == PROMOTION and process.promotion is not None and process.promotion.approved


def ground_errors(state: DisputeState, form: Strict) -> list[dict[str, str]]:
    """A field error for each chosen ground of a promotion that the case does not show."""
    return lacking(state, form, state.process.promotion.criteria) if state.process.promotion else []


def promote(case: Case, form: Strict, *, by: str, approved_by: str = "") -> None:
    """Moves whoever holds the dispute up a level, and puts it on record where the playbook says when."""
    s, policy = case.state, case.state.process.promotion
    level = 1 + max((each.level for each in s.supervisions), default=-1)
    reason: str = getattr(form, "reason", "")
    moved: list[Task] = []
    if policy is None:
        for task in held(s):
            move_up(case, task, reason)
        supervise(case, "escalated", "提级办理", level=level)
        return
    grounds = policy.names(getattr(form, "criteria", []))
    named = policy.to[len(s.promotions)] if len(s.promotions) < len(policy.to) else []
    for task in held(s):
        if put_to(case, task, case.posts(named), reason) if named else move_up(case, task, reason):
            moved.append(task)
    to = case.posts(named) or _addressed(moved)
    s.promotions.append(Promotion(
        at=case.now(), round=s.round, stage=s.stage, grounds=grounds, reason=reason, to=to, by=by,
        by_name=_name(s, by), approved_by=approved_by, approved_name=_name(s, approved_by),
    ))  # fmt: skip
    for task in (task for task in s.tasks if task.ended_at is None):  # those to come up later, too
        if unseen := [post for post in to if post not in task.watchers]:
            task.watchers += unseen
            s.touch(task)
    case.log("promoted", f"提级办理：{'、'.join(grounds)}", grounds=grounds, reason=reason,
             to=[post.model_dump() for post in to])  # fmt: skip
    supervise(case, "escalated", "提级办理", level=level)


def approver(state: DisputeState, number: int) -> str:
    """Who agreed to a change, by id."""
    asked = (task.decision for task in state.tasks if task.about.get("change") == number and task.decision)
    return next((decision.actor_id or "" for decision in asked), "")


def _name(state: DisputeState, person_id: str) -> str:
    """What somebody is called who has done something in the case, with whom he did it for."""
    done = (entry for entry in reversed(state.timeline) if person_id and entry.actor_id == person_id)
    entry = next(done, None)
    behalf = f"（代{entry.on_behalf_name}）" if entry and entry.on_behalf_name else ""
    return f"{entry.actor}{behalf}" if entry else ""


def _addressed(tasks: Collection[Task]) -> list[Post]:
    found = {(post.role, post.path): post for task in tasks for post in task.addressees}
    return list(found.values())
