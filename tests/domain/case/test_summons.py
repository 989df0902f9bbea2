"""吹哨报到: the fire passage as the report tells it, who comes and who does not, and what waits for whom."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from temporalio.exceptions import ApplicationError

from domain.image.projection import project
from domain.image.public_document import public_document
from domain.image.shown_summons import ShownWhistle
from domain.people.organisation import Actor
from domain.policy.stages import Stage
from domain.transitions.actions import actions_thinkable
from tests.domain.mediated_dispute import Told
from tests.domain.support import HOUSING, MARKET, MONDAY, PLACES, person, playbook
from tests.domain.whistling import whistling

PASSAGE = "街道接单后,启动‘吹哨报到’,组织消防、城管、市场监管、物业、业主党员代表等联合会商,定制消防通道整改建设方案"
MILESTONES = "5小时达成共识、3天消除安全隐患、4天拆除通道"
WHISTLED = "由‘警网融合+’工作站‘吹哨’组织,相关部门及时‘报到’"
STREET = person("street", ("centre_dispatcher", PLACES["town_centre"]))
HANDLER = person("handler", ("department_handler", HOUSING.path))
TRADER = person("trader", ("department_handler", MARKET.path))
BOTH = [
    {"organisation": "housing", "role": "department_handler"},
    {"organisation": "market", "role": "department_handler"},
]
PRESENT: list[dict[str, Any]] = [
    {"person": f"centre_dispatcher@{PLACES['town_centre']}#1"},
    {"person": f"department_handler@{HOUSING.path}#1"},
    {"person": f"department_handler@{MARKET.path}#1"},
    {"name": "物业王经理", "consent": True},
    {"name": "业主党员代表李某", "consent": True},
]


def at_push_3(**more: Any) -> Told:
    """A quarrel that is with the street."""
    told = Told(process=whistling(**more).process)
    told.answer("confirm_triage", "confirm")
    told.answer("handle_on_scene", "unsettled", scene_safe=True)
    told.answer("follow_up_responsibly", "request_third_push")
    told.answer("approve_third_push", "approve")
    return told


def whistle(told: Told, **fields: Any) -> None:
    """The street blows."""
    given = {"to": BOTH, "why": "complex_matter", "where": "小区物业办公室", "reason": "自建消防通道引发冲突"}
    told.act("summon", by=STREET, **{**given, "at": None, **fields})


def come(told: Told, by: Actor = HANDLER, decision: str = "arrived", **fields: Any) -> None:
    """One of those called checks in."""
    told.answer("check_in", decision, by=by, of=by.posts[0].path, **fields)


def shown(told: Told) -> ShownWhistle:
    """The latest whistle as others see it."""
    return public_document(told.state).summons[-1]


@pytest.mark.req("H-042", "H-043", "H-044")
def test_the_fire_passage_as_the_report_tells_it() -> None:
    told = at_push_3()
    told.answer("dispatch", "assign", lead="housing", cooperating=[])
    told.answer("accept_assignment", "accept")
    whistle(told)
    come(told)
    come(told, TRADER)
    assert "confer" in told.open_kinds, PASSAGE
    told.life.pass_time(timedelta(hours=5))
    started = told.state.summons[0].at
    plan = [
        {
            "what": "消除安全隐患",
            "organisation": "housing",
            "role": "department_handler",
            "due": (started + timedelta(days=3, hours=6)).isoformat(),
        },
        {
            "what": "拆除通道",
            "organisation": "market",
            "role": "department_handler",
            "due": (started + timedelta(days=4, hours=6)).isoformat(),
        },
    ]
    told.answer("confer", "agreed", by=STREET, participants=PRESENT, minutes="消防通道整改建设方案", items=plan)
    sitting = shown(told).conferences[0]
    assert (sitting.result, sitting.elapsed) == ("agreed", 5 * 3600), MILESTONES
    guests = [who["name"] for who in sitting.participants if who.get("consent")]
    assert guests == ["物业王经理", "业主党员代表李某"], PASSAGE
    assert sitting.minutes == "消防通道整改建设方案"
    told.answer("dispose", "disposed")
    assert told.state.stage == "push_3", "the plan is carried out before anybody judges"
    limits = {item.what: item.due_at - started for item in told.state.summons[0].items}
    assert limits == {"消除安全隐患": timedelta(days=3, hours=6), "拆除通道": timedelta(days=4, hours=6)}, MILESTONES
    told.life.pass_time(started + timedelta(days=3) - told.life.at)
    told.answer("carry_out", "done")
    assert told.state.stage == "push_3"
    told.life.pass_time(timedelta(days=1))
    told.answer("carry_out", "done")
    assert told.state.stage is Stage.EVALUATION
    assert [item.elapsed for item in shown(told).items] == [3 * 86400, 4 * 86400], MILESTONES
    assert told.logged("consensus") == ["联合会商达成共识：吹哨后5小时"], MILESTONES
    assert told.logged("milestone") == ["消除安全隐患：吹哨后3天完成", "拆除通道：吹哨后4天完成"], MILESTONES


@pytest.mark.req("R-082", "H-035")
def test_silence_is_absence_and_told_to_whoever_whistled() -> None:
    told = at_push_3()
    whistle(told)
    come(told)
    told.life.pass_time(timedelta(hours=2))
    assert [(c.organisation, c.standing) for c in shown(told).called] == [
        ("housing", "arrived"),
        ("market", "absent"),
    ], WHISTLED
    [line] = [entry for entry in told.state.timeline if entry.kind == "absent"]
    assert (line.title, line.detail["told"]) == (
        "market部门承办人缺席报到",
        [["centre_dispatcher", PLACES["town_centre"]]],
    )
    assert "confer" in told.open_kinds, "they confer without whoever did not come"


@pytest.mark.req("R-082")
def test_nobody_is_found_absent_by_a_person_and_who_comes_says_when() -> None:
    told = at_push_3()
    whistle(told)
    with pytest.raises(ApplicationError, match="由时限认定缺席"):
        come(told, decision="absent")
    told.life.pass_time(timedelta(minutes=40))
    come(told, who="王工")
    [first, _] = shown(told).called
    assert (first.standing, first.who, first.elapsed) == ("arrived", "王工", 2400), WHISTLED


def test_who_is_called_for_tomorrow_is_not_absent_today() -> None:
    told = at_push_3()
    whistle(told, at=(told.life.at + timedelta(hours=20)).isoformat())
    told.life.pass_time(timedelta(hours=21))
    assert len(told.state.pending("check_in")) == 2
    told.life.pass_time(timedelta(hours=1))
    assert [c.standing for c in shown(told).called] == ["absent", "absent"]


@pytest.mark.req("R-083")
def test_a_whistle_names_one_of_the_playbook_s_grounds() -> None:
    told = at_push_3()
    with pytest.raises(ApplicationError) as refusal:
        whistle(told, why="weather")
    assert "complex_matter（复杂事项）、sudden_event（突发状况）" in str(refusal.value.details), (
        "社区复杂事项和突发状况"
    )
    whistle(told, why="sudden_event")
    assert shown(told).why == "突发状况"


@pytest.mark.parametrize(
    ("by", "posts"),
    [("officer", ("responsible_officer", PLACES["station"])), ("county", ("centre_dispatcher", PLACES["centre"]))],
)
def test_only_whom_the_playbook_names_may_whistle(by: str, posts: tuple[str, str]) -> None:
    told = at_push_3()
    with pytest.raises(ApplicationError) as refusal:
        told.act("summon", by=person(by, posts), to=BOTH, why="complex_matter", where="街道", at=None)
    assert refusal.value.type == "not_entitled"


def test_a_city_without_whistles_has_none() -> None:
    told = Told()
    told.answer("confirm_triage", "confirm")
    assert "summon" not in actions_thinkable(told.state)
    document = public_document(told.state).model_dump(mode="json")
    assert {"summons", "whistling"}.isdisjoint(document)


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"to": [*BOTH, BOTH[0]]}, "body"),
        ({"to": [{"organisation": "nowhere", "role": "department_handler"}]}, "to.0.organisation"),
        ({"to": [{"organisation": "housing", "role": "wizard"}]}, "to.0.role"),
        ({"to": [{"organisation": "housing", "role": "auditor"}]}, "to.0.role"),
        ({"to": [BOTH[0], {"organisation": "housing", "role": "admin_system"}]}, "to.1.role"),
        ({"at": (MONDAY - timedelta(hours=1)).isoformat()}, "at"),
        ({"at": (MONDAY + timedelta(days=31)).isoformat()}, "at"),
        ({"to": []}, "to"),
    ],
)
def test_an_impossible_whistle_is_refused_by_its_field(fields: dict[str, Any], field: str) -> None:
    told = at_push_3()
    with pytest.raises(ApplicationError) as refusal:
        whistle(told, **fields)
    assert field in [error["field"] for error in refusal.value.details[0]["errors"]]


@pytest.mark.req("H-035")
def test_who_is_expected_is_not_called_again_and_so_absent_once() -> None:
    """“中心吹哨,部门报到”: each whistle counts whoever was called, so one silence must not count twice."""
    told = at_push_3()
    whistle(told)
    with pytest.raises(ApplicationError) as refusal:
        whistle(told, to=[BOTH[1]])
    [error] = refusal.value.details[0]["errors"]
    assert (error["field"], "尚未报到" in error["message"]) == ("to.0.role", True)
    come(told, TRADER)
    whistle(told, to=[BOTH[1]])
    assert [len(each.called) for each in told.state.summons] == [2, 1]


def test_nothing_is_planned_for_who_stands_apart_from_the_work() -> None:
    told = at_push_3()
    whistle(told, to=[BOTH[0]])
    come(told)
    due = (told.life.at + timedelta(days=3)).isoformat()
    item = {"what": "拆除通道", "organisation": "housing", "role": "admin_security", "due": due}
    with pytest.raises(ApplicationError) as refusal:
        told.answer("confer", "agreed", by=STREET, participants=PRESENT[:2], items=[item])
    assert [error["field"] for error in refusal.value.details[0]["errors"]] == ["items.0.role"]


@pytest.mark.req("H-043")
def test_what_cannot_be_carried_out_goes_back_to_the_table() -> None:
    told = at_push_3()
    told.answer("dispatch", "assign", lead="housing", cooperating=[])
    told.answer("accept_assignment", "accept")
    whistle(told)
    come(told)
    come(told, TRADER)
    due = (told.life.at + timedelta(days=3)).isoformat()
    item = {"what": "拆除通道", "organisation": "market", "role": "department_handler", "due": due}
    told.answer("confer", "agreed", by=STREET, participants=PRESENT, items=[item])
    told.answer("carry_out", "unable", reason="产权有争议")
    told.answer("dispose", "disposed")
    assert (told.state.stage, "confer" in told.open_kinds) == (Stage.PUSH_3, True)
    assert not any("拆除" in task.title for task in project(told.state).tasks), "lists have titles in the clear"
    told.answer("confer", "agreed", by=STREET, participants=PRESENT, items=[{**item, "what": "先行封闭通道"}])
    told.answer("carry_out", "done")
    assert told.state.stage is Stage.EVALUATION
    assert [(i.number, i.standing) for i in shown(told).items] == [(1, "unable"), (2, "done")]


@pytest.mark.req("H-044")
def test_a_milestone_that_is_missed_reaches_a_supervisor() -> None:
    told = at_push_3()
    whistle(told)
    come(told)
    come(told, TRADER)
    due = (told.life.at + timedelta(days=3)).isoformat()
    item = {"what": "消除安全隐患", "organisation": "housing", "role": "department_handler", "due": due}
    told.answer("confer", "agreed", by=STREET, participants=PRESENT, items=[item])
    told.life.pass_time(timedelta(days=3, hours=2))
    assert shown(told).items[0].overdue, MILESTONES
    assert "落实事项超期督办" in [task.about["title"] for task in told.state.pending("supervise")]


def test_who_conferred_does_not_judge_it() -> None:
    told = at_push_3()
    told.answer("dispatch", "assign", lead="housing", cooperating=[])
    told.answer("accept_assignment", "accept")
    whistle(told)
    come(told)
    come(told, TRADER)
    judge = f"evaluator_committee@{PLACES['centre']}#1"
    told.answer("confer", "agreed", by=STREET, participants=[*PRESENT, {"person": judge}], items=[])
    told.answer("dispose", "disposed")
    assert judge in told.task("evaluate").excluded


@pytest.mark.parametrize("consent", [None, False])
@pytest.mark.req("H-042")
def test_a_guest_comes_with_the_parties_consent(consent: bool | None) -> None:
    told = at_push_3()
    whistle(told)
    come(told)
    come(told, TRADER)
    with pytest.raises(ApplicationError) as refusal:
        told.answer("confer", "agreed", by=STREET, participants=[{"name": "物业王经理", "consent": consent}], items=[])
    assert "须征得双方当事人同意" in str(refusal.value.details)


@pytest.mark.req("W-042")
def test_a_tier_calls_its_people_before_it_sits() -> None:
    told = at_push_3(tier=True)
    told.answer("dispatch", "assign", lead="housing", cooperating=[])
    told.answer("accept_assignment", "accept")
    told.answer("dispose", "mediate")
    assert told.open_kinds == ["check_in", "check_in"], "对重点矛盾纠纷会商研判"
    told.life.pass_time(timedelta(hours=2))
    assert "mediate" in told.open_kinds
    assert (shown(told).cause, {c.standing for c in shown(told).called}) == ("tier", {"absent"})
    assert "confer" not in told.open_kinds, "they confer at the tier's own session"


@pytest.mark.req("R-082", "H-035")
def test_a_dispatch_calls_whom_it_goes_to() -> None:
    told = at_push_3(dispatch=True)
    told.answer("dispatch", "assign", lead="housing", cooperating=["market"], by=STREET)
    assert [c.name for c in told.state.summons[0].called] == ["housing", "market"], "中心吹哨,部门报到"
    come(told)
    come(told, TRADER)
    assert told.task("confer").addressees == STREET.posts


def test_what_ends_the_case_ends_the_whistle() -> None:
    told = at_push_3()
    whistle(told)
    told.act("withdraw")
    if told.state.pending("approve_change"):
        told.answer("approve_change", "approve")
    assert told.state.closed
    assert {c.standing for c in shown(told).called} == {"void"}


def test_the_times_are_the_playbook_s() -> None:
    assert playbook().process.summons is None
    policy = whistling().process.summons
    assert policy
    assert (policy.limit.hours, policy.confer_within.hours) == (2, 24)
