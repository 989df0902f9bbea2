"""Times and places that cannot be are refused, with what was written and what is allowed."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from domain.case.case import COLOUR
from domain.case.state import Task
from domain.errors import FieldsInvalid
from domain.image.public_document import public_document
from domain.policy.spans import Span
from domain.policy.stages import Stage
from domain.transitions.plausibility import is_place
from tests.domain.support import HANDLER, HOUSING, LEADER, MONDAY, OFFICER, PICTURE, PLACES, SCENE, Desk, person

COURT = person("court", ("court_liaison", PLACES["court"]))


def errors_of(desk: Desk, task: Task, decision: str, by: Any, **fields: Any) -> dict[str, str]:
    with pytest.raises(FieldsInvalid) as refused:
        desk.decide(task, decision, by, **fields)
    return {error["field"]: error["message"] for error in refused.value.errors}


def disposing(**more: Any) -> tuple[Desk, Task]:
    desk = Desk(**more)
    return desk, desk.push(Stage.PUSH_3, "dispose", path=HOUSING.path)


def met(at: datetime | str, where: str = "家中") -> dict[str, Any]:
    when = at if isinstance(at, str) else at.isoformat()
    return {"summary": "已见面", "met": [{"who": "李某", "at": when, "where": where}]}


# --- meetings


@pytest.mark.req("Q-044")
@pytest.mark.parametrize("at", ["2040-01-01T10:00:00+08:00", "1990-01-01T10:00:00+08:00", "2026-03-02T08:50:00+08:00"])
def test_nobody_is_met_in_the_future_nor_before_the_quarrel_was_reported(at: str) -> None:
    desk, task = disposing(rank=3)
    for decision, evidence in (("progress", []), ("disposed", [PICTURE])):
        found = errors_of(desk, task, decision, HANDLER, **met(at), evidence=evidence)
        assert set(found) == {"met.0.at"}
        assert at[:16].replace("T", " ") in found["met.0.at"], "the wrong value"
        assert "2026-03-02 09:00" in found["met.0.at"], "what is allowed"
    assert desk.state.clock(COLOUR), "a meeting of 2040 does not meet red"


def test_watches_may_differ_by_five_minutes() -> None:
    for minutes in (-5, 0, 5):
        desk, task = disposing()
        desk.decide(task, "progress", HANDLER, **met(MONDAY + timedelta(minutes=minutes)))


def test_a_meeting_is_measured_by_the_case_s_own_clock() -> None:
    desk, task = disposing()
    desk.pass_time(days=3)
    desk.decide(task, "progress", HANDLER, **met(desk.at))


@pytest.mark.req("Q-044")
@pytest.mark.parametrize(
    "where",
    ["电话", "微信", "视频", "线上", "电话联系", "微信视频通话", "通过电话沟通", "线上会议室", "腾讯会议", " 电话 ",
     "ＱＱ群", "电话13800001234", "在电话里谈", "手机/微信", "WeChat", "无", "不详", "-"],
)  # fmt: skip
def test_the_telephone_is_no_place_to_meet(where: str) -> None:
    assert not is_place(where)
    desk, task = disposing(rank=3)
    found = errors_of(desk, task, "progress", HANDLER, **met(MONDAY, where))
    assert f"“{where.strip()}”" in found["met.0.where"]
    assert desk.state.clock(COLOUR)


@pytest.mark.parametrize(
    "where",
    ["家中", "村委会调解室", "派出所", "视频监控室", "电信营业厅", "网络公司楼下", "移动电话专卖店", "12号", "会议室",
     "A", "微信大厦3楼", "云上村", "派出所（先电话联系）", "县法院在线调解室"],
)  # fmt: skip
def test_a_place_that_only_sounds_like_a_telephone_is_one(where: str) -> None:
    assert is_place(where)


# --- obligations


@pytest.mark.req("J-044")
@pytest.mark.parametrize("due", ["2026-03-01", "2036-03-02", "2099-01-01"])
def test_nothing_is_due_before_it_was_agreed_nor_in_a_life_s_time(due: str) -> None:
    desk = Desk()
    owed = [{"party": "李某", "kind": "money", "what": "货款", "amount": "100", "due_on": due}]
    found = errors_of(desk, desk.push(), "settled", SCENE, summary="和解", terms=["结清"], obligations=owed)
    assert set(found) == {"obligations.0.due_on"}
    assert due in found["obligations.0.due_on"]
    assert "2026-03-02" in found["obligations.0.due_on"], "what is allowed"


def test_a_sum_of_nothing_is_no_sum() -> None:
    desk = Desk()
    owed = [{"party": "李某", "kind": "money", "what": "货款", "amount": "0", "due_on": "2026-04-02"}]
    found = errors_of(desk, desk.push(), "settled", SCENE, summary="和解", terms=["结清"], obligations=owed)
    assert found == {"obligations.0": "款项须填写金额"}


# --- protection orders, sessions, deadlines


@pytest.mark.parametrize("until", ["2031-03-02", "2026-09-03", "2026-03-01"])
def test_a_protection_order_lasts_six_months_at_most_and_is_not_over_when_it_is_given(until: str) -> None:
    desk = Desk(risk_kinds=["domestic_violence"])
    task = desk.case.open("court_protection")
    found = errors_of(desk, task, "granted", COURT, measures=["禁止接触"], until=until)
    assert until in found["until"]
    assert "2026-03-02至2026-09-02" in found["until"]
    assert desk.state.clock("protection_order") is None


def test_a_protection_order_may_last_exactly_six_months() -> None:
    desk = Desk(risk_kinds=["domestic_violence"])
    desk.decide(desk.case.open("court_protection"), "granted", COURT, measures=["禁止接触"], until="2026-09-02")
    assert desk.state.clock("protection_order")


def sitting() -> tuple[Desk, Task]:
    desk = Desk()
    desk.case.enter(Stage.MEDIATION)
    desk.case.start_clock("ladder", "联调期限", limit=Span(calendar_months=2), suspendable=True)
    tier = desk.state.process.ladder.tiers[0] if desk.state.process.ladder else None
    assert tier
    return desk, desk.case.open("mediate", to=desk.case.posts(tier.convenor), about={"tier_number": 0})


@pytest.mark.parametrize("until", ["2026-03-01T09:00", "2026-05-03T09:00", "2040-01-01T09:00"])
def test_a_session_is_not_put_off_to_the_past_nor_beyond_the_ladder(until: str) -> None:
    desk, task = sitting()
    found = errors_of(desk, task, "adjourned", OFFICER, reason="一方出差", until=until)
    assert until.replace("T", " ") in found["until"]
    assert "2026-05-02 09:00" in found["until"]


def test_a_ladder_that_is_overdue_or_stands_still_is_still_adjourned_by_no_more_than_its_length() -> None:
    desk, task = sitting()
    desk.pass_time(days=70)
    errors_of(desk, task, "adjourned", OFFICER, reason="出差", until=(desk.at + timedelta(days=65)).isoformat())
    desk.decide(task, "adjourned", OFFICER, reason="出差", until=(desk.at + timedelta(days=7)).isoformat())


def test_nothing_is_extended_or_suspended_until_a_moment_that_is_over() -> None:
    desk = Desk(rank=2)
    desk.push()
    desk.pass_time(days=20)  # overdue for thirteen days
    over = (desk.at - timedelta(days=1)).isoformat()
    for action, more in (("extend", {}), ("suspend", {"ground": "鉴定"})):
        with pytest.raises(FieldsInvalid) as refused:
            desk.act(action, LEADER, reason="复杂", until=over, **more)
        [error] = refused.value.errors
        assert error["field"] == "until"
        assert "2026-03-21 09:00已经过去，须晚于现在（2026-03-22 09:00）" in error["message"]


# --- flags of stages that the mechanism has not


def without(stage: Stage, **more: Any) -> Desk:
    desk = Desk(**more)
    stages = [each for each in desk.state.process.stages if each is not stage]
    desk.state.process = desk.state.process.model_copy(update={"stages": stages})
    return desk


def test_a_diversion_is_refused_where_nothing_is_dispatched() -> None:
    desk = without(Stage.PUSH_3)
    task = desk.case.open("confirm_triage")
    room = person("room", ("command_room", PLACES["station"]))
    for decision, more in (("confirm", {}), ("correct", {"reason": "核实"})):
        found = errors_of(desk, task, decision, room, divert=True, **more)
        assert found == {"divert": "本机制没有“三推·综治中心与部门”环节，不能选“是”"}
    desk.decide(task, "confirm", room, divert=False)


def test_a_confirmation_is_refused_where_agreements_are_not_taken_to_court() -> None:
    desk = without(Stage.CONFIRMATION)
    tier = desk.state.process.ladder.tiers[0] if desk.state.process.ladder else None
    assert tier
    task = desk.case.open("mediate", to=desk.case.posts(tier.convenor), about={"tier_number": 0})
    sat = {"participants": [{"person": f"responsible_officer@{PLACES['station']}#1"}], "terms": ["和解"]}
    assert set(errors_of(desk, task, "agreed", OFFICER, confirmation=True, **sat)) == {"confirmation"}
    desk.decide(task, "agreed", OFFICER, confirmation=False, **sat)


def test_what_others_ask_of_its_mechanism_stands_in_the_case_itself() -> None:
    shown = public_document(without(Stage.CONFIRMATION).state).model_dump(mode="json")
    assert "confirmation" not in shown["stages"]
    assert shown["tiers"] == {"officer": "责任民警调解", "joint": "多部门联合调解"}
    assert shown["accepted_by"] == ["department_handler", "department_leader", "township_leader"]


def test_a_later_report_that_dates_itself_back_moves_no_meeting_back() -> None:
    desk, task = disposing()
    desk.state.incidents.append(
        desk.state.incidents[0].model_copy(
            update={"incident_id": "late", "reported_at": MONDAY - timedelta(days=15000)}
        )
    )
    assert set(errors_of(desk, task, "progress", HANDLER, **met("1990-01-01T10:00:00+08:00"))) == {"met.0.at"}


@pytest.mark.parametrize("where", ["电 话", "他的手机上", "单位座机", "tel", "Teams", "飞书", "12345", "微 信 群"])
def test_by_whatever_name_a_telephone_is_no_place(where: str) -> None:
    assert not is_place(where)


@pytest.mark.parametrize("where", ["单位", "他家", "hotel 3 室", "12号楼", "电信大厅", "Telford Road 5"])
def test_what_only_sounds_like_one_is_a_place(where: str) -> None:
    assert is_place(where)
