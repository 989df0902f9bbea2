"""函件 of the city of fused policing: the command room pushes, whoever supervises presses in writing (R-061)."""

from __future__ import annotations

import pytest

from domain.case.letters.notice import carried, state_of
from domain.errors import NotEntitled
from domain.people.organisation import Actor
from domain.policy.stages import Stage
from domain.transitions.supervision import supervise
from tests.domain.support import HANDLER, HOUSING, PLACES, SUPERVISOR, Desk, person

COMMANDER = person("commander", ("fusion_commander", PLACES["command_post"]))
OFFICE = person("group-office", ("fusion_office", PLACES["county_group"]))
DISPATCHER = person("grid-dispatcher", ("grid_dispatcher", PLACES["grid_centre"]))


def disposing() -> Desk:
    """A matter that the housing department disposes of."""
    desk = Desk("ronghe")
    desk.push(Stage.PUSH_3, "dispose", path=HOUSING.path, organisation="housing", name="住建局")
    return desk


@pytest.mark.req("R-061")
def test_the_command_room_pushes_a_letter_which_is_chased_until_its_effect_is_answered() -> None:
    """“建立常态化推送督办、联合会商、跟踪问效工作机制”."""
    desk = disposing()
    desk.act("send_notice", COMMANDER, kind="advice", to="housing", text="请核查消防通道占用并反馈整改成效")
    [task] = desk.state.pending("answer_notice")
    notice = carried(task)
    assert notice
    assert (notice.title, notice.role, state_of(task, HOUSING.path)) == ("提示函", "fusion_commander", "open")
    desk.pass_time(days=30)
    clock = desk.state.clock(f"task:{task.task_id}")
    assert clock
    assert clock.fired == ["reminder_1", "reminder_2", "due", "overdue", "supervision", "promotion"]
    late = [t for t in desk.state.tasks if t.kind == "supervise" and t.about["task_id"] == task.task_id]
    assert [t.addressees[0].role for t in late] == ["supervisor", "fusion_leader"]
    desk.decide(task, "answer", HANDLER, answer="通道已清理，连续三日复查无反弹")
    assert state_of(task, HOUSING.path) == "answered"


@pytest.mark.req("R-061")
def test_whoever_is_late_is_pressed_in_writing() -> None:
    """“推送督办”: a 督办单 goes out with the reminder itself."""
    desk = disposing()
    [disposal] = desk.state.pending("dispose")
    late = supervise(desk.case, "overdue", "超期督办", level=0, task_id=disposal.task_id)
    desk.decide(late, "urge", SUPERVISOR, message="请于三日内办结并书面反馈")
    [asked] = desk.state.pending("answer_notice")
    notice = carried(asked)
    assert notice
    assert (notice.title, notice.text, notice.path) == ("督办单", "请于三日内办结并书面反馈", SUPERVISOR.posts[0].path)


@pytest.mark.parametrize("by", [DISPATCHER, OFFICE], ids=["who dispatches signs none", "no part in the matter"])
def test_who_signs_no_letter(by: Actor) -> None:
    with pytest.raises(NotEntitled):
        disposing().act("send_notice", by, kind="advice", to="housing", text="请核查")
