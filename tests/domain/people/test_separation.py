"""三员分立: the three administrators and the auditor are four people, and none of them works on cases."""

from __future__ import annotations

from itertools import combinations

import pytest

from domain.people.organisation import ROLES
from domain.people.permissions import SEPARATE_ROLES
from domain.people.separation import joined_wrongly

ADMINISTRATORS = ("admin_system", "admin_security", "admin_audit")


def test_nobody_holds_two_of_the_three() -> None:
    for two in combinations(ADMINISTRATORS, 2):
        assert joined_wrongly(two)


@pytest.mark.parametrize("apart", sorted(SEPARATE_ROLES))
def test_whoever_administers_or_audits_does_nothing_else(apart: str) -> None:
    assert [role for role in ROLES if role != apart and not joined_wrongly([apart, role])] == []
    assert not joined_wrongly([apart, apart])  # of two units it is one power


def test_other_posts_go_together() -> None:
    work = sorted({*ROLES} - SEPARATE_ROLES)
    assert not joined_wrongly(work)
