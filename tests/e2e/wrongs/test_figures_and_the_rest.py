"""Wrong 10 and 11: figures for all who had a part, and what was dropped on the way."""

from __future__ import annotations

from typing import Any

import pytest

from api.cli.client import Client
from api.cli.stories.people import somebody
from tests.e2e.support import People, refusal_of
from tests.e2e.wrongs.support import QUARREL, THREAT, alarmed, kinds, some_house

STATION = "station-gushan"
FOUR_NUMBERS = ("submitted", "disposed", "visited", "refused")
FOUR_RATES = ("disposal_rate", "visit_rate", "recurrence_rate", "satisfaction_rate")


class TestWrong10NothingToReadForThoseWhoSupervise:
    """“将‘报送数、处置数、回访数、推诿数’‘处置率、回访率、反复率、满意率’‘四数四率’作为重点指标进行督导”."""

    @pytest.mark.req("Q-071", "Q-072", "Q-073")
    def test_each_who_had_a_part_reads_all_eight(self, bureau: People) -> None:
        readers = {
            "committee": bureau.at("committee_dispatcher", "committee"),
            "police evaluator": bureau.at("evaluator_police", "risk-centre"),
            "committee evaluator": bureau.at("evaluator_committee", "risk-centre"),
            "analyst": bureau.at("bureau_analyst", "bureau"),
            "department": bureau.at("department_leader", "urban_mgmt"),
            "township": bureau.at("township_leader", "town-qingxi"),
        }
        before = {who: figures(person) for who, person in readers.items()}
        number = alarmed(bureau, "楼上邻居夜间噪音扰民，两家发生口角")
        for _ in range(2):
            bureau.answer(number, "confirm_triage", "report_up")
        bureau.answer(number, "dispatch", "assign", lead="urban_mgmt", cooperating=[])
        bureau.answer(number, "accept_assignment", "accept")
        bureau.answer(number, "dispose", "disposed", summary="上门劝导，双方约定晚十点后不移动家具")
        for _ in range(2):
            bureau.answer(number, "evaluate", "accept")
        for party in ("甲", "乙"):
            (visit, *_) = [t for t in bureau.open_tasks(number, "visit") if t["about"]["party"].startswith(party)]
            task_id = visit["task_id"]
            bureau.answer(number, "visit", "stable", task_id=task_id, satisfaction=5, response_satisfaction=5)
        for who, person in readers.items():
            was, now = before[who], figures(person)
            grown = {code: now[code][0] - was[code][0] for code in now}
            # a report is counted for who reported it, pushed it, judged it, and where it lies; not for the department
            submitted = 0 if who == "department" else 1
            assert grown["submitted"] == submitted, (who, grown)
            assert (grown["disposed"], grown["visited"], grown["refused"]) == (1, 1, 0), (who, grown)
            assert now["disposal_rate"][1] - was["disposal_rate"][1] == 1, who
            assert now["disposal_rate"][2] is not None, (who, "no “—” where something was done")
            assert (grown["satisfaction_rate"], grown["recurrence_rate"]) == (2, 0), (who, grown)


class TestWrong11DroppedOnTheWay:
    @pytest.mark.req("J-024", "Q-085")
    def test_a_corrected_category_brings_its_lead(self, people: People) -> None:
        """“同时建议流转到市场监管部门共同解决”; “依责共治”."""
        number = people.quarrel(QUARREL)
        assert people.dispute(number)["suggested_lead"] in ("agri", "natural_res")
        people.answer(number, "confirm_triage", "correct", category="property_parking", reason="实为停车纠纷")
        case = people.dispute(number)
        listed = {each["code"]: each for each in people.supervisor.get("/v1/categories")["items"]}
        lead = listed["property_parking"]["lead"]
        assert (case["category"], case["suggested_lead"]) == ("property_parking", lead)
        assert case["suggested"][0] == lead
        assert case["confidence"] == 1, "who names the category is certain of it"
        people.answer(number, "handle_on_scene", "unsettled", reason="现场无法化解", urgent=True)
        people.answer(number, "rule_urgency", "urgent", suggested=[])
        people.answer(number, "approve_third_push", "approve", suggested=[])
        (dispatch,) = people.open_tasks(number, "dispatch")
        assert dispatch["about"]["suggested"][0] == lead, "and the dispatcher is told of it"

    @pytest.mark.req("Q-032")
    def test_repeats_are_given_to_triage(self, people: People) -> None:
        """“标注‘红黄蓝’三色预警提示”: the third alarm of one matter within a month is graver than the first."""
        text, where = "楼上邻居夜间噪音扰民，两家发生口角", some_house("古山镇古山社区")
        parties = [
            {"name": somebody(), "phone": people.phone(where["address"]), "side": "a"},
            {"name": somebody(), "side": "b"},
        ]
        first = people.alarm(text, place=where, parties=parties)
        number = first["dispute_no"]
        assert (first["triage"]["colour"], people.dispute(number)["colour"]) == ("blue", "blue")
        again = people.alarm(text, place=where, parties=parties)
        assert (again["dispute_no"], again["joined"]) == (number, True)
        assert again["triage"]["similar"][0]["dispute_no"] == number
        third = people.alarm(text, place=where, parties=parties)
        assert third["triage"]["colour"] == "yellow", "triage knows that it is the third"
        assert people.dispute(number)["colour"] == "yellow"

    @pytest.mark.req("H-033", "H-034")
    def test_divertible_and_confidence_are_kept_and_weigh(self, people: People) -> None:
        number = people.quarrel(QUARREL, source="12345")
        case = people.dispute(number)
        asked = people.supervisor.post("/v1/triage", {"narrative": QUARREL})
        assert (case["confidence"], case["divertible"]) == (asked["confidence"], True)
        assert case["diversion"]["verdict"] == "must"
        people.answer(number, "confirm_triage", "confirm")
        assert people.dispute(number)["stage"] == "push_3", "应分流尽分流"

        number = people.quarrel("他们又来了，帮我看看", source="12345")
        case = people.dispute(number)
        assert case["confidence"] < 0.4
        grounds = [ground["code"] for ground in case["diversion"]["grounds"]]
        assert (case["diversion"]["verdict"], grounds) == ("may", ["unsure", "low_confidence"])
        people.answer(number, "confirm_triage", "confirm")
        assert people.dispute(number)["stage"] == "push_1", "非必要不分流"
        assert people.dispute(number)["diversions"][0]["diverted"] is False

    @pytest.mark.req("H-033", "Q-033")
    def test_what_may_be_a_threat_is_asked_about_and_stays(self, people: People) -> None:
        """“非必要不分流”: the same quarrel would go, but for words of which nobody knows yet how they were meant."""
        number = people.quarrel(f"{QUARREL}，对方放话走着瞧", source="12345")
        case = people.dispute(number)
        assert case["confidence"] >= 0.4
        assert [ground["code"] for ground in case["diversion"]["grounds"]] == ["unsure"]
        assert "走着瞧" in case["diversion"]["grounds"][0]["text"]
        assert "请立即询问" in case["diversion"]["grounds"][0]["text"]
        people.answer(number, "confirm_triage", "confirm")
        assert people.dispute(number)["stage"] == "push_1"

    @pytest.mark.req("Q-023")
    def test_escalating_moves_the_holder(self, people: People) -> None:
        """“信息传递,责任传递”."""
        number = people.at_push_2()
        (task,) = people.open_tasks(number, "follow_up_responsibly")
        officer = people.person(username_of(people, task["task_id"]))
        people.act(number, "escalate", people.at("station_chief", STATION))
        (moved,) = people.open_tasks(number, "follow_up_responsibly")
        assert (moved["task_id"], moved["post"]["role"]) == (task["task_id"], "station_deputy")
        held = people.dispute(number)["responsibility"]
        assert [each["role"] for each in held[-2:]] == ["responsible_officer", "station_deputy"]
        assert held[-2]["until"] == held[-1]["since"]
        assert refusal_of(lambda: people.decide(task["task_id"], "settled", officer, summary="和解"))[0] in (403, 409)
        people.answer(number, "follow_up_responsibly", "settled", summary="副所长约谈双方，和解")
        assert people.dispute(number)["stage"] == "evaluation"

    @pytest.mark.req("Q-033")
    def test_red_is_followed_up_after_a_returned_mediation_too(self, bureau: People) -> None:
        """“红色预警1天内介入处置,后期持续跟进”."""
        number = alarmed(bureau, THREAT)
        for _ in range(2):
            bureau.answer(number, "confirm_triage", "report_up", police_handled="已到场稳控")
        bureau.answer(number, "dispatch", "assign", lead="town-qingxi", cooperating=[])
        bureau.answer(number, "accept_assignment", "accept")
        bureau.answer(number, "dispose", "mediate", reason="双方愿意坐下来谈")
        bureau.answer(number, "mediate", "agreed", terms=["互不滋扰"])
        assert "keep_following" in kinds(bureau, number), "until it is evaluated"
        bureau.answer(number, "evaluate", "return", reason="thin_evidence", explanation="没有见到对方")
        assert bureau.dispute(number)["stage"] == "mediation"
        assert bureau.clock(number, "colour")["state"] == "running", "red's day again"
        bureau.answer(number, "mediate", "not_agreed", reason="一方拒绝")
        assert bureau.clock(number, "colour")["state"] == "met", "a session is a meeting"
        assert bureau.clock(number, "progress")["state"] == "running"
        (follow,) = bureau.open_tasks(number, "keep_following")
        assert follow["aside"], "beside the table"
        bureau.advance(number, "P2D")
        assert bureau.clock(number, "progress")["state"] == "overdue"
        assert "supervise" in kinds(bureau, number)


def figures(person: Client) -> dict[str, tuple[float, int, Any]]:
    """The four numbers and four rates as somebody reads them: numerator, denominator, value."""
    values = person.get("/v1/indicators")["total"]["values"]
    return {
        code: (values[code]["numerator"], values[code]["denominator"] or 0, values[code]["value"])
        for code in (*FOUR_NUMBERS, *FOUR_RATES)
    }


def username_of(people: People, task_id: str) -> str:
    """Who the task is named to."""
    candidates = people.supervisor.get(f"/v1/tasks/{task_id}")["candidates"]
    return str(candidates[0]["username"])
