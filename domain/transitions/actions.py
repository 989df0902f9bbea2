"""Interruptions: what may be done to a dispute at any time, by whom, and what it does.

Withdrawal, merging, conversion, transfer and guidance to court end the dispute; `recall` brings it back to the police.
Merging, every other ending but of the mildest colour, lowering a colour, suspending and extending change nothing until
approved one level up.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from datetime import datetime
from itertools import takewhile
from typing import Any

from pydantic import Field, ValidationError

from domain.base import Strict, absent
from domain.case.care.helping import arrange_help, help_errors, may_help
from domain.case.case import COLOUR, Case, is_of
from domain.case.clocks import Clock
from domain.case.diverting import UNDOES, undo
from domain.case.lawful_tables import AGAIN
from domain.case.naming import check_naming, name_officer, nameable
from domain.case.parties import PERSONAL, correct_party, party_errors
from domain.case.records import Interruption, Named
from domain.case.splitting.reports import CLOSED, NONE_LEFT, may_split, report_called, split_errors, split_off
from domain.case.state import DisputeState
from domain.case.summons.conference import convene, convene_errors, may_convene_now
from domain.case.summons.whistle import blow, form_here, ground, may_whistle_now, summon_errors, whistlers
from domain.case.tags.tagging import TAG, may_tag, tag_case, tag_errors
from domain.errors import ActionNotAllowed, DisputeClosed, FieldsInvalid, NotEntitled
from domain.people.entitlement import entitling_post
from domain.people.organisation import Actor, OrganisationRef, Post, within
from domain.policy.action_catalogue import ACTIONS, ENDINGS, SPLIT, SUMMON, ActionSpec
from domain.policy.forms.actions import (
    CorrectParty,
    Extend,
    MergeInto,
    Promote,
    Reassign,
    ReassignOf,
    Recolour,
    SplitReport,
    Suspend,
)
from domain.policy.forms.conference import Convene
from domain.policy.forms.helping import ArrangeHelp
from domain.policy.forms.notices import SendNotice
from domain.policy.forms.pushes import NameOfficer
from domain.policy.forms.summons import Summon
from domain.policy.forms.tags import TagCase
from domain.policy.stages import Stage
from domain.transitions.approvals import ending_waits, named_grounds, propose, role_errors, waiting_words
from domain.transitions.assignments.named_units import unknown_units
from domain.transitions.assignments.promoting import approver, form_of, ground_errors, promote, waits
from domain.transitions.assignments.reassigning import reassign, reassign_errors
from domain.transitions.colours import is_lower, recolour
from domain.transitions.letters.sending import SEND, notice_errors, own_roles, send_notice
from domain.transitions.message import Message
from domain.transitions.plausibility import already_past
from domain.transitions.supervision import of_body, stage_tasks
from domain.transitions.triage.desks import ask_together
from domain.transitions.triage.warning import WARNED
from domain.validation_messages import field_errors

_NOT_OF_BATCHES = "隐患提示函按批次逐项整改、核查、销号，不适用该操作"
SUSPENDABLE = (COLOUR, "ladder", "tier")


class Act(Message):
    """An action on its way."""

    action: str
    fields: dict[str, Any] = {}
    organisations: dict[str, OrganisationRef] = {}
    people: dict[str, Actor] = {}
    """by person id: those whom the fields name, with the posts they hold now, as the API resolved them"""
    into: str = Field("", exclude_if=absent)
    """of a report that is taken out: the number of the dispute that it will be, as the API has given it"""


def involved(state: DisputeState, *, since: int = 0) -> set[tuple[str, str]]:
    """Every (role, organisation path) that has, or had, a part in the dispute; who sees it follows from this.

    Who is warned of it has one, whom nothing else may have brought in: a warning of what he may not look at says
    nothing. With `since`, only what the tasks and the lines that changed after that revision add.
    """
    changed = [task for task in state.tasks if task.revision > since]
    posts = {(post.role, post.path) for task in changed for post in (*task.addressees, *task.watchers, *task.former)}
    new = takewhile(lambda entry: entry.revision > since, reversed(state.timeline))
    posts |= {(role, path) for entry in new if entry.kind == WARNED for role, path in entry.detail["told"]}
    if since:
        return posts
    if state.batch:
        return posts | {(state.batch.by.role, state.batch.by.path)}
    home = (state.places.get(place) for place in ("station", "town_centre", "village", "grid"))
    return posts | {("", path) for path in home if path}


def actions_thinkable(state: DisputeState) -> list[str]:
    """The actions that the case allows now, whoever asks."""
    return [name for name, spec in ACTIONS.items() if spec.on_closed == state.closed and _makes_sense(state, name)]


def actions_open(
    thinkable: list[str],
    paths: set[str],
    actor: Actor,
    own: Mapping[str, Collection[str]] | None = None,
    whistlers: Collection[Post] = (),
) -> dict[str, ActionSpec]:
    """Of those, the ones this person may take: a role of the action, at or above an organisation that has a part; a
    whistle by the posts of the case's playbook (`whistlers`).

    `own` are the roles of those of which the case's playbook says so. For somebody who deputises, those of the people
    represented too.
    """
    near = (post for post in actor.reach if any(within(path, post.path) for path in paths))
    mine = {role for post in near for role in actor.rights(post)}
    able = {name for name in thinkable if not mine.isdisjoint((own or {}).get(name, ACTIONS[name].roles))}
    if whistlers:
        able = able - {SUMMON} if entitling_post(actor.reach, whistlers) is None else able | {SUMMON}
    return {name: ACTIONS[name] for name in thinkable if name in able}


def capacity_to_act(
    action: str,
    paths: set[str],
    actor: Actor,
    own: Mapping[str, Collection[str]] | None = None,
    whistlers: Collection[Post] = (),
) -> Actor:
    """In which capacity a person takes an action: by a post of his own if he can, else as somebody's deputy."""
    able = (c for c in actor.capacities if action in ACTIONS and actions_open([action], paths, c, own, whistlers))
    return next(able, actor.capacities[0])


def check_action(state: DisputeState, act: Act, at: datetime) -> Strict:
    """Whether an action may be taken now, `at` by the case's own clock; changes nothing.

    Raises:
        ActionNotAllowed, DisputeClosed, NotEntitled, FieldsInvalid
    """
    spec = ACTIONS.get(act.action)
    if spec is None:
        raise ActionNotAllowed(f"没有“{act.action}”这一操作")
    if spec.on_closed and not state.closed:
        raise ActionNotAllowed("纠纷尚未办结")
    if state.closed or ended(state):  # this run is over: the next one starts it again
        raise DisputeClosed(CLOSED if act.action == SPLIT else "")
    if not _makes_sense(state, act.action):
        none_left = NONE_LEFT if act.action == SPLIT else waiting_words(state, act.action)
        raise ActionNotAllowed(_NOT_OF_BATCHES if state.batch else none_left)
    paths = {path for _, path in involved(state)}
    if not actions_open([act.action], paths, act.actor, own_roles(state), whistlers(state)):
        raise NotEntitled
    try:
        asked = form_here(state) if act.action == SUMMON else form_of(state.process, act.action)
        form = asked.model_validate(act.fields)
    except ValidationError as error:
        raise FieldsInvalid(errors=field_errors(error)) from error
    if errors := _errors(state, act, form, at) or already_past(form, at):
        raise FieldsInvalid(errors=errors)
    return form


def take_action(case: Case, act: Act) -> None:
    """Takes an action that `check_action` admits."""
    s, form = case.state, check_action(case.state, act, case.now())
    s.organisations |= {ref.path: ref for ref in act.organisations.values()}
    title = ACTIONS[act.action].title
    if _only_asked(s, act.action, form):
        title = f"申请{title}"
    told = (
        form.model_dump(mode="json", exclude_none=True, exclude={*PERSONAL}) | ground(s, form) | report_called(s, form)
    )
    case.log("action", title, by=act.actor, action=act.action, fields=told | named_grounds(s, told))
    if act.action in ENDINGS and not ending_waits(s, act.action):
        interrupt(case, act.action, outcome=ENDINGS[act.action])
        return
    match act.action, form:
        case "recall", _:
            _recall(case)
        case "reassign", Reassign():
            path = act.organisations[form.organisation].path
            reassign(case, of_body(s, _of(form)), [Post(role=form.role, path=path)], form.reason)
        case "name_officer", NameOfficer():
            person = Named(person_id=form.officer, name=act.people[form.officer].name)
            name_officer(case, person, form.reason or "", act.actor)
        case "escalate", Promote() if not waits(s.process, act.action):
            promote(case, form, by=act.actor.person_id)
        case "arrange_help" | "correct_party" | "send_notice" | "summon" | "convene" | "tag" | "split_off", _:
            _beside(case, act, form)
        case "resume", _:
            _resume(case)
            case.log("clock_resumed", "恢复计时", by=act.actor)
        case "recolour", Recolour() if not is_lower(s, form.colour):
            recolour(case, form.colour, form.reason, by=act.actor)
            ask_together(case)
        case _:
            fields = form.model_dump(mode="json", exclude_none=True)
            propose(case, act.action, fields, by=act.actor.person_id, behalf=act.actor.on_behalf_of,
                    posts=act.actor.posts)  # fmt: skip


def _beside(case: Case, act: Act, form: Strict) -> None:
    """What steers nothing: who is in the quarrel, who is helped, written to, called to confer, how hard it is."""
    if isinstance(form, CorrectParty):
        correct_party(case, form, act.actor)
    elif isinstance(form, ArrangeHelp):
        arrange_help(case, form, act.organisations[form.organisation])
    elif isinstance(form, SendNotice):
        send_notice(case, act.actor, act.organisations[form.to], form)
    elif isinstance(form, TagCase):
        tag_case(case, form, act.actor)
    elif isinstance(form, Summon):
        blow(case, form, act.actor, act.organisations)
    elif isinstance(form, Convene):
        convene(case, form, act.actor, act.organisations)
    elif isinstance(form, SplitReport):
        split_off(case, form, act.into, act.actor)


def _recall(case: Case) -> None:
    """The police take it back: the colour's clock, which stood still for the ladder's, runs again."""
    if case.state.clock("ladder"):
        for name in ("ladder", "tier", AGAIN):
            case.stop_clock(name)
        _resume(case)
    interrupt(case, "recall", goto=case.state.process.ways.recall_to)


def _only_asked(state: DisputeState, action: str, form: Strict) -> bool:
    if action in ENDINGS:
        return ending_waits(state, action)
    if waits(state.process, action):
        return True
    return ACTIONS[action].approved or (isinstance(form, Recolour) and is_lower(state, form.colour))


def ended(state: DisputeState) -> bool:
    """Whether an ending has been accepted; the story sees it in a moment, and nothing may overtake it."""
    return state.interruption is not None and state.interruption.outcome is not None


def interrupt(case: Case, action: str, *, outcome: str | None = None, goto: Stage | None = None) -> None:
    """Takes the dispute out of whatever it waits for; every wait sees it and open tasks are void.

    Where the dispute goes on at another stage, the tracks beside the stage (supervision, protection) go on too.
    """
    if action in UNDOES:
        undo(case, UNDOES[action])
    case.state.interruption = Interruption(action=action, outcome=outcome, goto=goto, at=case.now())
    case.void([t for t in case.state.tasks if outcome or not t.aside], "流程已变更")


def apply_change(case: Case, number: int) -> None:
    """An approved change takes effect."""
    change = case.state.changes[number - 1]
    form = form_of(case.state.process, change.action).model_validate(change.fields)
    now = case.now()
    match form:
        case Recolour():
            recolour(case, form.colour, form.reason)
            case.state.lowered_from = ""  # somebody one level up has looked at it
        case Extend():
            for clock in _movable(case.state):
                if form.until <= clock.due_at:  # another clock runs by now; an extension never shortens one
                    continue
                clock.extend(now, form.until, form.reason)
                case.log("clock_moved", f"{clock.title}延期", clock=clock.name, due_at=clock.due_at, reason=form.reason,
                         path=clock.body)  # fmt: skip
        case Suspend():
            for clock in _movable(case.state):
                clock.suspend(now, form.ground, form.until)
                case.log("clock_suspended", f"{clock.title}中止计时", clock=clock.name, ground=form.ground)
        case Promote():
            promote(case, form, by=change.proposer, approved_by=approver(case.state, number))
        case MergeInto():
            case.state.merged_into = form.dispute_no
    if change.action in ENDINGS:
        interrupt(case, change.action, outcome=ENDINGS[change.action])
    for task in case.state.pending():
        case.state.touch(task)


def _makes_sense(state: DisputeState, action: str) -> bool:
    match action:
        case _ if state.batch:
            return False
        case "recall":
            return state.stage in (Stage.PUSH_3, Stage.MEDIATION)
        case "suspend" | "extend":
            return bool(_movable(state))
        case "resume":
            return bool(_suspended(state))
        case "reassign":
            return bool(stage_tasks(state))
        case "name_officer":
            return nameable(state) is not None
        case _ if action in _WHERE:
            return _WHERE[action](state)
        case _:
            return not waiting_words(state, action)


_WHERE: dict[str, Callable[[DisputeState], bool]] = {
    "arrange_help": may_help,
    SUMMON: may_whistle_now,
    "convene": may_convene_now,
    SPLIT: may_split,
    SEND: lambda state: bool(state.process.notices.sent_by),
    TAG: may_tag,
}
"""When there is anything that an action could be taken on."""


def _movable(state: DisputeState) -> list[Clock]:
    """The running deadlines that may be suspended or extended (red never may)."""
    return [c for c in _deadlines(state, *SUSPENDABLE) if c.suspendable and not c.suspended]


def _suspended(state: DisputeState) -> list[Clock]:
    """The deadlines that stand still and may be resumed; the colour's can not while the ladder's is on."""
    names = ("ladder", "tier") if state.clock("ladder") else SUSPENDABLE
    return [c for c in _deadlines(state, *names) if c.suspended]


def _deadlines(state: DisputeState, *names: str) -> list[Clock]:
    """The deadlines on disposing that have not stopped, each organisation's its own."""
    return [clock for clock in state.clocks if clock.stopped_at is None and is_of(clock, *names)]


def _resume(case: Case) -> None:
    for clock in _suspended(case.state):
        clock.resume(case.now())
        case.state.touch()


def _errors(state: DisputeState, act: Act, form: Strict, at: datetime) -> list[dict[str, str]]:
    errors = ground_errors(state, form)
    if isinstance(form, SendNotice):
        errors += notice_errors(state, act.actor, act.organisations, form, at)
    colour = getattr(form, "colour", None)
    if colour is not None and (colour not in state.process.colours or colour == state.colour):
        others = "、".join(c for c in state.process.colours if c != state.colour)
        errors.append({"field": "colour", "message": f"只能是{others}之一"})
    if isinstance(form, Extend) and all(form.until <= clock.due_at for clock in _movable(state)):
        errors.append({"field": "until", "message": "延期后的时限须晚于现在的时限"})
    if isinstance(form, MergeInto) and form.dispute_no == state.dispute_no:
        errors.append({"field": "dispute_no", "message": "不能并入自身"})
    errors += _errors_beside(state, act, form, at)
    if isinstance(form, NameOfficer):
        errors += check_naming(state, form.officer, act.people)
    if isinstance(form, Reassign):
        errors += [*role_errors(state, form.role), *_reassign_errors(state, act, form)]
    return errors


def _errors_beside(state: DisputeState, act: Act, form: Strict, at: datetime) -> list[dict[str, str]]:
    """What is wrong with what steers nothing: a party's particulars, a measure of help, a tag, a whistle."""
    if isinstance(form, CorrectParty):
        return party_errors(state, form)
    if isinstance(form, ArrangeHelp):
        return help_errors(state, form) + unknown_units(form, act.organisations)
    if isinstance(form, TagCase):
        return tag_errors(state, form)
    if isinstance(form, SplitReport):
        return split_errors(state, form, act.into)
    if isinstance(form, Summon):
        return unknown_units(form, act.organisations) or summon_errors(state, form, at)
    if isinstance(form, Convene):
        return unknown_units(form, act.organisations) or convene_errors(state, form, at)
    return []


def _reassign_errors(state: DisputeState, act: Act, form: Reassign) -> list[dict[str, str]]:
    if form.organisation not in act.organisations:
        return [{"field": "organisation", "message": f"没有“{form.organisation}”这个单位"}]
    if not (tasks := of_body(state, _of(form))):
        return [{"field": "of", "message": f"“{_of(form)}”在本案没有待办"}]
    return reassign_errors(state, tasks, act.organisations[form.organisation])


def _of(form: Reassign) -> str:
    """Whose tasks are reassigned: the code of an organisation beside the holder; "" is the holder."""
    return (isinstance(form, ReassignOf) and form.of) or ""
