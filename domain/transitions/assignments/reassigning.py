"""改派: open tasks go to other posts. What was delivered to one organisation of push 3 is delivered to another, and
nobody else's work moves with it; its limits run from there (“接到推送信息的部门和乡镇…按照‘111’”).
"""

from __future__ import annotations

from collections.abc import Sequence

from domain.case.bells import ring
from domain.case.case import COLOUR, PROGRESS, Case, clock_of
from domain.case.letters.notice import readdress
from domain.case.naming import given_to_others
from domain.case.records import Assigned
from domain.case.responsibility import pass_on
from domain.case.state import DisputeState, Task
from domain.people.organisation import OrganisationRef, Post
from domain.policy.catalogue import KINDS
from domain.transitions.approvals import kept_by_police
from domain.transitions.colours import deliver
from domain.transitions.hazards.items import hand_on, has_items
from domain.transitions.supervision import NOBODY_ABOVE, holder_of, stage_tasks


def reassign(case: Case, tasks: list[Task], to: list[Post], why: str) -> None:
    """Open tasks go to other posts; a claim on them, a delegation and an offer are lifted."""
    for task in tasks:
        task.former = [*task.former, *task.addressees]
        task.addressees, task.state, task.assignee, task.assignee_name = to, "open", None, None
        task.named = False
        task.about.pop(NOBODY_ABOVE, None)
        if KINDS[task.kind].leads:
            case.state.responsible = None
        task.let_go()
        receiver = case.state.organisations.get(to[0].path)
        _deliver_anew(case, task, receiver)
        readdress(task, receiver)
        if KINDS[task.kind].by_items:
            hand_on(case, task, receiver)
        case.state.touch(task)
        ring(case, task)
        case.log("reassigned", "待办改派", task_id=task.task_id, reason=why, to=[p.model_dump() for p in to])
    given_to_others(case)
    pass_on(case.state, case.now(), reassigned=True)


def reassign_errors(state: DisputeState, tasks: Sequence[Task], to: OrganisationRef | None) -> list[dict[str, str]]:
    """Why these tasks may not go to that organisation, as field errors: it leaves the police unapproved, or has a part
    of its own already, or several organisations' parts would become one.
    """
    if kept := kept_by_police(state, to):
        return [{"field": "organisation", "message": kept}]
    if to and any(has_items(state, task, to.path) for task in tasks):
        return [{"field": "organisation", "message": f"{to.name}已有本批隐患待整改，不能再接办其他单位的部分"}]
    given = [task for task in tasks if KINDS[task.kind].delivers]
    others = [task for task in stage_tasks(state) if KINDS[task.kind].delivers and task not in given]
    if to and given and any(task.about.get("path") == to.path for task in others):
        return [{"field": "organisation", "message": f"{to.name}已在办理本案，不能再接办其他单位的部分"}]
    if len(_parts(given)) > 1:
        return [{"field": "of", "message": "请指明改派哪个单位的待办"}]
    return []


def withheld_of_several(state: DisputeState, task: Task) -> dict[str, str]:
    """Who supervises what several organisations have in hand can't reassign it by one word: of each apart."""
    several = "reassign" in KINDS[task.kind].decisions and len(_parts(holder_of(state, task))) > 1
    return {"reassign": "多个单位在办，请在纠纷页用“改派”指明单位"} if several else {}


def _parts(tasks: Sequence[Task]) -> set[str]:
    return {task.about["path"] for task in tasks if KINDS[task.kind].delivers}


def _end(case: Case, name: str, body: str | None) -> None:
    """Ends a limit of the organisation that it was delivered to; of the case's own, which has no body, nothing."""
    clock = case.state.clock(name)
    if clock and body and clock.body == body:
        case.stop_clock(name)


def part_of(state: DisputeState, task: Task) -> Assigned | None:
    """The part in push 3 that a task is about: of an organisation that leads and has another part, that of the task."""
    mine = [each for each in state.assigned if each.organisation.path == task.about.get("path")]
    return next((each for each in mine if each.lead == task.about.get("lead")), mine[-1] if mine else None)


def _deliver_anew(case: Case, task: Task, to: OrganisationRef | None) -> None:
    """What an organisation had been given is another's from now on, with whole limits; the first one's limits end."""
    was = task.about.get("path")
    part = part_of(case.state, task)
    if not KINDS[task.kind].delivers or part is None or to is None or to.path == was:
        return
    task.about = {**task.about, "path": to.path, "organisation": to.code, "name": to.name}
    for name in (COLOUR, PROGRESS):
        _end(case, clock_of(name, "" if part.lead else part.organisation.code), was)
    # What it had done, or was excused from, beside the lead stands with its tasks; of each sort it has one part.
    case.state.assigned = [
        each for each in case.state.assigned
        if each is part or (each.organisation.path, each.lead) != (to.path, part.lead)
    ]  # fmt: skip
    part.organisation = to
    part.standing = "asked" if task.kind == "accept_assignment" else "deemed"
    deliver(case, [part])
    policy, own = case.state.process.tasks.get(task.kind), case.state.clock(f"task:{task.task_id}")
    if own and policy and (limit := policy.limit_for(case.state.colour)):
        own.stop(case.now())
        case.start_clock(own.name, own.title, limit=limit, rungs=own.rungs, decides=own.decides, task_id=task.task_id)
