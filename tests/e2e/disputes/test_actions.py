"""The actions of the contract: each by who may, each with its effect, none on what is closed but `reopen`."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial
from typing import Any

import pytest

from api.cli.client import Client
from tests.e2e.support import People, errors_of, is_chinese, refusal_of

STATION = "station-gushan"


def closed(people: People, number: str) -> str | None:
    """The outcome of a dispute that must be closed, with nothing left open."""
    case = people.dispute(number)
    assert case["stage"] == "closed"
    assert case["closed_at"]
    assert people.open_tasks(number) == []
    assert all(clock["state"] in ("met", "missed") for clock in case["clocks"])
    return str(case["outcome"])


def approve(people: People, number: str, decision: str = "approve") -> None:
    """Somebody one level up, and not who proposed it, answers the change."""
    people.answer(number, "approve_change", decision)


@pytest.mark.parametrize(
    ("action", "fields", "outcome"),
    [
        ("withdraw", {}, "withdrawn"),
        ("transfer_out", {"to": "邻县公安局"}, "transferred_out"),
        ("convert_to_criminal", {"case_no": "刑2026001"}, "criminal_case"),
        ("guide_to_litigation", {"court": "县人民法院"}, "guided_to_litigation"),
    ],
)
@pytest.mark.req("Q-047", "Q-049")
def test_an_ending_waits_for_approval_and_then_ends_it(
    people: People, action: str, fields: dict[str, Any], outcome: str
) -> None:
    number = people.at_push_2()
    [task_id] = [task["task_id"] for task in people.awaited(number)]
    answer = people.act(number, action, **fields)
    assert answer["change"] == {"number": 1, "state": "pending"}, "彻底化解的予以结案…直至彻底化解"
    assert (answer["action"], answer["dispute"]["stage"]) == (action, "push_2")
    assert refusal_of(lambda: people.act(number, action, **fields)) == (409, "action_not_allowed")
    assert {t["kind"] for t in people.open_tasks(number)} == {
        "follow_up_responsibly", "watch_through", "approve_change",
    }  # fmt: skip
    approve(people, number)
    assert closed(people, number) == outcome
    officer = people.at("responsible_officer", STATION)
    late = refusal_of(lambda: people.decide(task_id, "settled", officer, summary="一"))
    assert late == (409, "task_closed")
    assert refusal_of(lambda: people.act(number, "withdraw")) == (409, "dispute_closed")
    assert [a["name"] for a in people.dispute(number)["actions"]] == ["reopen"]


def test_an_ending_of_the_mildest_colour_ends_it_at_once(people: People) -> None:
    number = people.at_push_1("楼上邻居夜间噪音扰民，两家发生口角")
    assert people.dispute(number)["colour"] == "blue"
    answer = people.act(number, "withdraw")
    assert ("change" in answer, answer["dispute"]["stage"]) == (False, "closed")
    assert closed(people, number) == "withdrawn"


@pytest.mark.req("Q-047")
def test_on_the_scene_a_criminal_case_waits_for_who_approves_it_and_supplies_its_number(people: People) -> None:
    number = people.at_push_1()
    task_id = people.open_tasks(number)[0]["task_id"]
    officer = people.at("on_scene_officer", STATION)
    answer = people.decide(task_id, "criminal_case", officer, reason="持刀伤人")
    assert answer["change"] == {"number": 1, "state": "pending"}
    assert (answer["dispute"]["stage"], answer["task"]["state"]) == ("push_1", "open")
    offered = officer.get(f"/v1/tasks/{task_id}")["decisions"]
    assert "criminal_case" not in {decision["name"] for decision in offered}
    task = people.wait_for(number, "approve_change")
    [approving] = [
        d for d in people.supervisor.get(f"/v1/tasks/{task['task_id']}")["decisions"] if d["name"] == "approve"
    ]
    assert approving["schema"]["required"] == ["case_no"]
    missing = errors_of(lambda: people.decide(task["task_id"], "approve", people.supervisor))
    assert set(missing) == {"case_no"}
    people.decide(task["task_id"], "approve", people.supervisor, case_no="金公立字〔2026〕7号")
    assert closed(people, number) == "criminal_case"
    assert people.dispute(number)["changes"][0]["fields"]["case_no"] == "金公立字〔2026〕7号"


ELSEWHERE = {"address": "江南街道溪心社区汽车城"}


def merging_refused(people: People, number: str, into: str, by: Client | None = None) -> str:
    """What stands beside the number of the other dispute when the merger is refused."""
    return errors_of(lambda: people.act(number, "merge_into", by, dispute_no=into))["dispute_no"]


def test_one_is_merged_into_another_when_somebody_one_level_up_approves(people: People) -> None:
    first, second = people.quarrel(), people.at_push_1()
    answer = people.act(second, "merge_into", people.at("station_chief", STATION), dispute_no=first)
    assert answer["change"] == {"number": 1, "state": "pending"}
    assert answer["dispute"]["stage"] == "push_1"
    assert "merge_into" not in {a["name"] for a in people.supervisor.get(f"/v1/disputes/{second}")["actions"]}
    task = people.wait_for(second, "approve_change")
    assert (task["title"].split(" · ")[0], task["about"]["fields"]["dispute_no"]) == (f"并案（并入{first}）", first)
    approve(people, second)
    assert closed(people, second) == "merged"
    case = people.dispute(second)
    assert (case["merged_into"], case["changes"][0]["result"]) == (first, "approved")
    assert people.dispute(first)["stage"] == "triage"


def test_what_is_not_there_or_is_itself_is_not_merged_into(people: People) -> None:
    number = people.at_push_1()
    assert merging_refused(people, number, number) == "不能并入自身"
    assert merging_refused(people, number, "D1999-000001") == "没有编号为“D1999-000001”的纠纷"


def test_who_may_not_see_a_dispute_can_not_merge_into_it_nor_learn_that_it_is_there(people: People) -> None:
    foreign, number = people.quarrel(place=ELSEWHERE), people.at_push_1()
    chief = people.at("station_chief", STATION)
    assert merging_refused(people, number, foreign, chief) == f"没有编号为“{foreign}”的纠纷"
    task_id = people.open_tasks(people.quarrel(), "confirm_triage")[0]["task_id"]
    desk = people.at("command_room", STATION)
    found = errors_of(lambda: people.decide(task_id, "duplicate_of", desk, dispute_no=foreign))
    assert found == {"dispute_no": f"没有编号为“{foreign}”的纠纷"}
    for written in (f"{foreign} ", f"\n{foreign}", f"\u3000{foreign}"):  # what a form strips is looked at all the same
        assert merging_refused(people, number, written, chief) == f"没有编号为“{foreign}”的纠纷"
        found = errors_of(partial(people.decide, task_id, "duplicate_of", desk, dispute_no=written))
        assert found == {"dispute_no": f"没有编号为“{foreign}”的纠纷"}
    noted = people.with_role("auditor").get("/v1/audit/access", dispute_no=foreign, person=chief.username)["items"]
    assert {(each["what"], each["outcome"]) for each in noted} == {("act:merge_into", "not_found")}
    seen = people.act(number, "merge_into", dispute_no=foreign)  # by the county's supervisor, who sees both
    assert seen["change"]["state"] == "pending"


def test_two_disputes_are_not_merged_into_each_other_nor_one_into_what_is_closed(people: People) -> None:
    one, other, third = people.at_push_1(), people.at_push_1(), people.at_push_1()
    people.act(one, "merge_into", dispute_no=other)
    assert merging_refused(people, other, one) == f"{one}正申请并入本纠纷，不能互相并入"
    people.act(other, "merge_into", dispute_no=third)
    assert merging_refused(people, third, one) == f"{one}正申请并入本纠纷，不能互相并入"
    approve(people, one)
    assert merging_refused(people, third, one) == f"{one}已并入{other}，不能再并入其中"


def test_a_merger_into_what_has_closed_meanwhile_is_not_approved(people: People) -> None:
    one, other = people.at_push_1(), people.at_push_1()
    people.act(one, "merge_into", people.at("station_chief", STATION), dispute_no=other)
    people.end(other)
    assert refusal_of(lambda: approve(people, one)) == (409, "decision_not_allowed")
    approve(people, one, "reject")
    case = people.dispute(one)
    assert (case["stage"], case["merged_into"], case["changes"][0]["result"]) == ("push_1", None, "rejected")


def test_an_action_is_for_its_roles_and_has_its_fields(people: People) -> None:
    number = people.at_push_1()
    officer = people.at("on_scene_officer", STATION)
    assert refusal_of(lambda: people.act(number, "withdraw", officer)) == (403, "not_entitled")
    assert refusal_of(lambda: people.act(number, "explode")) == (409, "action_not_allowed")
    assert refusal_of(lambda: people.act(number, "resume")) == (409, "action_not_allowed")
    assert refusal_of(lambda: people.act(number, "reopen")) == (409, "action_not_allowed")
    errors = errors_of(lambda: people.act(number, "withdraw", reason=""))
    assert errors == {"reason": "不能为空"}
    offered = {a["name"]: a for a in people.supervisor.get(f"/v1/disputes/{number}")["actions"]}
    assert {"withdraw", "recolour", "extend", "suspend", "reassign", "escalate"} <= set(offered)
    assert not {"resume", "reopen", "recall"} & set(offered)
    assert all(action["schema"]["type"] == "object" and is_chinese(action["title"]) for action in offered.values())
    mine = [action["name"] for action in officer.get(f"/v1/disputes/{number}")["actions"]]
    assert mine == ["correct_party"], "who stood before them may put a name right"


def test_suspending_waits_for_approval_and_resuming_moves_the_deadline(people: People) -> None:
    number = people.at_push_1()
    due = people.clock(number, "colour")["due_at"]
    chief = people.at("station_chief", STATION)
    assert people.act(number, "suspend", chief, ground="等待鉴定")["change"] == {"number": 1, "state": "pending"}
    assert people.clock(number, "colour")["state"] == "running"
    approve(people, number)
    clock = people.clock(number, "colour")
    assert (clock["state"], clock["suspended"]) == ("suspended", True)
    people.advance(number, "P10D")  # more than the seven days: a suspended clock is never overdue
    assert people.clock(number, "colour")["fired"] == []
    people.act(number, "resume", chief)
    clock = people.clock(number, "colour")
    assert clock["state"] == "running"
    stood = datetime.fromisoformat(clock["due_at"]) - datetime.fromisoformat(due)
    assert timedelta(days=10) <= stood < timedelta(days=10, minutes=5)


def test_a_rejected_suspension_changes_nothing(people: People) -> None:
    number = people.at_push_1()
    people.act(number, "suspend", people.at("station_chief", STATION), ground="等待鉴定")
    approve(people, number, "reject")
    assert people.clock(number, "colour")["state"] == "running"
    assert people.dispute(number)["changes"][0]["result"] == "rejected"


@pytest.mark.req("Q-037")
def test_raising_a_colour_is_at_once_and_takes_the_shorter_limit(people: People) -> None:
    number = people.at_push_1("楼上邻居夜间噪音扰民，两家发生口角")
    before = people.clock(number, "colour")
    answer = people.act(number, "recolour", people.at("duty_leader", STATION), colour="red")
    assert answer["dispute"]["colour"] == "red"
    assert "change" not in answer
    clock = people.clock(number, "colour")
    assert clock["due_at"] < before["due_at"]
    left = datetime.fromisoformat(clock["due_at"]) - datetime.now().astimezone()
    assert timedelta(hours=23) < left <= timedelta(days=1)
    refused = refusal_of(lambda: people.act(number, "suspend", ground="等待鉴定"))
    assert refused == (409, "action_not_allowed")  # red is never suspended
    assert set(errors_of(lambda: people.act(number, "recolour", colour="red"))) == {"colour"}
    assert set(errors_of(lambda: people.act(number, "recolour", colour="pink"))) == {"colour"}


@pytest.mark.req("Q-037")
def test_lowering_a_colour_waits_for_approval_and_restarts_nothing(people: People) -> None:
    number = people.at_push_1()
    before = people.clock(number, "colour")
    answer = people.act(number, "recolour", people.at("station_chief", STATION), colour="blue")
    assert answer["change"]["state"] == "pending"
    assert people.dispute(number)["colour"] == "yellow"
    approve(people, number)
    assert people.dispute(number)["colour"] == "blue"
    after = people.clock(number, "colour")
    assert (after["started_at"], after["due_at"]) == (before["started_at"], before["due_at"])


def test_an_extension_waits_for_approval_and_keeps_the_old_deadline(people: People) -> None:
    number = people.at_push_1()
    due = datetime.fromisoformat(people.clock(number, "colour")["due_at"])
    later = (due + timedelta(days=5)).isoformat()
    sooner = (due - timedelta(days=1)).isoformat()
    assert set(errors_of(lambda: people.act(number, "extend", until=sooner))) == {"until"}
    people.act(number, "extend", people.at("station_chief", STATION), until=later)
    assert datetime.fromisoformat(people.clock(number, "colour")["due_at"]) == due
    approve(people, number)
    clock = people.clock(number, "colour")
    assert datetime.fromisoformat(clock["due_at"]) == due + timedelta(days=5)
    assert datetime.fromisoformat(clock["moved"][0]["was"]) == due
    [task] = people.open_tasks(number)
    assert datetime.fromisoformat(task["due_at"]) == due + timedelta(days=5)


def test_open_tasks_are_reassigned(people: People) -> None:
    number = people.at_push_2()
    [task_id] = [task["task_id"] for task in people.awaited(number)]
    before = people.at("responsible_officer", STATION)
    for fields in (
        {"role": "wizard", "organisation": STATION},
        {"role": "responsible_officer", "organisation": "moon"},
    ):
        assert errors_of(lambda fields=fields: people.act(number, "reassign", **fields))  # type: ignore[misc]
    people.act(number, "reassign", role="responsible_officer", organisation="station-shiqiao")
    [task] = people.awaited(number)
    assert (task["task_id"], task["post"]["organisation"]) == (task_id, "station-shiqiao")
    settled = {"summary": "已化解"}
    assert refusal_of(lambda: people.decide(task_id, "settled", before, **settled))[0] in (403, 404)
    people.decide(task_id, "settled", people.at("responsible_officer", "station-shiqiao"), **settled)
    assert people.dispute(number)["stage"] == "evaluation"


def test_escalating_calls_supervision_down(people: People) -> None:
    number = people.at_push_2()
    people.act(number, "escalate", people.at("station_chief", STATION))
    [task] = people.open_tasks(number, "supervise")
    assert (task["about"]["level"], task["post"]["role"]) == (0, "supervisor")
    people.answer(number, "supervise", "promote")
    [task] = people.open_tasks(number, "supervise")
    assert (task["about"]["level"], task["post"]["role"]) == (1, "leader")


@pytest.mark.req("H-046")
def test_the_police_take_back_what_they_diverted(people: People) -> None:
    number = people.at_dispose("natural_res", "agri")
    officer = people.at("responsible_officer", STATION)
    [followed] = [t for t in people.dispute(number)["tasks"] if t["kind"] == "follow_up_responsibly"]
    assert people.act(number, "recall", officer)["dispute"]["stage"] == "push_2"
    assert {t["kind"] for t in people.open_tasks(number)} == {"follow_up_responsibly", "watch_through"}
    [task] = people.awaited(number)
    assert (task["kind"], task["assignee_name"]) == ("follow_up_responsibly", followed["assignee_name"])
    assert {t["state"] for t in people.dispute(number)["tasks"] if t["kind"] in ("dispose", "cooperate")} == {"void"}
    assert refusal_of(lambda: people.act(number, "recall", officer)) == (409, "action_not_allowed")


def test_a_closed_dispute_goes_on_in_a_next_run(people: People) -> None:
    number = people.at_follow_up()
    before = people.dispute(number)
    people.end(number)
    officer = people.at("on_scene_officer", STATION)
    assert refusal_of(lambda: people.act(number, "reopen", officer)) == (403, "not_entitled")
    answer = people.act(number, "reopen", reason="双方又起争执")
    assert (answer["dispute"]["stage"], answer["dispute"]["round"]) == ("triage", 2)
    case = people.dispute(number)
    assert (case["outcome"], case["closed_at"], case["concluded_at"]) == (None, None, None)
    assert len(case["runs"]) == 2
    assert case["runs"][:1] == before["runs"]
    for name in ("parties", "incidents", "agreements", "evaluations", "colour", "category"):
        assert case[name] == before[name], name
    assert {t["task_id"] for t in before["tasks"]} <= {t["task_id"] for t in case["tasks"]}
    seqs = [entry["seq"] for entry in people.timeline(number)]
    assert seqs == list(range(1, len(seqs) + 1))
    people.answer(number, "confirm_triage", "confirm")
    [task] = people.open_tasks(number)
    assert (task["kind"], task["round"]) == ("handle_on_scene", 2)
    people.end(number)
    people.act(number, "reopen")
    case = people.dispute(number)
    assert (case["round"], len(case["runs"]), len(set(case["runs"]))) == (3, 3, 3)
