"""An installation with a cell's code: everything that reads a number takes the longer one."""

from __future__ import annotations

import re
from collections.abc import Iterator

import httpx2
import pytest

from api.cli.stories import STORIES, play_one
from api.web.session import SESSION
from domain.policy.fields import DISPUTE_NO
from tests.e2e.support import People
from tests.instance import Instance, running

CELL = "330784"


@pytest.fixture(scope="module")
def cell(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Instance]:
    """A running system of a cell."""
    with running(tmp_path_factory.mktemp("cell") / "var", SANTUI_CELL=CELL) as instance:
        yield instance


@pytest.fixture(scope="module")
def people(cell: Instance) -> People:
    """Its demo people."""
    return People(cell.base, cell.var / "demo.json")


def test_a_whole_life_is_told_under_a_number_with_the_cell_s_code(cell: Instance) -> None:
    telling = play_one(cell.county, STORIES["relapse"], "jinhua")
    assert re.fullmatch(rf"D{CELL}-\d{{4}}-\d{{6}}", telling.number)
    assert re.fullmatch(DISPUTE_NO, telling.number)
    assert telling.county.dispute(telling.number)["stage"] == "closed"


def test_a_number_with_a_cell_s_code_is_what_forms_history_and_desk_take(cell: Instance, people: People) -> None:
    first, second = people.at_push_1(), people.quarrel()
    assert int(second.rpartition("-")[2]) == int(first.rpartition("-")[2]) + 1
    answer = people.answer(second, "confirm_triage", "duplicate_of")  # as its example says: the one before
    assert answer["change"]["state"] == "pending"
    people.answer(second, "approve_change", "approve")
    assert people.dispute(second)["outcome"] == "merged"
    assert people.dispute(first)["stage"] == "push_1"

    auditor = people.with_role("auditor")
    assert auditor.get(f"/v1/disputes/{first}/history") is not None
    page = httpx2.get(f"{cell.base}/", params={"q": first}, cookies={SESSION: people.supervisor._token},
                      trust_env=False)  # fmt: skip
    assert f'href="/disputes/{first}"' in page.text
