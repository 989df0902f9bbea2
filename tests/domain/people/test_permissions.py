"""Who may do what, by role."""

from __future__ import annotations

import pytest

from domain.people import permissions
from domain.people.organisation import ROLES, Post, Represented
from domain.people.permissions import AUDITORS, holds_at_root, may_manage_deputies, overseen
from tests.domain.support import CHIEF, MONDAY, OFFICER, SUPERVISOR, person

ADMIN = person("admin", ("admin_security", "/c"))


def named_sets() -> dict[str, frozenset[str]]:
    """Every set of roles of the module."""
    return {name: value for name, value in vars(permissions).items() if isinstance(value, frozenset)}


@pytest.mark.parametrize("name", sorted(named_sets()))
def test_every_permission_is_of_roles_that_exist(name: str) -> None:
    assert named_sets()[name]
    assert named_sets()[name] <= set(ROLES)


def test_a_post_at_the_root_is_held_there_and_in_ones_own_name() -> None:
    assert holds_at_root(SUPERVISOR, "/c", AUDITORS)
    assert not holds_at_root(SUPERVISOR, "/", AUDITORS)
    assert not holds_at_root(person("town", ("supervisor", "/c/town")), "/c", AUDITORS)
    assert not holds_at_root(OFFICER, "/c", AUDITORS)
    lent = Represented(person_id="e", name="e", until=MONDAY, posts=SUPERVISOR.posts)
    assert not holds_at_root(OFFICER.model_copy(update={"deputises": [lent]}), "/c", AUDITORS)


def test_deputies_of_others_are_named_from_above_and_in_ones_own_name() -> None:
    assert may_manage_deputies(SUPERVISOR, OFFICER)
    assert may_manage_deputies(ADMIN, OFFICER)
    assert not may_manage_deputies(CHIEF, OFFICER)
    assert not may_manage_deputies(person("town", ("supervisor", "/c/town")), OFFICER)
    lent = Represented(person_id="supervisor", name="supervisor", until=MONDAY, posts=SUPERVISOR.posts)
    assert not may_manage_deputies(person("wang").model_copy(update={"deputises": [lent]}), OFFICER)


def test_figures_are_read_down_from_where_a_role_sees_a_subtree_and_from_nowhere_else() -> None:
    assert overseen(person("a", ("on_scene_officer", "/c/police/ps"), ("admin_system", "/c"))) == []
    assert overseen(person("b", ("station_chief", "/c/police/ps"), ("duty_leader", "/c/police/ps"))) == ["/c/police/ps"]
    chief_and_supervisor = person("c", ("station_chief", "/c/police/ps"), ("supervisor", "/c"), ("leader", "/d"))
    assert overseen(chief_and_supervisor) == ["/c", "/d"]
    deputy = person("d", ("responsible_officer", "/c/police/ps"))
    chief = Represented(person_id="e", name="e", until=MONDAY, posts=[Post(role="station_chief", path="/c/police/ps")])
    assert overseen(deputy.model_copy(update={"deputises": [chief]})) == ["/c/police/ps"]
