"""Organisations, roles and posts in the words of the desk."""

from __future__ import annotations

import pytest

from api.tasks.schemas import PostAsked
from api.web.organisation_labels import Offices, beside
from domain.people.organisation import ROLES
from domain.triage.places import Directory, Kind, Listed


@pytest.mark.parametrize(
    ("place", "role", "together"),
    [
        ("县综治中心", "centre_dispatcher", "县综治中心分派员"),
        ("古山派出所", "station_chief", "古山派出所所长"),
        ("古山司法所", "justice_chief", "古山司法所所长"),
        ("古山派出所", "responsible_officer", "古山派出所责任民警"),
        ("县综治中心（centre）", "centre_dispatcher", "县综治中心（centre）分派员"),
        ("网格员", "grid_worker", "网格员网格员"),
    ],
)
def test_an_organisation_and_a_role_say_no_word_twice(place: str, role: str, together: str) -> None:
    assert place + beside(place, ROLES[role].name) == together


def test_a_bureau_is_not_said_to_have_a_township_leader_nor_a_town_a_department_leader() -> None:
    county = {"level": "county", "line": "gov_center"}
    offices = Offices(Directory(organisations=[
        Listed(code="county", name="示范县", path="/county", kind=Kind.COUNTY, **county),
        Listed(code="housing", name="县住建局", path="/county/housing", kind=Kind.DEPARTMENT, **county),
        Listed(code="town-gushan", name="古山镇", path="/county/town-gushan", kind=Kind.TOWN, **county),
    ]))  # fmt: skip
    roles = ("department_handler", "department_leader", "township_leader")

    def asked(code: str) -> list[str]:
        return offices.posts(PostAsked(role=r, role_name=ROLES[r].name, organisation=code) for r in roles)

    assert asked("housing") == ["县住建局 · 部门承办人", "县住建局 · 部门分管领导"]
    assert asked("town-gushan") == ["古山镇 · 部门承办人", "古山镇 · 镇街分管领导"]
    only = [PostAsked(role="township_leader", role_name="镇街分管领导", organisation="housing")]
    assert offices.posts(only) == ["县住建局 · 镇街分管领导"], "whom nobody else stands beside is still named"
