"""The roads that Wuwei's and fused policing's reports name: who reports by each, and what its own form asks."""

from __future__ import annotations

from typing import Any

import pytest

from api.cli.client import Client, County, Refusal
from api.cli.stories.people import house
from tests.instance import Instance

PARTIES = [{"name": "甘某", "side": "a"}, {"name": "洪某", "side": "b"}]


def sent(county: County, by: Client, source: str, at: str = "清溪镇清溪社区", **more: Any) -> dict[str, Any]:
    """The case that a report by a source opens."""
    text = "两家为楼道堆放杂物争执，协商未果"
    body = county.reported(text, source=source, place={"address": house(at)}, parties=PARTIES, **more)
    return county.dispute(by.report(body)["dispute_no"])


def refused(county: County, by: Client, source: str, **more: Any) -> Refusal:
    """A report by a source that is refused."""
    with pytest.raises(Refusal) as refusal:
        sent(county, by, source, **more)
    return refusal.value


@pytest.mark.req("R-050")
def test_a_council_s_topic_who_came_and_its_outcome_stand_with_the_dispute_it_led_to(ronghe: Instance) -> None:
    """“依托‘警民议事厅’‘警企议事厅’等载体”."""
    county = ronghe.county
    secretary = county.with_role("village_secretary", "village-qingxi-1")
    missing = refused(county, secretary, "residents_council", particulars={"topic": "楼道堆物"})
    assert (missing.status, missing.body["errors"]) == (
        422, [{"field": "particulars.attended", "message": "警民议事厅须填写参会人员"}],
    )  # fmt: skip
    held = {"topic": "楼道堆物", "attended": "居民代表、社区民警、物业"}
    case = sent(county, secretary, "residents_council", particulars=held)
    assert case["incidents"][0]["particulars"] == {"议题": "楼道堆物", "参会人员": "居民代表、社区民警、物业"}
    task = county.supervisor.get(f"/v1/tasks/{county.open_tasks(case['dispute_no'])[0]['task_id']}")
    assert task["brief"]["incidents"][0]["particulars"]["议题"] == "楼道堆物", "and beside the desk's task"


@pytest.mark.req("R-051", "R-052", "R-072")
def test_the_chief_s_line_and_the_public_channels_have_somebody_at_any_hour(ronghe: Instance) -> None:
    """“‘警民茶话室’微信公众号、社区警务网络直播间、所长直通车”, “8小时以外‘点对点’沟通”."""
    county = ronghe.county
    chief = county.with_role("station_chief", "station-qingxi")
    case = sent(county, chief, "chief_line")
    asked = county.open_tasks(case["dispute_no"], "confirm_triage")[0]["posts"]
    assert {post["role"] for post in asked} <= {"station_chief", "duty_leader"}
    assert {post["organisation"] for post in asked} == {"station-qingxi"}
    stranger = county.with_role("responsible_officer", "station-qingxi")
    assert refused(county, stranger, "chief_line").code == "not_entitled"
    sources = next(book for book in county.playbooks() if book["code"] == "ronghe")["process"]["sources"]
    for code in ("tearoom", "livestream", "chief_line"):
        assert sources[code]["desks"][0]["outside_hours"] == {"role": "duty_leader", "at": "station"}, code


@pytest.mark.req("W-030", "W-031", "W-061")
def test_partner_units_and_the_video_patrol_report_by_their_own_road(wuwei: Instance) -> None:
    """“与法院、检察院、人社、妇联等9个单位建立…信息互通共享机制”; “情报指挥+视频巡查+快速反应”."""
    county = wuwei.county
    for unit in ("court", "procuratorate", "hrss", "women_fed"):
        liaison = county.with_role("partner_liaison", unit)
        case = sent(county, liaison, "partner", particulars={"unit_no": f"{unit}-2026-7"})
        [desk] = county.open_tasks(case["dispute_no"])
        assert (desk["kind"], desk["post"]["role"]) == ("confirm_triage", "responsible_officer")
        assert desk["post"]["organisation"] == "station-qingxi", "第一时间推送属地公安机关"
    patrol = county.with_role("video_patrol", "bureau")
    seen = sent(county, patrol, "video", particulars={"camera": "清溪社区东口"})
    kinds = {task["kind"] for task in county.open_tasks(seen["dispute_no"])}
    assert kinds == {"confirm_triage", "handle_on_scene"}, "快速反应：先到场，研判同步"
    assert refused(county, patrol, "partner", particulars={"unit_no": "1"}).code == "not_entitled"
    unasked = refused(county, patrol, "video", particulars={"camera": "东口", "colour": "red"})
    assert unasked.body["errors"] == [{"field": "particulars.colour", "message": "视频巡查没有这一项"}]


@pytest.mark.req("W-013")
def test_what_a_sweep_finds_says_which_sweep_and_whom_it_was_after(wuwei: Instance) -> None:
    """“开展了独居老人和易肇事肇祸精神障碍患者摸排行动”."""
    county = wuwei.county
    auxiliary = county.with_role("village_auxiliary", "village-qingxi-1")
    assert refused(county, auxiliary, "sweep").code == "fields_invalid"
    found = {"campaign": "2026年独居老人摸排", "subject": "独居老人"}
    case = sent(county, auxiliary, "sweep", particulars=found)
    assert case["incidents"][0]["particulars"] == {"行动名称": "2026年独居老人摸排", "摸排对象类别": "独居老人"}
    elsewhere = county.with_role("village_auxiliary", "village-gushan-1")
    assert refused(county, elsewhere, "sweep", particulars=found).code == "not_entitled", "每村一名，各报本村"


@pytest.mark.req("Q-088", "R-111")
def test_a_need_is_reported_listed_and_shown_apart_from_quarrels(ronghe: Instance) -> None:
    """“促成风险隐患、矛盾纠纷、民生诉求等问题彻底解决”; “解答群众问题,纾解急难愁盼”."""
    county = ronghe.county
    head, at = county.with_role("workstation_head", "workstation-qingxi-1"), house("清溪镇清溪社区")
    body = county.reported("水压不足，三楼以上停水已三天，老人生活不便", source="workstation", parties=[],
                           place={"address": at})  # fmt: skip
    need = head.report({**body, "matter": "livelihood"})
    assert (need["matter"], need["joined"]) == ("livelihood", False)
    assert head.report({**body, "matter": "livelihood"})["incident_id"] == need["incident_id"], "once, however often"
    quarrel = head.report({**body, "source_no": f"{body['source_no']}-2"})
    assert (quarrel["matter"], quarrel["joined"]) == ("dispute", False), "no alarm of the need, however alike"
    again = head.report({**body, "source_no": f"{body['source_no']}-3", "matter": "livelihood"})
    assert (again["joined"], again["dispute_no"]) == (True, need["dispute_no"])

    def listed(**asked: str) -> set[str]:
        return {d["dispute_no"] for d in county.supervisor.get("/v1/disputes", limit=200, **asked)["items"]}

    assert need["dispute_no"] in listed(matter="livelihood") - listed()
    assert quarrel["dispute_no"] in listed() - listed(matter="livelihood")
    case = county.dispute(need["dispute_no"])
    assert (case["matter"], case["matters"]) == ("livelihood", ["dispute", "livelihood"])
    task = county.supervisor.get(f"/v1/tasks/{county.open_tasks(case['dispute_no'])[0]['task_id']}")
    correct = next(d for d in task["decisions"] if d["name"] == "correct")
    assert "matter" in correct["schema"]["properties"], "the desk may find that somebody quarrels after all"
    wrong = refused(county, head, "workstation", matter="petition")
    assert wrong.body["errors"] == [
        {"field": "matter", "message": "工作站收集受理的事项是矛盾纠纷、民生诉求，没有信访积案"}
    ]
