"""What people are told when a case has moved on."""

from __future__ import annotations

from datetime import timedelta

from domain.case.state import DisputeState
from domain.image.change_events import ChangeEvent, change_events
from domain.image.projection import project
from domain.people.organisation import Post
from domain.transitions.assignments.reassigning import reassign
from domain.transitions.handover import Handover, take_delegation, take_transfer
from domain.transitions.timekeeping import fire_due
from tests.domain.support import PLACES, SCENE, Desk, person


class Reader:
    """Whoever publishes: knows what was published last."""

    def __init__(self) -> None:
        self.stored, self.before = 0, dict[str, str]()

    def reads(self, state: DisputeState) -> list[ChangeEvent]:
        """What is new since the last time."""
        image = project(state, since=self.stored)
        told = change_events(image, stored=self.stored, before=self.before)
        self.stored = image.revision
        self.before |= {task.task_id: task.state for task in image.tasks}
        return told


def kinds(told: list[ChangeEvent]) -> list[str]:
    return [str(news.kind) for news in told]


def test_a_new_task_is_told_to_those_asked_and_to_those_who_watch() -> None:
    desk, reader = Desk(), Reader()
    task = desk.case.open("handle_on_scene")
    told = reader.reads(desk.state)
    assert kinds(told) == ["task_opened", "dispute_changed"]
    posts = {(post.role, post.path) for post in (*task.addressees, *task.watchers)}
    assert (told[0].task_id, set(told[0].posts)) == (task.task_id, posts)
    assert task.watchers
    assert set(told[1].posts) == {(post.role, post.path) for post in task.addressees}


def test_what_was_told_is_not_told_again() -> None:
    desk, reader = Desk(), Reader()
    desk.case.open("handle_on_scene")
    reader.reads(desk.state)
    desk.case.log("hotline_note", "来电")
    assert kinds(reader.reads(desk.state)) == ["dispute_changed"]


def test_a_task_voided_is_told_to_those_who_had_it() -> None:
    desk, reader = Desk(), Reader()
    task = desk.case.open("handle_on_scene")
    reader.reads(desk.state)
    desk.case.void([task], "流程已变更")
    told = reader.reads(desk.state)
    assert kinds(told) == ["task_void", "dispute_changed"]
    assert told[1].posts == [(post.role, post.path) for post in task.addressees]


def test_a_task_that_came_and_went_unseen_is_nobodys_news() -> None:
    desk, reader = Desk(), Reader()
    desk.case.void([desk.case.open("handle_on_scene")], "流程已变更")
    assert kinds(reader.reads(desk.state)) == ["dispute_changed"]


def test_a_reassigned_task_is_new_to_its_new_posts_and_its_old_ones_hear_that_something_changed() -> None:
    desk, reader = Desk(), Reader()
    task = desk.case.open("handle_on_scene")
    was = [(post.role, post.path) for post in task.addressees]
    reader.reads(desk.state)
    reassign(desk.case, [task], [Post(role="responsible_officer", path="/c/police/ps")], "试")
    opened, changed = reader.reads(desk.state)
    assert opened.kind == "task_opened"
    assert ("responsible_officer", "/c/police/ps") in opened.posts
    assert set(was) <= set(changed.posts)


def test_a_deadline_that_calls_is_told_once_for_each_task_it_presses() -> None:
    desk, reader = Desk(), Reader()
    task = desk.case.open("handle_on_scene")
    desk.case.start_colour_clock()
    reader.reads(desk.state)
    desk.at += timedelta(days=60)
    assert fire_due(desk.case)
    told = reader.reads(desk.state)
    called = {entry.kind for entry in desk.state.timeline}
    assert {"reminder", "due", "overdue"} <= called
    assert [news.task_id for news in told if news.kind == "task_due" and news.task_id == task.task_id] == [task.task_id]
    assert "task_due" not in kinds(reader.reads(desk.state))


def test_a_delegated_or_offered_task_is_new_to_whoever_gets_it_and_to_nobody_else() -> None:
    desk, reader = Desk(), Reader()
    task = desk.push()
    desk.claim(task, SCENE)
    reader.reads(desk.state)
    colleague = person("colleague", ("on_scene_officer", PLACES["station"]))
    take_delegation(desk.case, Handover(key="d", task_id=task.task_id, actor=SCENE, to=colleague))
    opened, changed = reader.reads(desk.state)
    assert (opened.kind, opened.posts, opened.persons) == ("task_opened", [], ["colleague"])
    assert changed.persons == ["colleague", "scene"]
    other = person("other", ("on_scene_officer", PLACES["station"]))
    take_transfer(desk.case, Handover(key="t", task_id=task.task_id, actor=SCENE, to=other, why="换班"))
    assert reader.reads(desk.state)[0].persons == ["other"]
