"""Follow-up as it is counted: visits of the plan, parties, satisfaction, and the window (requirements F.2, F.3)."""

from __future__ import annotations

from datetime import timedelta

from domain.indicators.events import TallyKind
from tests.domain.case_builder import STATION, Life
from tests.domain.support import MONDAY, OFFICER

DAY = timedelta(days=1)
K = TallyKind


def followed_up() -> Life:
    return Life().on_scene().settled_on_scene().accepted()


def test_both_parties_are_one_visit_and_two_contacts() -> None:
    life = followed_up().later(days=1).visited("甲").visited("乙")
    (visited,) = life.counted(K.VISITED)
    assert (visited.at, visited.unit, visited.value, visited.result) == (MONDAY + DAY, STATION, 2, "reached")
    assert visited.person_id == "officer"
    assert len(life.visited("甲", number=2).counted(K.VISITED)) == 2


def test_one_call_unanswered_is_nothing_two_are_a_visit_that_reached_nobody() -> None:
    life = followed_up().visited("甲", "unreachable")
    assert life.counted(K.VISITED) == []
    life.visited("甲", "unreachable", attempt=2)
    assert [t.result for t in life.standing(K.VISITED)] == ["not_reached"]
    life.visited("乙")
    assert [t.result for t in life.standing(K.VISITED)] == ["reached"]


def test_the_last_satisfaction_of_each_party_counts() -> None:
    life = followed_up().visited("甲", satisfaction=5).visited("乙").later(days=30)
    life.visited("甲", number=2, satisfaction=2).visited("乙", number=2, satisfaction=4)
    assert [t.value for t in life.standing(K.RATED)] == [2, 4]
    first, second = life.counted(K.ASKED)
    assert (first.done_at, second.done_at) == (MONDAY, MONDAY + 30 * DAY)


def test_a_follow_up_has_its_window_whether_or_not_anybody_was_reached() -> None:
    life = followed_up()
    life.visit("甲")
    (window,) = life.counted(K.WINDOW)
    assert (window.at, window.done_at, window.unit) == (MONDAY + 10 * DAY, None, STATION)
    assert life.later(days=3).visited("乙").counted(K.WINDOW)[0].done_at == MONDAY + 3 * DAY
    late = followed_up()
    task = late.visit("甲")
    late.later(days=12).decide(task, "stable", OFFICER, summary="已访")
    assert late.counted(K.WINDOW)[0].done_at is None


def test_a_window_called_off_leaves_and_the_next_round_s_takes_its_place() -> None:
    life = followed_up()
    life.case.void([life.visit("甲")], "流程已变更")
    assert life.counted(K.WINDOW)[0].left_at == MONDAY
    life.case.next_round("回访期间重复报警")
    life.later(days=1).visited("甲")
    (window,) = life.counted(K.WINDOW)
    assert (window.round, window.left_at, window.done_at) == (2, None, MONDAY + DAY)
