"""Where a case stands, in words: what the page of a case and the page of its history both show."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime

from api.conduct.whistle_view import at_table, section, whistle_view
from api.disputes.schemas import Case, ClockShape, EntryItem, Held
from api.tasks.schemas import TaskItem
from api.web import formatting as w
from api.web.organisation_labels import Offices, Vocabulary
from api.web.rendering import View
from api.web.timeline import decided
from domain.base import china
from domain.case import records
from domain.case.care.effort import Effort
from domain.case.care.helping import HelpMeasure
from domain.policy.catalogue import OUTCOMES
from domain.policy.forms.judgement import RETURN_REASONS
from domain.policy.matters.matter import MATTER_NAMES, usual
from domain.policy.parts.tags import TAGS
from domain.policy.stages import Stage

OPEN = ("open", "claimed")
BY_LAW = {"police": "治安调解", "people": "人民调解", "administrative": "行政调解", "judicial": "司法调解"}
"""What the kinds of mediation by law are called (R-103)."""


def case_view(case: Case, entered: Collection[str], words: Vocabulary, now: datetime) -> View:
    """The case's own part of a page; `entered` are the stages it has been in, `now` is by the case's clock."""
    offices = words.offices
    return {
        "case": _head(case, now, offices),
        "steps": steps_of(case, entered),
        "tasks": [_open_task(t, offices, now) for t in case.tasks if t.state in OPEN],
        "done": [_done_task(t, words, now) for t in case.tasks if t.state == "done"],
        "clocks": [_clock(c, now) for c in case.clocks if not c.stopped_at],
        "past_clocks": [_clock(c, now) for c in case.clocks if c.stopped_at],
        "chain": [_held(h, words.offices, now, case.stage_names) for h in case.responsibility],
        "parties": [{"name": p.name, "side": w.SIDES.get(p.side, p.side), "phone": p.phone, "id_number": p.id_number}
                    for p in case.parties],
        "incidents": [_incident(i, now) for i in case.incidents],
        "split_off": [{"no": x.dispute_no, "at": w.stamp(x.at, now), "by": x.by_name, "reason": x.reason}
                      for x in case.split_off],
        "split_from": case.split_from,
        "agreements": [_agreement(a, now) for a in case.agreements],
        "sessions": [
            _session(x, case, before, now) for x, before in zip(case.sessions, [None, *case.sessions], strict=False)
        ],
        "whistles": [whistle_view(x, words.offices, now) for x in case.summons],
        "whistles_called": "、".join(dict.fromkeys(section(x) for x in case.summons)),
        "evaluations": [_verdict(v, now) for v in case.evaluations],
        "visits": [_visit(v, now) for v in case.visits],
        "efforts": _efforts(case.effort),
        "helps": [_help(h, offices) for h in case.helps],
    }  # fmt: skip


def _head(case: Case, now: datetime, offices: Offices) -> View:
    open_tasks = [t for t in case.tasks if t.state in OPEN]
    timed = [t for t in open_tasks if t.due_at]
    suspended = bool(timed) and all(t.suspended for t in timed)
    holder = next((t.assignee_name for t in open_tasks if t.assignee == case.holder), None) or case.holder_name
    return {
        "no": case.dispute_no,
        "revision": case.revision,
        "title": case.title,
        "matter": "" if usual(case.matter) else MATTER_NAMES[case.matter],
        "colour": w.colour(case.colour, case.colours),
        "stage": case.stage_name,
        "round": case.round,
        "urgent": case.urgent,
        "overdue": case.overdue,
        "due": None if case.closed_at else w.due(case.due_at, case.overdue, now, suspended=suspended),
        "category": case.category_name,
        "tags": "、".join(TAGS[tag] for tag in case.tags if tag in TAGS),
        "complex_for": "、".join(case.complex_for),
        "promoted": [_promoted(each, now, offices) for each in case.promotions],
        "axes": f"{case.harm} × {case.urgency}" if case.harm else "",
        "source": w.source(case.source),
        "opened": w.stamp(case.opened_at, now),
        "closed": w.stamp(case.closed_at, now),
        "outcome": OUTCOMES.get(case.outcome or "", ""),
        "merged_into": case.merged_into,
        "office": offices.label(case.organisation),
        "holder": holder or "",
        "returns": case.returns,
        "refusals": case.groundless_refusals,
        "suggested": "、".join(offices.label(code) for code in case.suggested),
        "criminal_risk": case.criminal_risk,
    }


def _promoted(p: records.Promotion, now: datetime, offices: Offices) -> str:
    """When it moved up a level, on which grounds, to whom, and who agreed."""
    to = "、".join(offices.holding(post.path, post.role) for post in p.to)
    agreed = f"，{p.approved_name}批准" if p.approved_name else ""
    return f"{w.stamp(p.at, now)} {'、'.join(p.grounds)}：{p.by_name}提请{agreed}，由{to or '上一级'}办理"


def stages_in(entries: Iterable[EntryItem]) -> set[str]:
    """The stages that a case has been in, by its timeline."""
    return {str(e.detail.get("stage")) for e in entries if e.kind == "stage"}


def steps_of(case: Case, entered: Collection[str]) -> list[View]:
    """The stages of the case's own playbook: passed, present, skipped so far, still to come. A stage that the case was
    in and went back from is no stage to come: it is `returned`.
    """
    stages = case.stages
    seen = {*entered, stages[0]}
    here = stages.index(case.stage) if case.stage in stages else 0
    labels = {"here": "当前", "passed": "已过", "skipped": "未经过", "ahead": "未到", "returned": "已退回"}

    def state(n: int, stage: Stage) -> str:
        if n == here:
            return "here"
        if n < here:
            return "passed" if stage in seen else "skipped"
        return "returned" if stage in seen else "ahead"

    return [
        {"name": w.stage_short(stage, case.stage_names), "state": (it := state(n, stage)), "spoken": labels[it]}
        for n, stage in enumerate(stages)
    ]


def _open_task(t: TaskItem, offices: Offices, now: datetime) -> View:
    return {
        "href": f"/tasks/{t.task_id}",
        "kind": t.kind_name,
        "about": w.subject(t.kind_name, t.about),
        "who": "、".join(offices.posts(t.posts)),
        "assignee": f"{t.assignee_name}（委托 {t.delegate_name}）" if t.delegate_name else t.assignee_name,
        "state": w.TASK_STATES[t.state],
        "due": w.due(t.due_at, t.overdue, now, suspended=t.suspended),
    }


def _done_task(t: TaskItem, words: Vocabulary, now: datetime) -> View:
    return {
        "href": f"/tasks/{t.task_id}",
        "kind": t.kind_name,
        "about": w.subject(t.kind_name, t.about),
        "round": t.round,
        "answer": decided(t.kind, t.decision, words, now) if t.decision else None,
    }


def _clock(c: ClockShape, now: datetime) -> View:
    never_began = c.stopped_at is not None and c.stopped_at < c.started_at
    return {
        "name": c.name,
        "started": c.started_at,
        "title": c.title,
        "state": c.state,
        "spoken": "未开始" if never_began else w.CLOCK_STATES[c.state],
        "begins": w.stamp(c.begins_at, now),
        "due": w.due(c.due_at, c.overdue, now) if c.state != "suspended" else None,
        "at": w.limit(c.due_at, now),
        "moved": [f"{w.stamp(m.was, now)} → {w.stamp(m.now, now)}：{m.reason}" for m in c.moved],
        "ground": c.suspensions[-1].ground if c.suspended else "",
    }


_PASSED = {"delivery": "送达即负责", "acceptance": "签收后负责", "reassigned": "改派"}


def _held(h: Held, offices: Offices, now: datetime, called: Mapping[Stage, str]) -> View:
    return {
        "office": offices.label(h.organisation),
        "who": h.person_name or h.role_name,
        "stage": w.stage_short(h.stage, called),
        "round": h.round,
        "since": w.stamp(h.since, now),
        "until": w.stamp(h.until, now) if h.until else "",
        "by": _PASSED.get(h.by, ""),
    }


def report_named(i: records.Incident, now: datetime) -> str:
    """A report in one line, to be chosen among those of a case."""
    return f"{w.source(i.source)} {i.source_no} · {w.stamp(i.reported_at, now)} · {i.narrative[:24]}"


def _incident(i: records.Incident, now: datetime) -> View:
    return {
        "id": i.incident_id,
        "at": w.stamp(i.reported_at, now),
        "source": w.source(i.source),
        "no": i.source_no,
        "address": i.address,
        "narrative": i.narrative,
        "particulars": i.particulars,
        "who": "、".join(f"{p.name}（{w.SIDES.get(p.side, p.side)}）" for p in i.parties),
    }


def _agreement(a: records.Agreement, now: datetime) -> View:
    return {
        "number": a.number,
        "round": a.round,
        "at": w.stamp(a.at, now),
        "terms": a.terms,
        "confirmation": w.CONFIRMATION.get(a.confirmation, ""),
        "case_no": a.case_no,
        "obligations": [_obligation(o) for o in a.obligations],
    }


def _obligation(o: records.ObligationState) -> View:
    return {
        "party": o.party,
        "what": o.what,
        "amount": w.money(o.amount) if o.amount else "",
        "due": f"{china(o.due_at):%Y-%m-%d}",
        "state": w.PERFORMANCE.get(o.state, o.state),
        "code": o.state,
    }


def _session(x: records.Session, case: Case, before: records.Session | None, now: datetime) -> View:
    kind, earlier = (BY_LAW.get(case.mediation.get(s.tier, ""), "") if s else "" for s in (x, before))
    return {
        "law": f"由{earlier}转入{kind}" if kind and earlier and kind != earlier else kind,
        "name": f"{case.tiers.get(x.tier, x.tier)} · 第 {x.number} 次{f'（{x.record}）' if x.record else ''}",
        "at": w.stamp(x.at, now),
        "result": w.RESULTS.get(x.result, x.result),
        "people": at_table(x.participants),
        "venue": x.venue_name,
        "reason": f"{x.refused_by}：{x.reason}" if x.refused_by else x.reason,
    }


def _verdict(v: records.Verdict, now: datetime) -> View:
    return {
        "at": w.stamp(v.at, now),
        "round": v.round,
        "result": w.RESULTS.get(v.verdict, v.verdict),
        "bad": v.verdict == "return",
        "reason": RETURN_REASONS.get(v.reason, v.reason),
        "explanation": v.explanation,
    }


def _visit(v: records.VisitRecord, now: datetime) -> View:
    return {
        "name": f"第 {v.number} 次回访 · {v.party}",
        "at": w.stamp(v.at, now),
        "result": w.RESULTS.get(v.result, v.result),
        "satisfaction": " · ".join(_satisfaction(v)),
    }


_HELP_STATES = {"open": "办理中", "done": "已办成", "not_possible": "办不成", "void": "已终止"}


def _help(h: HelpMeasure, offices: Offices) -> View:
    return {
        "href": f"/tasks/{h.task_id}",
        "measure": h.measure,
        "whom": h.whom,
        "office": offices.label(h.organisation),
        "on": f"{h.on:%Y-%m-%d}" if h.on else "",
        "code": h.state,
        "state": _HELP_STATES.get(h.state, h.state),
        "result": h.result,
    }


def _efforts(effort: Effort) -> list[View]:
    """Both sides that have put anything in."""
    sides = (("公安阶段", effort.police), ("部门阶段", effort.department))
    return [
        {"side": name, "said": f"{e.people} 人 · 办理 {e.answers} 次 · 见面 {e.met} 次 · {e.hours} 小时"}
        for name, e in sides
        if e.answers or e.hours
    ]


def _satisfaction(v: records.VisitRecord) -> list[str]:
    """What a party said of the outcome, and apart from it of the police's response (接处警)."""
    asked = (("对处理结果满意度", v.satisfaction), ("对接处警满意度", v.response_satisfaction))
    return [f"{what} {w.satisfaction(value)}" for what, value in asked if value]
