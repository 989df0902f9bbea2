"""A report that had joined by mistake is taken out again."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from domain.case.capacity import MAX_INCIDENTS
from domain.case.records import Agreement, DiversionRecord, ObligationState, Party
from domain.case.splitting.reports import joined, splitters
from domain.errors import ActionNotAllowed, DisputeClosed, FieldsInvalid, NotEntitled
from domain.indicators.events import TallyKind as K
from domain.policy.action_catalogue import SPLIT
from domain.policy.stages import Stage
from domain.transitions.actions import Act, check_action
from domain.transitions.facts import Merged, add_incident, merge_in
from tests.domain.case_builder import Life
from tests.domain.support import ANOTHER, CHIEF, COMMAND_ROOM, MONDAY, SCENE, Desk, alarm, person

DAY = timedelta(days=1)


def brought(desk: Desk, number: int = 2, **more: Any) -> str:
    """Another report joins; its id."""
    parties = [Party(name="李某", side="a"), Party(name=f"罗某{number}", side="b")]
    report = alarm(number, desk.at, **more).model_copy(update={"parties": parties})
    add_incident(desk.case, report)
    return report.incident_id


def taken_out(desk: Desk, which: str) -> None:
    desk.act(SPLIT, CHIEF, incident_id=which, reason="不是同一事项")


def test_it_is_counted_no_more_and_whom_it_alone_knew_leaves_while_what_was_done_stays() -> None:
    desk = Desk(rank=1)
    task = desk.push()
    wrong = brought(desk, rank=3, risk_kinds=["group_event"])
    right = brought(desk, 3)
    stamped, told = task.revision, (desk.state.colour, desk.state.harm, desk.state.risk_kinds)
    assert told == ("red", 1, ["group_event"])
    taken_out(desk, wrong)
    s = desk.state
    assert [incident.incident_id for incident in s.incidents] == ["i1", right]
    assert {party.name for party in s.parties} == {"李某", "罗某3"}
    assert (s.colour, s.harm, s.risk_kinds) == told, "nothing is lowered by itself"
    [split] = s.split_off
    assert (split.incident_id, split.dispute_no, split.reason) == (wrong, ANOTHER, "不是同一事项")
    line = next(entry for entry in s.timeline if entry.kind == "split_off")
    assert line.title == f"警情移出本案，由{ANOTHER}单独办理"
    assert "不自动撤销的：预警颜色由蓝色调整为红色；新增的风险类型" in line.detail["text"]
    assert next(e for e in s.timeline if e.kind == "action").detail["fields"]["incident_id_name"] == "A2"
    assert task.revision > stamped, "whoever holds the case is told"


def test_it_does_not_come_back_by_itself_and_by_a_person_s_merger_it_does() -> None:
    desk = Desk()
    desk.push()
    wrong = brought(desk)
    report = desk.state.incidents[1]
    taken_out(desk, wrong)
    add_incident(desk.case, report)  # a redelivery that was under way
    assert len(desk.state.incidents) == 1
    merge_in(desk.case, Merged(dispute_no=ANOTHER, incidents=[report], parties=report.parties))
    assert [i.incident_id for i in desk.state.incidents] == ["i1", wrong]
    assert desk.state.split_off == []


def test_who_has_a_part_in_what_was_done_stays_a_party() -> None:
    desk = Desk()
    desk.push()
    wrong, other = brought(desk), brought(desk, 3)
    owed = ObligationState(number=1, party="罗某2", kind="money", what="赔偿", due_at=desk.at + DAY)
    desk.state.agreements = [Agreement(number=1, round=1, at=desk.at, stage="push_1", terms=["赔"], obligations=[owed])]
    taken_out(desk, wrong)
    taken_out(desk, other)
    assert {party.name for party in desk.state.parties} == {"李某", "罗某2"}


@pytest.mark.parametrize(
    ("which", "said"),
    [("i1", "本案由该警情立案"), ("i9", "本案没有这条警情"), ("i2", f"该警情已移出，由{ANOTHER}单独办理")],
)
def test_what_can_not_be_taken_out_is_refused_with_a_reason(which: str, said: str) -> None:
    desk = Desk()
    desk.push()
    taken_out(desk, brought(desk))
    brought(desk, 3)
    act = Act(key="k", action=SPLIT, fields={"incident_id": which, "reason": "非同一事项"}, actor=CHIEF, into=ANOTHER)
    with pytest.raises(FieldsInvalid) as refusal:
        check_action(desk.state, act, desk.at)
    assert said in refusal.value.errors[0]["message"]


def test_nothing_is_left_to_be_taken_out_of_a_dispute_of_one_report_or_of_a_closed_one() -> None:
    desk = Desk()
    desk.push()
    act = Act(key="k", action=SPLIT, fields={"incident_id": "i2", "reason": "非同一事项"}, actor=CHIEF, into=ANOTHER)
    with pytest.raises(ActionNotAllowed, match="没有可移出的警情"):
        check_action(desk.state, act, desk.at)
    brought(desk)
    desk.case.close("resolved")
    with pytest.raises(DisputeClosed, match="请先“重新启动”"):
        check_action(desk.state, act, desk.at)


@pytest.mark.parametrize(("city", "role"), [("jinhua", "command_room"), ("ronghe", "grid_analyst")])
def test_whoever_judges_what_comes_in_may_and_whoever_only_works_on_it_may_not(city: str, role: str) -> None:
    desk = Desk(city)
    desk.push(Stage.PUSH_3, "dispatch")
    assert splitters(desk.state) == {}
    which = brought(desk)
    assert role in splitters(desk.state)[SPLIT]
    desks = {"jinhua": COMMAND_ROOM, "ronghe": person("g", ("grid_analyst", "/c"))}
    act = Act(key="k", action=SPLIT, fields={"incident_id": which, "reason": "误并"}, actor=desks[city], into=ANOTHER)
    check_action(desk.state, act, desk.at)
    with pytest.raises(NotEntitled):
        check_action(desk.state, act.model_copy(update={"actor": SCENE}), desk.at)


def test_a_full_case_goes_on_counting_what_it_did_not_keep() -> None:
    desk = Desk()
    desk.push()
    for number in range(2, MAX_INCIDENTS + 4):
        add_incident(desk.case, alarm(number, desk.at))
    assert len(joined(desk.state)) == MAX_INCIDENTS + 2
    taken_out(desk, "i5")
    taken_out(desk, f"i{MAX_INCIDENTS + 3}")  # one that stands on the timeline alone
    add_incident(desk.case, alarm(900, desk.at))
    assert desk.logged("incident_added")[-1] == f"重复警情并入（第{MAX_INCIDENTS + 2}次）"


@pytest.mark.req("H-052")
def test_what_seemed_to_flow_back_did_not() -> None:
    """“回流”: counted by what was reported, and so by nothing that was another matter's."""
    life = Life().on_scene().to_push_2()
    life.case.enter(Stage.PUSH_3)
    life.state.diversions = [DiversionRecord(round=1, at=life.at, verdict="may", grounds=[], diverted=True)]
    life.pass_time(days=1)
    which = brought(life)
    assert len(life.state.diversions[0].came_back) == 1
    taken_out(life, which)
    assert life.state.diversions[0].came_back == []


@pytest.mark.req("W-090")
def test_what_reopened_a_dispute_or_seemed_a_relapse_is_no_recurrence_and_the_round_stays_for_a_desk_to_judge() -> None:
    """“稳定”: what flared up elsewhere says nothing of it."""
    reopened = Life().on_scene().settled_on_scene().accepted().closed().later(days=20).reopened()
    relapsed = Life().on_scene().settled_on_scene().accepted().later(days=9)
    for life in (reopened, relapsed):
        which = brought(life)
        if life is relapsed:
            life.case.next_round("回访期间重复报警")
        assert life.counted(K.CONCLUDED)[0].lag is not None
        assert len(life.counted(K.REPORTED)) == 2
        taken_out(life, which)
        [concluded] = life.counted(K.CONCLUDED)
        assert (concluded.done_at, concluded.lag) == (None, None)
        assert len(life.counted(K.REPORTED)) == 1
        assert (life.state.stage is Stage.CLOSED, life.state.round) == (False, 2)
        line = next(entry for entry in life.state.timeline if entry.kind == "split_off")
        assert "第2轮因它启动，是否继续办理须由研判岗位认定" in line.detail["text"]


def test_a_recurrence_that_another_report_tells_of_stays_one() -> None:
    life = Life().on_scene().settled_on_scene().accepted().later(days=9)
    wrong = brought(life)
    life.later(days=3)
    brought(life, 3)
    taken_out(life, wrong)
    assert life.counted(K.CONCLUDED)[0].done_at == MONDAY + 12 * DAY
