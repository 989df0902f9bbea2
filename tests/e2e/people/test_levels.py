"""Who stands at which level and may do what there: the county's bureau, its stations, the committee, the townships, the
departments by their responsibilities, the court."""

from __future__ import annotations

import time
from functools import partial
from typing import Any

import pytest

from api.cli.client import Client, Document
from tests.e2e.support import People, refusal_of
from tests.e2e.wrongs.support import QUARREL, alarmed, kinds

VIOLENCE = "丈夫酒后殴打妻子，妻子面部受伤，孩子在家，妻子要求民警处理"


def directory(people: People) -> dict[str, Document]:
    """All organisations, by code."""
    found, cursor = dict[str, Document](), None
    while True:
        page = people.supervisor.get("/v1/organisations", limit=200, **({"cursor": cursor} if cursor else {}))
        found |= {each["code"]: each for each in page["items"]}
        if (cursor := page["next_cursor"]) is None:
            return found


def seen_by(person: Client, *numbers: str) -> set[str]:
    """Which of these disputes somebody's list shows; what it does not show he can't open either."""
    shown = {number for number in numbers if person.get("/v1/disputes", q=number)["items"]}
    for number in set(numbers) - shown:
        assert refusal_of(partial(person.get, f"/v1/disputes/{number}"))[0] == 404
    return shown


@pytest.mark.req("Q-002", "Q-007")
def test_the_bureau_of_the_county_sees_what_its_stations_have_and_a_station_its_own(bureau: People) -> None:
    """“邛崃市公安局” is a bureau of the county's level; “派出所” are below it, each with a desk of its own."""
    organisations = directory(bureau)
    above = organisations["bureau"]
    assert (above["level"], above["line"]) == ("county", "police")
    stations = [each for each in organisations.values() if (each["level"], each["line"]) == ("town", "police")]
    assert len(stations) == 14
    assert all(each["path"].startswith(f"{above['path']}/") for each in stations)
    one, other = alarmed(bureau, QUARREL), alarmed(bureau, QUARREL, "龙潭镇九龙村")
    desks = {number: bureau.open_tasks(number)[0] for number in (one, other)}
    assert [desk["post"]["organisation"] for desk in desks.values()] == ["station-qingxi", "station-longtan"]
    assert seen_by(bureau.at("bureau_analyst", "bureau"), one, other) == {one, other}
    assert seen_by(bureau.at("command_room", "station-qingxi"), one, other) == {one}
    assert seen_by(bureau.at("station_chief", "station-longtan"), one, other) == {other}
    elsewhere = bureau.at("command_room", "station-longtan")
    assert refusal_of(lambda: bureau.decide(desks[one]["task_id"], "report_up", elsewhere))[0] in (403, 404)


@pytest.mark.req("Q-003", "Q-043")
def test_nothing_reaches_a_department_but_by_the_committee(bureau: People) -> None:
    """“通过平台报送至邛崃市委政法委,由其推送给相关部门和乡镇(街道)”."""
    number = alarmed(bureau, QUARREL)
    handler = bureau.at("department_handler", "natural_res")
    for _ in range(2):
        assert seen_by(handler, number) == set()
        bureau.answer(number, "confirm_triage", "report_up")
    (task,) = bureau.open_tasks(number, "dispatch")
    assert {post["organisation"] for post in task["posts"]} == {"committee"}
    assign: dict[str, Any] = {"lead": "natural_res", "cooperating": ["town-qingxi"], "instructions": "见人见事"}
    for role, place in (
        ("bureau_analyst", "bureau"), ("command_room", "station-qingxi"), ("township_leader", "town-qingxi"),
        ("centre_dispatcher", "centre"), ("department_leader", "natural_res"),
    ):  # fmt: skip
        somebody = bureau.at(role, place)
        refused = refusal_of(partial(bureau.decide, task["task_id"], "assign", somebody, **assign))
        assert refused[0] in (403, 404), role
    assert seen_by(handler, number) == set()
    bureau.decide(task["task_id"], "assign", bureau.at("committee_dispatcher", "committee"), **assign)
    assert seen_by(handler, number) == {number}
    assert seen_by(bureau.at("department_handler", "housing"), number) == set(), "nor who was not pushed to"


@pytest.mark.req("Q-006", "Q-085")
def test_whoever_the_responsibility_list_names_can_be_pushed_to_and_has_somebody_to_sign(bureau: People) -> None:
    """“13个涉责部门均依责开展处置工作”: a list that names a body which nobody answers for routes into the void."""
    organisations = directory(bureau)
    listed = bureau.supervisor.get("/v1/categories", limit=200)["items"]
    named = {code for row in listed for code in (row["lead"], *row["cooperating"])} & set(organisations)
    departments = {code for code in named if organisations[code]["level"] == "county"}
    assert len(departments) >= 13
    signs = {
        post["organisation"]
        for person in bureau._people
        for post in person["posts"]
        if post["role"] in ("department_handler", "department_leader", "township_leader")
    }
    assert departments <= signs, departments - signs
    number = alarmed(bureau, "工地十二名工人被拖欠工资三个月，聚集在项目部门口讨要工资", "石桥镇石桥社区")
    for _ in range(2):
        bureau.answer(number, "confirm_triage", "report_up", police_handled="已到场稳控")
    (task,) = bureau.open_tasks(number, "dispatch")
    lead = {row["code"]: row["lead"] for row in listed}[bureau.dispute(number)["category"]]
    assert task["about"]["suggested"][0] == lead == "hrss"
    bureau.answer(number, "dispatch", "assign", lead=lead, cooperating=["town-shiqiao"])
    bureau.answer(number, "accept_assignment", "accept", by=bureau.at("department_handler", lead))
    assert bureau.dispute(number)["responsibility"][-1]["organisation"] == lead


@pytest.mark.req("Q-005", "Q-043")
def test_each_of_the_fourteen_townships_receives_its_copy_at_a_desk_of_its_own(bureau: People) -> None:
    """“邛崃市公安局共向14个乡镇(街道)推送矛盾纠纷风险预警信息159条”."""
    organisations = directory(bureau)
    towns = sorted(code for code in organisations if code.startswith("town-") and not code.endswith("-centre"))
    assert len(towns) == 14
    number = alarmed(bureau, QUARREL)
    for _ in range(2):
        bureau.answer(number, "confirm_triage", "report_up")
    bureau.answer(number, "dispatch", "assign", lead=towns[0], cooperating=towns[1:])
    asked = {task["about"]["organisation"]: task for task in bureau.open_tasks(number, "accept_assignment")}
    assert sorted(asked) == towns
    for town in towns:
        leader = bureau.at("township_leader", town)
        mine = leader.get("/v1/tasks", box="claimable", q=number)["items"]
        assert [task["task_id"] for task in mine] == [asked[town]["task_id"]], town
    bureau.decide(asked[towns[3]]["task_id"], "accept", bureau.at("township_leader", towns[3]))
    signed = {a["organisation"]["code"] for a in bureau.dispute(number)["assigned"] if a["standing"] == "accepted"}
    assert signed == {towns[3]}, "each signs for itself"


@pytest.mark.req("Q-009", "Q-096", "Q-097")
def test_the_court_s_liaison_receives_agreements_and_applications_and_nobody_rules_for_it(bureau: People) -> None:
    """“争取人民法院工作支持,配合出具司法确认和家暴事件人身保护令”."""
    liaison = bureau.at("court_liaison", "court")
    number = alarmed(bureau, QUARREL, "城西街道西门社区")
    for _ in range(2):
        bureau.answer(number, "confirm_triage", "report_up")
    bureau.answer(number, "dispatch", "assign", lead="natural_res", cooperating=[])
    bureau.answer(number, "accept_assignment", "accept")
    bureau.answer(number, "dispose", "mediate", reason="复杂疑难")
    bureau.answer(number, "mediate", "agreed", terms=["以勘界图为准，各退二十公分"], confirmation=True)
    assert "court_ruling" not in kinds(bureau, number), "nobody has applied"
    bureau.answer(number, "apply_confirmation", "apply")
    beaten = alarmed(bureau, VIOLENCE, "城西街道文昌社区")
    for _ in range(2):
        bureau.answer(beaten, "confirm_triage", "report_up", police_handled="已到场制止")
    assert "court_protection" not in kinds(bureau, beaten)
    bureau.answer(beaten, "apply_protection", "apply")

    tasks = {}
    for each, kind in ((number, "court_ruling"), (beaten, "court_protection")):
        (mine,) = liaison.get("/v1/tasks", box="claimable", q=each)["items"]
        assert (mine["kind"], mine["post"]["organisation"]) == (kind, "court")
        tasks[kind] = liaison.get(f"/v1/tasks/{mine['task_id']}")
    (agreement,) = tasks["court_ruling"]["brief"]["agreements"]
    assert agreement["terms"] == ["以勘界图为准，各退二十公分"], "the package holds what was agreed"
    assert tasks["court_protection"]["brief"]["parties"], "and who asks for protection"
    for person in (
        bureau.at("justice_chief", "justice-chengxi"), bureau.at("womens_federation", "women_fed"),
        bureau.at("committee_dispatcher", "committee"), bureau.at("bureau_analyst", "bureau"),
    ):  # fmt: skip
        ruling = partial(
            bureau.decide, tasks["court_ruling"]["task_id"], "confirmed", person, case_no="（2026）民调确1号"
        )
        assert refusal_of(ruling)[0] in (403, 404)
        granting: dict[str, Any] = {"measures": ["禁止殴打"], "until": "2026-12-20"}
        order = partial(bureau.decide, tasks["court_protection"]["task_id"], "granted", person, **granting)
        assert refusal_of(order)[0] in (403, 404)
    bureau.decide(tasks["court_ruling"]["task_id"], "confirmed", liaison, case_no="（2026）民调确1号")
    assert bureau.dispute(number)["agreements"][-1]["confirmation"] == "confirmed"


@pytest.mark.req("Q-081", "Q-086", "Q-089")
def test_a_risky_matter_that_is_none_of_the_police_s_is_handled_by_those_whose_it_is(bureau: People) -> None:
    """“针对有风险隐患的非警务类警情…流转给涉责部门发起协作”; “均未出现重复报警问题”."""
    harmless = alarmed(bureau, "咨询物业费缴费标准，无纠纷")
    for _ in range(2):
        bureau.answer(harmless, "confirm_triage", "no_risk", ground="咨询事项，无风险隐患")
    assert bureau.dispute(harmless)["assigned"] == [], "not risky: nobody's time is taken"

    before = referred(bureau)
    number = alarmed(bureau, "小区楼上装修造成楼下漏水，房东与楼上住户因维修费用多次协商未果")
    case = bureau.dispute(number)
    assert (case["police"], case["source"]) == (False, "110"), "an alarm, and no police matter"
    for _ in range(2):
        bureau.answer(number, "confirm_triage", "report_up")
    units = ["housing", "town-qingxi"]
    bureau.answer(number, "dispatch", "assign", lead=units[0], cooperating=units[1:])
    for unit in units:
        (task,) = [t for t in bureau.open_tasks(number, "accept_assignment") if t["about"]["organisation"] == unit]
        bureau.answer(number, "accept_assignment", "accept", task_id=task["task_id"])
    bureau.answer(number, "cooperate", "disposed", summary="社区约见双方，解释政策")
    assert kinds(bureau, number) == ["dispose"], "联处: not done before each has done his part"
    bureau.answer(number, "dispose", "disposed", summary="漏点修复，双方签字")
    for _ in range(2):
        bureau.answer(number, "evaluate", "accept")
    asked = {task["kind"] for task in bureau.dispute(number)["tasks"]}
    assert not asked & {"handle_on_scene", "follow_up_responsibly", "rule_urgency"}, "the police are asked for nothing"
    after = referred(bureau)
    assert {code: after[code][0] - before[code][0] for code in after} == {
        "referred": 1, "referred_handled_rate": 1, "referred_repeats": 0,
    }  # fmt: skip
    again = bureau.alarm(
        "楼上装修漏水又流到楼下，再次报警",
        place={"address": case["incidents"][0]["address"]},
        parties=[{"name": p["name"], "phone": "13800001234", "side": p["side"]} for p in case["parties"]],
    )
    assert (again["dispute_no"], again["joined"]) == (number, True)
    # An alarm is taken in before its case has it, where the engine is slow; the figures follow the case.
    deadline = time.monotonic() + 60
    while (repeats := referred(bureau)["referred_repeats"][0]) == after["referred_repeats"][0]:
        assert time.monotonic() < deadline, "a repeat is seen and counted"
        time.sleep(0.1)
    assert repeats - after["referred_repeats"][0] == 1


def referred(people: People) -> dict[str, tuple[float, int]]:
    """What was referred to departments, handled by them, and reported again."""
    values = people.supervisor.get("/v1/indicators")["total"]["values"]
    return {
        code: (values[code]["numerator"], values[code]["denominator"] or 0) for code in values if "referred" in code
    }
