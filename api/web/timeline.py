"""What was decided, and what happened, in words: the fields of a form by their titles, the timeline by days."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from functools import cache
from itertools import groupby
from typing import Any

from api.core.timeline import shown_entries
from api.web.formatting import about, by, day, instant, stamp
from api.web.forms import core, label_and_options
from api.web.organisation_labels import Vocabulary
from domain.policy.catalogue import ACTIONS, KINDS, title_of

TONES = {"overdue": "late", "supervision": "late", "promotion": "late", "reminder": "soon", "due": "soon",
         "decision": "act", "action": "act", "agreement": "good", "closed": "good", "stage": "stage", "round": "late",
         "decision_refused": "late", "proposed": "act", "transfer_accepted": "act"}  # fmt: skip
_EXTRA = {
    "reason": "理由",
    "ground": "事由",
    "due_at": "时限",
    "note": "备注",
    "until": "至",
    "explanation": "整改要求",
}
_PERSON = {"delegated": "受托人", "delegation_recalled": "受托人", "transfer_offered": "接收人",
           "transfer_withdrawn": "接收人", "transfer_accepted": "移交人"}  # fmt: skip
"""What the other person of an entry is called."""
_QUIET = {"task_void", "clock_started", "released", "claimed", "delegation_recalled", "transfer_withdrawn"}


@cache
def _schema(kind: str, name: str, action: bool) -> dict[str, Any]:
    spec = ACTIONS.get(name) if action else KINDS[kind].decisions.get(name) if kind in KINDS else None
    return spec.form.model_json_schema() if spec else {}


def facts(schema: dict[str, Any], fields: dict[str, Any], words: Vocabulary) -> list[tuple[str, str]]:
    """Filled-in fields as (title, text); a "no" that nobody wrote is left out."""
    named = []
    for name, value in fields.items():
        if value in (None, False, "", []) or name.endswith("_name"):
            continue
        inner, _ = core(schema.get("properties", {}).get(name, {}), schema.get("$defs", {}))
        title, text = _said(name, inner, value, words, schema.get("$defs", {}))
        named.append((title, text))
    return named


def _said(name: str, inner: dict[str, Any], value: Any, words: Vocabulary, defs: dict[str, Any]) -> tuple[str, str]:
    title = inner.get("title", _EXTRA.get(name, name))
    if inner.get("enum"):
        title, options = label_and_options(title, inner["enum"])
        return title, dict(options).get(value, str(value))
    if isinstance(value, bool):
        return title, "是" if value else "否"
    if isinstance(value, list):
        items, _ = core(inner.get("items", {}), defs)
        texts = [_said(name, items, item, words, defs)[1] for item in value]
        return title, ("；" if items.get("type") == "object" or max(map(len, texts)) > 12 else "、").join(texts)
    if isinstance(value, dict):
        nested = {"properties": inner.get("properties", {}), "$defs": defs}
        return title, "，".join(text for _, text in facts(nested, value, words))
    match inner.get("format"):
        case "organisation-code":
            return title, words.offices.label(str(value))
        case "date-time":
            at = instant(str(value))
            return title, f"{at:%Y-%m-%d %H:%M}" if at else ""
    return title, f"{value} 元" if name == "amount" else words.word(name, str(value))


def decided(kind: str, decision: dict[str, Any], words: Vocabulary, now: datetime) -> dict[str, Any]:
    """An answer on record."""
    return {
        "title": ("拟办意见：" if decision.get("proposal") else "") + title_of(kind, decision["name"]),
        "by": by(decision["actor_name"], decision.get("on_behalf_name")) or "系统（到期自动）",
        "at": stamp(decision["at"], now),
        "facts": facts(_schema(kind, decision["name"], False), decision["fields"], words),
        "files": [e["attachment_id"] for e in decision["evidence"]],
    }


def change(name: str, fields: dict[str, Any], words: Vocabulary) -> list[tuple[str, str]]:
    """What an action was given."""
    return facts(_schema("", name, True), fields, words)


def reason(kind: str | None, decision: str | None, given: str | None, words: Vocabulary) -> str:
    """The reason of an answer; one that was chosen from a list by the words it was chosen by."""
    schema = _schema(kind or "", decision or "", False)
    return next((text for _, text in facts(schema, {"reason": given}, words)), "")


def said(entry: dict[str, Any]) -> str:
    """What an entry says: of a task that was opened, that it is new and what about."""
    if entry["kind"] != "task_opened":
        return str(entry["title"])
    which = about(
        {"kind_name": entry["title"], "about": entry.get("about") or entry.get("detail", {}).get("about", {})}
    )
    return f"新待办：{entry['title']}{f'（{which}）' if which else ''}"


def by_days(
    entries: list[dict[str, Any]], words: Vocabulary, now: datetime, opened: Iterable[dict[str, Any]] = ()
) -> list[dict[str, Any]]:
    """A timeline grouped by day, the newest day and the newest entry first. `opened` are entries of before: by which a
    task is known that was answered now.
    """
    which = {
        entry["detail"]["task_id"]: about({"kind_name": entry["title"], "about": entry["detail"].get("about", {})})
        for entry in (*opened, *entries)
        if entry["kind"] == "task_opened"
    }
    lines = [_line(entry, which, words, now) for entry in reversed(shown_entries(entries))]
    return [
        {"name": day(lot[0]["when"], now), "entries": lot}
        for _, group in groupby(lines, key=_day_of)
        if (lot := list(group))
    ]


def _day_of(line: dict[str, Any]) -> date:
    at: datetime = line["when"]
    return at.date()


def _line(entry: dict[str, Any], which: dict[str, str], words: Vocabulary, now: datetime) -> dict[str, Any]:
    detail, at = entry["detail"], instant(entry["at"])
    more: list[tuple[str, str]] = []
    if "decision" in detail:
        more = facts(_schema(detail.get("task_kind", ""), detail["decision"], False), detail.get("fields") or {}, words)
    elif "action" in detail:
        more = change(detail["action"], detail.get("fields") or {}, words)
    if (person := detail.get("person_name")) and entry["kind"] in _PERSON:
        more.append((_PERSON[entry["kind"]], person))
    for name in _EXTRA:
        value = detail.get(name)
        if value and isinstance(value, str):
            shown = value if name not in ("due_at", "until") or "T" not in value else stamp(value, now)
            more.append((_EXTRA[name], shown))
    if entry["kind"] != "task_opened" and (subject := which.get(detail.get("task_id", ""))):
        more.insert(0, ("事项", subject))
    return {
        "when": at,
        "time": f"{at:%H:%M}" if at else "",
        "title": said(entry),
        "actor": by(entry["actor"], entry.get("on_behalf_name")),
        "tone": TONES.get(entry["kind"], "quiet" if entry["kind"] in _QUIET else "plain"),
        "facts": more,
        "files": detail.get("attachments") or [],
    }
