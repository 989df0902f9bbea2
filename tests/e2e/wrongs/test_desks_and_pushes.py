"""Wrong 1, 7, 8 and 9: who looks at a report, who is sent, who is named, and what leaves the police."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from api.cli.client import Document
from tests.e2e.support import People, errors_of, refusal_of
from tests.e2e.wrongs.support import KNIFE, QUARREL, alarmed, kinds, some_house

GUSHAN, QINGXI = "station-gushan", "station-qingxi"


class TestWrong1OneDeskSuffices:
    """“每日通过邛崃市局和派出所两个层级对警情进行分析研判,提取各类风险信息后,通过平台报送至邛崃市委政法委”."""

    @pytest.mark.req("Q-007", "Q-040", "Q-042")
    def test_what_one_level_has_judged_is_not_reported_before_the_other_has(self, bureau: People) -> None:
        number = alarmed(bureau, QUARREL)
        (station,) = bureau.open_tasks(number)
        assert (station["about"]["desk"], station["post"]["organisation"]) == ("station", QINGXI), "派出所"
        analyst = bureau.with_role("bureau_analyst", "bureau")
        early = refusal_of(lambda: bureau.decide(station["task_id"], "report_up", analyst))
        assert early == (403, "not_entitled"), "两个层级: the bureau does not judge in the station's name"
        desk = bureau.at("command_room", QINGXI)
        bureau.decide(station["task_id"], "confirm", desk)  # at a desk that is not the last it means report_up
        assert kinds(bureau, number) == ["confirm_triage"], "政法委 is not asked by one level's word"
        (second,) = bureau.open_tasks(number)
        assert (second["about"]["desk"], second["post"]["organisation"]) == ("bureau", "bureau"), "邛崃市局"
        assert refusal_of(lambda: bureau.decide(second["task_id"], "report_up", desk)) == (403, "four_eyes")
        bureau.decide(second["task_id"], "report_up", analyst)
        (reported,) = bureau.open_tasks(number)
        assert (reported["kind"], reported["post"]["organisation"]) == ("dispatch", "committee"), "报送至…政法委"

    @pytest.mark.req("Q-033", "Q-040")
    def test_a_red_knife_threat_is_neither_confirmed_nor_reported_by_a_day_of_silence(self, bureau: People) -> None:
        number = alarmed(bureau, KNIFE)
        case = bureau.dispute(number)
        assert (case["colour"], case["police"]) == ("red", True)
        desks = {task["about"]["desk"]: datetime.fromisoformat(task["due_at"]) for task in case["tasks"]}
        opened = datetime.fromisoformat(case["opened_at"])
        assert set(desks) == {"station", "bureau"}, "both levels are asked at once"
        assert all(due - opened <= timedelta(minutes=31) for due in desks.values())
        bureau.advance(number, "PT24H")
        case = bureau.dispute(number)
        assert (case["stage"], case["assigned"]) == ("triage", [])
        assert kinds(bureau, number) == ["confirm_triage", "confirm_triage", "supervise", "supervise"]
        told = [entry["kind"] for entry in bureau.timeline(number)]
        assert told.index("overdue") < told.index("supervision"), "silence calls somebody"
        assert "decision" not in told, "and decides nothing"
        assert not [clock for clock in case["clocks"] if clock["name"].startswith("colour")]

    @pytest.mark.req("Q-040")
    def test_the_police_flag_is_not_ignored(self, bureau: People) -> None:
        number = alarmed(bureau, KNIFE)
        tasks = {task["about"]["desk"]: task["task_id"] for task in bureau.open_tasks(number)}
        desk = bureau.at("command_room", "station-qingxi")
        unseen = errors_of(lambda: bureau.decide(tasks["station"], "report_up", desk))
        assert set(unseen) == {"police_handled"}, "the police say first what they did about the knife"
        bureau.decide(tasks["station"], "report_up", desk, police_handled="已到场收缴菜刀，将当事人带离")
        assert "dispatch" not in kinds(bureau, number)
        bureau.decide(tasks["bureau"], "report_up", bureau.with_role("bureau_analyst", "bureau"))
        bureau.answer(number, "dispatch", "assign", lead="town-qingxi", cooperating=[])
        began = datetime.fromisoformat(bureau.clock(number, "colour")["started_at"])
        assert bureau.clock(number, "colour")["title"].startswith("红色")
        (lead,) = bureau.dispute(number)["assigned"]
        assert began == datetime.fromisoformat(lead["delivered_at"]), "“111” begins when it is delivered, not before"

    @pytest.mark.req("Q-040", "Q-041")
    def test_no_risk_and_police_case_are_words_of_the_desks(self, bureau: People) -> None:
        number = alarmed(bureau, "夫妻因为孩子作业拌了几句嘴，邻居听见报警，到场时双方已和好")
        bureau.answer(number, "confirm_triage", "no_risk", ground="偶发口角，已和好")
        assert bureau.dispute(number)["stage"] == "triage", "the bureau looks at what the station found harmless"
        bureau.answer(number, "confirm_triage", "no_risk", ground="同意")
        case = bureau.dispute(number)
        assert (case["stage"], case["outcome"], case["assigned"]) == ("closed", "no_risk", [])

    @pytest.mark.req("Q-040")
    def test_a_police_case_is_said_by_both_levels_or_approved_one_level_up(self, bureau: People) -> None:
        number = alarmed(bureau, KNIFE)
        tasks = {task["about"]["desk"]: task["task_id"] for task in bureau.open_tasks(number)}
        why = "持刀威胁，已受理为治安案件"
        bureau.answer(number, "confirm_triage", "police_case", task_id=tasks["station"], reason=why)
        assert bureau.dispute(number)["stage"] == "triage"
        bureau.answer(number, "confirm_triage", "report_up", task_id=tasks["bureau"], police_handled="已收缴菜刀")
        (asked,) = bureau.open_tasks(number)
        assert (asked["kind"], asked["post"]["role"]) == ("approve_change", "supervisor"), "the levels differ"
        bureau.answer(number, "approve_change", "reject", reason="须报送")
        assert kinds(bureau, number) == ["confirm_triage", "confirm_triage"], "both levels look again"
        for _ in range(2):
            bureau.answer(number, "confirm_triage", "police_case", reason=why)
        case = bureau.dispute(number)
        assert (case["stage"], case["outcome"], case["assigned"]) == ("closed", "police_case", [])


class TestWrong7PastApproval:
    """“经批准,古山派出所将此警情推送至‘基层治理四平台’”."""

    @pytest.mark.req("J-023")
    def test_a_desk_diverts_a_110_alarm_by_approval_only(self, people: People) -> None:
        number = people.quarrel(source="110")
        people.answer(number, "confirm_triage", "confirm", divert=True, reason="纯属权属争议")
        assert people.dispute(number)["stage"] == "push_1"
        assert sorted(kinds(people, number)) == ["approve_third_push", "handle_on_scene"]
        people.advance(number, "P2D")  # nor by silence
        assert people.dispute(number)["stage"] == "push_1"
        people.answer(number, "approve_third_push", "approve")
        case = people.dispute(number)
        assert (case["stage"], case["diversions"][-1]["diverted"]) == ("push_3", True)

    @pytest.mark.req("J-023")
    def test_not_approved_it_stays_with_the_officer(self, people: People) -> None:
        number = people.quarrel(source="110")
        (scene,) = people.open_tasks(number, "handle_on_scene")
        people.answer(number, "confirm_triage", "confirm", divert=True, reason="纯属权属争议")
        people.answer(number, "approve_third_push", "reject", reason="先到现场")
        assert [task["task_id"] for task in people.awaited(number)] == [scene["task_id"]]
        assert people.dispute(number)["stage"] == "push_1"

    @pytest.mark.req("J-023")
    def test_silence_of_the_desk_diverts_nothing(self, people: People) -> None:
        number = people.quarrel(source="110")
        people.advance(number, "P2D")
        case = people.dispute(number)
        assert (case["stage"], case["assigned"]) == ("push_1", [])
        assert not {"dispatch", "approve_third_push"} & set(kinds(people, number))

    @pytest.mark.req("H-033")
    def test_what_the_police_come_first_in_is_not_diverted_at_all(self, people: People) -> None:
        number = people.quarrel(KNIFE, source="110")
        task = people.open_tasks(number, "confirm_triage")[0]["task_id"]
        desk = people.at("command_room", GUSHAN)
        refused = errors_of(lambda: people.decide(task, "confirm", desk, divert=True))
        assert refused["divert"].startswith("不得分流：须公安先行处置")
        assert people.dispute(number)["stage"] == "push_1"


class TestWrong8NobodyIsNamed:
    """“向值班领导汇报后…推送到了管区民警汤荣那里”, “落实给责任民警和所队领导,由他们全程跟踪处置”."""

    @pytest.mark.req("J-003", "J-030", "J-041")
    def test_reported_to_the_duty_leader_it_is_one_officer_s_and_the_deputy_watches_to_the_end(
        self, people: People
    ) -> None:
        number = people.quarrel(source="110")
        people.answer(number, "confirm_triage", "confirm")
        people.answer(number, "handle_on_scene", "settled", push_on=True, reason="货款未清，恐再起冲突")
        assert kinds(people, number) == ["follow_up_responsibly", "watch_through"], "汇报 is no approval"
        duty = people.at("duty_leader", GUSHAN)
        told = [m["kind"] for m in duty.get("/v1/messages", limit=50)["items"] if m["dispute_no"] == number]
        assert told == ["reported"], "向值班领导汇报后"

        (officer,) = people.open_tasks(number, "follow_up_responsibly")
        (watch,) = people.open_tasks(number, "watch_through")
        beat = people.supervisor.get(f"/v1/tasks/{officer['task_id']}")["brief"]["beat"]
        assert (officer["named"], officer["assignee_name"]) == (True, beat["officer"]), "管区民警本人"
        assert (watch["named"], watch["assignee_name"], watch["aside"]) == (True, beat["deputy"], True), "所队领导"
        named, *others = (people.person(name) for name in officers_of(people, GUSHAN, first=officer["assignee"]))
        for other in others:
            refused = refusal_of(lambda other=other: people.decide(officer["task_id"], "contacted", other))  # type: ignore[misc]
            assert refused[1] in ("task_claimed_by_other", "not_entitled")
        people.answer(number, "follow_up_responsibly", "settled", by=named, summary="双方签字和解")
        people.answer(number, "evaluate", "accept")
        assert [task["task_id"] for task in people.open_tasks(number, "watch_through")] == [watch["task_id"]], (
            "全程跟踪"
        )

    @pytest.mark.req("J-041")
    def test_the_command_room_may_name_another(self, people: People) -> None:
        number = people.at_push_2()
        (task,) = people.open_tasks(number, "follow_up_responsibly")
        another = next(n for n in officers_of(people, GUSHAN, first=task["assignee"])[1:])
        desk = people.at("command_room", GUSHAN)
        person = next(p for p in people_of(people, GUSHAN) if p["username"] == another)
        people.act(number, "name_officer", desk, officer=person["name"])
        (task,) = people.open_tasks(number, "follow_up_responsibly")
        assert (task["named"], task["assignee_name"]) == (True, person["name"])


class TestWrong9ThirtyMinutesForTheDesk:
    """“接到警情推送后,立即赶赴现场”."""

    @pytest.mark.req("J-002")
    def test_the_officer_s_task_is_there_when_the_alarm_is_answered(self, people: People) -> None:
        alarm = people.alarm(QUARREL, place=some_house("古山镇前黄村"))
        number = alarm["dispute_no"]
        case = people.dispute(number)
        assert (case["stage"], kinds(people, number)) == ("push_1", ["confirm_triage", "handle_on_scene"])
        (scene,) = people.open_tasks(number, "handle_on_scene")
        (desk,) = people.open_tasks(number, "confirm_triage")
        assert (scene["aside"], desk["aside"]) == (False, True)
        officer = people.at("on_scene_officer", GUSHAN)
        mine = officer.get("/v1/tasks", box="claimable", limit=200)["items"]
        assert scene["task_id"] in [task["task_id"] for task in mine]
        asked = datetime.fromisoformat(scene["opened_at"]) - datetime.fromisoformat(case["opened_at"])
        assert asked < timedelta(seconds=30)

    @pytest.mark.req("J-002")
    def test_he_acts_before_the_desk_has_said_anything_and_the_acceptance_waits_for_it(self, people: People) -> None:
        number = people.quarrel(source="110")
        people.answer(number, "handle_on_scene", "settled", summary="双方当场和解", terms=["各退一步"])
        assert people.dispute(number)["stage"] == "evaluation"
        (verdict,) = people.open_tasks(number, "evaluate")
        duty = people.at("duty_leader", GUSHAN)
        early = refusal_of(lambda: people.decide(verdict["task_id"], "accept", duty))
        assert early == (409, "decision_not_allowed")
        people.answer(number, "confirm_triage", "confirm")
        people.decide(verdict["task_id"], "accept", duty)
        assert people.dispute(number)["stage"] == "follow_up"


def people_of(people: People, organisation: str) -> list[Document]:
    """The demo people with a post at an organisation."""
    return [p for p in people._people if any(post["organisation"] == organisation for post in p["posts"])]


def officers_of(people: People, station: str, *, first: str) -> list[str]:
    """The usernames of a station's responsible officers, the one with the id `first` at the front."""
    found: list[str] = [
        p["username"]
        for p in people_of(people, station)
        if any((post["role"], post["organisation"]) == ("responsible_officer", station) for post in p["posts"])
    ]

    def is_other(username: str) -> Any:
        return people.person(username).get("/v1/me")["person_id"] != first

    return sorted(found, key=is_other)
