"""Who may reopen a closed dispute, and with what."""

from __future__ import annotations

import pytest

from domain.errors import ActionNotAllowed, FieldsInvalid, NotEntitled
from domain.people.organisation import Actor
from domain.transitions.actions import Act
from domain.transitions.reopening import check_reopen
from tests.domain.support import DISPATCHER, MARKET, PLACES, person

HERE = {PLACES["station"], PLACES["centre"]}
ELSEWHERE = person("elsewhere", ("department_handler", MARKET.path))


def reopen(by: Actor = DISPATCHER, **fields: object) -> Act:
    return Act(key="k", action="reopen", fields=fields, actor=by)


def test_the_centre_reopens_a_closed_dispute_for_a_reason() -> None:
    check_reopen(reopen(reason="再次发生纠纷"), HERE, closed=True)


def test_an_open_dispute_is_not_reopened() -> None:
    with pytest.raises(ActionNotAllowed, match="尚未办结"):
        check_reopen(reopen(reason="再次发生纠纷"), HERE, closed=False)


def test_only_police_and_centres_with_a_part_in_it_reopen() -> None:
    with pytest.raises(NotEntitled):
        check_reopen(reopen(ELSEWHERE, reason="再次发生纠纷"), {*HERE, MARKET.path}, closed=True)
    with pytest.raises(NotEntitled):
        check_reopen(reopen(reason="再次发生纠纷"), {"/c/elsewhere"}, closed=True)


def test_without_a_reason_it_is_refused_by_the_field() -> None:
    with pytest.raises(FieldsInvalid) as refusal:
        check_reopen(reopen(), HERE, closed=True)
    assert [error["field"] for error in refusal.value.errors] == ["reason"]
