"""A task whose people are gone goes to somebody who is there: once for each finding, and it says so."""

from __future__ import annotations

import pytest

from domain.case.naming import follow
from domain.case.records import Beat, Named
from domain.case.state import Task
from domain.people.organisation import Actor, Post
from domain.policy.stages import Stage
from domain.transitions.leaving.unmanned import Sweep, Unmanned, take_sweep
from tests.domain.support import CHIEF, COMMAND_ROOM, HOUSING, LEADER, PLACES, Desk, person

STATION = PLACES["station"]
CHEN = person("chen", ("on_scene_officer", STATION))
TANG = person("tang", ("responsible_officer", STATION))
LEFT = Beat(code="beat", officer=Named(person_id="leaver", name="汤荣"), deputy=Named(person_id="boss", name="潘康平"))


def vacant(task: Task) -> Unmanned:
    """Nobody holds the posts it asks."""
    return Unmanned(task_id=task.task_id, asked=list(task.addressees), vacant=True)


def gone(task: Task, *, to: Actor | None = None, up: bool = False, vacant: bool = False) -> Unmanned:
    """Who had it in hand has left."""
    asked = list(task.addressees)
    return Unmanned(task_id=task.task_id, asked=asked, gone=task.assignee, to=to, up=up, vacant=vacant)


def followed(beat: Beat = LEFT) -> tuple[Desk, Task]:
    """A push to the beat's officer, in his hand, and what stands beside it."""
    desk = Desk(beat=beat)
    task = desk.push(Stage.PUSH_2, "follow_up_responsibly")
    follow(desk.case)
    return desk, task


@pytest.mark.req("Q-101")
def test_what_nobody_is_asked_any_more_goes_one_level_up_and_says_so() -> None:
    desk = Desk()
    task = desk.push()

    take_sweep(desk.case, Sweep(tasks=[vacant(task)]))

    assert {post.role for post in task.addressees} == {"duty_leader", "station_chief"}
    assert (task.level, task.former) == (1, [Post(role="on_scene_officer", path=STATION)])
    assert desk.logged("reassigned") == ["现场处置提级"]
    assert desk.state.timeline[-1].detail["reason"] == "station处警民警岗位无人"
    assert desk.state.timeline[-1].actor is None
    assert desk.decide(task, "not_a_dispute", LEADER, reason="走错门").state == "done"


def test_one_finding_told_twice_moves_a_task_once() -> None:
    desk = Desk()
    task = desk.push()
    sweep = Sweep(tasks=[vacant(task)])

    take_sweep(desk.case, sweep)
    before = desk.state.model_copy(deep=True)
    take_sweep(desk.case, sweep)

    assert desk.state == before


def test_the_next_sweep_moves_it_on_level_by_level_and_says_once_that_there_is_none_above() -> None:
    desk = Desk()
    task = desk.push()

    for _ in range(9):
        take_sweep(desk.case, Sweep(tasks=[vacant(task)]))

    assert [post.role for post in task.addressees] == ["leader"]
    assert len(desk.logged("reassigned")) == 3, "the station's leaders, the county's supervisor, its leader"
    assert desk.logged("unmanned") == ["现场处置无人办理：county分管领导岗位无人，且无上级可提"]
    assert task.about["unmanned"] is True


def test_that_there_is_none_above_is_said_once_although_somebody_is_named_who_may_not_take_it() -> None:
    desk = Desk()
    task = desk.push()
    task.excluded = ["chen"]
    found = [vacant(task).model_copy(update={"asked": list(task.addressees), "to": CHEN})]
    while not desk.logged("unmanned"):
        take_sweep(desk.case, Sweep(tasks=found))
        found = [vacant(task).model_copy(update={"to": CHEN})]

    take_sweep(desk.case, Sweep(tasks=found))

    assert len(desk.logged("unmanned")) == 1


def test_somebody_claimed_it_meanwhile_and_it_stays_his() -> None:
    desk = Desk()
    task = desk.push()
    found = vacant(task)
    desk.claim(task, CHEN)

    take_sweep(desk.case, Sweep(tasks=[found]))

    assert (task.state, task.assignee, task.level) == ("claimed", "chen", 0)


def test_what_a_leaver_has_in_hand_is_back_at_the_post() -> None:
    desk = Desk()
    task = desk.push()
    desk.claim(task, CHEN)
    sweep = Sweep(tasks=[gone(task)])

    take_sweep(desk.case, sweep)
    take_sweep(desk.case, sweep)

    assert (task.state, task.assignee, task.level) == ("open", None, 0)
    assert desk.logged("holder_left") == ["现场处置：chen已离岗"]
    desk.claim(task, person("li", ("on_scene_officer", STATION)))


def test_who_claimed_it_since_keeps_it() -> None:
    desk = Desk()
    task = desk.push()
    desk.claim(task, CHEN)
    found = gone(task)
    desk.claim(task, CHEN, release=True)
    desk.claim(task, person("li", ("on_scene_officer", STATION)))

    take_sweep(desk.case, Sweep(tasks=[found]))

    assert task.assignee == "li"


def test_what_is_handed_on_is_his_who_takes_it_over() -> None:
    desk = Desk()
    task = desk.push()
    desk.claim(task, CHEN)
    li = person("li", ("on_scene_officer", STATION))

    take_sweep(desk.case, Sweep(tasks=[gone(task, to=li)], by=CHIEF, reason="调离"))

    assert (task.state, task.assignee, task.named) == ("claimed", "li", False)
    [line] = [entry for entry in desk.state.timeline if entry.kind == "named"]
    assert (line.title, line.actor, line.detail["person"]) == ("现场处置交接给li", "chief", "li")


def test_it_is_not_handed_on_to_somebody_who_may_not_answer_it() -> None:
    desk = Desk()
    task = desk.push()
    desk.claim(task, CHEN)

    take_sweep(desk.case, Sweep(tasks=[gone(task, to=person("li", ("mediator", STATION)), vacant=True)]))

    assert (task.assignee, task.level) == (None, 1)


def test_expressly_sent_up_it_goes_up_although_colleagues_are_there() -> None:
    desk = Desk()
    task = desk.push()
    desk.claim(task, CHEN)

    take_sweep(desk.case, Sweep(tasks=[gone(task, up=True)], by=CHIEF, reason="陈达康调离"))

    assert task.level == 1
    assert desk.state.timeline[-1].detail["reason"] == "陈达康调离"


@pytest.mark.req("J-003", "J-041")
def test_a_named_officer_who_left_gives_way_to_the_beats_new_one() -> None:
    """“将这起纠纷通过‘一警情三推送’平台推送到了管区民警汤荣那里”: whose beat it is now."""
    desk, task = followed()
    assert (task.assignee, task.named) == ("leaver", True)
    now = LEFT.model_copy(update={"officer": Named(person_id="tang", name="汤新")})

    take_sweep(desk.case, Sweep(tasks=[gone(task, to=TANG)], left=[person("leaver")], beat=now))

    assert (task.assignee, task.named, desk.state.responsible) == ("tang", True, Named(person_id="tang", name="tang"))
    assert desk.state.beat.officer == now.officer
    assert desk.logged("beat_changed") == ["管区民警汤荣已离任，现为汤新"]
    assert not desk.state.pending("name_officer")


def test_where_the_beat_has_nobody_now_the_command_room_is_asked() -> None:
    desk, task = followed()
    nobody = LEFT.model_copy(update={"officer": None})

    take_sweep(desk.case, Sweep(tasks=[gone(task)], left=[person("leaver")], beat=nobody))

    assert (task.state, task.assignee, task.named) == ("open", None, False)
    assert desk.state.responsible is None
    [asked] = desk.state.pending("name_officer")
    assert desk.logged("beat_changed") == ["管区民警汤荣已离任，暂无人接任"]
    officer = f"responsible_officer@{STATION}#1"
    desk.decide(asked, "name", COMMAND_ROOM, officer=officer)
    assert task.assignee == officer


def test_a_case_that_names_a_leaver_and_has_nothing_in_his_hand_forgets_him() -> None:
    desk = Desk(beat=LEFT, responsible=LEFT.officer)
    desk.case.enter(Stage.PUSH_3)
    now = LEFT.model_copy(update={"officer": Named(person_id="tang", name="汤新")})

    take_sweep(desk.case, Sweep(left=[person("leaver")], beat=now))
    lines = len(desk.state.timeline)
    take_sweep(desk.case, Sweep(left=[person("leaver")], beat=now))
    task = desk.push(Stage.PUSH_2, "follow_up_responsibly")

    assert task.assignee == "tang"
    assert desk.logged()[:lines].count("管区民警汤荣已离任，现为汤新") == 1


def test_the_deputys_watch_goes_to_the_new_deputy() -> None:
    desk, _ = followed()
    [watch] = desk.state.pending("watch_through")
    deputy = person("deputy-2", ("station_deputy", STATION))
    now = LEFT.model_copy(update={"deputy": Named(person_id="deputy-2", name="新副所长")})

    take_sweep(desk.case, Sweep(tasks=[gone(watch, to=deputy)], left=[person("boss")], beat=now))

    assert (watch.assignee, watch.named) == ("deputy-2", True)
    assert desk.state.responsible == LEFT.officer, "whose push it is has not changed"


def test_a_delegation_to_a_leaver_and_an_offer_to_one_are_off() -> None:
    desk = Desk()
    task = desk.push()
    li = person("li", ("on_scene_officer", STATION))
    desk.claim(task, CHEN)
    desk.delegate(task, CHEN, li)
    take_sweep(desk.case, Sweep(tasks=[Unmanned(task_id=task.task_id, asked=task.addressees, helpers=["li"])]))
    assert (task.delegate, task.assignee) == (None, "chen")
    assert desk.logged("delegation_recalled") == ["受托人已离岗，现场处置交回"]

    desk.transfer(task, CHEN, li)
    take_sweep(desk.case, Sweep(tasks=[Unmanned(task_id=task.task_id, asked=task.addressees, helpers=["li"])]))
    assert (task.offered_to, task.assignee) == (None, "chen")


def test_an_assignment_to_a_department_without_people_goes_to_the_supervisor() -> None:
    desk = Desk()
    desk.case.enter(Stage.PUSH_3)
    about = {"organisation": HOUSING.code, "path": HOUSING.path, "lead": True}
    task = desk.case.open("accept_assignment", about=about)

    take_sweep(desk.case, Sweep(tasks=[vacant(task)]))

    assert task.addressees == [Post(role="supervisor", path=PLACES["county"])]


def test_a_case_that_is_over_takes_no_finding() -> None:
    desk = Desk(beat=LEFT)
    task = desk.push()
    desk.case.close("withdrawn")
    before = desk.state.model_copy(deep=True)

    take_sweep(desk.case, Sweep(tasks=[vacant(task)], left=[person("leaver")]))

    assert desk.state == before


def test_who_still_holds_the_post_he_is_named_by_stays_named() -> None:
    """He gave up another post, or the mechanism names nobody to anything."""
    for code in ("jinhua", "qionglai"):
        desk = Desk(code, beat=LEFT)
        desk.push()
        take_sweep(desk.case, Sweep(left=[person("leaver", ("responsible_officer", STATION))], beat=Beat(code="beat")))
        assert desk.state.beat == LEFT, code
        take_sweep(desk.case, Sweep(left=[person("leaver")], beat=Beat(code="beat")))
        assert desk.state.beat.officer is None, code
