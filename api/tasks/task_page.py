"""The page of a task, with the form of one of its decisions: laid out here, and shown by `answer_pages` and
`handover_pages` alike.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime

from fastapi import Request, Response

from api.core.context import Services
from api.core.schemas import JsonObject
from api.handling.handling_view import handling_view
from api.handling.service import handling_of
from api.hazards.hazard_view import choice_of
from api.tasks.brief_view import guidance_view
from api.tasks.examples import decision_form, lines_of
from api.tasks.handover import Verb
from api.tasks.schemas import DecisionOpen, WholeTask
from api.tasks.service import whole_task
from api.tasks.task_view import brief_view, hands_view, head_view
from api.unmasking.service import number_to_call
from api.web import formatting as w
from api.web.form_draft import PREFIX, Draft
from api.web.forms import Drawn, Form, draw, filled
from api.web.grounds import grounded
from api.web.organisation_labels import Offices, Options, Vocabulary, offices_of, vocabulary
from api.web.rendering import View, show
from api.web.session import Viewer
from api.workbench.board import INSTRUCTIONS, offers_of
from api.workbench.evidence import evidence_of
from api.workbench.evidence_view import evidence_view
from domain.case.state import Decision
from domain.people.permissions import LOAD_READERS
from domain.policy.catalogue import KINDS
from domain.transitions.triage import desks
from infra.database.engine import Session
from infra.database.tables.attachments import AttachmentRow
from infra.read_model.disputes import find_dispute
from infra.read_model.hazards.items import items_of
from infra.read_model.workbench.board import suggested_for
from infra.records.attachments import PENDING, TAKEN, attachments_of

MAY_ANSWER = ("free", "mine", "delegate")
"""The standings of those who may answer a task."""
MAY_HAND_OVER: dict[Verb, tuple[str, ...]] = {
    "delegate": ("free", "mine"),
    "transfer": ("free", "mine"),
    "release": ("offered",),
}
"""The standings of those who are shown the forms of handing a task over."""


@dataclass
class Handing:
    """A delegation, a transfer or a release as it was tried, and why it was refused."""

    verb: Verb
    to: str
    why: str
    error: str = ""


@dataclass
class TaskDraft(Draft):
    """What has been filled in on a task's page so far."""

    attached: list[str] = field(default_factory=list)
    """ids of the files that go with the answer"""
    add: str = ""
    """the list that gets one more row"""
    handing: Handing | None = None
    brought: bool = False
    """those at the table are those of the time before, to be corrected"""
    unsent: list[tuple[str, str]] = field(default_factory=list)
    """what was filled in in a form that can't be shown any more, by its label"""


@dataclass
class TaskPage:
    """A task laid out for a person: the task itself, the chosen decision and its form."""

    task: WholeTask
    words: Vocabulary
    offices: Offices
    chosen: str = ""
    title: str = ""
    pictures: int = 0
    """how many pictures or videos must go with it"""
    proposes: bool = False
    """what is sent will only be a proposal: the person is the delegate"""
    proposal: Decision | None = None
    """what a delegate proposed, where that is the chosen decision"""
    form: Form | None = None
    example: dict[str, str] = field(default_factory=dict)

    @property
    def draft(self) -> str:
        """The name under which the form is kept while somebody types."""
        return f"task:{self.task.task_id}:{self.chosen}"


async def lay_out(services: Services, session: Session, viewer: Viewer, task_id: str, wanted: str) -> TaskPage:
    """A task laid out with the decision wanted; else with what was proposed, else with the first."""
    task = await whole_task(services, session, viewer.actor, task_id)
    offices = await offices_of(services, session)
    words = vocabulary(services, offices, task.dispute.colours, task.dispute.demanding["demands"])
    page = TaskPage(task, words, offices)
    decisions = {decision.name: decision for decision in task.decisions}
    proposed = _proposed(task)
    first = decisions.get(proposed.name) if proposed else None
    chosen = decisions.get(wanted) or (None if wanted else first or next(iter(decisions.values()), None))
    if chosen is None and wanted in KINDS[task.kind].decisions:  # not any more: what was filled in can still be read
        chosen = decision_form(task.kind, wanted, task.dispute.demanding)
    page.words.offer(task.nameable)
    if KINDS[task.kind].by_items and task.decisions:
        found = await items_of(session, task.dispute_no, task.about["items"])
        page.words.items = [(str(item.no), choice_of(item, w.present(task.ahead))) for item in found]
    if task.kind == "dispatch" and task.decisions:
        page.words.units = await _suggested(services, session, viewer, task, offices)
    if chosen:
        page.form = Form(chosen.schema_, page.words, roles=_roles(task.about))
        page.chosen, page.title, page.pictures = chosen.name, chosen.title, chosen.files
        page.proposes = chosen.ends and task.standing == "delegate"
        page.proposal = proposed if proposed and proposed.name == chosen.name else None
        page.example = page.form.flat(chosen.example)
    return page


async def _suggested(
    services: Services, session: Session, viewer: Viewer, task: WholeTask, offices: Offices
) -> Options:
    """The units suggested, by name, the likely lead first; with what they have in hand for whom that concerns."""
    suggested = await suggested_for(session, [task.dispute_no])
    offers = (await offers_of(services, session, suggested, datetime.now(UTC))).get(task.dispute_no, [])
    told = viewer.actor.has_role(*LOAD_READERS)
    return [
        (offices.label(offer.code), w.in_hand(offer.load.open, offer.load.overdue) if told else "")
        for offer in sorted(offers, key=lambda offer: not offer.lead)
    ]


def begun(page: TaskPage) -> dict[str, str]:
    """What a form that nobody has filled in yet begins with, for whom it is to answer: the usual words where units are
    chosen, and at a table those who sat there the time before.
    """
    if page.form is None or page.task.standing not in MAY_ANSWER:
        return {}
    if page.words.units and page.chosen == "assign":
        return {"instructions": INSTRUCTIONS}
    if not page.form.has("participants"):
        return {}
    known = {"name", "role", "organisation"}
    here = [
        {"person": who["person"]} if who.get("person") else {key: who[key] for key in known & who.keys()}
        for who in page.task.dispute.sat
        if who.get("person") is None or who["person"] in page.words.people
    ]
    return page.form.flat({"participants": here})


def _proposed(task: WholeTask) -> Decision | None:
    """The latest proposal, for whom it is to decide."""
    if task.standing != "mine":
        return None
    return next((decision for decision in reversed(task.record) if decision.proposal), None)


def _roles(about: JsonObject) -> list[str]:
    """The roles that a session of the ladder needs."""
    return [role for need in lines_of(about) for role in need["any_of"]]


async def show_task(
    request: Request, services: Services, session: Session, viewer: Viewer, page: TaskPage, draft: TaskDraft
) -> Response:
    """The page of a task with what has been filled in so far."""
    task, now = page.task, w.present(page.task.ahead)
    drawn = Drawn([], [])
    if page.form:
        drawn = draw(page.form, draft.typed, draft.problems, page.example, add=draft.add, own="attachments")
        grounded(drawn.controls, f"{task.kind}/{page.chosen}", services.policy.playbook.code)
    standing, shown = task.standing, bool(task.decisions) and task.standing != "offered"
    # Whoever may only look gets no form; whoever has lost a race keeps the one he filled in.
    live = shown and (standing in MAY_ANSWER or bool(draft.typed or draft.attached))
    files = await attachments_of(session, task.dispute_no, viewer.actor.person_id) if live else []
    other = (task.about.get("fields") or {}).get("dispute_no")
    target = await find_dispute(session, viewer.actor, other) if other else None
    judged = task.kind == desks.KIND and bool(task.decisions)
    handling = await handling_of(services, session, viewer.actor, task.dispute_no) if judged else None
    visited = str(task.about.get("party") or "") if task.kind == "visit" and standing in ("mine", "delegate") else ""
    if not shown:
        draft.unsent += filled(drawn.controls)
    if draft.handing and standing not in MAY_HAND_OVER[draft.handing.verb]:
        draft.unsent.append(("说明", draft.handing.why))
    judges = KINDS[task.kind].judges and bool(task.decisions)
    found = await evidence_of(session, task.dispute_no, task.round, viewer.actor.person_id) if judges else None
    verdicts = task.brief.evaluations
    return show(
        request,
        "judging.html" if found else "task.html",
        viewer,
        evidence=evidence_view(found, verdicts, task.dispute_no, page.words, now) if found else None,
        status=draft.status,
        task=head_view(task, page.offices, now),
        brief=brief_view(task, page.words, page.offices, now),
        guide=guidance_view(task.brief, now),
        handling=handling_view(handling, now) if handling else None,
        calls=await number_to_call(services, session, viewer.actor, task.dispute_no, visited) if visited else "",
        batch=KINDS[task.kind].by_items,
        target={"no": target.dispute_no, "title": target.title} if target else None,
        standing=standing,
        live=live,
        hands=hands_view(task, viewer.actor, page.offices),
        handing=draft.handing,
        proposes=page.proposes,
        proposed=w.by(page.proposal.actor_name, page.proposal.on_behalf_name) if page.proposal else "",
        decisions=[_choice(task.task_id, decision, page.chosen) for decision in task.decisions],
        chosen=page.chosen,
        chosen_title=page.title,
        pictures=page.pictures,
        has_example=bool(page.example) and services.settings.drill,
        drawn=drawn,
        banner=draft.banner,
        attached=[kept_view(a, draft.attached) for a in files if a.state != TAKEN or a.attachment_id in draft.attached],
        unsent=draft.unsent,
        brought=draft.brought,
        file_errors=[p["message"] for p in draft.problems if p["field"] == "attachments"],
        organisations=page.offices.labels,
        people=list(dict.fromkeys(page.words.people.values())),
        prefix=PREFIX,
        limit=services.files.limit,
        video_limit=services.files.video_limit,
        key=draft.key,
        draft=page.draft,
        restored=draft.restored,
    )


def _choice(task_id: str, decision: DecisionOpen, chosen: str) -> View:
    href = f"/tasks/{task_id}?decision={decision.name}"
    return {"title": decision.title, "href": href, "current": decision.name == chosen}


def kept_view(row: AttachmentRow, chosen: list[str]) -> View:
    """A file that lies ready for a form, and whether it goes with it."""
    return {
        "id": row.attachment_id,
        "name": row.sealed["name"],
        "chosen": row.attachment_id in chosen,
        "small": row.sealed.get("small", False),
        "removable": row.state == PENDING,
    }
