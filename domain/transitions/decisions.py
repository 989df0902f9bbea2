"""Who may answer a task, with what, and how an answer is taken. One rule, three callers: the update's validator, the
API (for its error text and its forms) and the tests.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pydantic import ValidationError

from domain.base import Model, Strict
from domain.case.bells import answered
from domain.case.case import Case, another_desk
from domain.case.diverting import divert_errors
from domain.case.ladder import no_table
from domain.case.lawful_tables import table_errors
from domain.case.naming import check_naming
from domain.case.records import Evidence, Flag
from domain.case.seating import check_table, seated, table_of
from domain.case.state import Decision, DisputeState, Task
from domain.case.summons.plan import plan_errors
from domain.errors import (
    ClaimedByOther,
    DecisionNotAllowed,
    DisputeClosed,
    FieldsInvalid,
    FourEyes,
    NotEntitled,
    NotFound,
    StaleRound,
    TaskClosed,
)
from domain.people.entitlement import entitling_post
from domain.people.organisation import Actor, OrganisationRef, Post
from domain.policy.catalogue import KINDS, spec_of, title_of
from domain.policy.forms.actions import Reassign
from domain.policy.forms.demands import asked_form
from domain.policy.forms.judgement import Return
from domain.policy.forms.pushes import NameOfficer
from domain.policy.forms.summons import Conferred
from domain.policy.kinds.spec import DecisionSpec
from domain.policy.stages import Stage
from domain.transitions.approvals import ends_task, role_errors, waiting_words
from domain.transitions.assignments.judges import bar_judges
from domain.transitions.assignments.named_units import unknown_units
from domain.transitions.assignments.reassigning import reassign_errors, withheld_of_several
from domain.transitions.criteria import criteria_errors, name_choices
from domain.transitions.evidence import evidence_errors
from domain.transitions.hazards.items import item_errors
from domain.transitions.hazards.items import withheld as withheld_of_items
from domain.transitions.message import Message
from domain.transitions.plausibility import implausible
from domain.transitions.supervision import holder_of
from domain.transitions.tables.venues import venue_errors
from domain.transitions.triage.axes import axes_errors
from domain.transitions.triage.desks import KIND as DESKS
from domain.transitions.triage.desks import desk_errors, judging
from domain.transitions.triage.desks import withheld as withheld_at_desk
from domain.transitions.triage.diverting_from_scene import withheld as withheld_at_scene
from domain.triage.responsibility import ListRow
from domain.validation_messages import field_errors

FLAGS_OF_STAGES = {"divert": Stage.PUSH_3, "confirmation": Stage.CONFIRMATION}
"""Flags that send the dispute to a stage; a mechanism may be without it."""


class Command(Message):
    """A decision on its way: which task, what, by whom."""

    task_id: str
    decision: str
    fields: dict[str, Any] = {}
    evidence: list[Evidence] = []
    flags: list[Flag] = []
    """what the API found odd about it; who sends a decision has no say in it"""
    note: str = ""
    organisations: dict[str, OrganisationRef] = {}
    labels: dict[str, str] = {}
    """names of category codes in the fields, as the API resolved them"""
    listed: dict[str, ListRow] = {}
    """the rows of these categories in the responsibility list in effect"""
    people: dict[str, Actor] = {}
    """by person id: those whom the fields name, with the posts they hold now, as the API resolved them"""


class ChangeAsked(Model):
    """A change that the message put up for approval: nothing of it takes effect before."""

    number: int
    state: str
    """pending, approved, rejected, void"""


class Receipt(Model):
    """What a message changed, as the workflow answers it: enough to show before the read model has it."""

    dispute_no: str
    task_id: str | None
    task_state: str | None
    stage: str
    round: int
    colour: str
    revision: int
    change: ChangeAsked | None = None
    proposed: bool = False
    """the decision was a delegate's: a proposal, without effect until the assignee decides"""


def entitled_post(task: Task, actor: Actor) -> Post | None:
    """The post by which a person may answer, one at the very place before one above it; none if not entitled."""
    return entitling_post(actor.posts, task.addressees)


def check_person(state: DisputeState, task: Task, actor: Actor) -> None:
    """Whether this person may answer this task at all: by a post, or as the one it is delegated to.

    Raises:
        NotEntitled, FourEyes
    """
    if actor.persons & set(task.excluded):  # said first: who proposed a change hears why, whatever his posts
        raise FourEyes
    if entitled_post(task, actor) is None and task.delegate != actor.holder:
        raise NotEntitled
    if actor.persons & other_seats(state, task):
        raise FourEyes("评估须由两人分别作出" if KINDS[task.kind].judges else "各级研判须由不同的人分别作出")


def other_seats(state: DisputeState, task: Task) -> set[str]:
    """Who has answered for another seat of the same evaluation or at another desk of the same chain, or prepared its
    answer, or was represented in it.
    """
    spec = KINDS[task.kind]
    if not (spec.judges or spec.by_levels):
        return set()
    kin = (t for t in state.tasks if t.kind == task.kind and t.round == task.round and t.task_id != task.task_id)
    seats = (t for t in kin if spec.judges or another_desk(task, t))
    persons = (person for t in seats for d in t.answers for person in (d.actor_id, d.on_behalf_of))
    return {person for person in persons if person}


def known_task(state: DisputeState, task_id: str) -> Task:
    """The task of that id.

    Raises:
        NotFound
    """
    task = state.task(task_id)
    if task is None:
        raise NotFound("没有这个待办")
    return task


def check_open(state: DisputeState, task: Task, actor: Actor) -> None:
    """Whether the task still waits for an answer; if not, the error says why.

    Raises:
        DisputeClosed, StaleRound, TaskClosed
    """
    if task.pending:
        return
    if state.closed:
        raise DisputeClosed
    if task.round < state.round:
        raise StaleRound(f"该待办属于第{task.round}轮，纠纷已进入第{state.round}轮")
    if task.state == "scheduled":
        raise TaskClosed("该待办尚未到开始时间")
    if task.decision and task.decision.actor_id is None:
        raise TaskClosed(f"该待办已到时限，按“{title_of(task.kind, task.decision.name)}”处理")
    raise TaskClosed(task.void_reason or _answered_by(task, actor))


def _answered_by(task: Task, actor: Actor) -> str:
    if task.decision is None or task.decision.actor_id == actor.person_id:
        return "该待办已办结"
    return f"该待办已由{task.decision.actor_name}办结"


def decisions_open(state: DisputeState, task: Task) -> dict[str, DecisionSpec]:
    """The decisions this task allows in this case, of those its kind knows."""
    absent = _withheld(state, task)
    return {name: spec_of(task.kind, name, task.about) for name in KINDS[task.kind].decisions if name not in absent}


def _withheld(state: DisputeState, task: Task) -> dict[str, str]:
    """The decisions that this case does not allow now, each with the reason."""
    spec, why = KINDS[task.kind], withheld_at_scene(state, task)
    for name, decision in spec.decisions.items():
        stage = decision.leads_to
        if stage and not state.process.has(stage):
            why[name] = f"本机制没有{state.process.words.stage_short(stage)}环节"
        elif stage is Stage.MEDIATION and (barred := no_table(state)):
            why[name] = barred
    why |= {name: decision.by_clock for name, decision in spec.decisions.items() if decision.by_clock}
    if spec.under_ladder and state.process.ladder:
        last = len(state.process.ladder.tiers) - 1
        if task.about.get("tier_number", 0) >= last:
            why["promote"] = "已是最高层级"
    if spec.judges and judging(state):
        why["accept"] = "研判尚未确认，评估暂不能通过"
    if task.kind == DESKS:
        why |= withheld_at_desk(task)
    why |= withheld_of_several(state, task) | withheld_of_items(state, task)
    asked = {name: waiting_words(state, decision.ending) for name, decision in spec.decisions.items()}
    return why | {name: waiting for name, waiting in asked.items() if waiting}


def read_fields(state: DisputeState, task: Task, command: Command, at: datetime) -> Strict:
    """The form of the decision, read and checked; `at` is the case's own now.

    Raises:
        DecisionNotAllowed, FieldsInvalid
    """
    spec = decisions_open(state, task).get(command.decision)
    if spec is None:
        unknown = f"“{task.name}”当前没有“{title_of(task.kind, command.decision)}”这一选项"
        known = command.decision in KINDS[task.kind].decisions
        raise DecisionNotAllowed(_withheld(state, task)[command.decision] if known else unknown)
    demand = state.process.demanded(task.kind, command.decision, task.about)
    try:
        form = asked_form(spec.form, demand).model_validate(command.fields)
    except ValidationError as error:
        raise FieldsInvalid(errors=field_errors(error)) from error
    listed = command.listed.get(str(getattr(form, "category", None)))
    errors = [
        *unknown_units(form, command.organisations),
        *_case_errors(state, task, command, form, at),
        *implausible(state, form, at),
        *(_stage_errors(state, form) or divert_errors(state, form)),
        *axes_errors(state, form),
        *criteria_errors(state, form),
        *evidence_errors(state, task, command.decision, demand, form, command.evidence, command.actor),
        *item_errors(state, task, form, command.evidence, command.actor, at),
        *venue_errors(state, form, command.organisations),
        *(desk_errors(state, command.decision, form, listed) if task.kind == DESKS else ()),
    ]
    if errors:
        raise FieldsInvalid(errors=errors)
    return form


def check(state: DisputeState, command: Command, at: datetime) -> tuple[Task, Strict]:
    """Whether a decision may be taken now, `at` by the case's own clock; changes nothing.

    Raises:
        NotFound, NotEntitled, FourEyes, DisputeClosed, StaleRound, TaskClosed, ClaimedByOther, DecisionNotAllowed,
        FieldsInvalid
    """
    task = known_task(state, command.task_id)
    check_person(state, task, command.actor)
    check_open(state, task, command.actor)
    if task.assignee and command.actor.holder not in (task.assignee, task.delegate):
        raise ClaimedByOther(f"该待办已由{task.assignee_name}认领")
    return task, read_fields(state, task, command, at)


def take(case: Case, command: Command) -> Task:
    """Takes a decision that `check` admits: on record, and the task done unless the decision leaves it open.

    What would end the task is only proposed where a delegate answers; the task then comes back to its assignee.
    """
    task, form = check(case.state, command, case.now())
    spec = KINDS[task.kind].decisions[command.decision]
    fields = form.model_dump(mode="json", exclude_none=True)
    if category := fields.get("category"):
        fields["category_name"] = command.labels[category]
        if row := command.listed.get(category):
            task.about["listed"] = row.model_dump()
    name_choices(case.state, task, command.decision, fields)
    if officer := fields.get("officer"):
        fields["officer_name"] = command.people[officer].name
    if (table := table_of(case.state, task)) and (sitting := getattr(form, "participants", None)):
        fields["participants"] = seated(case.state, table, sitting, command.people)
    decision = Decision(
        name=command.decision,
        fields=fields,
        at=case.now(),
        actor_id=command.actor.person_id,
        actor_name=command.actor.name,
        on_behalf_of=command.actor.on_behalf_of,
        on_behalf_name=command.actor.on_behalf_name,
        post=entitled_post(task, command.actor),
        evidence=command.evidence,
        note=command.note,
        flags=command.flags,
        proposal=proposes(task, command),
    )
    case.state.organisations |= {ref.path: ref for ref in command.organisations.values()}
    answered(case, task, command.actor)
    if decision.proposal:
        _propose(case, task, decision)
        return task
    if command.actor.holder == task.assignee and not spec.ends:
        withdraw_offer(case, task, command.actor)
    put_on_record(case, task, decision, ends=ends_task(case.state, task, decision))
    return task


def proposes(task: Task, command: Command) -> bool:
    """Whether a decision is only a proposal (拟办意见): it would end the task, and is the delegate's."""
    spec = KINDS[task.kind].decisions.get(command.decision)
    return spec is not None and spec.ends and command.actor.holder == task.delegate


def withdraw_offer(case: Case, task: Task, by: Actor) -> None:
    """Whoever offered a task to another acts on it himself: the offer is off."""
    if task.offered_to:
        person, name = task.offered_to, task.offered_name
        task.end_offer()
        case.state.touch(task)
        case.log("transfer_withdrawn", f"撤回移交{task.name}", by=by, task_id=task.task_id,
                 person=person, person_name=name)  # fmt: skip


def _propose(case: Case, task: Task, decision: Decision) -> None:
    """A delegate's proposal stands on record, and the task is back with its assignee."""
    task.record.append(decision)
    task.end_delegation()
    case.state.touch(task)
    title = f"{task.name}：拟办意见（{title_of(task.kind, decision.name)}）"
    case.log("proposed", title, by=decision, **_detail(task, decision))


def put_on_record(case: Case, task: Task, decision: Decision, *, ends: bool = True) -> None:
    """An answer, by a person or by the clock, stands on the task and on the timeline."""
    if ends:
        task.decision, task.state = decision, "done"
        case.end(task)
    else:
        task.record.append(decision)
        case.state.touch(task)
    bar_judges(case, task, decision)
    title = f"{task.name}：{title_of(task.kind, decision.name)}"
    if decision.actor_id is None:
        title += "（到期自动）"
    case.log("decision", title, by=decision if decision.actor_id else None, **_detail(task, decision))


def _detail(task: Task, decision: Decision) -> dict[str, Any]:
    """An answer as the detail of its timeline entry."""
    return {
        "task_id": task.task_id,
        "task_kind": task.kind,
        "decision": decision.name,
        "fields": decision.fields,
        "round": task.round,
        "note": decision.note,
        "attachments": [e.attachment_id for e in decision.evidence] or None,
        "flags": [flag.text for flag in decision.flags] or None,
    }


def _case_errors(state: DisputeState, task: Task, command: Command, form: Strict, at: datetime) -> list[dict[str, str]]:
    """What a form may be by itself and still not in this case."""
    errors = []
    colour = getattr(form, "colour", None)
    if colour is not None and colour not in state.process.colours:
        errors.append({"field": "colour", "message": f"只能是{'、'.join(state.process.colours)}之一"})
    category = getattr(form, "category", None)
    if category is not None and category not in command.labels:
        errors.append({"field": "category", "message": f"没有代码为“{category}”的类别"})
    if getattr(form, "push_on", False) and not state.process.ways.settled_with_risk_to:
        errors.append({"field": "push_on", "message": "本机制没有二次推送"})
    if getattr(form, "dispute_no", None) == state.dispute_no:
        errors.append({"field": "dispute_no", "message": "不能并入自身"})
    if isinstance(form, Reassign):
        errors += role_errors(state, form.role)
        errors += reassign_errors(state, holder_of(state, task), command.organisations.get(form.organisation))
    if isinstance(form, Return) and form.redo == "dispatch" and not state.process.has(Stage.PUSH_3):
        errors.append({"field": "redo", "message": "本机制没有分派环节"})
    errors += table_errors(state, form)
    if isinstance(form, NameOfficer):
        errors += check_naming(state, form.officer, command.people)
    if isinstance(form, Conferred):
        errors += plan_errors(state, form, at)
    if table := table_of(state, task):
        errors += check_table(state, table, getattr(form, "participants", None), command.people)
    return errors


def _stage_errors(state: DisputeState, form: Strict) -> list[dict[str, str]]:
    """What asks for a stage that the mechanism has not: it would be taken and nothing would come of it."""
    return [
        {"field": name, "message": f"本机制没有“{state.process.words.stage(stage)}”环节，不能选“是”"}
        for name, stage in FLAGS_OF_STAGES.items()
        if getattr(form, name, None) and not state.process.has(stage)
    ]
