"""Compares two sets of read-model rows and describes the differences in words, for checks and rebuilding."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import inspect
from sqlmodel import SQLModel

from domain.base import china
from infra.database.tables.read_model import (
    AddresseeRow,
    AppointmentRow,
    BarredRow,
    DisputeRow,
    HazardItemRow,
    InvolvementRow,
    PartyTokenRow,
    SearchTokenRow,
    TallyRow,
    TaskRow,
    TimelineRow,
)
from infra.read_model.writer import Rows

_NAMES: dict[type[SQLModel], str] = {
    DisputeRow: "纠纷",
    InvolvementRow: "参与单位",
    PartyTokenRow: "当事人识别码",
    SearchTokenRow: "查找码",
    TimelineRow: "经过",
    TaskRow: "待办",
    AddresseeRow: "承办岗位",
    BarredRow: "回避人员",
    TallyRow: "指标计数",
    HazardItemRow: "隐患",
    AppointmentRow: "日程",
}

_UNSAID = (PartyTokenRow, SearchTokenRow)
"""Tables whose keys are not quoted: a person can be told by them from others."""

_COLUMNS: dict[str, str] = {
    "revision": "版本",
    "matter": "事项",
    "title": "标题",
    "playbook": "机制",
    "edition": "机制版本",
    "source": "来源",
    "category": "类别",
    "category_name": "类别名称",
    "colour": "颜色",
    "stage": "阶段",
    "round": "轮次",
    "urgent": "加急",
    "organisation": "承办单位",
    "holder": "承办人",
    "due_at": "时限",
    "overdue": "超期",
    "opened_at": "受理时间",
    "concluded_at": "结案时间",
    "closed_at": "办结时间",
    "outcome": "办结方式",
    "tallied": "计数事项数",
    "kind": "种类",
    "state": "状态",
    "assignee": "认领人",
    "decided_by": "办理人",
    "ended_at": "结束时间",
    "urgency": "紧急程度",
    "suspended": "时限中止",
    "ringing": "摇铃",
    "ahead": "演练推进",
    "at": "时间",
}


def differences(stored: Rows, expected: Rows) -> list[str]:
    """What the stored rows miss, have too much, or say otherwise than the expected ones.

    Values of plain columns are quoted; of sealed ones only the names of what differs, for they hold personal data.
    """
    found: list[str] = []
    order = list(_NAMES)
    for table in sorted({*stored, *expected}, key=lambda each: order.index(each) if each in order else len(order)):
        ours, theirs = _by_key(table, stored.get(table, [])), _by_key(table, expected.get(table, []))
        name = _NAMES.get(table, str(table.__tablename__))

        def said(key: tuple[Any, ...], name: str = name, table: type[SQLModel] = table) -> str:
            return name if table in _UNSAID else f"{name} {_shown(key)}"

        lines = [f"{said(key)}：读库缺少" for key in theirs.keys() - ours.keys()]
        lines += [f"{said(key)}：读库多出" for key in ours.keys() - theirs.keys()]
        for key in ours.keys() & theirs.keys():
            lines += [f"{said(key)}：{each}" for each in _fields(ours[key], theirs[key])]
        found += sorted(lines)
    return found


def values_that_differ(ours: Any, theirs: Any, at: str = "") -> list[str]:
    """The paths at which two JSON values differ, for example `tasks.3.state`."""
    if isinstance(ours, dict) and isinstance(theirs, dict):
        keys = sorted(ours.keys() | theirs.keys())
        return [p for k in keys for p in values_that_differ(ours.get(k), theirs.get(k), f"{at}.{k}" if at else k)]
    if isinstance(ours, list) and isinstance(theirs, list) and len(ours) == len(theirs):
        pairs = enumerate(zip(ours, theirs, strict=True))
        return [p for n, (a, b) in pairs for p in values_that_differ(a, b, f"{at}.{n}")]
    return [] if ours == theirs else [at or "/"]


def _fields(ours: dict[str, Any], theirs: dict[str, Any]) -> list[str]:
    plain = [
        f"{_COLUMNS.get(column, column)}，读库为 {_said(ours.get(column))}，历史为 {_said(theirs[column])}"
        for column in theirs
        if column != "sealed" and ours.get(column) != theirs[column]
    ]
    return plain + [f"{path} 不一致" for path in values_that_differ(ours.get("sealed"), theirs.get("sealed"))]


def _said(value: Any) -> str:
    if isinstance(value, datetime):
        return f"{china(value):%Y-%m-%d %H:%M:%S}"
    if isinstance(value, bool):
        return "是" if value else "否"
    return "空" if value is None else str(value)


def _by_key(table: type[SQLModel], rows: list[dict[str, Any]]) -> dict[tuple[Any, ...], dict[str, Any]]:
    keys = [column.name for column in inspect(table).local_table.primary_key]
    return {tuple(row[key] for key in keys): row for row in rows}


def _shown(key: tuple[Any, ...]) -> str:
    return " ".join(str(part) for part in key)
