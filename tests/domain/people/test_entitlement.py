"""Who may answer, who is asked, who sees."""

from __future__ import annotations

import pytest

from domain.people.entitlement import (
    Holder,
    Offer,
    Parts,
    answers_for,
    candidates,
    entitling_post,
    is_asked,
    may_see,
    may_take,
)
from domain.people.organisation import Actor, Post, Represented
from tests.domain.support import MONDAY, person

STATION = "/c/police/ps"
LEADER_THERE = Post(role="duty_leader", path=STATION)
LEADER_ABOVE = Post(role="duty_leader", path="/c/police")
LEADER_AT_TOP = Post(role="duty_leader", path="/c")
HOLDERS = [
    Holder(person_id="below", post=LEADER_THERE),
    Holder(person_id="also below", post=LEADER_THERE),
    Holder(person_id="above", post=LEADER_ABOVE),
    Holder(person_id="at the top", post=LEADER_AT_TOP),
]
BELOW = ["below", "also below"]


@pytest.mark.parametrize(
    ("role", "path", "answers"),
    [
        ("duty_leader", "/c/police/ps", True),
        ("duty_leader", "/c/police", True),  # above
        ("duty_leader", "/c/police/ps/desk", False),  # below
        ("duty_leader", "/c/police/other", False),  # beside
        ("station_chief", "/c/police/ps", False),  # another role
    ],
)
def test_the_same_role_there_or_above_answers_never_below_or_beside(role: str, path: str, answers: bool) -> None:
    assert answers_for(Post(role=role, path=path), Post(role="duty_leader", path="/c/police/ps")) is answers


def test_the_post_that_was_addressed_entitles_before_one_above_it() -> None:
    assert entitling_post([LEADER_AT_TOP, LEADER_THERE], [LEADER_THERE]) == LEADER_THERE
    assert entitling_post([LEADER_AT_TOP, LEADER_ABOVE], [LEADER_THERE]) == LEADER_AT_TOP
    assert entitling_post([Post(role="station_chief", path=STATION)], [LEADER_THERE]) is None


def test_a_task_falls_to_those_above_only_where_everybody_addressed_is_barred() -> None:
    assert is_asked(LEADER_THERE, LEADER_THERE, [], HOLDERS)
    assert not is_asked(LEADER_ABOVE, LEADER_THERE, ["below"], HOLDERS)
    assert is_asked(LEADER_ABOVE, LEADER_THERE, BELOW, HOLDERS)
    assert is_asked(LEADER_AT_TOP, LEADER_THERE, BELOW, HOLDERS)
    assert not is_asked(LEADER_ABOVE, LEADER_THERE, [], HOLDERS[2:]), "a vacant post alone moves nothing"


def test_a_barred_person_takes_nothing_neither_himself_nor_by_a_deputy() -> None:
    offer = Offer(addressees=[LEADER_THERE], excluded=["below"])
    below, other = person("below", ("duty_leader", STATION)), person("also below", ("duty_leader", STATION))
    assert not may_take(below, offer, HOLDERS)
    assert may_take(other, offer, HOLDERS)
    lent = Represented(person_id="below", name="below", until=MONDAY, posts=below.posts)
    own, deputy = person("somebody").model_copy(update={"deputises": [lent]}).capacities
    assert not may_take(own, offer, HOLDERS)
    assert not may_take(deputy, offer, HOLDERS)
    assert may_take(deputy, Offer(addressees=[LEADER_THERE]), HOLDERS)
    assert not may_take(deputy, Offer(addressees=[LEADER_THERE], excluded=["somebody"]), HOLDERS)
    assert may_take(deputy, Offer(addressees=[], offered_to="below"), HOLDERS)


def test_candidates_are_the_nearest_who_are_not_barred() -> None:
    def names(excluded: list[str], *addressees: Post) -> list[str]:
        return [holder.person_id for holder in candidates(addressees, excluded, HOLDERS)]

    assert names([], LEADER_THERE) == BELOW
    assert names(["below"], LEADER_THERE) == ["also below"]
    assert names(BELOW, LEADER_THERE) == ["above"]
    assert names([*BELOW, "above"], LEADER_THERE) == ["at the top"]
    assert names([], LEADER_ABOVE, LEADER_THERE) == ["above", *BELOW]
    assert names([], Post(role="duty_leader", path="/c/police/vacant")) == ["above"]
    assert names([], Post(role="mediator", path=STATION)) == []


@pytest.mark.parametrize(
    ("role", "part", "sees"),
    [
        ("station_chief", Post(role="", path=STATION), True),
        ("station_chief", Post(role="mediator", path=f"{STATION}/desk"), True),
        ("station_chief", Post(role="", path="/c/police"), False),
        ("department_handler", Post(role="mediator", path=STATION), True),
        ("department_handler", Post(role="mediator", path=f"{STATION}/desk"), False),
        ("mediator", Post(role="mediator", path=STATION), True),
        ("mediator", Post(role="", path=STATION), False),
        ("admin_system", Post(role="admin_system", path=STATION), False),
    ],
)
def test_a_dispute_is_seen_as_far_as_the_role_sees(role: str, part: Post, sees: bool) -> None:
    who = person("p", (role, STATION))
    assert may_see(who, Parts(posts=[part])) is sees
    lent = Represented(person_id="p", name="p", until=MONDAY, posts=who.posts)
    assert may_see(Actor(person_id="q", name="q", posts=[], deputises=[lent]), Parts(posts=[part])) is sees


def test_a_dispute_is_seen_by_helpers_by_those_offered_a_task_and_by_whose_report_opened_it() -> None:
    nobody, taker = person("p"), person("p", ("call_taker", "/c"))
    assert not may_see(nobody, Parts(posts=[]))
    assert may_see(nobody, Parts(posts=[], helpers=["p"]))
    assert may_see(nobody, Parts(posts=[], offered_to=["p"]))
    assert may_see(taker, Parts(posts=[], opened_by=["p"]))
    assert not may_see(nobody, Parts(posts=[], opened_by=["p"]))
    assert not may_see(taker, Parts(posts=[], opened_by=["q"]))
