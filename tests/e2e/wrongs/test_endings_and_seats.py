"""Wrong 4, 5 and 6: who ends a case, who passes it on, and who sits at the table."""

from __future__ import annotations

import pytest

from api.cli.client import Document, Refusal
from tests.e2e.support import People, refusal_of
from tests.e2e.wrongs.support import KNIFE, QUARREL, alarmed, kinds

STATION = "station-gushan"


class TestWrong4EndedByOneMan:
    """“彻底化解的予以结案…直至彻底化解”."""

    @pytest.mark.req("Q-047", "Q-049")
    @pytest.mark.parametrize("action", ["withdraw", "convert_to_criminal"])
    def test_a_station_chief_does_not_end_a_red_case_alone(self, people: People, action: str) -> None:
        number = people.quarrel(KNIFE, source="110")
        chief = people.at("station_chief", STATION)
        answer = people.act(number, action, chief)
        assert answer["change"]["state"] == "pending"
        case = people.dispute(number)
        assert (case["colour"], case["stage"], case["outcome"]) == ("red", "push_1", None)
        assert "handle_on_scene" in kinds(people, number), "it goes on meanwhile"
        task = people.wait_for(number, "approve_change")
        refused = refusal_of(lambda: people.decide(task["task_id"], "approve", chief))
        assert refused[0] == 403, "nor does he approve his own"
        duty = people.at("duty_leader", STATION)
        assert refusal_of(lambda: people.decide(task["task_id"], "approve", duty))[0] == 403, (
            "nor anybody of his station"
        )
        people.answer(number, "approve_change", "reject", reason="尚未化解")
        case = people.dispute(number)
        assert (case["stage"], case["changes"][-1]["result"]) == ("push_1", "rejected")

    @pytest.mark.req("Q-047")
    def test_silence_on_an_ending_ends_nothing(self, people: People) -> None:
        number = people.quarrel(KNIFE, source="110")
        people.act(number, "withdraw", people.at("station_chief", STATION))
        people.advance(number, "P7D")
        case = people.dispute(number)
        assert (case["stage"], case["outcome"]) == ("push_1", None)

    @pytest.mark.req("Q-047")
    @pytest.mark.parametrize(("stage", "kind"), [("push_1", "handle_on_scene"), ("push_2", "follow_up_responsibly")])
    def test_an_officer_does_not_end_it_as_a_criminal_case(self, people: People, stage: str, kind: str) -> None:
        number = people.quarrel(KNIFE, source="110")
        if stage == "push_2":
            people.answer(number, "handle_on_scene", "unsettled", reason="双方情绪激动")
        people.answer(number, kind, "criminal_case", reason="持刀伤人")
        case = people.dispute(number)
        assert (case["stage"], case["outcome"]) == (stage, None)
        assert {kind, "approve_change"} <= set(kinds(people, number)), "his task stays his"


class TestWrong5TheLeadGivesUp:
    """“解决‘各自为阵’‘推诿扯皮’等顽瘴痼疾”."""

    @pytest.mark.req("Q-071", "Q-084")
    def test_who_has_accepted_does_not_pass_it_on_unruled_and_groundless_it_is_counted(self, bureau: People) -> None:
        before = passed_on(bureau)
        number = accepted(bureau)
        bureau.answer(number, "dispose", "cannot_resolve", reason="不归我们管")
        assert "dispatch" not in kinds(bureau, number), "not dispatched anew by his word"
        (ruling,) = bureau.open_tasks(number, "rule_refusal")
        assert ruling["post"]["role"] == "committee_dispatcher"
        bureau.answer(number, "rule_refusal", "overrule", reason="权属争议依法由自然资源部门处理")
        case = bureau.dispute(number)
        assert case["groundless_refusals"] == 1
        (again,) = bureau.open_tasks(number, "dispose")
        assert again["about"]["organisation"] == "natural_res", "the same lead must act"
        after = passed_on(bureau)
        assert {unit: after[unit] - before[unit] for unit in after} == {"natural_res": 1, "agri": 0}

    @pytest.mark.req("Q-084")
    def test_with_grounds_it_is_dispatched_anew_and_nobody_blamed(self, bureau: People) -> None:
        before = passed_on(bureau)
        number = accepted(bureau)
        bureau.answer(number, "dispose", "cannot_resolve", reason="涉及集体土地承包，属农业农村部门职责")
        bureau.answer(number, "rule_refusal", "uphold", reason="同意")
        assert kinds(bureau, number) == ["dispatch"]
        assert bureau.dispute(number)["groundless_refusals"] == 0
        assert passed_on(bureau) == before


class TestWrong6OneNameFiveSeats:
    """“派出所所长、司法所所长、法庭庭长‘三长’联手与镇街分管领导、部门分管领导进行第三层级三次联调”."""

    @pytest.mark.req("Q-012", "Q-013", "Q-094")
    def test_a_typed_name_fills_no_seat_and_a_section_s_head_is_no_leader_in_charge(self, bureau: People) -> None:
        number = accepted(bureau)
        bureau.answer(number, "dispose", "mediate", reason="复杂疑难")
        refused(bureau, number, [{"role": who["role"], "name": "王某"} for who in table(bureau, number)], 4)
        bureau.answer(number, "mediate", "promote", reason="双方要求提级")
        second = table(bureau, number)
        assert [who["role"] for who in second] == ["station_deputy", "village_secretary", "department_section_chief"]
        leader = bureau.seat("department_leader", "natural_res")
        refused(bureau, number, [*second[:2], leader], 1)  # 部门科室领导 is not 部门分管领导
        bureau.answer(number, "mediate", "promote", reason="双方要求提级")
        third = table(bureau, number)
        chiefs = ["station_chief", "justice_chief", "court_chief", "township_leader", "department_leader"]
        assert [who["role"] for who in third] == chiefs
        one = third[0]["name"]
        refused(bureau, number, [{"role": role, "name": one} for role in chiefs], 4)
        refused(bureau, number, [*third[:4], bureau.seat("department_section_chief", "natural_res")], 1)
        elsewhere = bureau.seat("station_chief", "station-qingxi")
        refused(bureau, number, [elsewhere, *third[1:]], 1)  # the chief of another township
        for missing in range(5):
            refused(bureau, number, [who for n, who in enumerate(third) if n != missing], 1)
        assert bureau.dispute(number)["sessions"] == [], "a table that was refused is no session"
        bureau.answer(number, "mediate", "agreed", terms=["以勘界图为准"], participants=third)
        held = bureau.dispute(number)["sessions"][-1]
        assert (held["tier"], held["result"]) == ("tier_3", "agreed")


def accepted(bureau: People) -> str:
    """A quarrel over a boundary that the natural resources bureau leads and has accepted."""
    number = alarmed(bureau, QUARREL, "龙潭镇九龙村")
    for _ in range(2):
        bureau.answer(number, "confirm_triage", "report_up")
    bureau.answer(number, "dispatch", "assign", lead="natural_res", cooperating=["agri"])
    for _ in range(2):
        bureau.answer(number, "accept_assignment", "accept")
    return number


def passed_on(bureau: People) -> dict[str, int]:
    """推诿数 of the two departments, now."""
    rows = bureau.supervisor.get("/v1/indicators", by="organisation", attribution="responsible")["rows"]
    told = {row["organisation"]: row["values"]["refused"]["numerator"] for row in rows}
    return {unit: told.get(unit, 0) for unit in ("natural_res", "agri")}


def table(bureau: People, number: str) -> list[Document]:
    """Who makes up the session that is to be held, as the form's example names them."""
    (task,) = bureau.open_tasks(number, "mediate")
    offered = bureau.supervisor.get(f"/v1/tasks/{task['task_id']}")["decisions"]
    example: Document = next(d["example"] for d in offered if d["name"] == "agreed")
    people: list[Document] = example["participants"]
    return people


def refused(bureau: People, number: str, participants: list[Document], seats: int) -> None:
    """A table that leaves so many seats empty: refused, each of them named."""
    with pytest.raises(Refusal) as refusal:
        bureau.answer(number, "mediate", "not_agreed", reason="未成", participants=participants)
    told = [error["message"] for error in refusal.value.body["errors"] if error["field"].startswith("participants")]
    empty = [message for message in told if "缺少" in message]
    assert (refusal.value.code, len(empty)) == ("fields_invalid", seats), told
