"""What the page of a task shows beside its form."""

from __future__ import annotations

from datetime import datetime

from api.core.schemas import JsonObject
from api.tasks.schemas import AskedBy, Candidate, EntryInBrief, PostAsked, PostNamed, TaskItem, WholeTask
from api.web import formatting as w
from api.web.organisation_labels import Offices, Vocabulary
from api.web.rendering import View
from api.web.timeline import change, decided, reason, title_in_words
from domain.base import china
from domain.case.records import Agreement
from domain.people.organisation import Actor
from domain.policy.action_catalogue import ACTIONS
from domain.policy.catalogue import KINDS
from domain.policy.forms.judgement import RETURN_REASONS
from domain.policy.parts.notices import NOTICES
from infra.runtime.policy_files import role_name


def head_view(task: WholeTask, offices: Offices, now: datetime) -> View:
    """Kind, colour, deadline, whom it is addressed to."""
    ended = task.state in ("done", "void")
    return {
        "id": task.task_id,
        "no": task.dispute_no,
        "kind": task.kind_name,
        "title": task.dispute.title,
        "about": w.subject(task.kind_name, task.about),
        "colour": w.colour(task.colour, task.dispute.colours),
        "round": task.round,
        "redo": bool(task.redo_of),
        "state": w.TASK_STATES.get(task.state, task.state),
        "ended": w.stamp(task.ended_at, now) if ended else "",
        "void_reason": task.void_reason or "",
        "due": None if ended else w.due(task.due_at, task.overdue, now, suspended=task.suspended),
        "opened": w.stamp(task.opened_at, now),
        "who": offices.posts(task.posts),
        "candidates": [candidate.name for candidate in task.candidates[:6]],
        "assignee": task.assignee_name or "",
    }


def brief_view(task: WholeTask, words: Vocabulary, offices: Offices, now: datetime) -> View:
    """What the person needs to know to decide."""
    brief, about = task.brief, task.about
    returned = [v for v in brief.evaluations if v.verdict == "return"] if task.redo_of else []
    return {
        "category": brief.category_name,
        "incidents": [
            {"at": w.stamp(i.at, now), "source": w.source(i.source), "narrative": i.narrative,
             "address": i.address, "particulars": i.particulars}
            for i in brief.incidents
        ],
        "earlier": brief.earlier_alarms,
        "parties": [{**party.model_dump(), "side": w.SIDES.get(party.side, party.side)} for party in brief.parties],
        "suggested": "、".join(offices.label(code) for code in brief.suggested),
        "history": [_happened(entry, words, now) for entry in reversed(brief.history)],
        "summary": task.dispute.disposal if KINDS[task.kind].judges else "",
        "flags": [flag.text for flag in brief.flags],
        "agreements": [{"terms": a.terms, "owed": len(a.obligations)} for a in brief.agreements],
        "returned": [f"{RETURN_REASONS.get(v.reason, v.reason)} {v.explanation}".strip() for v in returned[-1:]],
        "requires": [
            f"{need['name']}至少 {need['at_least']} 人（{'、'.join(role_name(r) for r in need['any_of'])}）"
            for need in about.get("requires", [])
        ],
        "came": "、".join(line["name"] for line in about.get("called", []) if line["name"]),
        "letter": _letter(about.get("notice")),
        "instructions": str(about.get("instructions") or _help_in(about)),
        "given_back": _given_back(about, brief.asked_by, offices) if task.kind == "rule_refusal" else [],
        "waiting": [_waits(each, offices, now) for each in brief.waiting],
        "party": str(about.get("party") or ""),
        "owed": _owed(about, brief.agreements),
        "change": _change(about, brief.asked_by, words),
        "answer": decided(task.kind, task.decision, words, now) if task.decision else None,
        "record": [decided(task.kind, answer, words, now) for answer in task.record],
    }  # fmt: skip


def _help_in(about: JsonObject) -> str:
    """Which measure a department is asked for, and for whom."""
    return f"{about['measure']}（帮扶对象：{about['whom']}）" if "measure" in about else ""


def _waits(task: TaskItem, offices: Offices, now: datetime) -> View:
    return {
        "href": f"/tasks/{task.task_id}",
        "kind": task.kind_name,
        "about": w.subject(task.kind_name, task.about),
        "who": task.assignee_name or "、".join(offices.posts(task.posts)),
        "due": w.due(task.due_at, task.overdue, now, suspended=task.suspended),
    }


def _given_back(about: JsonObject, by: AskedBy | None, offices: Offices) -> list[tuple[str, str]]:
    """Who gave work back, why, and whom he names instead."""
    unable = bool(about.get("inability"))
    said = [
        ("无法化解的单位" if unable else "退单单位", str(about["name"])),
        ("提出人", w.by(by.name, by.on_behalf_name) if by else ""),
        ("无法化解的理由" if unable else "退单依据", str(about["ground"])),
        ("建议单位", offices.label(about["suggested_unit"]) if about.get("suggested_unit") else ""),
    ]
    return [(title, words) for title, words in said if words]


def _owed(about: JsonObject, agreements: list[Agreement]) -> str:
    """What is looked into: who owes what by when, of the agreement in force."""
    owed = agreements[-1].obligations if agreements else []
    asked = next((o for o in owed if o.number == about.get("obligation")), None)
    if asked is None:
        return ""
    what = f"{asked.what} {w.money(asked.amount)}" if asked.amount else asked.what
    return f"{asked.party}：{what}，{china(asked.due_at):%Y-%m-%d} 前"


def _happened(entry: EntryInBrief, words: Vocabulary, now: datetime) -> View:
    given = reason(entry.task_kind, entry.decision, entry.reason, words)
    return {
        "at": w.stamp(entry.at, now),
        "title": title_in_words(entry.kind, entry.title, entry.about),
        "reason": given,
    }


def _letter(letter: JsonObject | None) -> View | None:
    """The notice that the question carries: what it is called, by whom, what it says."""
    return {"title": NOTICES[letter["kind"]], "by": letter["by"], "text": letter["text"]} if letter else None


def _change(about: JsonObject, asked: AskedBy | None, words: Vocabulary) -> list[tuple[str, str]]:
    """What a change that waits for approval would change, and who asked for it."""
    fields = about.get("fields")
    by_title = (name for name, spec in ACTIONS.items() if spec.title == about.get("title"))
    name = about.get("action") or next(by_title, None)
    if not name or not isinstance(fields, dict):
        return []
    who = [("提请人", w.by(asked.name, asked.on_behalf_name))] if asked else []
    return [*change(name, fields, words), *who]


def hands_view(task: WholeTask, actor: Actor, offices: Offices) -> View:
    """In whose hands the task is, and to whom the person may hand it."""
    holders = {capacity.holder for capacity in actor.capacities}
    free = task.standing in ("mine", "free")
    return {
        "assignee": task.assignee_name or "",
        "delegate": task.delegate_name or "",
        "note": task.delegate_note,
        "offered": task.offered_name or "",
        "reason": task.offer_reason,
        "on_behalf": (task.on_behalf_of.name if task.on_behalf_of else "") or "",
        "may": free,
        "colleagues": _named([*task.colleagues, *task.candidates], holders, offices) if free else [],
        "candidates": _named(task.may_take_over, holders, offices) if free else [],
        "named": task.named,
        "renamed": KINDS[task.kind].leads,
    }


def _named(people: list[Candidate], without: set[str], offices: Offices) -> list[tuple[str, str]]:
    """People to choose from: (person id, name and post), each once, by the first of the posts he stands with."""
    found = {
        person.person_id: f"{person.name}（{offices.post(_asked(person.post))}）"
        for person in reversed(people)
        if person.person_id not in without
    }
    return list(reversed(found.items()))


def _asked(post: PostNamed) -> PostAsked:
    return PostAsked(role=post.role, role_name=role_name(post.role), organisation=post.organisation)
