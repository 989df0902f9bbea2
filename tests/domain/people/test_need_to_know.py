"""Who may open a case that is need-to-know: those with something to do in it, and who has broken the glass."""

from __future__ import annotations

import itertools
from datetime import datetime

import pytest

from domain.base import CHINA
from domain.people.need_to_know import Stakes, may_break_glass, may_open
from domain.people.organisation import ROLES, Actor, Post, Represented

HERE = "/county/police/ps-gushan"
OFFICER = Post(role="responsible_officer", path=HERE)


def somebody(*roles: str, **more: object) -> Actor:
    """A person with these roles at the station."""
    return Actor(person_id="p", name="某", posts=[Post(role=role, path=HERE) for role in roles], **more)


@pytest.mark.parametrize(("level", "role"), list(itertools.product((1, 2, 3), ROLES)))
def test_jurisdiction_alone_opens_what_is_ordinary_and_nothing_that_is_kept(level: int, role: str) -> None:
    """E.2: “L3 … (need-to-know list + break-glass)”: no role opens it by being one."""
    assert may_open(somebody(role), level, Stakes(asked=[Post(role="leader", path="/elsewhere")])) is (level < 3)


@pytest.mark.parametrize("stakes", [
    Stakes(hands=["p"]), Stakes(named=["p"]), Stakes(glass=["p"]), Stakes(asked=[OFFICER]),
])  # fmt: skip
def test_whoever_has_work_in_it_or_broke_the_glass_opens_it(stakes: Stakes) -> None:
    assert may_open(somebody("responsible_officer"), 3, stakes)
    assert not may_open(Actor(person_id="q", name="他", posts=[]), 3, stakes)


def test_a_deputy_opens_what_the_represented_works_on_and_not_what_he_looked_into() -> None:
    """[DESIGN] The glass is broken by a person for a reason of his own."""
    other = Represented(person_id="r", name="被代", until=datetime(2030, 1, 1, tzinfo=CHINA), posts=[OFFICER])
    deputy = somebody("mediator", deputises=[other])
    assert may_open(deputy, 3, Stakes(hands=["r"]))
    assert may_open(deputy, 3, Stakes(asked=[OFFICER]))
    assert not may_open(deputy, 3, Stakes(glass=["r"]))


@pytest.mark.parametrize(("roles", "may"), [
    (("call_taker",), False),  # “must not … see L3 after hand-off”
    (("hotline_operator",), False),
    (("grid_worker",), False),  # “own grid L1”
    (("legal_helper",), False),  # “invited session, L1”
    (("department_handler",), False),  # “must not … see L3 unless listed”
    (("leader",), True), (("supervisor",), True), (("station_chief",), True), (("duty_leader",), True),
    (("auditor",), True),  # “content through approved audit task”
    (("grid_worker", "station_deputy"), True),
    ((), False),
])  # fmt: skip
def test_who_is_kept_to_ordinary_cases_breaks_no_glass(roles: tuple[str, ...], may: bool) -> None:
    assert may_break_glass(somebody(*roles)) is may
