"""The chain of desks that judges a report: who is asked in which order, what an answer does at once, when it is over.

A desk confirms, corrects, reports up, finds no risk or a case for the police (Q-040 to Q-042). Where the source pushes
at once (接到警情推送后，立即赶赴现场) the desks stand beside the first push; else the story waits for them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from domain.base import Strict
from domain.case.case import Case
from domain.case.records import Interruption
from domain.case.state import Decision, DisputeState, Task
from domain.people.organisation import Post
from domain.policy.intake.sources import Source, limit_of
from domain.policy.spans import Span
from domain.policy.stages import Stage
from domain.transitions.approvals import recoloured_by
from domain.transitions.colours import is_lower, recolour
from domain.transitions.triage.axes import correct_axes
from domain.transitions.triage.matters import correct_matter, matter_errors
from domain.triage.responsibility import ListRow, organisations_for

KIND = "confirm_triage"
POLICE_STAGES = (Stage.PUSH_1, Stage.PUSH_2)
OFFICE_HOURS = (8 * 60 + 30, 17 * 60 + 30)
"""[DESIGN] Minutes of a working day between which offices are manned."""


@dataclass(frozen=True)
class Question:
    """What a desk is asked: whom, about what, how long."""

    to: list[Post]
    about: dict[str, Any]
    limit: Span | None


def source_of(state: DisputeState) -> Source | None:
    """What the mechanism says of the source that the case came by; none where it is not listed."""
    return state.process.sources.get(state.source)


def desks_in(state: DisputeState) -> int:
    """How many desks judge the case, one after another."""
    source = source_of(state)
    return len(source.desks) if source and source.desks else 1


def question(case: Case, number: int) -> Question:
    """What the desk of a number, from 1 on, is asked; the one desk of an unlisted source as `tasks` says."""
    s, source, desks = case.state, source_of(case.state), desks_in(case.state)
    if source is None or not source.desks:
        return Question(to=case.posts(s.process.tasks[KIND].by), about={}, limit=None)
    desk = source.desks[number - 1]
    asked = [desk, *([desk.outside_hours] if desk.outside_hours and not _office_hours(case) else [])]
    title = f"第{number}级研判（{s.process.words.role_name(desk.role)}）"
    about = {"desk": desk.at, "level": number, "levels": desks, "title": title} if desks > 1 else {}
    return Question(to=case.posts(asked), about=about, limit=limit_of(desk, s.colour, s.process.colours))


def asked_now(state: DisputeState, number: int) -> list[int]:
    """The desks asked at once when it is a desk's turn: it alone, or all from it on where the colour is so grave."""
    source = source_of(state)
    together = source is not None and state.colour in source.together_for
    return list(range(number, desks_in(state) + 1)) if together else [number]


def is_first(task: Task) -> bool:
    """Whether nobody judged before this desk."""
    return _level(task) == 1


def is_last(task: Task) -> bool:
    """Whether nobody judges behind this desk."""
    return _level(task) >= int(task.about.get("levels", 1))


# --- beside the first push


def rush(case: Case, source: str) -> None:
    """An alarm joined a case that waits for its desks, or is visited: where its source pushes at once, or the case is
    of a colour in which nobody waits, so does it.
    """
    s = case.state
    if not s.process.at_once(source, s.colour) or s.stage not in (Stage.TRIAGE, Stage.FOLLOW_UP):
        return
    s.alarmed = True
    if s.stage is Stage.TRIAGE and s.pending(KIND) and s.interruption is None:
        _again(case, "重复警情，立即出警")


def open_beside(case: Case, number: int = 1) -> None:
    """Asks a desk beside the story, unless it is being asked."""
    waiting = {_level(task) for task in case.state.pending(KIND)}
    for each in asked_now(case.state, number):
        if each not in waiting:
            asked = question(case, each)
            case.open(KIND, to=asked.to, about=asked.about, limit=asked.limit, beside=True)


def judging(state: DisputeState) -> bool:
    """Whether a desk beside the story has still to answer: before, what was done is not accepted."""
    return any(task.beside for task in state.pending(KIND))


# --- answers


def withheld(task: Task) -> dict[str, str]:
    """The decisions that a desk can't take, each with the reason."""
    why = {}
    if task.about.get("levels", 1) == 1:
        why["report_up"] = "本机制只有一级研判，请直接确认"
    if task.beside:
        why["no_risk"] = "处警民警已同步出警，是否属于矛盾纠纷由现场认定"
    return why


def desk_errors(
    state: DisputeState, decision: str, form: Strict, corrected: ListRow | None = None
) -> list[dict[str, str]]:
    """What a listed source demands of an answer beside its form; `corrected` is the row that the desk corrects to.

    What the police must see to first is not passed on to others blindly: where no stage of the mechanism is theirs, the
    desk says what they did.
    """
    source, errors = source_of(state), matter_errors(state, form)
    if source is None:
        return errors
    if source.call_back and decision in ("no_risk", "police_case") and not getattr(form, "answered", None):
        errors.append({"field": "answered", "message": f"{source.name}须回复报告人：请填写答复情况"})
    if decision in ("confirm", "report_up", "correct") and not any(state.process.has(s) for s in POLICE_STAGES):
        found = state.police if corrected is None else not corrected.elsewhere or state.police_heard
        first: bool | None = getattr(form, "police", None)
        if (found if first is None else first) and not getattr(form, "police_handled", None) and not _handled(state):
            words = "须公安先行处置的警情：请先写明公安处置情况，或认定为警务案件"
            errors.append({"field": "police_handled", "message": words})
    return errors


def judged(case: Case, task: Task, decision: Decision) -> None:
    """What a desk's answer does at once; where it stands beside the story, the next desk is asked."""
    if not is_first(task):
        case.state.lowered_from = ""  # the level above has looked at what the first desk made of it
    if decision.name == "correct":
        _correct(case, task, decision)
    if decision.name == "police_case":
        case.state.police = True
    if is_last(task) or decision.fields.get("divert") is not None:
        case.state.divert = decision.fields.get("divert", None if is_first(task) else case.state.divert)
    if task.beside and not is_last(task):
        open_beside(case, _level(task) + 1)


def ask_together(case: Case) -> None:
    """A case that has become so grave that all its desks are asked at once, and waits for the first of them; or that
    no desk is waited for.
    """
    s = case.state
    waiting = sorted(map(_level, s.pending(KIND)))
    if waiting and not judging(s) and s.interruption is None and s.process.at_once(s.source, s.colour):
        _wait_no_more(case)
        return
    if not waiting or s.interruption is not None or waiting == asked_now(s, waiting[0]):
        return
    if judging(s):
        open_beside(case, waiting[0])
    elif s.stage is Stage.TRIAGE:
        _again(case, "预警升级，各级同时研判")


def _wait_no_more(case: Case) -> None:
    """The first push goes out now: what desks are asked is asked beside it, and so is who has not been asked yet."""
    case.state.alarmed = True
    if case.state.pending(KIND):
        _again(case, "预警升级，立即处置")


def _again(case: Case, why: str) -> None:
    """The stage begins anew, and its questions with it."""
    case.state.interruption = Interruption(action="judged_anew", goto=Stage.TRIAGE, at=case.now())
    case.void([task for task in case.state.tasks if not task.aside], why)


def _correct(case: Case, task: Task, decision: Decision) -> None:
    s, fields = case.state, decision.fields
    if "category" in fields:
        s.category, s.category_name = fields["category"], fields["category_name"]
        _, bracket, place = s.title.partition("（")
        s.title = f"{s.category_name}{bracket}{place}"
        for each in s.tasks:  # the title stands in their rows, also of those that have ended
            s.touch(each)
        s.confidence = 1.0
        if listed := task.about.get("listed"):  # who has the corrected category, by the list in effect
            row = ListRow.model_validate(listed)
            s.police, s.elsewhere = not row.elsewhere or s.police_heard, row.elsewhere
            if not any(assigned.round == s.round for assigned in s.assigned):
                s.suggested = organisations_for([row.lead, *row.cooperating], s.places)
                s.suggested_lead = s.suggested[0]
    correct_matter(s, decision)
    s.urgent = fields.get("urgent", s.urgent)
    s.police = fields.get("police", s.police)
    colour, reason = correct_axes(s, fields), fields["reason"]
    if colour and task.beside:  # its deadline runs already
        recoloured_by(case, colour, reason, decision)
    elif colour:
        if is_first(task) and is_lower(s, colour):
            s.lowered_from = s.lowered_from or s.colour
        waited = not s.process.at_once(s.source, s.colour)
        recolour(case, colour, reason, by=decision)
        if waited and not is_last(task) and s.process.at_once(s.source, s.colour):
            _wait_no_more(case)


def _level(task: Task) -> int:
    return int(task.about.get("level", 1))


def _handled(state: DisputeState) -> bool:
    desks = (task for task in state.tasks if task.kind == KIND and task.round == state.round)
    return any(answer.fields.get("police_handled") for task in desks for answer in task.answers)


def _office_hours(case: Case) -> bool:
    now = case.now()
    opens, shuts = OFFICE_HOURS
    return case.state.calendar.is_working(now.date()) and opens <= now.hour * 60 + now.minute < shuts
