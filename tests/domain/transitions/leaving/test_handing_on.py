"""Who leaves hands his work on first: what is left behind, what has to be said of it, and what is refused."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from domain.case.state import Task
from domain.errors import FieldsInvalid, WorkLeftOpen
from domain.people.entitlement import Holder
from domain.people.manning import Roster
from domain.people.organisation import Post
from domain.people.permissions import may_appoint, may_record_leaving
from domain.transitions.leaving.handing_on import How, Leaving, Said, What, Work, found_of, said_of, work_on_tasks
from tests.domain.support import MONDAY, PLACES, person

STATION = PLACES["station"]
SCENE = Post(role="on_scene_officer", path=STATION)
CHIEF = Post(role="station_chief", path=STATION)
ROOM = Post(role="command_room", path=STATION)


def roster(**held: Sequence[Post]) -> Roster:
    """Who holds what."""
    return Roster(Holder(person_id=who, post=post) for who, posts in held.items() for post in posts)


def task(*addressees: Post, kind: str = "handle_on_scene", **more: object) -> Task:
    """A waiting task."""
    return Task.model_validate({"task_id": "t1", "kind": kind, "round": 1, "opened_at": MONDAY,
                                "addressees": list(addressees), **more})  # fmt: skip


def left_by_chen(one: Task, everybody: Roster, *posts: Post) -> list[Work]:
    """What Chen leaves behind of a task."""
    return work_on_tasks("chen", [one], everybody, everybody.without("chen", posts or (SCENE,)))


@pytest.mark.req("Q-023")
def test_what_he_has_in_hand_goes_to_a_colleague_back_to_the_post_or_up() -> None:
    everybody = roster(chen=[SCENE], li=[SCENE])
    [work] = left_by_chen(task(SCENE, state="claimed", assignee="chen"), everybody)
    assert (work.what, work.ways, work.candidates) == (What.IN_HAND, [How.PERSON, How.COLLEAGUES, How.UP], ["li"])


@pytest.mark.req("Q-101")
def test_what_only_he_could_answer_is_named() -> None:
    everybody = roster(chen=[CHIEF], li=[SCENE])
    [work] = left_by_chen(task(CHIEF, kind="approve_third_push"), everybody, CHIEF)
    assert (work.what, work.ways, work.candidates) == (What.ONLY_HIS, [How.UP], [])


def test_who_is_barred_is_no_colleague() -> None:
    everybody = roster(chen=[CHIEF], li=[CHIEF])
    [work] = left_by_chen(task(CHIEF, kind="evaluate", excluded=["li"]), everybody, CHIEF)
    assert work.ways == [How.UP]


def test_what_he_may_still_answer_by_another_post_stays_his() -> None:
    everybody = roster(chen=[SCENE, ROOM], li=[SCENE])
    assert not left_by_chen(task(SCENE, ROOM, state="claimed", assignee="chen"), everybody)


def test_what_colleagues_are_asked_too_and_what_others_have_in_hand_is_none_of_it() -> None:
    everybody = roster(chen=[SCENE], li=[SCENE])
    assert not left_by_chen(task(SCENE), everybody)
    assert not left_by_chen(task(SCENE, state="claimed", assignee="li"), everybody)


def test_what_nobody_answered_before_is_not_his_fault() -> None:
    everybody = roster(chen=[SCENE])
    assert not left_by_chen(task(CHIEF), everybody)


def test_a_delegation_to_him_and_an_offer_follow_by_themselves() -> None:
    everybody = roster(chen=[SCENE], li=[SCENE])
    for hand in ("delegate", "offered_to"):
        [work] = left_by_chen(task(SCENE, state="claimed", assignee="li", **{hand: "chen"}), everybody)
        assert (work.what, work.ways) == (What.HELPS, [])


# --- what is said of it

IN_HAND = Work(item="task:t1", what=What.IN_HAND, title="现场处置 · D1", ways=[How.PERSON, How.COLLEAGUES, How.UP],
               candidates=["li"])  # fmt: skip
BEAT = Work(item="duty:d1", what=What.DUTY, title="社区民警 · 一号警格", ways=[How.PERSON, How.UP], candidates=["li"])
TOLD = Work(item="case:D2", what=What.NAMED, title="D2")
PEOPLE = {"li-1": "li", "wang": "wang"}


def order(**more: object) -> Leaving:
    """A leaving, to be put on record."""
    return Leaving.model_validate({"reason": "调离", **more})


def test_nobody_leaves_while_something_is_left_open_and_each_piece_is_named() -> None:
    with pytest.raises(WorkLeftOpen, match="还有2项") as refused:
        said_of([IN_HAND, BEAT, TOLD], order(), PEOPLE, {})
    assert [error["field"] for error in refused.value.errors] == ["task:t1", "duty:d1"]
    assert refused.value.errors[0]["message"] == "在办事项：现场处置 · D1，请说明交给谁或提级办理"


def test_each_goes_where_it_was_said_and_the_rest_where_the_rest_goes() -> None:
    words = [{"item": "task:t1", "how": "person", "to": "li-1"}]
    said = said_of([IN_HAND, BEAT, TOLD], order(hand_over=words, rest={"how": "up"}), PEOPLE, {})
    assert said == {"task:t1": Said(how=How.PERSON, to="li"), "duty:d1": Said(how=How.UP)}


def test_the_rest_goes_only_as_far_as_it_may() -> None:
    with pytest.raises(WorkLeftOpen) as refused:
        said_of([IN_HAND, BEAT], order(rest={"how": "colleagues"}), PEOPLE, {})
    assert [error["field"] for error in refused.value.errors] == ["duty:d1"]
    with pytest.raises(WorkLeftOpen):
        said_of([IN_HAND], order(rest={"how": "person", "to": "wang"}), PEOPLE, {})


def test_who_may_take_it_without_being_expected_may_be_named() -> None:
    words = [{"item": "task:t1", "how": "person", "to": "wang"}]
    assert said_of([IN_HAND], order(hand_over=words), PEOPLE, {"task:t1": {"wang"}})["task:t1"].to == "wang"


@pytest.mark.parametrize(
    ("word", "field", "words"),
    [
        ({"item": "task:t1", "how": "person", "to": "wang"}, "hand_over.0.to", "不能接办"),
        ({"item": "task:t1", "how": "person", "to": "nobody"}, "hand_over.0.to", "没有用户名或编号为“nobody”"),
        ({"item": "task:t1", "how": "person"}, "hand_over.0.to", "请填写接办人"),
        ({"item": "duty:d1", "how": "colleagues"}, "hand_over.0.to", "没有同岗人员"),
        ({"item": "case:D2", "how": "up"}, "hand_over.0.item", "没有这项"),
        ({"item": "task:other", "how": "up"}, "hand_over.0.item", "没有这项"),
    ],
)
def test_what_can_not_go_there_is_refused_by_field(word: dict[str, str], field: str, words: str) -> None:
    with pytest.raises(FieldsInvalid) as refused:
        said_of([IN_HAND, BEAT, TOLD], order(hand_over=[word], rest={"how": "up"}), PEOPLE, {})
    [error] = refused.value.errors
    assert error["field"] == field
    assert words in error["message"]


def test_a_case_is_told_how_the_task_was_found() -> None:
    one = task(SCENE, state="claimed", assignee="chen")
    empty = roster()
    found = found_of(one, "chen", What.IN_HAND, Said(how=How.UP), empty)
    assert (found.gone, found.vacant, found.up, found.asked) == ("chen", True, True, [SCENE])
    helped = found_of(task(SCENE, state="claimed", assignee="li", delegate="chen"), "chen", What.HELPS, None, empty)
    assert (helped.gone, helped.vacant, helped.helpers) == (None, False, ["chen"])


def test_who_may_put_it_on_record() -> None:
    county = PLACES["county"]
    security = person("security", ("admin_security", county))
    supervisor = person("supervisor", ("supervisor", county))
    admin = Post(role="admin_system", path=county)
    assert may_record_leaving(supervisor, "chen", [SCENE])
    assert may_record_leaving(security, "admin", [admin])
    assert not may_record_leaving(supervisor, "admin", [admin]), "三员分立"
    assert not may_record_leaving(supervisor, "supervisor", [Post(role="supervisor", path=county)]), "his own"
    assert not may_record_leaving(person("chief", ("station_chief", STATION)), "chen", [SCENE])
    assert not may_record_leaving(person("other", ("supervisor", "/c/town")), "chen", [SCENE])
    assert may_appoint(security, SCENE)
    assert not may_appoint(supervisor, SCENE)
