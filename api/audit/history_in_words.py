"""A run's history for people: its events by moment, each moment with the entries of the timeline that it made."""

from __future__ import annotations

from collections import deque
from datetime import UTC, timedelta

from temporalio.api.enums.v1 import EventType
from temporalio.api.history.v1 import HistoryEvent
from temporalio.client import WorkflowHistory

from api.audit.schemas import EntryTold, EventTold, HistoryInWords, Moment
from api.histories.replay import Replayed, moments
from api.tasks.presenters import about_shown
from domain.base import china
from domain.case.state import Entry

ROUNDING = timedelta(microseconds=2)
"""Between an event's time, in nanoseconds, and the workflow's, in microseconds."""

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
"""The engine's events in the words of the desk, by the type's name without `EVENT_TYPE_`."""


def in_words(history: WorkflowHistory, replayed: Replayed) -> HistoryInWords:
    """A replayed history by moment.

    A moment is a workflow task: what woke the case, and what it did thereupon. The case stands still between two.
    """
    entries = deque(replayed.state.timeline[replayed.earlier :] if replayed.state else [])
    items: list[Moment] = []
    events: list[EventTold] = []
    ends = set(moments(history))
    now = _event(history.events[0]).at
    for event in map(_event, history.events):
        events.append(event)
        if event.type == "WORKFLOW_TASK_STARTED":
            now = event.at  # the workflow's own time: that of the entries it makes then
        if event.event_id in ends:
            made = []
            while entries and entries[0].at <= now + ROUNDING:
                made.append(_entry(entries.popleft()))
            items.append(Moment(event_id=event.event_id, at=now, entries=made, events=events))
            events = []
    return HistoryInWords(
        dispute_no=history.workflow_id,
        run=history.run_id,
        events=history.events[-1].event_id,
        error=replayed.error,
        items=items,
        after=events,
    )


def _event(event: HistoryEvent) -> EventTold:
    name = EventType.Name(event.event_type).removeprefix("EVENT_TYPE_")
    at = china(event.event_time.ToDatetime(tzinfo=UTC))
    return EventTold(event_id=event.event_id, type=name, title=EVENTS.get(name, name), at=at)


def _entry(entry: Entry) -> EntryTold:
    return EntryTold(
        seq=entry.seq,
        kind=entry.kind,
        title=entry.title,
        actor=entry.actor,
        at=china(entry.at),
        about=about_shown(entry.detail.get("about") or {}),
    )
