"""Who may audit what, and the answers of the audit's endpoints."""

from __future__ import annotations

from collections import deque
from datetime import UTC, timedelta
from typing import Any

from temporalio.api.enums.v1 import EventType
from temporalio.client import WorkflowHistory
from temporalio.converter import DataConverter

from api.core.context import Services
from api.disputes.presenters import moment, present_case, present_entry
from api.histories.lookup import Histories
from api.histories.replay import Replayed, moments, replay, up_to
from api.tasks.presenters import about_shown
from domain.base import china
from domain.case.state import Entry
from domain.errors import FieldsInvalid, NotEntitled, NotFound
from domain.image.projection import project
from domain.people.organisation import Actor
from domain.people.permissions import AUDITORS
from infra.database.tables.read_model import DisputeRow, TaskRow, TimelineRow
from infra.read_model.disputes import find_dispute
from infra.read_model.writer import rows_of
from infra.records.archive import Archive

ROUNDING = timedelta(microseconds=2)
"""Between an event's time, in nanoseconds, and the workflow's, in microseconds."""
NOBODY = Actor(person_id="", name="", posts=[])

EVENTS: dict[str, str] = {
    "WORKFLOW_EXECUTION_STARTED": "受理，流程启动",
    "WORKFLOW_EXECUTION_COMPLETED": "流程结束",
    "WORKFLOW_EXECUTION_FAILED": "流程异常终止",
    "WORKFLOW_EXECUTION_TERMINATED": "流程被终止",
    "WORKFLOW_EXECUTION_SIGNALED": "收到情况通报",
    "WORKFLOW_EXECUTION_UPDATE_ACCEPTED": "收到办理意见",
    "WORKFLOW_EXECUTION_UPDATE_COMPLETED": "办理意见已生效",
    "WORKFLOW_EXECUTION_TIME_SKIPPING_TRANSITIONED": "演练快进",
    "WORKFLOW_EXECUTION_OPTIONS_UPDATED": "流程选项变更",
    "WORKFLOW_TASK_SCHEDULED": "等待处理",
    "WORKFLOW_TASK_STARTED": "开始处理",
    "WORKFLOW_TASK_COMPLETED": "处理完毕",
    "WORKFLOW_TASK_FAILED": "处理失败",
    "WORKFLOW_TASK_TIMED_OUT": "处理超时",
    "TIMER_STARTED": "开始计时",
    "TIMER_FIRED": "时限已到",
    "TIMER_CANCELED": "计时取消",
    "ACTIVITY_TASK_SCHEDULED": "准备更新查询库",
    "ACTIVITY_TASK_STARTED": "更新查询库",
    "ACTIVITY_TASK_COMPLETED": "查询库已更新",
    "ACTIVITY_TASK_FAILED": "查询库更新失败",
    "ACTIVITY_TASK_TIMED_OUT": "查询库更新超时",
    "UPSERT_WORKFLOW_SEARCH_ATTRIBUTES": "更新检索标签",
    "WORKFLOW_PROPERTIES_MODIFIED": "更新案情单",
    "MARKER_RECORDED": "记录标记",
    "SIGNAL_EXTERNAL_WORKFLOW_EXECUTION_INITIATED": "通知另一纠纷",
    "EXTERNAL_WORKFLOW_EXECUTION_SIGNALED": "另一纠纷已收到通知",
    "SIGNAL_EXTERNAL_WORKFLOW_EXECUTION_FAILED": "另一纠纷未能收到通知",
}
"""The engine's events in the words of the desk."""


def histories(services: Services) -> Histories:
    """Where this process finds histories."""
    return Histories(services.client, Archive(services.settings.archive_dir))


async def may_audit(services: Services, actor: Actor, dispute_no: str) -> None:
    """Lets an auditing role through to a dispute it sees.

    Raises:
        NotFound: there is no such dispute for this person; the try is noted.
        NotEntitled: the person sees it, but has no auditing role; the try is noted.
    """
    async with services.database.read() as session:
        seen = await find_dispute(session, actor, dispute_no) is not None
    if seen and actor.has_role(*AUDITORS):
        return
    refusal = NotEntitled() if seen else NotFound("没有这个纠纷")
    services.access.note(actor.person_id, dispute_no, "history", refusal.code)
    raise refusal


async def state_at(services: Services, dispute_no: str, run: str | None, event: int | None) -> Any:
    """The case as it stood after an event, in the shape of the whole case, with its timeline so far.

    Raises:
        NotFound: no such run.
        FieldsInvalid: the run has no such event, or can't be replayed with this code.
        Unavailable: the engine does not answer.
        ArchiveBroken
    """
    history = await histories(services).fetch(dispute_no, run)
    return await standing(history, event, services.client.data_converter)


async def standing(history: WorkflowHistory, event: int | None, converter: DataConverter) -> dict[str, Any]:
    """The case as it stood after an event of a history, the last unless one is given.

    Raises:
        FieldsInvalid: the history has no such event, or can't be replayed with this code.
    """
    last = history.events[-1].event_id
    event = last if event is None else event
    if not 1 <= event <= last:
        raise FieldsInvalid(errors=[{"field": "event", "message": f"事件编号须在1到{last}之间"}])
    replayed = await replay(up_to(history, event), converter)
    return {**whole_of(replayed), "event": event, "events": last, "run": history.run_id}


def whole_of(replayed: Replayed) -> dict[str, Any]:
    """A replayed case in the shape of `GET /v1/disputes/{no}`, without what is not process, with its timeline.

    Raises:
        FieldsInvalid: the history can't be replayed with this code.
    """
    if replayed.state is None:
        raise FieldsInvalid("该历史无法用当前程序重放", errors=[{"field": "run", "message": str(replayed.error)}])
    rows = rows_of(project(replayed.state))
    tasks = sorted((TaskRow(**row) for row in rows[TaskRow]), key=lambda row: int(row.sealed["opened_revision"]))
    case = present_case(DisputeRow(**rows[DisputeRow][0]), tasks, NOBODY).model_dump(mode="json", exclude_unset=True)
    entries = [present_entry(Entry.model_validate(row["sealed"])) for row in rows[TimelineRow]]
    return {**case, "timeline": [entry.model_dump(mode="json") for entry in entries]}


async def in_words(services: Services, dispute_no: str, run: str | None) -> dict[str, Any]:
    """A run's history for people: its events by moment, each moment with what the timeline tells of it.

    A moment is a workflow task: what woke the case, and what it did thereupon. The case stands still between two.

    Raises:
        NotFound, Unavailable, ArchiveBroken
    """
    history = await histories(services).fetch(dispute_no, run)
    return words_of(history, await replay(history, services.client.data_converter))


def words_of(history: WorkflowHistory, replayed: Replayed) -> dict[str, Any]:
    """A history's events by moment, each with the entries of the replayed timeline that it made."""
    told = deque(replayed.state.timeline[replayed.earlier :] if replayed.state else [])
    items: list[dict[str, Any]] = []
    events: list[dict[str, Any]] = []
    ends, now = set(moments(history)), china(history.events[0].event_time.ToDatetime(tzinfo=UTC))
    for event in history.events:
        at = china(event.event_time.ToDatetime(tzinfo=UTC))
        name = EventType.Name(event.event_type).removeprefix("EVENT_TYPE_")
        events.append({"event_id": event.event_id, "type": name, "title": EVENTS.get(name, name), "at": moment(at)})
        if name == "WORKFLOW_TASK_STARTED":
            now = at  # the workflow's own time: what the timeline says it did then
        if event.event_id in ends:
            entries = []
            while told and told[0].at <= now + ROUNDING:
                entries.append(_told(told.popleft()))
            items.append({"event_id": event.event_id, "at": moment(now), "entries": entries, "events": events})
            events = []
    return {
        "dispute_no": history.workflow_id,
        "run": history.run_id,
        "events": history.events[-1].event_id,
        "error": replayed.error,
        "items": items,
        "after": events,
    }


def _told(entry: Entry) -> dict[str, Any]:
    told = {"seq": entry.seq, "kind": entry.kind, "title": entry.title, "actor": entry.actor}
    return {**told, "at": moment(entry.at), "about": about_shown(entry.detail.get("about") or {})}
