"""The parts of a case's page in words: what stands around every tab, and what the overview says."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from api.attachments.schemas import Attachment
from api.cases.service import LATEST
from api.disputes.action_words import note
from api.disputes.schemas import Comment, EntryItem, WholeCase
from api.tasks.schemas import TaskItem
from api.web import formatting as w
from api.web.organisation_labels import Vocabulary
from api.web.rendering import View
from api.web.timeline import by_days
from domain.people.duties import RULES, Duty
from domain.people.organisation import Actor
from domain.people.permissions import AUDITORS, DRILL_LEADERS, INTAKE_ROLES, may_see_readers
from domain.policy.action_catalogue import ENDINGS

KINDS_OF_FILE = {"image": "图片", "video": "视频", "audio": "录音"}
HEIC = "HEIC：无法预览，可下载"
"""What telephones of one maker take: browsers of others do not draw it, nor does what draws here."""
DOCUMENTS = {"pdf": "PDF", "word": "文档", "excel": "表格", "spreadsheet": "表格"}
"""By a word of its media type."""
ANSWERED_BY = ("offered", "mine", "delegate", "free")
"""The standings of whoever is asked: what he has in hand first, then what anybody of his post may take."""
GROUPS = {
    "期限与颜色": ("suspend", "resume", "extend", "recolour", "tag"),
    "承办与力量": ("reassign", "name_officer", "escalate", "recall", "summon", "convene"),
    "案情与帮扶": ("correct_party", "split_off", "arrange_help", "send_notice"),
}
"""What may be done beside the tasks, by what it is about; what ends the case stands apart."""


def frame(case: WholeCase, actor: Actor) -> View:
    """What stands around every tab: the buttons, and the task that the viewer may answer."""
    mine = sorted((t for t in case.tasks if t.standing in ANSWERED_BY), key=_first)
    return {
        "watched": case.watched,
        "history": actor.has_role(*AUDITORS),
        "readers": may_see_readers(actor, {p for t in case.tasks for p in (t.assignee, t.delegate) if p}),
        "groups": _groups(case, actor),
        "mine": {"href": f"/tasks/{mine[0].task_id}", "kind": mine[0].kind_name,
                 "due": w.due(mine[0].due_at, mine[0].overdue, w.present(case.ahead), suspended=mine[0].suspended),
                 "others": [{"href": f"/tasks/{t.task_id}", "kind": t.kind_name,
                             "about": w.subject(t.kind_name, t.about)} for t in mine[1:]]} if mine else None,
    }  # fmt: skip


def drilled(case: WholeCase, actor: Actor, now: datetime) -> View | None:
    """In a drill: how far the clock of the case was moved, and whether the viewer may move it on.

    `now` is by the clock of the case; nothing where neither is so.
    """
    moves = not case.closed_at and actor.has_role(*DRILL_LEADERS)
    ahead = w.span(timedelta(seconds=case.ahead)) if case.ahead else ""
    return {"moves": moves, "ahead": ahead, "now": f"{now:%Y年%-m月%-d日 %H:%M}"} if moves or ahead else None


def _first(task: TaskItem) -> tuple[bool, int, int]:
    """What the story waits for before what is beside it; what one has in hand before what is free; the most urgent."""
    return task.aside, ANSWERED_BY.index(task.standing or "free"), -task.urgency


def _groups(case: WholeCase, actor: Actor) -> list[View]:
    """The actions open to a person under their heads, and the endings apart, the last."""
    no, found = case.dispute_no, {a.name: a.title for a in case.actions}

    def links(names: Iterable[str]) -> list[View]:
        return [{"href": f"/disputes/{no}/actions/{name}", "title": found.pop(name), "note": note(case, name)}
                for name in names if name in found]  # fmt: skip

    groups = [{"head": head, "ends": False, "links": links(names)} for head, names in GROUPS.items()]
    endings = {"head": "结束本案", "ends": True, "links": links(ENDINGS)}
    more = links(list(found))
    if not case.closed_at and actor.has_role(*INTAKE_ROLES):
        more.append({"href": f"/disputes/{no}/notes", "title": "转来情况", "note": ""})
    if not case.closed_at and actor.has_role(*RULES[Duty.CONTRACTING].entrusted_by):
        more.append({"href": f"/registers/contracting?at={no}", "title": "明确包保领导", "note": ""})
    return [g for g in (*groups, {"head": "其他", "ends": False, "links": more}, endings) if g["links"]]


def why_this_colour(case: WholeCase, words: Vocabulary, now: datetime) -> list[str]:
    """On what its colour rests: both axes, what the report says of risk, and who changed it last."""
    said = [f"危害{w.HARM[case.harm]}、{w.URGENCY[case.urgency]}"] if case.harm else []
    if case.criminal_risk:
        said.append("有民转刑风险")
    changed = next((c for c in reversed(case.changes) if c.action == "recolour" and c.result == "approved"), None)
    if changed and changed.fields.get("reason"):
        said.append(f"{w.stamp(changed.at, now)} 经批准调整：{changed.fields['reason']}")
    return said


def what_comes_next(case: WholeCase) -> str:
    """The stage after the present one, where there is one."""
    if case.closed_at or case.stage not in case.stages:
        return ""
    after = case.stages[case.stages.index(case.stage) + 1 :]
    return w.stage_short(after[0], case.stage_names) if after else ""


def latest_lines(entries: Sequence[EntryItem], words: Vocabulary, now: datetime) -> list[View]:
    """The last lines of the timeline, the newest first, by days."""
    left, shown = LATEST, []
    for lot in by_days(entries, words, now):
        if kept := lot["entries"][:left]:
            shown.append({**lot, "entries": kept})
        left -= len(kept)
    return shown


def comment(c: Comment, case: WholeCase, now: datetime) -> View:
    """A remark, with its files by name."""
    names = {a.attachment_id: a.name for a in case.attachments}
    return {
        "by": c.by,
        "at": w.stamp(c.at, now),
        "text": c.text,
        "mentions": c.mentions,
        "files": [(f"/attachments/{i}", names[i]) for i in c.attachments if i in names],
    }


def file(a: Attachment, now: datetime) -> View:
    """A file as a tile shows it."""
    kind = a.media_type.partition("/")[0]
    return {
        "id": a.attachment_id,
        "href": f"/attachments/{a.attachment_id}",
        "name": a.name,
        "picture": a.thumbnail,
        "video": kind == "video",
        "audio": kind == "audio",
        "kind": HEIC if a.media_type == "image/heic" else KINDS_OF_FILE.get(kind) or _document(a.media_type),
        "by": a.by,
        "about": f"{a.by} · {w.stamp(a.at, now)} · {w.size(a.size)}",
    }


def _document(media_type: str) -> str:
    """A document's kind, as the tile in place of a thumbnail shows it."""
    return next((name for word, name in DOCUMENTS.items() if word in media_type), "文件")


def named(options: Sequence[tuple[str, str]], chosen: str) -> list[View]:
    """Choices as a select shows them."""
    return [{"code": code, "name": name, "chosen": code == chosen} for code, name in options]
