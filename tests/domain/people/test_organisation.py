"""Who sits above whom, and which post answers for which."""

from __future__ import annotations

import pytest

from domain.people.organisation import ROLES, parent, within


@pytest.mark.parametrize(
    ("path", "ancestor", "inside"),
    [
        ("/c/police", "/c/police", True),
        ("/c/police/ps", "/c/police", True),
        ("/c/police/ps", "/c", True),
        ("/c/police", "/c/police/ps", False),
        ("/c/police-school", "/c/police", False),
        ("/c/court", "/c/police", False),
    ],
)
def test_the_tree_runs_down_and_names_that_begin_alike_are_strangers(path: str, ancestor: str, inside: bool) -> None:
    assert within(path, ancestor) is inside


def test_the_root_is_its_own_parent() -> None:
    assert parent("/c/police/ps") == "/c/police"
    assert parent("/c") == "/c"


def test_every_role_has_a_chinese_name_of_its_own() -> None:
    names = [role.name for role in ROLES.values()]
    assert len(set(names)) == len(names)
    assert all(any("一" <= letter <= "鿿" for letter in name) for name in names)
