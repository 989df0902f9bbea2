"""A post of the mechanism that nobody holds is found, with its place by name."""

from __future__ import annotations

from domain.people.organisation import Post
from domain.policy.addressing import Place
from domain.policy.process import Process
from domain.triage.places import Directory
from domain.triage.vacancies import Unheld, places_meant, unheld
from infra.demo import county
from infra.demo.people import people
from tests.domain.support import process

ORGANISATIONS = county.organisations()
DIRECTORY = Directory(organisations=ORGANISATIONS)
HELD = [Post(role=post.role, path=post.organisation.path) for who in people(ORGANISATIONS) for post in who.posts]


def found(mechanism: Process, held: list[Post], directory: Directory = DIRECTORY) -> dict[tuple[str, str], Unheld]:
    return {(each.role, each.at): each for each in unheld(mechanism, directory, held)}


def test_in_the_demo_county_somebody_holds_every_post_of_what_ships() -> None:
    assert found(process("jinhua"), HELD) == found(process("qionglai"), HELD) == {}


def test_a_post_that_nobody_holds_is_told_with_role_place_and_organisations() -> None:
    held = [post for post in HELD if post.role != "justice_chief" or post.path != "/county/justice/justice-gushan"]
    [missing] = found(process(), held).values()
    assert (missing.role, missing.at, missing.needed_by) == ("justice_chief", "justice_office", ("apply_confirmation",))
    assert (missing.without, missing.of) == (("古山司法所",), 14)
    assert "司法所所长 (justice_chief) at justice_office, not at 1 of 14: 古山司法所" in missing.message()


def test_who_holds_the_role_above_holds_it_below() -> None:
    below = [post for post in HELD if post.role != "responsible_officer"]
    everywhere = found(process(), below)["responsible_officer", "station"]
    assert (len(everywhere.without), everywhere.of) == (14, 14)
    assert "at none of 14" in everywhere.message()
    assert found(process(), [*below, Post(role="responsible_officer", path="/county/bureau")]) == {}


def test_of_those_assigned_it_is_told_only_where_nobody_anywhere_has_the_role() -> None:
    one = [post for post in HELD if post.role != "department_leader"]
    assert found(process(), [*one, Post(role="department_leader", path="/county/agri")]) == {}
    missing = found(process(), one)["department_leader", "assigned"]
    assert missing.needed_by == ("accept_assignment", "answer_notice", "rectify", "dispose", "cooperate")


def test_in_an_empty_county_every_post_is_told_at_the_county() -> None:
    empty = Directory(organisations=[DIRECTORY.root])
    told = found(process(), [Post(role="supervisor", path="/county"), Post(role="leader", path="/county")], empty)
    assert ("supervisor", "county") not in told
    assert {each.without for each in told.values()} == {(DIRECTORY.root.name,)}
    assert ("on_scene_officer", "station") in told


def test_every_place_a_playbook_may_name_means_something() -> None:
    meant = places_meant(DIRECTORY)
    assert set(meant) == set(Place.__args__) - {"assigned"}  # type: ignore[attr-defined]
    assert (len(meant["grid"]), len(meant["village"]), len(meant["court"])) == (457, 54, 4)
