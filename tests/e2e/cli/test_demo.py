"""The demo county with its dozen disputes, as `make run` opens it."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from infra.runtime.policy_files import read_playbook
from tests.instance import Instance, running

pytestmark = pytest.mark.timeout(300)
MADE_WITHIN = 240.0


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Instance]:
    """A system whose demo disputes are made, the maker having been killed once on the way."""
    var = tmp_path_factory.mktemp("demo") / "var"
    with running(var, SANTUI_DEMO_DISPUTES="1") as instance:
        log = var / "logs" / "demo-disputes.log"
        until(lambda: len(progress(log)) >= 5)
        instance.kill("demo-disputes")
        until(lambda: (var / "demo-disputes.done").exists())
        yield instance


def test_a_dozen_disputes_stand_in_different_stages(demo: Instance) -> None:
    disputes = listed(demo)
    assert len(disputes) >= 12
    assert {d["stage"] for d in disputes} >= {
        "triage", "push_1", "push_2", "push_3", "mediation", "confirmation", "evaluation", "follow_up", "closed",
    }  # fmt: skip
    assert len({d["category"] for d in disputes}) >= 10
    assert {d["colour"] for d in disputes} == {"red", "yellow", "blue"}
    assert {d["source"] for d in disputes} == {"110", "12345", "grid", "walk_in"}
    assert len({d["title"].partition("（")[2] for d in disputes}) >= 10  # villages


def test_one_is_in_its_second_round_and_one_is_overdue_and_supervised(demo: Instance) -> None:
    disputes = listed(demo)
    assert [d["round"] for d in disputes].count(2) == 1
    [late] = [d for d in disputes if d["overdue"]]
    assert demo.county.open_tasks(late["dispute_no"], "supervise")


def test_the_maker_went_on_where_it_was_killed(demo: Instance) -> None:
    last = [line.split()[0] for line in progress(demo.var / "logs" / "demo-disputes.log")]
    count = len(listed(demo))
    assert last[-1] == f"{count}/{count}"
    assert last.count(f"1/{count}") == 2  # said again, not made again
    assert not [
        line for line in progress(demo.var / "logs" / "demo-disputes.log") if "failed" in line or "left" in line
    ]


def test_demo_json_has_somebody_for_every_role_of_both_playbooks(demo: Instance) -> None:
    people = json.loads((demo.var / "demo.json").read_text(encoding="utf-8"))
    held = {post["role"] for person in people for post in person["posts"]}
    for code in ("jinhua", "qionglai"):
        assert roles_in(read_playbook(code).process.model_dump(mode="json")) <= held
    assert {"supervisor", "auditor", "admin_system", "admin_security", "admin_audit", "call_taker"} <= held
    for person in people:
        assert {"username", "password", "name", "posts"} <= set(person)
        assert all({"role", "organisation", "level", "line"} <= set(post) for post in person["posts"])


def listed(instance: Instance) -> list[dict[str, Any]]:
    """Every dispute."""
    items: list[dict[str, Any]] = instance.county.supervisor.get("/v1/disputes", limit=200)["items"]
    return items


def roles_in(part: Any) -> set[str]:
    """Every role a playbook names."""
    match part:
        case {"role": str(role)}:
            return {role}
        case {"any_of": list(roles)}:
            return set(roles)
        case dict():
            return set().union(*(roles_in(value) for value in part.values()))
        case list():
            return set().union(*(roles_in(value) for value in part))
    return set()


def progress(log: Path) -> list[str]:
    """The maker's progress lines so far."""
    lines = log.read_text(encoding="utf-8").splitlines() if log.exists() else []
    return [line for line in lines if "/" in line.partition(" ")[0]]


def until(met: Any) -> None:
    """Waits for a fact of another process."""
    deadline = time.monotonic() + MADE_WITHIN
    while not met():
        assert time.monotonic() < deadline, "the demo disputes are not there in time"
        time.sleep(0.05)
