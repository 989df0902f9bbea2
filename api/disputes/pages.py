"""The page of a case: where it stands, who must act until when, and all that happened."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from fastapi import APIRouter, Request, Response

from api.core.context import Services
from api.core.deps import ServicesDep
from api.disputes.endpoints import get_timeline, whole
from api.web import formatting as w
from api.web.errors import PageRoute
from api.web.organisation_labels import Offices, Vocabulary, offices_of, vocabulary
from api.web.rendering import show
from api.web.session import Viewer, ViewerDep
from api.web.timeline import by_days, decided
from domain.people.organisation import ROLES
from domain.people.permissions import AUDITORS
from domain.policy.catalogue import OUTCOMES
from domain.policy.fields import RETURN_REASONS
from infra.database.ids import new_id
from infra.records.attachments import PENDING_FOR
from infra.records.people import with_a_part

router = APIRouter(route_class=PageRoute)
KINDS_OF_FILE = {"image": "图片", "video": "视频", "audio": "录音"}
DOCUMENTS = {"pdf": "PDF", "word": "文档", "excel": "表格", "spreadsheet": "表格"}
"""By a word of its media type."""


@router.get("/disputes/{no}")
async def case_page(request: Request, services: ServicesDep, viewer: ViewerDep, no: str) -> Response:
    """One dispute."""
    return await show_case(request, services, viewer, no)


async def show_case(
    request: Request, services: Services, viewer: Viewer, no: str, *, status: int = 200, **extra: Any
) -> Response:
    """The page of a case; `extra` holds what a small form of it was refused for."""
    heard = await services.broadcaster.newest()  # before anything is read: what happens meanwhile is told
    document = await whole(services, viewer.actor, no)
    entries = await _timeline(services, viewer, no)
    offices = await offices_of(services)
    words = vocabulary(services, offices, document)
    now = w.present(document["ahead"])
    view = {
        "heard": heard,
        **standing(document, entries, words, now),
        "files": [file_view(a, now) for a in document["attachments"] if not a["pending"]],
        "waiting": [file_view(a, now) for a in document["attachments"] if a["pending"]],
        "kept_for": int(PENDING_FOR.total_seconds()) // 3600,
        "may_attach": document["may_attach"],
        "limit": services.files.limit,
        "comments": [_comment(c, document, now) for c in document["comments"]],
        "actions": [{"href": f"/disputes/{no}/actions/{a['name']}", "title": a["title"]} for a in document["actions"]],
        "days": by_days(entries, words, now),
        "history": viewer.actor.has_role(*AUDITORS),
        "people": await _people(services, no, offices),
        "key": new_id(),
        "comment_banner": None,
        "comment_error": "",
        "comment_text": "",
        "comment_mentions": "",
        "comment_attached": [],
    }
    return show(request, "case.html", viewer, status=status, **{**view, **extra})


def standing(
    document: dict[str, Any], entries: list[dict[str, Any]], words: Vocabulary, now: datetime
) -> dict[str, Any]:
    """Where a case stands, in words: what the page of a case and the page of its history both show."""
    offices = words.offices
    return {
        "case": _head(document, now, offices),
        "steps": _steps(document, entries),
        "tasks": [_open_task(t, offices, now) for t in document["tasks"] if t["state"] in ("open", "claimed")],
        "done": [_done_task(t, words, offices, now) for t in document["tasks"] if t["state"] == "done"],
        "clocks": [_clock(c, now) for c in document["clocks"] if not c["stopped_at"]],
        "past_clocks": [_clock(c, now) for c in document["clocks"] if c["stopped_at"]],
        "parties": [{**p, "side": w.SIDES.get(p["side"], p["side"])} for p in document["parties"]],
        "incidents": [_incident(i, now) for i in document["incidents"]],
        "agreements": [_agreement(a, now) for a in document["agreements"]],
        "sessions": _sessions(document, now),
        "evaluations": [_verdict(v, now) for v in document["evaluations"]],
        "visits": [_visit(v, now) for v in document["visits"]],
    }


async def _people(services: Services, no: str, offices: Offices) -> list[dict[str, str]]:
    """Who has a part, to be mentioned: username, and who that is."""
    async with services.database.read() as session:
        found = await with_a_part(session, no)
    return [{"username": p["username"], "who": f"{p['name']} · {offices.holding(p['path'], p['role'])}"} for p in found]


async def _timeline(services: Services, viewer: Viewer, no: str) -> list[dict[str, Any]]:
    entries: list[dict[str, Any]] = []
    cursor: str | None = None
    while True:
        page = await get_timeline(services, viewer.actor, no, 200, cursor)
        entries += page["items"]
        cursor = page["next_cursor"]
        if cursor is None:
            return entries


def _head(d: dict[str, Any], now: datetime, offices: Offices) -> dict[str, Any]:
    open_tasks = [t for t in d["tasks"] if t["state"] in ("open", "claimed")]
    stands = bool(timed := [t for t in open_tasks if t["due_at"]]) and all(t["suspended"] for t in timed)
    holder = next((t["assignee_name"] for t in open_tasks if t["assignee"] == d["holder"]), None) or d["holder_name"]
    return {
        "no": d["dispute_no"],
        "revision": d["revision"],
        "watched": d.get("watched", False),
        "title": d["title"],
        "colour": w.colour(d["colour"], d["colours"]),
        "stage": d["stage_name"],
        "round": d["round"],
        "urgent": d["urgent"],
        "overdue": d["overdue"],
        "due": None if d["closed_at"] else w.due(d["due_at"], d["overdue"], now, suspended=stands),
        "category": d["category_name"],
        "source": w.SOURCES.get(d["source"], d["source"]),
        "opened": w.stamp(d["opened_at"], now),
        "closed": w.stamp(d["closed_at"], now),
        "outcome": OUTCOMES.get(d["outcome"] or "", ""),
        "merged_into": d["merged_into"],
        "office": offices.label(d["organisation"]),
        "holder": holder or "",
        "returns": d["returns"],
        "refusals": d["groundless_refusals"],
        "suggested": "、".join(offices.label(code) for code in d["suggested"]),
        "criminal_risk": d["criminal_risk"],
    }


def _steps(d: dict[str, Any], entries: list[dict[str, Any]]) -> list[dict[str, str]]:
    """The stages of the case's own mechanism: passed, present, skipped so far, still to come."""
    stages = d["stages"]
    seen = {e["detail"].get("stage") for e in entries if e["kind"] == "stage"} | {stages[0]}
    here = stages.index(d["stage"]) if d["stage"] in stages else 0
    states = {"here": "当前", "passed": "已过", "skipped": "未经过", "ahead": "未到"}

    def state(n: int, stage: str) -> str:
        return "here" if n == here else "ahead" if n > here else "passed" if stage in seen else "skipped"

    return [
        {"name": w.stage_short(s), "state": (it := state(n, s)), "spoken": states[it]} for n, s in enumerate(stages)
    ]


def _open_task(t: dict[str, Any], offices: Offices, now: datetime) -> dict[str, Any]:
    return {
        "href": f"/tasks/{t['task_id']}",
        "kind": t["kind_name"],
        "about": w.about(t),
        "who": "、".join(offices.posts(t["posts"])),
        "assignee": f"{t['assignee_name']}（委托 {t['delegate_name']}）" if t["delegate_name"] else t["assignee_name"],
        "state": w.TASK_STATES[t["state"]],
        "due": w.due(t["due_at"], t["overdue"], now, suspended=t["suspended"]),
    }


def _done_task(t: dict[str, Any], words: Vocabulary, offices: Offices, now: datetime) -> dict[str, Any]:
    answer = decided(t["kind"], t["decision"], words, now) if t["decision"] else None
    return {
        "href": f"/tasks/{t['task_id']}",
        "kind": t["kind_name"],
        "about": w.about(t),
        "round": t["round"],
        "answer": answer,
    }


def _clock(c: dict[str, Any], now: datetime) -> dict[str, Any]:
    began, stopped = w.instant(c["started_at"]), w.instant(c["stopped_at"])
    never = bool(began and stopped and stopped < began)
    return {
        "name": c["name"],
        "started": c["started_at"],
        "title": c["title"],
        "state": c["state"],
        "spoken": "未开始" if never else w.CLOCK_STATES[c["state"]],
        "begins": w.stamp(c.get("begins_at"), now),
        "due": w.due(c["due_at"], c["overdue"], now) if c["state"] != "suspended" else None,
        "at": w.stamp(c["due_at"], now),
        "moved": [f"{w.stamp(m['was'], now)} → {w.stamp(m['now'], now)}：{m['reason']}" for m in c["moved"]],
        "ground": c["suspensions"][-1]["ground"] if c["suspended"] else "",
    }


def _incident(i: dict[str, Any], now: datetime) -> dict[str, Any]:
    return {
        "at": w.stamp(i["reported_at"], now),
        "source": w.SOURCES.get(i["source"], i["source"]),
        "no": i["source_no"],
        "address": i["address"],
        "narrative": i["narrative"],
    }


def _agreement(a: dict[str, Any], now: datetime) -> dict[str, Any]:
    return {
        "number": a["number"],
        "round": a["round"],
        "at": w.stamp(a["at"], now),
        "terms": a["terms"],
        "confirmation": w.CONFIRMATION.get(a["confirmation"], ""),
        "case_no": a["case_no"],
        "obligations": [_obligation(o) for o in a["obligations"]],
    }


def _obligation(o: dict[str, Any]) -> dict[str, Any]:
    at = w.instant(o["due_at"])
    return {
        "party": o["party"],
        "what": o["what"],
        "amount": f"{float(o['amount']):,.2f} 元" if o["amount"] else "",
        "due": f"{at:%Y-%m-%d}" if at else "",
        "state": w.PERFORMANCE.get(o["state"], o["state"]),
        "code": o["state"],
    }


def _sessions(d: dict[str, Any], now: datetime) -> list[dict[str, Any]]:
    return [
        {
            "name": f"{d['tiers'].get(s['tier'], s['tier'])} · 第 {s['number']} 次",
            "at": w.stamp(s["at"], now),
            "result": w.RESULTS.get(s["result"], s["result"]),
            "people": "、".join(f"{p['name']}（{_role(p['role'])}）" for p in s["participants"]),
            "reason": s["reason"],
        }
        for s in d["sessions"]
    ]


def _role(code: str) -> str:
    return ROLES[code].name if code in ROLES else code


def _verdict(v: dict[str, Any], now: datetime) -> dict[str, Any]:
    return {
        "at": w.stamp(v["at"], now),
        "round": v["round"],
        "result": w.RESULTS.get(v["verdict"], v["verdict"]),
        "bad": v["verdict"] == "return",
        "reason": RETURN_REASONS.get(v["reason"], v["reason"]),
        "explanation": v["explanation"],
    }


def _visit(v: dict[str, Any], now: datetime) -> dict[str, Any]:
    return {
        "name": f"第 {v['number']} 次回访 · {v['party']}",
        "at": w.stamp(v["at"], now),
        "result": w.RESULTS.get(v["result"], v["result"]),
        "satisfaction": f"满意度 {v['satisfaction']}" if v["satisfaction"] else "",
    }


def _comment(c: dict[str, Any], document: dict[str, Any], now: datetime) -> dict[str, Any]:
    names = {a["attachment_id"]: a["name"] for a in document["attachments"]}
    files = [(f"/attachments/{i}", names[i]) for i in c["attachments"] if i in names]
    return {**c, "at": w.stamp(c["at"], now), "files": files}


def _document(media_type: str) -> str:
    """What the square of a document says."""
    return next((name for word, name in DOCUMENTS.items() if word in media_type), "文件")


def file_view(a: dict[str, Any], now: datetime) -> dict[str, Any]:
    """An attachment as a page shows it."""
    return {
        "id": a["attachment_id"],
        "href": f"/attachments/{a['attachment_id']}",
        "name": a["name"],
        "picture": a["thumbnail"],
        "kind": KINDS_OF_FILE.get(a["media_type"].partition("/")[0]) or _document(a["media_type"]),
        "about": f"{a['by']} · {w.stamp(a['at'], now)} · {w.size(a['size'])}",
    }
