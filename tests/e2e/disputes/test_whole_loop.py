"""One matter is one case from the alarm to the close, and a table brings together all who can help."""

from __future__ import annotations

from itertools import pairwise

import pytest

from api.cli.client import Document, Refusal
from tests.e2e.support import People, refusal_of

STATION = "station-gushan"


@pytest.mark.req("J-010", "J-012")
def test_one_case_goes_round_the_whole_loop_and_closes_nowhere_else(people: People) -> None:
    """“引入矛盾纠纷全生命周期管理理念”; “全流程、信息化工作闭环链条”."""
    number = people.at_dispose("natural_res")
    people.answer(number, "dispose", "mediate", reason="双方愿意坐下来谈")
    people.answer(number, "mediate", "agreed", terms=["以勘界桩为准"], confirmation=True)
    people.answer(number, "apply_confirmation", "apply")
    people.answer(number, "court_ruling", "confirmed", case_no="（2026）民调确2号")
    people.answer(number, "evaluate", "return", reason="thin_evidence", explanation="没有现场照片")
    people.answer(number, "mediate", "agreed", terms=["以勘界桩为准，双方签字"])
    people.answer(number, "evaluate", "accept")
    assert people.dispute(number)["stage"] == "follow_up", "judged is not closed"
    for _ in range(2):
        for visit in people.open_tasks(number, "visit"):
            assert people.dispute(number)["closed_at"] is None
            people.answer(number, "visit", "stable", task_id=visit["task_id"])
        if people.dispute(number)["closed_at"] is None:
            people.advance(number, "P31D")
    case = people.dispute(number)
    assert (case["dispute_no"], case["outcome"], len(case["runs"])) == (number, "resolved", 1), "one object, one life"
    lines = people.timeline(number)
    stages = [line["detail"]["stage"] for line in lines if line["kind"] == "stage"]
    went = [
        "triage", "push_1", "push_2", "push_3", "mediation", "confirmation", "evaluation", "mediation", "evaluation",
        "follow_up",
    ]  # fmt: skip
    assert [stage for stage in stages if stage != "triage"] == went[1:], stages
    assert lines[-1]["kind"] == "closed"
    assert all(one["at"] <= other["at"] for one, other in pairwise(lines))
    answered = {task["task_id"] for task in case["tasks"] if task["decision"]}
    told = {line["detail"].get("task_id") for line in lines if line["kind"] == "decision"}
    assert answered <= told, "every answer is a line of it"
    held = case["responsibility"]
    assert all(one["until"] == other["since"] for one, other in pairwise(held)), "somebody had it at every time"
    assert refusal_of(lambda: people.act(number, "withdraw")) == (409, "dispute_closed")


@pytest.mark.req("J-006", "J-033", "Q-082")
def test_a_joint_table_has_government_police_and_departments_and_whoever_of_society_comes_with_consent(
    people: People,
) -> None:
    """“‘政府部门+社会力量’化解合力”; “党政引领、综治牵头、部门共管、群众参与”; “矛盾纠纷联调”."""
    number = people.at_dispose("market_reg", "consumer_assoc")
    people.answer(number, "dispose", "mediate", reason="须多方到场")
    (task,) = people.open_tasks(number, "mediate")
    assert (task["post"]["role"], task["about"]["tier"]) == ("centre_dispatcher", "joint"), "综治牵头"
    centre = people.seat("centre_dispatcher", "town-gushan-centre")
    police = people.seat("responsible_officer", STATION)
    department = people.seat("department_handler", "market_reg")
    society = people.seat("legal_helper", "justice-gushan")
    neighbour = {"name": "王大伯", "role": "邻居", "consent": True}
    for table, missing in (
        ([police, department, society], "综治中心"),
        ([centre, department, society], "公安"),
        ([centre, police, neighbour], "部门或调解员"),
    ):
        assert missing in refused(people, number, table), table
    unasked = {**neighbour, "consent": False}
    assert "同意" in refused(people, number, [centre, police, department, unasked])
    people.answer(
        number,
        "mediate",
        "agreed",
        terms=["药店退货退款"],
        participants=[centre, police, department, society, neighbour],
    )
    (session,) = people.dispute(number)["sessions"]
    sat = {who["name"] for who in session["participants"]}
    assert sat == {each["name"] for each in (centre, police, department, society, neighbour)}, "each is on record"
    (agreement,) = people.dispute(number)["agreements"]
    assert agreement["terms"] == ["药店退货退款"]


def refused(people: People, number: str, participants: list[Document]) -> str:
    """Why a table is not whole."""
    with pytest.raises(Refusal) as refusal:
        people.answer(number, "mediate", "agreed", terms=["药店退货退款"], participants=participants)
    assert refusal.value.code == "fields_invalid"
    return "；".join(error["message"] for error in refusal.value.body["errors"])
