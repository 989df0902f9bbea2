"""`project(state)`: the one image of a case that everybody outside the engine sees.

The read model stores it; the pages, the lists, the inbox and the indicators read that. Nothing else makes read-model
rows, so a rebuilt read model is equal to the one that grew.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from pydantic import Field

from domain.base import Model, china
from domain.case.case import COLOUR
from domain.case.clocks import Clock
from domain.case.state import DisputeState, Entry, Task
from domain.image.growing_lists import Beginning, beginnings_of, unchanged, without_beginnings
from domain.image.public_document import public_document
from domain.image.urgency import ENDED, weight
from domain.indicators.counting import tally
from domain.indicators.events import Tally
from domain.people.organisation import ROLES
from domain.policy.catalogue import KINDS, OUTCOMES
from domain.policy.stages import STAGE_NAMES
from domain.transitions.actions import involved
from domain.transitions.decisions import decisions_open
from domain.transitions.timekeeping import due_clock


class TaskImage(Model):
    """A task's row: what the inbox sorts and filters by, and the task itself."""

    task_id: str
    dispute_no: str
    kind: str
    state: str
    round: int
    colour: str
    title: str
    assignee: str | None
    delegate: str | None = None
    offered_to: str | None = None
    opened_at: datetime
    ended_at: datetime | None
    due_at: datetime | None
    overdue: bool
    suspended: bool = False
    """its deadline stands still"""
    ahead: int = 0
    """seconds that a drill has moved its case's clock ahead of the wall's; 0 once it has ended"""
    urgency: int
    """what it weighs, see `domain.image.urgency.weight`; 0 once it has ended"""
    decisions: list[str]
    """the decisions it allows now; none once it is answered"""
    task: Task


class Image(Model):
    """A case at a revision. `tasks` and `timeline` hold what changed after revision `since`; all of it when 0."""

    dispute_no: str
    revision: int
    since: int
    title: str
    playbook: str
    edition: str
    source: str
    category: str
    category_name: str
    colour: str
    stage: str
    round: int
    urgent: bool
    organisation: str | None
    """path of the organisation whose turn it is"""
    holder: str | None
    """person who claimed the stage's task, else the role asked"""
    due_at: datetime | None
    overdue: bool
    ahead: int = 0
    """seconds that a drill has moved its clock ahead of the wall's: by that its deadlines are read"""
    opened_at: datetime
    concluded_at: datetime | None
    closed_at: datetime | None
    outcome: str | None
    involved: list[tuple[str, str]]
    helpers: list[str] = []
    """people who have, or had, a part by delegation and by no post"""
    document: dict[str, Any]
    kept: dict[str, Beginning] = {}
    """lists of the document that begin as published before: the document holds only the items after that"""
    lists: dict[str, Beginning] = Field({}, exclude=True)
    """what the next image can build on, for who sends this one"""
    tasks: list[TaskImage]
    timeline: list[Entry]
    tally: list[Tally] | None = None
    """all that is counted of the case; none where that is what was published before"""


def project(
    state: DisputeState,
    *,
    since: int = 0,
    published_tally: list[Tally] | None = None,
    lists: Mapping[str, Beginning] | None = None,
) -> Image:
    """The image of a case; with `since`, only the tasks and timeline entries that changed after that revision.

    `published_tally` and `lists` (of the document) are what was published at that revision: what is the same is not
    sent again.
    """
    counted, whole = tally(state), public_document(state).model_dump(mode="json")
    kept = unchanged(whole, lists) if since and lists else {}
    due = {task.task_id: due_clock(state, task) for task in state.pending()}
    turn = next((t for t in state.pending() if not KINDS[t.kind].aside), None)
    clocks = [clock for clock in due.values() if clock]
    # A clock that stands still presses nobody, unless none runs: then it tells where it stood.
    pressing = [clock for clock in clocks if not clock.suspended] or clocks
    recoloured = any(entry.kind == "recoloured" and entry.revision > since for entry in state.timeline)
    shown = [task for task in state.tasks if task.begun and (recoloured or _changed(task, since))]
    return Image(
        dispute_no=state.dispute_no,
        revision=state.revision,
        since=since,
        title=state.title,
        playbook=state.playbook,
        edition=state.edition,
        source=state.source,
        category=state.category,
        category_name=state.category_name,
        colour=state.colour,
        stage=state.stage,
        round=state.round,
        urgent=state.urgent,
        organisation=turn.addressees[0].path if turn and turn.addressees else state.places.get("station"),
        holder=(turn.assignee or turn.addressees[0].role) if turn and turn.addressees else None,
        due_at=min((clock.due_at for clock in pressing), default=None),
        overdue=any(clock.late for clock in pressing),
        ahead=state.ahead,
        opened_at=state.opened_at,
        concluded_at=state.concluded_at,
        closed_at=state.closed_at,
        outcome=state.outcome,
        involved=sorted(involved(state, since=since)),
        helpers=sorted({person for task in state.tasks if task.revision > since for person in task.delegates}),
        document=without_beginnings(whole, kept),
        kept=kept,
        lists=beginnings_of(whole),
        tasks=[_task(state, task, due.get(task.task_id)) for task in shown],
        timeline=[entry for entry in state.timeline if entry.revision > since],
        tally=None if since and counted == published_tally else counted,
    )


def _changed(task: Task, since: int) -> bool:
    """Also an open task that did not change itself: its due date may move without it."""
    return task.revision > since or task.pending


def _task(state: DisputeState, task: Task, clock: Clock | None) -> TaskImage:
    overdue = clock is not None and clock.late
    return TaskImage(
        task_id=task.task_id,
        dispute_no=state.dispute_no,
        kind=task.kind,
        state=task.state,
        round=task.round,
        colour=state.colour,
        title=" · ".join(filter(None, (task.about.get("title"), state.title))),
        assignee=task.assignee,
        delegate=task.delegate,
        offered_to=task.offered_to,
        opened_at=task.opened_at,
        ended_at=task.ended_at,
        due_at=clock.due_at if clock else None,
        overdue=overdue,
        suspended=clock is not None and clock.suspended,
        ahead=state.ahead if task.pending else 0,
        urgency=weight(overdue=overdue, rank=state.process.colours[state.colour].rank, urgent=state.urgent)
        if task.pending
        else ENDED,
        decisions=list(decisions_open(state, task)) if task.pending else [],
        task=task,
    )


def case_sheet(state: DisputeState) -> str:
    """The case in Markdown for Temporal's own UI (encrypted like every payload): where it stands and who must act."""
    colour = state.process.colours[state.colour].name
    lines = [
        f"## {state.dispute_no} {state.title}",
        f"**{STAGE_NAMES[state.stage]}** · 第{state.round}轮 · {colour}{' · 加急' if state.urgent else ''}",
        "",
    ]
    if state.outcome:
        lines.append(f"办结：{OUTCOMES[state.outcome]}")
    for task in state.pending():
        clock = due_clock(state, task)
        due = f"，时限 {china(clock.due_at):%Y-%m-%d %H:%M}{'（超期）' if clock.late else ''}" if clock else ""
        lines.append(f"- 待办：{KINDS[task.kind].name}（{_asked(task)}）{due}")
    clock = state.clock(COLOUR)
    if clock:
        lines.append(f"- {clock.title}：{china(clock.due_at):%Y-%m-%d %H:%M} {clock.state}")
    lines += ["", "### 经过", *(f"{e.seq}. {china(e.at):%m-%d %H:%M} {e.title}" for e in state.timeline[-15:])]
    return "\n".join(lines)


def _asked(task: Task) -> str:
    return "、".join(dict.fromkeys(ROLES[post.role].name for post in task.addressees))
