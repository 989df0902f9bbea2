"""Two mechanisms in words: everything that differs is told, by the names people know, with the posts it concerns."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, get_args

import pytest
from pydantic import BaseModel

from domain.policy.addressing import Addressing, Composition
from domain.policy.comparing.differences import BESIDE, differences
from domain.policy.comparing.titles import PARTS, TITLES
from domain.policy.oversight.spot_checks import SpotChecks
from domain.policy.oversight.thresholds import FigureSupervision
from domain.policy.parts.hazards import HazardPolicy
from domain.policy.parts.notices import NOTICES
from domain.policy.playbook import Playbook, load_playbook
from domain.policy.process import Process
from domain.policy.spans import Span
from tests.docs.test_playbook_page import EXAMPLE
from tests.domain.support import playbook as shipped

NOT_SAID = {Span, Addressing, Composition}
"""Read as one thing, their keys are never named."""


def yunhe(old: str = "", new: str = "") -> Playbook:
    assert old in EXAMPLE
    return load_playbook(EXAMPLE.replace(old, new, 1), "yunhe.yaml")


def told(old: str, new: str) -> list[str]:
    return [str(each) for each in differences(yunhe(), yunhe(old, new))]


CHANGES = {
    ("limit: {hours: 2}, stops_at", "limit: {minutes: 90}, stops_at"): (
        "颜色 · 红色 · 时限：2小时 → 90分钟（涉及责任民警（派出所）、部门承办人（承办单位）、镇街分管领导（承办单位））"
    ),
    ("stops_at: disposal, extendable: false}", "stops_at: intervention, extendable: false}"): (
        "颜色 · 橙色 · 以何为准：处置 → 介入"
        "（涉及责任民警（派出所）、部门承办人（承办单位）、镇街分管领导（承办单位））"
    ),
    ("watched_by: [{role: grid_worker, at: grid}, ", "watched_by: ["): (
        "待办 · 责任跟进 · 谁可全程查看：网格员（网格）、分管副所长（派出所） → 分管副所长（派出所）"
        "（涉及责任民警（派出所）、网格员（网格）、分管副所长（派出所））"
    ),
    ("beat_post}, {role: responsible_officer, at: station}]", "beat_post}]"): (
        "待办 · 上门回看 · 由谁办理：网格员（网格）、警格辅警（警格）、责任民警（派出所）"
        " → 网格员（网格）、警格辅警（警格）"
        "（涉及网格员（网格）、警格辅警（警格）、责任民警（派出所））"
    ),
    ("sessions: 3", "sessions: 2"): "联调 · 层级 · 镇级联席 · 次数：3 → 2（涉及司法所所长（司法所））",
    ("roads: [diverted, requested, mediated]", "roads: [diverted, requested]"): (
        "转出公安的审批 · 须审批的路径：直接分流、提请三推、转联合调解 → 直接分流、提请三推（涉及派出所所长（派出所））"
    ),
    ("satisfaction: true", "satisfaction: false"): (
        "回访 · 回访计划 · 第2次 · 须问满意度：是 → 否（涉及网格员（网格）、警格辅警（警格）、责任民警（派出所））"
    ),
}
"""An edit of the guide's example, and the one sentence that tells it."""


@pytest.mark.parametrize(("edit", "sentence"), CHANGES.items())
def test_a_change_is_told_by_names_and_for_whom(edit: tuple[str, str], sentence: str) -> None:
    assert told(*edit) == [sentence]


def test_the_same_twice_is_no_change() -> None:
    assert differences(yunhe(), yunhe()) == []


def test_what_one_has_and_the_other_has_not_is_told_both_ways() -> None:
    there, back = (
        differences(a, b)
        for a, b in ((shipped("jinhua"), shipped("qionglai")), (shipped("qionglai"), shipped("jinhua")))
    )
    turned = {(tuple(each.where), each.after, each.before) for each in back}
    assert {(tuple(each.where), each.before, each.after) for each in there} == turned
    gone = next(each for each in there if each.where == ["待办", "现场处置"])
    assert (gone.after, gone.whom[0]) == ("无", "处警民警（派出所）")


def test_what_stands_beside_the_process_is_told_too() -> None:
    before = shipped("qionglai")
    assert before.spot_checks
    drawn = before.spot_checks.model_copy(update={"of_100": before.spot_checks.of_100 + 1})
    [told] = differences(before, before.model_copy(update={"spot_checks": drawn}))
    assert (told.where, told.before, told.after) == (
        ["抽查", "每百件抽查"], str(before.spot_checks.of_100), str(drawn.of_100))  # fmt: skip


def test_codes_are_told_by_the_names_people_know() -> None:
    told = {" · ".join(each.where): each for each in differences(shipped("jinhua"), shipped("huangshi"))}
    assert not [where for where in told if where.isascii()]
    letters = [where for where in told if where.startswith("函件 · 谁可发函")]
    assert {where.rpartition(" · ")[2] for where in letters} <= set(NOTICES.values())
    assert [each for each in told.values() if "station_chief" in f"{each.before}{each.after}"] == []
    assert told["本地用语 · 环节 · 一推·处警民警"].after == "一推·现场稳控"


def _models(annotation: Any) -> Iterator[type[BaseModel]]:
    for argument in get_args(annotation):
        yield from _models(argument)
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation


def _within(model: type[BaseModel], seen: set[type[BaseModel]]) -> Iterator[str]:
    for name, field in model.model_fields.items():
        yield name
        for inner in set(_models(field.annotation)) - seen - NOT_SAID:
            seen.add(inner)
            yield from _within(inner, seen)


def test_every_key_of_a_process_is_called_something() -> None:
    assert {*Process.model_fields, *BESIDE} <= {*PARTS}
    assert {*Playbook.model_fields} - {*BESIDE} == {"code", "name", "edition", "realises", "process"}
    models: list[type[BaseModel]] = [Process, HazardPolicy, SpotChecks, FigureSupervision]
    named = {name for model in models for name in _within(model, {model})}
    assert named - {*TITLES, *PARTS} == set()
