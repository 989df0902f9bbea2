"""`project(state)`: the one image of a case that everybody outside the engine sees.

The read model stores it; the pages, the lists, the inbox and the indicators read that. Nothing else makes read-model
rows, so a rebuilt read model is equal to the one that grew.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pydantic import Field, model_validator

from domain.base import Model, absent, china, wall_time
from domain.case.bells import rings
from domain.case.case import COLOUR, is_of
from domain.case.clocks import Clock
from domain.case.hazards.batch import Item
from domain.case.responsibility import held_by
from domain.case.sensitivity.level import Sensitivity, level_of, ordinary
from domain.case.state import DisputeState, Entry, Task
from domain.case.tags.tagging import tags_of
from domain.image.list_deltas import LISTS, Kept, Stamps, changed_since, kept_since, stamped, without_kept
from domain.image.public_document import public_document
from domain.image.urgency import ENDED, weight
from domain.indicators.attribution import concern, parts_in
from domain.indicators.counting import tally
from domain.indicators.events import Tally
from domain.policy.catalogue import OUTCOMES
from domain.policy.matters.matter import Matter, usual
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
    ringing: bool = False
    """a bell of it has not been acknowledged"""
    ahead: int = 0
    """seconds that a drill has moved its case's clock ahead of the wall's; 0 once it has ended"""
    urgency: int
    """what it weighs, see `domain.image.urgency.weight`; 0 once it has ended"""
    decisions: list[str]
    """the decisions it allows now; none once it is answered"""
    task: Task


REMEMBERED = 32
"""Images before that the next one can build on."""


class Basis(Model):
    """What the next image can build on, for whoever made those before: what stands as it stood is not sent again."""

    revisions: list[int] = []
    """of the images that were made: what stood between them was never shown"""
    lists: dict[str, Stamps] = {}
    tally: Stamps = []


class Image(Model):
    """A case at a revision. `tasks` and `timeline` hold what changed after revision `since`; all of it when 0."""

    dispute_no: str
    revision: int
    since: int
    matter: Matter = Field(Matter.DISPUTE, exclude_if=usual)
    title: str
    playbook: str
    edition: str
    source: str
    category: str
    category_name: str
    sensitivity: Sensitivity = Field(Sensitivity.L1, exclude_if=ordinary)
    colour: str
    tags: str = Field("", exclude_if=absent)
    """骨头案, 钉子案, 回流案, each between commas: `,bone,`"""
    stage: str
    stage_called: str | None = Field(None, exclude_if=absent)
    """its name, where the playbook gives the stage another than the common one"""
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
    document: dict[str, Any]
    kept: dict[str, Kept] = {}
    """what of the document's lists stands as it stood: the document has only the other items"""
    tasks: list[TaskImage]
    planned: list[Task] = Field([], exclude_if=absent)
    """questions to be put on a later day, as far as they changed after `since`; those dropped before it are void"""
    timeline: list[Entry]
    items: list[Item] = Field([], exclude_if=absent)
    """of a batch of hazards, those that changed after `since`"""
    tally: dict[int, Tally]
    """what is counted of the case, by number from 1; only what differs where it builds on an image before"""
    parts: dict[str, str] = {}
    """who had which part in the matter, for all that is counted of it (`domain.indicators.attribution`)"""
    tallied: int
    """how much is counted of it in all"""
    basis: Basis | None = Field(None, exclude=True)
    """does not travel"""

    @model_validator(mode="after")
    def _concerned(self) -> Image:
        """What is counted says again who had a part, which has travelled apart."""
        for each in self.tally.values():
            concern(each, self.parts)
        return self


def project(
    state: DisputeState,
    *,
    since: int = 0,
    basis: Basis | None = None,
) -> Image:
    """The image of a case; with `since`, only the tasks and timeline entries that changed after that revision.

    `basis` is that of the image made last: with it, and where one was made at `since`, lists and the tally hold only
    what changed after it, too.
    """
    counted, whole = tally(state), public_document(state).model_dump(mode="json")
    before, parts = basis or Basis(), parts_in(counted[0]) if counted else {}
    new = Basis(
        revisions=[*before.revisions[-REMEMBERED:], state.revision],
        lists={name: stamped(whole.get(name, []), before.lists.get(name, []), state.revision) for name in LISTS},
        tally=stamped([[each.model_dump(mode="json"), parts] for each in counted], before.tally, state.revision),
    )
    known = since if since in before.revisions else 0
    kept = kept_since(new.lists, known)
    due = {task.task_id: due_clock(state, task) for task in state.pending()}
    path, holder = _holder(state)
    clocks = [clock for clock in due.values() if clock]
    # A clock that stands still presses nobody, unless none runs: then it tells where it stood.
    pressing = [clock for clock in clocks if not clock.suspended] or clocks
    recoloured = any(entry.kind == "recoloured" and entry.revision > since for entry in state.timeline)
    shown = [task for task in state.tasks if task.begun and (recoloured or _changed(task, since))]
    return Image(
        dispute_no=state.dispute_no,
        revision=state.revision,
        since=since,
        matter=state.matter,
        title=state.title,
        playbook=state.playbook,
        edition=state.edition,
        source=state.source,
        category=state.category,
        category_name=state.category_name,
        sensitivity=level_of(state),
        colour=state.colour,
        tags=f",{','.join(tags)}," if (tags := tags_of(state)) else "",
        stage=state.stage,
        stage_called=state.process.words.stages.get(state.stage),
        round=state.round,
        urgent=state.urgent,
        organisation=path,
        holder=holder,
        due_at=min((clock.due_at for clock in pressing), default=None),
        overdue=any(clock.late for clock in pressing),
        ahead=state.ahead,
        opened_at=state.opened_at,
        concluded_at=state.concluded_at,
        closed_at=state.closed_at,
        outcome=state.outcome,
        involved=sorted(involved(state, since=since)),
        document=without_kept(whole, kept),
        kept=kept,
        tasks=[_task(state, task, due.get(task.task_id)) for task in shown],
        planned=[task for task in state.tasks if not task.begun and task.revision > since],
        items=[item for item in state.batch.items if item.revision > since or not since] if state.batch else [],
        timeline=[entry for entry in state.timeline if entry.revision > since],
        tally={n + 1: counted[n] for n in changed_since(new.tally, known)},
        parts=parts,
        tallied=len(counted),
        basis=new,
    )


def _holder(state: DisputeState) -> tuple[str | None, str | None]:
    """Who holds the case: the organisation's path, and the person who claimed it, else the role that is asked.

    Of what was dispatched that follows from when responsibility passes; nobody holds a case that waits for nothing.
    """
    if state.batch:  # who sent it follows it to zero
        return state.batch.by.path, state.batch.by.role
    task = held_by(state)
    if task and task.addressees:
        return task.addressees[0].path, task.assignee or task.addressees[0].role
    if state.chain and any(not t.aside for t in state.pending()):
        return state.chain[-1].path, state.chain[-1].role
    return state.places.get("station"), None


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
        ringing=rings(task),
        ahead=state.ahead if task.pending else 0,
        urgency=weight(overdue=overdue, rank=state.process.colours[state.colour].rank, urgent=state.urgent)
        if task.pending
        else ENDED,
        decisions=list(decisions_open(state, task)) if task.pending else [],
        task=task,
    )


def case_sheet(state: DisputeState) -> str:
    """The case in Markdown for Temporal's own UI (encrypted like every payload): where it stands and who must act."""
    colour, stage = state.process.colours[state.colour].name, state.process.words.stage(state.stage)
    lines = [
        f"## {state.dispute_no} {state.title}",
        f"**{stage}** · 第{state.round}轮 · {colour}{' · 加急' if state.urgent else ''}",
        "",
    ]
    if state.outcome:
        lines.append(f"办结：{OUTCOMES[state.outcome]}")
    for task in state.pending():
        clock = due_clock(state, task)
        due = f"，时限 {wall_time(clock.due_at)}{'（超期）' if clock.late else ''}" if clock else ""
        lines.append(f"- 待办：{task.name}（{_asked(state, task)}）{due}")
    for clock in state.clocks:
        if clock.stopped_at is None and is_of(clock, COLOUR):
            lines.append(f"- {clock.title}：{wall_time(clock.due_at)} {clock.state}")
    lines += ["", "### 经过", *(f"{e.seq}. {china(e.at):%m-%d %H:%M} {e.title}" for e in state.timeline[-15:])]
    return "\n".join(lines)


def _asked(state: DisputeState, task: Task) -> str:
    return "、".join(dict.fromkeys(state.process.words.role_name(post.role) for post in task.addressees))
