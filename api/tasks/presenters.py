"""Tasks as lists and the inbox show them, and as whoever is to answer them needs them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

from api.core.masking import masked
from api.core.schemas import JsonObject
from api.intake.schemas import Similar
from api.look_back.schemas import LookBack
from api.look_back.service import repeats_of
from api.tasks.beat import beat_named
from api.tasks.examples import decision_shown
from api.tasks.schemas import (
    AskedBy,
    BellShape,
    Brief,
    Candidate,
    DeliveryShape,
    DisputeAround,
    EntryInBrief,
    IncidentInBrief,
    OnBehalf,
    PhaseNamed,
    PostAsked,
    PostNamed,
    TaskItem,
    WholeTask,
)
from domain.base import china
from domain.case.bells import bell_of
from domain.case.letters.notice import NOTICE
from domain.case.records import Agreement, Delivery, Party, Verdict
from domain.case.state import Entry, Task
from domain.image.shown_timeline import latest_entries
from domain.people.organisation import Actor, Post
from domain.policy.catalogue import KINDS
from domain.policy.stages import PHASE_NAMES, Stage, phase_of
from domain.transitions.handover import capacity, standing
from domain.triage.guidance import REPEATED, duties_of, law_of, risk_cues
from domain.triage.lexicon import Lexicon
from domain.triage.places import Directory
from domain.triage.triage import Learned
from infra.database.tables.read_model import DisputeRow, TaskRow
from infra.read_model.disputes import KEPT
from infra.read_model.urgency_order import urgency_of
from infra.records.people import PersonAtPost
from infra.runtime.policy_files import role_name


def task_item(row: TaskRow, actor: Actor, now: datetime | None = None) -> TaskItem:
    """A task as lists show it, its urgency as it is now, or at another instant that a list goes by."""
    return TaskItem(**_item(row, Task.model_validate(row.sealed), actor, now))


def kept_item(item: TaskItem) -> TaskItem:
    """A task as it is shown where its case is kept from the reader: that there is one, and until when."""
    nothing: dict[str, object] = {"title": KEPT, "about": {}, "decision": None, "record": [], "void_reason": None}
    return item.model_copy(update=nothing)


def task_whole(
    row: TaskRow,
    candidates: Iterable[PersonAtPost],
    colleagues: Iterable[PersonAtPost],
    nameable: Sequence[tuple[PersonAtPost, JsonObject | None]],
    dispute: DisputeRow,
    entries: list[Entry],
    actor: Actor,
    lexicon: Lexicon,
    directory: Directory,
    before: LookBack | None,
    alike: list[Similar],
    learned: Learned | None = None,
) -> WholeTask:
    """A task with who may answer it, with what, what they need to know, and how the person who asks stands to it."""
    task = Task.model_validate(row.sealed)
    by = capacity(task, actor, "decide")
    names = row.sealed["decisions"] if task.pending else []
    able = [_candidate(person) for person in candidates]
    shown = _as_participants(nameable)
    return WholeTask(
        **_item(row, task, actor),
        delegate_note=task.delegate_note,
        offer_reason=task.offer_reason,
        on_behalf_of=OnBehalf(person_id=by.on_behalf_of, name=by.on_behalf_name) if by.on_behalf_of else None,
        candidates=_whose(task, able),
        may_take_over=able,
        nameable=[_candidate(person) for person, _ in nameable],
        colleagues=[_candidate(person) for person in colleagues],
        decisions=[decision_shown(row.kind, name, task.about, dispute.sealed, shown) for name in names],
        brief=_brief(task, dispute, entries, lexicon, directory, before, alike, learned),
        dispute=DisputeAround(
            title=dispute.sealed["title"],
            colours=dispute.sealed["colours"],
            demanding={name: dispute.sealed[name] for name in ("demands", "disposal_pictures")},
            disposal=(dispute.sealed["disposal"] or {}).get("summary", ""),
            sat=_sat(task, dispute.sealed["sessions"]),
        ),
    )


def _whose(task: Task, able: list[Candidate]) -> list[Candidate]:
    """Who may be expected to answer: of a task that was named to somebody he alone, as long as he is there."""
    return [person for person in able if task.named and person.person_id == task.assignee] or able


def _as_participants(nameable: Sequence[tuple[PersonAtPost, JsonObject | None]]) -> list[JsonObject]:
    """The people of an example: those who make up the session, else the first who may be named."""
    table = [person for person, line in nameable if line] or [person for person, _ in nameable[:1]]
    return [{"person": p.username, "name": p.name, "role": p.role} for p in table]


def _sat(task: Task, sessions: list[JsonObject]) -> list[JsonObject]:
    held = [
        s for s in sessions if (s["round"], s["tier"]) == (task.round, task.about.get("tier")) and s["participants"]
    ]
    return held[-1]["participants"] if held else []


def about_shown(about: JsonObject) -> JsonObject:
    """What a task is about, without what is the engine's own business; of a letter what its reader reads."""
    letter = about.get(NOTICE)
    said = {NOTICE: {name: letter[name] for name in ("kind", "text", "by", "due_at")}} if letter else {}
    hidden = ("path", "proposer", "proposed_for", NOTICE)
    return {**{key: value for key, value in about.items() if key not in hidden}, **said}


def _item(row: TaskRow, task: Task, actor: Actor, now: datetime | None = None) -> dict[str, Any]:
    """The fields of a task in any list; each is set, as all are in the answer."""
    posts = [_post(post) for post in task.addressees]
    return {
        "task_id": row.task_id,
        "dispute_no": row.dispute_no,
        "kind": row.kind,
        "kind_name": task.name,
        "title": row.title,
        "colour": row.colour,
        "round": row.round,
        "state": row.state,
        "aside": task.aside,
        "post": next(iter(posts), None),
        "posts": posts,
        "assignee": row.assignee,
        "assignee_name": task.assignee_name,
        "named": task.named,
        "delegate": row.delegate,
        "delegate_name": task.delegate_name,
        "offered_to": row.offered_to,
        "offered_name": task.offered_name,
        "opened_at": china(row.opened_at),
        "ended_at": row.ended_at and china(row.ended_at),
        "due_at": row.due_at and china(row.due_at),
        "overdue": row.overdue,
        "suspended": row.suspended,
        "ahead": row.ahead,
        "urgency": urgency_of(row, now or datetime.now(UTC)),
        "redo_of": task.redo_of,
        "about": about_shown(task.about),
        "decision": task.decision,
        "record": task.record,
        "void_reason": task.void_reason or None,
        "ringing": any(bell_of(task, capacity) for capacity in actor.capacities),
        "delivery": _delivery(task.delivery) if task.delivery else None,
        "standing": standing(task, actor),
    }


def _brief(
    task: Task,
    dispute: DisputeRow,
    entries: list[Entry],
    lexicon: Lexicon,
    directory: Directory,
    before: LookBack | None,
    alike: list[Similar],
    learned: Learned | None,
) -> Brief:
    document, phase = dispute.sealed, phase_of(Stage(dispute.stage))
    cues = risk_cues([incident["narrative"] for incident in document["incidents"]], lexicon)
    repeated = [REPEATED] if len(document["incidents"]) > 1 else []
    return Brief(
        phase=PhaseNamed(code=phase, name=PHASE_NAMES[phase]),
        beat=beat_named(document, directory),
        repeats=repeats_of(document),
        look_back=before,
        similar=alike,
        cues=cues,
        law=law_of(dispute.category, lexicon),
        duties=duties_of([*document["risk_kinds"], *repeated, *(cue.code for cue in cues)], lexicon),
        category_name=dispute.category_name,
        parties=[masked(Party.model_validate(party)) for party in document["parties"]],
        incidents=[
            IncidentInBrief(
                at=i["reported_at"],
                source=i["source"],
                narrative=i["narrative"],
                address=i["address"],
                particulars=i.get("particulars", {}),
            )
            for i in document["incidents"]
        ],
        earlier_alarms=len(document["incidents"]) - 1,
        history=[_entry(entry) for entry in latest_entries(entries)],
        agreements=[Agreement.model_validate(agreement) for agreement in document["agreements"]],
        evaluations=[Verdict.model_validate(verdict) for verdict in document["evaluations"]],
        suggested=document["suggested"],
        risk_kinds=document["risk_kinds"],
        asked_by=_asked_by(task, entries),
        flags=(document["disposal"] or {}).get("flags", []) if KINDS[task.kind].judges else [],
        redo_of=task.redo_of,
        learned=learned,
    )


def _entry(entry: Entry) -> EntryInBrief:
    detail = entry.detail
    return EntryInBrief(
        at=entry.at,
        kind=entry.kind,
        title=entry.title,
        task_kind=detail.get("task_kind"),
        decision=detail.get("decision"),
        about=about_shown(detail.get("about") or {}),
        reason=(detail.get("fields") or {}).get("reason"),
    )


def _asked_by(task: Task, entries: list[Entry]) -> AskedBy | None:
    """Who put up the change, or gave back the work, that the task rules upon: by what he did when it was opened."""
    about = task.about

    def asked(entry: Entry) -> bool:
        if task.kind != "rule_refusal":
            return entry.actor_id == about.get("proposer")
        said = entry.detail.get("fields") or {}
        given_back = entry.detail.get("decision") in ("refuse", "cannot_resolve")
        return given_back and about["ground"] in (said.get("ground"), said.get("reason"))

    entry = next((e for e in entries if e.actor_id and e.at == task.opened_at and asked(e)), None)
    return AskedBy(name=str(entry.actor), on_behalf_name=entry.on_behalf_name) if entry else None


def _candidate(person: PersonAtPost) -> Candidate:
    return Candidate(
        person_id=person.person_id,
        username=person.username,
        name=person.name,
        post=PostNamed(role=person.role, organisation=person.organisation),
        known_for=list(person.known_for),
    )


def _delivery(delivery: Delivery) -> DeliveryShape:
    return DeliveryShape(
        delivered_at=china(delivery.delivered_at),
        rung=[
            BellShape(
                at=china(bell.at),
                posts=[_post(post) for post in bell.to],
                acknowledged_at=bell.acknowledged_at and china(bell.acknowledged_at),
                acknowledged_name=bell.acknowledged_name,
            )
            for bell in delivery.bells
        ],
        seen_at=delivery.seen_at and china(delivery.seen_at),
        seen_name=delivery.seen_name,
        known_at=delivery.known_at and china(delivery.known_at),
    )


def _post(post: Post) -> PostAsked:
    return PostAsked(role=post.role, role_name=role_name(post.role), organisation=post.path.rpartition("/")[2])
