"""A made-up sixth city: from YAML alone, a whole life with two returns and a relapse on the real server."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

from api.cli.client import Client, Document
from api.cli.stories import OWN, play_one
from api.cli.stories.people import house, somebody
from api.cli.stories.telling import Telling
from tests.instance import Instance, running

pytestmark = pytest.mark.timeout(400)
XIZHOU = Path(__file__).with_name("xizhou.yaml")
TIERS = ("hamlet", "village", "town", "county")


@pytest.fixture(scope="module")
def xizhou(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Instance]:
    """A system under a file that no code knows of."""
    folder = tmp_path_factory.mktemp("cities")
    shutil.copy(XIZHOU, folder / "xizhou.yaml")
    with running(tmp_path_factory.mktemp("xizhou") / "var", "xizhou", SANTUI_PLAYBOOKS=str(folder)) as instance:
        yield instance


@pytest.mark.parametrize("story", OWN)
def test_its_own_stories_are_played(xizhou: Instance, story: str) -> None:
    assert play_one(xizhou.county, OWN[story], "xizhou").number


def test_a_whole_life_with_two_returns_and_a_relapse(xizhou: Instance) -> None:
    t = Telling(xizhou.county, "xizhou")
    t.alarm("两户因宅基地边界争执多年，互不相让", house("桃源镇梅林村"), somebody(), somebody(), source="walk_in")
    t.answer("confirm_triage", "confirm")
    t.expect_stage("push_2")
    t.answer("follow_up_responsibly", "mediate", reason="双方同意坐下来谈")

    assert sat_through(t) == [(tier, n) for tier in TIERS for n in (1, 2)][:-1], "two sessions at each of four tiers"
    last = t.task("mediate")
    assert (last["about"]["tier_name"], last["about"]["session"]) == ("住建局召集", 2)
    assert [(post["role"], post["organisation"]) for post in last["posts"]] == [("department_leader", "housing")]
    t.answer("mediate", "agreed", terms=["以现状为界"], confirmation=False)

    for returns in (1, 2):
        t.expect_stage("evaluation", round=returns)
        assert committee(t) == [("evaluator_committee", "centre"), ("justice_reviewer", "justice")]
        reviewer = xizhou.county.with_role("justice_reviewer", "justice")
        t.answer("evaluate", "return", by=reviewer, task_id=seat(t, reviewer), reason="perfunctory",
                 explanation="没有写清界址")  # fmt: skip
        called = [entry["title"] for entry in t.entries("supervision")]
        assert called == [f"第{n}次退回督办" for n in range(1, returns + 1)], "its own pace: from the first return on"
        t.expect_stage("mediation", round=returns + 1)
        t.answer("mediate", "agreed", terms=[f"以界桩为界（第{returns}次补正）"], confirmation=False)

    accepted_by_all(t)
    t.expect_stage("follow_up", round=3)
    for party in t.case["parties"]:
        t.answer("visit", "stable", of=party["name"], satisfaction=None)
    t.advance_to(second_visit(t))
    first, second = t.case["parties"]
    refusal = t.refused(
        422, "fields_invalid", lambda: t.answer("visit", "stable", of=first["name"], satisfaction=None)
    )  # fmt: skip
    assert [error["field"] for error in refusal.body["errors"]] == ["satisfaction"]
    t.answer("visit", "stable", of=first["name"], satisfaction=4)
    t.answer("visit", "relapsed", of=second["name"], summary="界桩被挪，又吵起来", colour="crimson")

    t.expect_stage("triage", round=4)
    assert t.case["colour"] == "crimson"
    t.answer("confirm_triage", "confirm")
    t.answer("follow_up_responsibly", "settled", summary="当面复桩，双方签字")
    accepted_by_all(t)
    while t.case["stage"] == "follow_up":
        for task in t.county.open_tasks(t.number, "visit"):
            t.answer("visit", "stable", task_id=task["task_id"])
        if t.case["stage"] == "follow_up":
            t.advance_to(second_visit(t))
    case = t.case
    assert (case["stage"], case["outcome"], case["round"]) == ("closed", "resolved", 4)
    assert [v["verdict"] for v in case["evaluations"]].count("return") == 2


def sat_through(t: Telling) -> list[tuple[str, int]]:
    """Every session fails but the last that there is."""
    held: list[tuple[str, int]] = []
    while len(held) < len(TIERS) * 2 - 1:
        about = t.task("mediate")["about"]
        held.append((about["tier"], about["session"]))
        t.answer("mediate", "not_agreed", reason="界址说法不一")
    return held


def committee(t: Telling) -> list[tuple[str, str]]:
    """The posts that judge, by seat."""
    tasks = sorted(t.county.open_tasks(t.number, "evaluate"), key=lambda task: task["about"]["seat"])
    return [(post["role"], post["organisation"]) for task in tasks for post in task["posts"]]


def seat(t: Telling, by: Client) -> str:
    """The seat on which somebody sits."""
    mine: list[Document] = by.get("/v1/tasks", box="claimable", limit=100)["items"]
    return next(str(task["task_id"]) for task in mine if (task["dispute_no"], task["kind"]) == (t.number, "evaluate"))


def second_visit(t: Telling) -> datetime:
    """When it opens, counted from now."""
    after = t.process.follow_up.visits[1].after
    assert after is not None
    return t.calendar.after(t.now, after)


def accepted_by_all(t: Telling) -> None:
    """Both seats, by two people."""
    for _ in range(2):
        t.answer("evaluate", "accept")
