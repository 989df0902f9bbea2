"""Items of a batch: answered by their organisation, verified, cancelled off or rectified again (R-063); or disowned by
it, and ruled upon by whoever sent them.

The tasks stay open while items wait for them. Deadlines are kept by day and organisation: one clock for all items of
an organisation that are due at the same instant, so that reminders cost a batch a few timers and not one an item.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from domain.base import CHINA, Strict, china
from domain.case.case import Case
from domain.case.clocks import Clock
from domain.case.hazards.batch import Batch, Disowning, Item, Rectification
from domain.case.records import Evidence
from domain.case.state import Decision, DisputeState, Task
from domain.errors import FourEyes
from domain.people.organisation import Actor, OrganisationRef
from domain.policy.forms.hazards import CancelledOff, DisownedItems, ItemsKept, ItemsMoved, Rectified, ReturnedItems
from domain.policy.parts.hazards import LONGEST

DUE = "due:"
"""What the clock of an organisation's items begins with; behind it stand its task and the instant."""
RULE = "rule_items"
Waiting = Rectified | DisownedItems | CancelledOff | ReturnedItems | ItemsMoved | ItemsKept


def batch_of(state: DisputeState) -> Batch:
    """The batch of a case that is one."""
    assert state.batch, "a case of hazards has a batch"
    return state.batch


def waits_for(state: DisputeState, task: Task) -> list[Item]:
    """The items that wait for an answer to this task."""
    batch = batch_of(state)
    match task.kind:
        case "rectify":
            return batch.to_rectify(task.about["path"])
        case "verify":
            return batch.to_verify()
        case _:
            return batch.to_rule()


def withheld(state: DisputeState, task: Task) -> dict[str, str]:
    """What items allow only where the playbook says who rules upon it."""
    if task.kind == "rectify" and RULE not in state.process.tasks:
        return {"disowned": "本机制不受理隐患退单；不属本单位的，请督办人改派"}
    return {}


def item_errors(
    state: DisputeState, task: Task, form: Strict, files: Sequence[Evidence], by: Actor, at: datetime
) -> list[dict[str, str]]:
    """What an answer to items may be by its form and still not here.

    Raises:
        FourEyes: it verifies what the same person, or whom he stands in for, has rectified.
    """
    if not isinstance(form, Waiting):
        return []
    waiting = {item.no: item for item in waits_for(state, task)}
    errors = []
    for n, no in enumerate(form.items):
        if no not in waiting:
            errors.append({"field": f"items.{n}", "message": _why_not(state, task, no)})
        elif no in form.items[:n]:
            errors.append({"field": f"items.{n}", "message": f"第{no}项重复填写"})
    asked = [waiting[no] for no in form.items if no in waiting]
    if task.kind == "verify" and any(by.persons & _hands(item) for item in asked):
        raise FourEyes("整改人不能核查自己整改的隐患")
    if task.kind == RULE and any(by.persons & _disowners(item) for item in asked):
        raise FourEyes("提出退单的人不能裁定自己的退单")
    if isinstance(form, Rectified):
        sent = {file.sha256 for file in files}
        stale = [item.no for item in asked if item.returned and not sent - _shown(item)]
        if stale:
            numbers = "、".join(map(str, stale))
            message = f"第{numbers}项曾被退回，须附新的佐证：没有一份文件是退回以后新增的（落地见人见事）"
            errors.append({"field": "attachments", "message": message})
    if isinstance(form, DisownedItems) and (ruled := [str(item.no) for item in asked if _ruled_theirs(item)]):
        message = f"第{'、'.join(ruled)}项的退单已裁定不成立，请按期整改"
        errors.append({"field": "items", "message": message})
    if isinstance(form, ItemsMoved) and (same := [str(item.no) for item in asked if _code(item.to) == form.to]):
        message = f"第{'、'.join(same)}项正由该单位退单；仍应由其整改的，请选“不同意退单”"
        errors.append({"field": "to", "message": message})
    day = form.due_on if isinstance(form, ReturnedItems | ItemsMoved | ItemsKept) else None
    if day and not at < _midnight_after(day) <= at + LONGEST:
        errors.append({"field": "due_on", "message": "整改期限不能早于今天，也不能晚于一年以后"})
    return errors


def _why_not(state: DisputeState, task: Task, no: int) -> str:
    item = batch_of(state).item(no)
    if item is None:
        return f"本批没有第{no}项"
    if task.kind == "rectify" and item.to != task.about["path"]:
        return f"第{no}项不是本单位的"
    told = {
        "open": "没有退单，不需裁定" if task.kind == RULE else "尚未整改，不能核查",
        "disowned": "已退单，正待裁定",
        "rectified": "已提交整改，正待核查",
        "cancelled": "已销号",
    }
    return f"第{no}项{told[item.state]}"


def _disowners(item: Item) -> set[str]:
    return {person for said in item.disowned for person in (said.by, said.for_whom) if person}


def _ruled_theirs(item: Item) -> bool:
    """Whether whoever has an item has disowned it before, and was told that it is his."""
    return any(said.path == item.to and said.overruled for said in item.disowned)


def _code(path: str) -> str:
    return path.rpartition("/")[2]


def _hands(item: Item) -> set[str]:
    return {person for answer in item.answers for person in (answer.by, answer.for_whom) if person}


def _shown(item: Item) -> set[str]:
    return {file.sha256 for answer in item.answers for file in answer.evidence}


def answers_all(state: DisputeState, task: Task, fields: dict[str, Any]) -> bool:
    """Whether an answer leaves no item that waits for this task."""
    return {item.no for item in waits_for(state, task)} <= set(fields["items"])


def take_items(case: Case, task: Task, decision: Decision) -> None:
    """An answer takes effect on its items, and whoever is to act on them next is asked."""
    batch = batch_of(case.state)
    del task.record[:-1]  # the items keep the answers
    for no in decision.fields["items"]:
        item = batch.item(no)
        assert item, "looked up when the answer was admitted"
        _take(case, item, decision)
        case.state.touch()
        item.revision = case.state.revision
    ask_on(case)


def _take(case: Case, item: Item, decision: Decision) -> None:
    match decision.name:
        case "rectified":
            item.state = "rectified"
            item.answers.append(_answer(decision))
        case "cancelled_off":
            item.state, item.cancelled_at = "cancelled", decision.at
            item.last.verified_at, item.last.verified_by = decision.at, decision.actor_name or ""
        case "returned":
            item.state, item.due_at = "open", _again_due(case, decision)
            item.last.verified_at, item.last.verified_by = decision.at, decision.actor_name or ""
            item.last.returned = decision.fields["reason"]
        case "disowned":
            item.state = "disowned"
            item.disowned.append(_disowning(item, decision))
        case "uphold" | "overrule":
            _rule(case, item, decision)


def _rule(case: Case, item: Item, decision: Decision) -> None:
    """Whose it is has been ruled: it is to be rectified, by that organisation."""
    said, usual = item.disowned[-1], _again_due(case, decision)
    said.ruled_at, said.ruled_by = decision.at, decision.actor_name or ""
    if decision.name == "uphold":
        to = next(ref for ref in case.state.organisations.values() if ref.code == decision.fields["to"])
        item.to = said.moved_to = to.path
        item.due_at = usual if decision.fields.get("due_on") else max(item.due_at, usual)
    else:
        said.overruled = decision.fields["reason"]
        if decision.fields.get("due_on") or item.due_at <= decision.at:
            item.due_at = usual
    item.state = "open"


def _disowning(item: Item, decision: Decision) -> Disowning:
    return Disowning(
        at=decision.at,
        by=decision.actor_id or "",
        by_name=decision.actor_name or "",
        for_whom=decision.on_behalf_of,
        path=item.to,
        ground=decision.fields["ground"],
        suggested=decision.fields.get("suggested_unit", ""),
    )


def _answer(decision: Decision) -> Rectification:
    return Rectification(
        at=decision.at,
        by=decision.actor_id or "",
        by_name=decision.actor_name or "",
        for_whom=decision.on_behalf_of,
        text=decision.fields["summary"],
        evidence=decision.evidence,
    )


def _again_due(case: Case, decision: Decision) -> datetime:
    """By when what was returned or ruled upon is rectified: the day that was said, or the end of the day by the usual
    limit.
    """
    if day := decision.fields.get("due_on"):
        return _midnight_after(date.fromisoformat(day))
    policy = case.state.process.tasks["rectify"]
    limit = policy.limit_for(case.state.colour)
    assert limit, "a playbook that sends hazards says how long they take"
    return _midnight_after(china(case.state.calendar.after(decision.at, limit) - timedelta(microseconds=1)))


def _midnight_after(day: date) -> datetime:
    """The end of a day by the clock in China."""
    return datetime.combine(day, time(), CHINA) + timedelta(days=1)


def ask_on(case: Case) -> None:
    """Asks whoever has items waiting and is not asked yet; each organisation's deadlines follow its items."""
    state, batch = case.state, batch_of(case.state)
    asked = {task.about["path"]: task for task in state.pending("rectify")}
    for path in batch.bodies():
        if items := batch.to_rectify(path):
            task = asked.get(path) or case.open("rectify", about=_about(state, path))
            _asks(case, task, items)
            _keep_deadlines(case, task, items)
    if items := batch.to_rule():
        [task] = state.pending(RULE) or [case.open(RULE, to=[batch.by])]
        _asks(case, task, items, suggested=_instead(batch, items))
        _from_oldest(case, task, [item.disowned[-1].at for item in items])
    if items := batch.to_verify():
        [task] = state.pending("verify") or [case.open("verify")]
        _asks(case, task, items)
        _from_oldest(case, task, [item.last.at for item in items])


def _asks(case: Case, task: Task, items: Sequence[Item], **more: list[str]) -> None:
    """A task says which items wait for it, and how many."""
    about = {**task.about, "items": [item.no for item in items], "title": f"{len(items)}项", **more}
    if task.about != about:
        task.about = about
        case.state.touch(task)


def _instead(batch: Batch, items: Sequence[Item]) -> list[str]:
    """Codes of the organisations that were named instead; where none was, those that have other items, else whoever
    sent the batch.
    """
    named = dict.fromkeys(said for item in items if (said := item.disowned[-1].suggested))
    others = [_code(path) for path in batch.bodies() if path not in {item.to for item in items}]
    return list(named) or others or [_code(batch.by.path)]


def _from_oldest(case: Case, task: Task, answered: Sequence[datetime]) -> None:
    """The time for verifying, and for ruling, runs from the day of the oldest answer that waits, however long the task
    has been open.
    """
    clock, policy = case.state.clock(f"task:{task.task_id}"), case.state.process.tasks[task.kind]
    oldest, limit = min(answered), policy.limit_for(case.state.colour)
    if clock is None or limit is None or china(clock.started_at).date() >= china(oldest).date():
        return
    clock.stop(case.now())
    case.start_clock(clock.name, clock.title, limit=limit, rungs=policy.rungs, task_id=task.task_id, starts_at=oldest)


def has_items(state: DisputeState, task: Task, path: str) -> bool:
    """Whether an organisation that a task of items would go to is asked for items of its own already."""
    return task.kind == "rectify" and any(other.about["path"] == path for other in state.pending("rectify"))


def hand_on(case: Case, task: Task, to: OrganisationRef | None) -> None:
    """What an organisation has still to rectify is another's from now on; the days it is due stay."""
    if task.kind != "rectify" or to is None:
        return
    for item in batch_of(case.state).to_rectify(task.about["path"]):
        item.to = to.path
        case.state.touch()
        item.revision = case.state.revision
    task.about = {**task.about, "path": to.path, "organisation": to.code, "name": to.name}


def _about(state: DisputeState, path: str) -> dict[str, Any]:
    organisation = state.organisations[path]
    return {"path": path, "organisation": organisation.code, "name": organisation.name}


def _keep_deadlines(case: Case, task: Task, items: Sequence[Item]) -> None:
    """One clock runs for each instant at which items of the task are due, and for no other."""
    now, policy = case.now(), case.state.process.tasks["rectify"]
    wanted = {f"{DUE}{task.task_id}:{china(item.due_at):%Y%m%d%H%M}": item.due_at for item in items}
    for clock in case.state.clocks:
        if clock.task_id == task.task_id and clock.name.startswith(DUE) and clock.stopped_at is None:
            if clock.name in wanted:
                del wanted[clock.name]
            else:
                clock.stop(now)
                case.state.touch(task)
    for name, due_at in wanted.items():
        clock = Clock(name=name, title=task.name, started_at=now, due_at=due_at, round=case.state.round,
                      rungs=policy.rungs, task_id=task.task_id)  # fmt: skip
        case.state.clocks.append(clock)
        case.state.touch(task)
