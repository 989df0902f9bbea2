"""Messages in words, for the page 消息: a title, a link, and what each kind says beside."""

from __future__ import annotations

from datetime import datetime

from api.messages.schemas import (
    Digest,
    DigestTask,
    FiguresSupervised,
    Handover,
    Mention,
    MessageItem,
    OfAccounts,
    Told,
    Vacancies,
)
from api.web import formatting as w
from api.web.rendering import View

HANDED = {"handed": "委托您办理", "offered": "向您移交，请确认是否接收"}
ABOUT_ACCOUNTS = {"spraying": "/account", "password_reset": "/account", "second_factor": "/account",
                  "feed_token": "/account/tokens",
                  "examination": "/operations", "deputyship": "/deputies",
                  "organisations_merged": "/registers"}  # fmt: skip
"""Kinds of messages that are about no dispute, and where each leads."""
WHY = {"overdue": "已超期", "due_today": "24 小时内到期", "reminded": "已临期提醒"}


def message_view(m: MessageItem, now: datetime) -> View:
    """A message as `messages.html` shows it; `now` in China."""
    shown = {"id": m.message_id, "at": w.stamp(m.at, now), "new": m.read_at is None, "items": [], "said": ""}
    if m.kind == "digest":
        digest = Digest.model_validate(m.model_extra)
        counted = {why: count for why, count in _counts(digest).items() if count}
        title = f"{digest.day} 待办提要：{'，'.join(f'{WHY[why]} {count} 项' for why, count in counted.items())}"
        return {**shown, "title": title, "href": "/", "items": [_item(task, now) for task in digest.items],
                "rest": sum(counted.values()) - len(digest.items)}  # fmt: skip
    if m.kind == "mention":
        mention = Mention.model_validate(m.model_extra)
        title = f"{mention.by} 在 {m.dispute_no} 的留言中提到了您"
        return {**shown, "title": title, "href": f"/disputes/{m.dispute_no}#comments", "said": mention.text}
    if m.kind in ("named", "reported", "buck_passing", "hotline_note", "warned", "notice_answered", "absence",
                  "diversion_checked", "glass"):  # fmt: skip
        told = Told.model_validate(m.model_extra)
        title = f"{told.by + '：' if told.by else ''}{told.said}（{m.dispute_no} {told.title}）"
        href = f"/tasks/{told.task_id}" if m.kind == "named" and told.task_id else f"/disputes/{m.dispute_no}"
        return {**shown, "title": title, "href": href, "said": told.text}
    if m.kind in ABOUT_ACCOUNTS:
        told_of = OfAccounts.model_validate(m.model_extra)
        return {**shown, "title": told_of.said, "href": ABOUT_ACCOUNTS[m.kind], "said": told_of.text}
    if m.kind == "vacancies":
        vacant = Vacancies.model_validate(m.model_extra)
        title = f"警格网格对应岗位空缺 {vacant.count} 处，请明确人员"
        return {**shown, "title": title, "href": "/registers/beats", "said": "\n".join(vacant.sentences)}
    if m.kind == "figure_supervision":
        figures = FiguresSupervised.model_validate(m.model_extra)
        title, href = f"{figures.month} 指标督导，请答复", f"/figure-supervisions/{figures.supervision_id}"
        return {**shown, "title": title, "href": href, "said": figures.said}
    handover = Handover.model_validate(m.model_extra)
    title = f"{handover.by} {HANDED[m.kind]}：{handover.kind_name}（{m.dispute_no}）"
    return {**shown, "title": title, "href": f"/tasks/{handover.task_id}", "said": handover.text}


def _counts(digest: Digest) -> dict[str, int]:
    return {"overdue": digest.overdue, "due_today": digest.due_today, "reminded": digest.reminded}


def _item(task: DigestTask, now: datetime) -> View:
    return {
        "href": f"/tasks/{task.task_id}",
        "kind": task.kind_name,
        "title": " · ".join(filter(None, (task.party, task.title))),
        "no": task.dispute_no,
        "why": WHY[task.why],
        "late": task.why == "overdue",
        "colour": w.colour(task.colour),
        "due": w.limit(task.due_at, now),
    }
