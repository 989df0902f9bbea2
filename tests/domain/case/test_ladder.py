"""The mediation ladder: tiers, attempts, and who must sit at the table."""

from __future__ import annotations

import pytest

from domain.case.ladder import after_failure, check_composition, next_tier
from domain.case.records import Position
from domain.policy.fields import Participant
from domain.policy.process import Ladder
from tests.domain.support import process


def ladder(code: str = "qionglai") -> Ladder:
    found = process(code).ladder
    assert found is not None
    return found


def sitting(*roles: str) -> list[Participant]:
    return [Participant(role=role, name=f"{role}{n}") for n, role in enumerate(roles)]


@pytest.mark.req("Q-090", "Q-095")
def test_33_climbs_three_tiers_of_three_sessions_nine_in_all_and_then_ends() -> None:
    place: Position | None = Position()
    walked = []
    while place:
        walked.append((place.tier, place.sessions))
        place = after_failure(ladder(), place)
    assert walked == [(tier, session) for tier in range(3) for session in range(3)]
    assert len(walked) == 9


@pytest.mark.req("Q-095")
def test_a_tier_may_be_left_early_with_all_attempts_of_the_next_before_it() -> None:
    assert next_tier(ladder(), Position(tier=0, sessions=1)) == Position(tier=1, sessions=0)
    assert next_tier(ladder(), Position(tier=2)) is None


def test_each_tier_has_attempts_of_its_own_number() -> None:
    jinhua = ladder("jinhua")
    assert after_failure(jinhua, Position(tier=0, sessions=0)) == Position(tier=0, sessions=1)
    assert after_failure(jinhua, Position(tier=0, sessions=1)) == Position(tier=1, sessions=0)


@pytest.mark.req("Q-094")
def test_the_three_chiefs_must_all_be_there_with_the_leaders_in_charge() -> None:
    top = ladder().tiers[2]
    chiefs = ("station_chief", "justice_chief", "court_chief")
    assert check_composition(top, sitting(*chiefs, "township_leader", "department_leader")) == []
    missing = check_composition(top, sitting(*chiefs[:2], "township_leader", "department_leader"))
    assert [error["field"] for error in missing] == ["participants"]
    assert "法庭庭长" in missing[0]["message"]


def test_one_person_counts_for_one_requirement_only() -> None:
    joint = ladder("jinhua").tiers[1]
    # Police and department: the leader of the township could stand for the centre, but not for both.
    assert check_composition(joint, sitting("centre_dispatcher", "responsible_officer", "mediator")) == []
    assert len(check_composition(joint, sitting("centre_dispatcher", "centre_dispatcher"))) == 2
    assert len(check_composition(joint, sitting("mediator"))) == 2


def test_at_least_so_many_of_a_kind() -> None:
    tier = ladder("jinhua").tiers[0]
    two = tier.model_copy(update={"requires": [tier.requires[0].model_copy(update={"at_least": 2})]})
    assert check_composition(two, sitting("responsible_officer"))
    assert not check_composition(two, sitting("responsible_officer", "station_deputy"))


def test_a_form_without_participants_is_not_a_session() -> None:
    assert check_composition(ladder().tiers[0], None) == []
