"""Decisions and timeline entries in words: the fields of a form by their titles, the timeline grouped by days."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from itertools import groupby
from typing import Any, Protocol

from api.core.schemas import JsonSchema, schema_of
from api.web.formatting import by, day, instant, money, satisfaction, stamp, subject
from api.web.forms import RATED, core, label_and_options
from api.web.organisation_labels import Vocabulary
from api.web.rendering import View
from domain.base import china
from domain.case.state import Decision
from domain.image.shown_timeline import shown_entries
from domain.policy.action_catalogue import ACTIONS
from domain.policy.catalogue import KINDS, title_of
from domain.policy.forms.demands import Demand, asked_form

TONES = {"overdue": "late", "supervision": "late", "promotion": "late", "promoted": "late", "reminder": "soon",
         "due": "soon", "decision": "act", "action": "act", "agreement": "good", "closed": "good", "stage": "stage",
         "round": "late",
         "decision_refused": "late", "proposed": "act", "transfer_accepted": "act"}  # fmt: skip
_EXTRA = {
    "reason_code": "原因",
    "reason": "理由",
    "ground": "事由",
    "due_at": "时限",
    "note": "备注",
    "text": "内容",
    "until": "至",
    "explanation": "整改要求",
    "criteria": "复杂疑难情形",
}
_PERSON = {"delegated": "受托人", "delegation_recalled": "受托人", "transfer_offered": "接收人",
           "transfer_withdrawn": "接收人", "transfer_accepted": "移交人"}  # fmt: skip
"""What the other person of an entry is called."""
_ASIDE = re.compile("（[^（）]*）$")
_QUIET = {"task_void", "clock_started", "released", "claimed", "delegation_recalled", "transfer_withdrawn"}

_CAUSES = {"decision", "action", "overdue", "promoted"}


class TimelineEntry(Protocol):
    """An entry of a timeline, as the case's page shows it."""

    @property
    def at(self) -> datetime:
        """When it happened."""

    @property
    def kind(self) -> str:
        """What kind of entry it is."""

    @property
    def title(self) -> str:
        """What happened, in words."""

    @property
    def actor(self) -> str | None:
        """The name of the person who did it; none where it was the process."""

    @property
    def on_behalf_name(self) -> str | None:
        """For whom the person did it."""

    @property
    def detail(self) -> Mapping[str, Any]:
        """What it is about; its keys depend on its kind."""


def _schema(kind: str, name: str, words: Vocabulary) -> JsonSchema:
    """The form of an answer, with the fields that the case's mechanism adds to it."""
    spec = KINDS[kind].decisions.get(name) if kind in KINDS else None
    if spec is None:
        return {}
    demand = words.demands.get(f"{kind}.{name}") or words.demands.get(f"{kind}.report_up")
    return schema_of(asked_form(spec.form, Demand.model_validate(demand)) if demand else spec.form)


def facts(schema: JsonSchema, fields: Mapping[str, Any], words: Vocabulary) -> list[tuple[str, str]]:
    """Filled-in fields as (title, text); an empty field or a plain "no" is left out."""
    named = []
    for name, value in fields.items():
        if value in (None, False, "", []) or name.endswith("_name"):
            continue
        if f"{name}_name" in fields:
            value = fields[f"{name}_name"]  # a code, or a person's id
        if name == "person" and "name" in fields:
            continue
        inner, _ = core(schema.get("properties", {}).get(name, {}), schema.get("$defs", {}))
        title, text = _fact(name, inner, value, words, schema.get("$defs", {}))
        named.append((title, text))
    return named


def _fact(name: str, inner: JsonSchema, value: Any, words: Vocabulary, defs: JsonSchema) -> tuple[str, str]:
    title = inner.get("title", _EXTRA.get(name, name))
    if not inner.get("enum"):
        title = _ASIDE.sub("", title) or title  # what helped to fill it in
    if inner.get("enum"):
        title, options = label_and_options(title, inner["enum"])
        return title, dict(options).get(value, str(value))
    if isinstance(value, bool):
        return title, "是" if value else "否"
    if isinstance(value, list):
        items, _ = core(inner.get("items", {}), defs)
        texts = [_fact(name, items, item, words, defs)[1] for item in value]
        return title, ("；" if items.get("type") == "object" or max(map(len, texts)) > 12 else "、").join(texts)
    if isinstance(value, dict):
        nested = {"properties": inner.get("properties", {}), "$defs": defs}
        # within a row a "yes" says what of
        return title, "，".join(said if text == "是" else text for said, text in facts(nested, value, words))
    match inner.get("format"):
        case "organisation-code":
            return title, words.offices.label(str(value))
        case "date-time":
            at = instant(str(value))
            return title, f"{at:%Y-%m-%d %H:%M}" if at else ""
    if name in RATED and isinstance(value, int):
        return title, satisfaction(value)
    return title, money(str(value)) if name == "amount" else words.word(name, str(value))


def decided(kind: str, decision: Decision, words: Vocabulary, now: datetime) -> View:
    """An answer on record."""
    return {
        "title": ("拟办意见：" if decision.proposal else "") + title_of(kind, decision.name),
        "by": by(decision.actor_name, decision.on_behalf_name) or "系统（到期自动）",
        "at": stamp(decision.at, now),
        "facts": facts(_schema(kind, decision.name, words), decision.fields, words),
        "files": [evidence.attachment_id for evidence in decision.evidence],
    }


def change(name: str, fields: Mapping[str, Any], words: Vocabulary) -> list[tuple[str, str]]:
    """What an action was given."""
    grounds = getattr(ACTIONS[name].form, "grounds_called", "") if name in ACTIONS else ""
    found = facts(schema_of(ACTIONS[name].form) if name in ACTIONS else {}, fields, words)
    return [(grounds if grounds and title == _EXTRA["criteria"] else title, said) for title, said in found]


def reason(kind: str | None, decision: str | None, given: str | None, words: Vocabulary) -> str:
    """The reason of an answer; one that was chosen from a list by the words it was chosen by."""
    schema = _schema(kind or "", decision or "", words)
    return next((text for _, text in facts(schema, {"reason": given}, words)), "")


def title_in_words(kind: str, title: str, about: Mapping[str, Any]) -> str:
    """The title of a timeline entry; that of an opened task says that it is new, and what it is about."""
    if kind != "task_opened":
        return title
    which = subject(title, about)
    return f"新待办：{title}{f'（{which}）' if which else ''}"


def by_days(
    entries: Sequence[TimelineEntry], words: Vocabulary, now: datetime, whole: Sequence[TimelineEntry] = ()
) -> list[View]:
    """Timeline entries grouped by day, the newest day and the newest entry first.

    `whole` is the timeline that they are the end of: a task that was opened earlier is named from there.
    """
    subjects = {
        entry.detail["task_id"]: subject(entry.title, entry.detail.get("about", {}))
        for entry in (*whole, *entries)
        if entry.kind == "task_opened"
    }
    causes = {entry.at: entry.title for entry in (*whole, *entries) if entry.kind in _CAUSES}
    lines = [
        _line(entry, subjects, words, now, causes.get(entry.at, "") if entry.kind == "task_void" else "")
        for entry in reversed(shown_entries(entries))
    ]
    return [
        {"name": day(lot[0]["when"], now), "entries": lot}
        for _, group in groupby(lines, key=_day_of)
        if (lot := list(group))
    ]


def _day_of(line: View) -> date:
    at: datetime = line["when"]
    return at.date()


def _line(entry: TimelineEntry, subjects: Mapping[str, str], words: Vocabulary, now: datetime, cause: str) -> View:
    """An entry in words; `cause` is what made a question needless: what was decided in the same instant."""
    detail, at = entry.detail, china(entry.at)
    more: list[tuple[str, str]] = []
    if "decision" in detail:
        asked = _schema(detail.get("task_kind", ""), detail["decision"], words)
        more = facts(asked, detail.get("fields") or {}, words)
    elif "action" in detail:
        more = change(detail["action"], detail.get("fields") or {}, words)
    if (person := detail.get("person_name")) and entry.kind in _PERSON:
        more.append((_PERSON[entry.kind], person))
    for name in _EXTRA:
        value = detail.get(name)
        if value and isinstance(value, str):
            shown = value if name not in ("due_at", "until") or "T" not in value else stamp(value, now)
            more.append((_EXTRA[name], shown))
    if cause:
        more.append(("起因", cause))
    if entry.kind != "task_opened" and (which := subjects.get(detail.get("task_id", ""))):
        more.insert(0, ("事项", which))
    return {
        "when": at,
        "time": f"{at:%H:%M}",
        "title": title_in_words(entry.kind, entry.title, detail.get("about") or {}),
        "actor": by(entry.actor, entry.on_behalf_name),
        "tone": TONES.get(entry.kind, "quiet" if entry.kind in _QUIET else "plain"),
        "facts": more,
        "files": detail.get("attachments") or [],
    }
