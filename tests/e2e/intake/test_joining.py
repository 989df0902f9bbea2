"""What the reports tell of, as raw records of several sources: each ends at its own matter, and none at a neighbour's.

A lift that residents quarrel about, masks and goods that are no good, a home that makes noise at night. Each address is
written as its source writes it; beside each matter stand others that look like it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import pytest

from domain.base import CHINA
from tests.e2e.support import TOWN, People


class Raw(NamedTuple):
    """A report as it came in; `matter` says what it is about, in truth."""

    matter: str
    source: str
    address: str
    narrative: str
    parties: tuple[tuple[str, str], ...] = ()
    """name and telephone"""


LIFT = (
    Raw("lift", "110", "古山镇桂花苑小区3幢2单元",
        "一楼住户林某报警称：二单元要加装电梯，挡他家采光，他不同意，要求停工", (("林秀英", "13800002001"),)),
    Raw("lift", "12345", "桂花苑3号楼二单元",
        "来电人反映其父母住六楼，腿脚不便，单元加装电梯被一楼阻拦，要求尽快复工", (("沈国平", "13800002002"),)),
    Raw("lift", "grid", "古山镇桂花苑三栋2单元", "网格员报：加装电梯一事楼上楼下意见不一，低层住户坐在基坑边不让施工"),
    Raw("another house's lift", "110", "古山镇桂花苑小区5幢2单元",
        "一楼住户报警称：二单元要加装电梯，挡他家采光，他不同意，要求停工", (("马德胜", "13800002003"),)),
)  # fmt: skip
MASKS = (
    Raw("masks", "110", "古山镇人民路26号",
        "钱某报警称在药店买的一批口罩有质量问题，店主夏某不肯退换，双方在店内争吵",
        (("钱建国", "13800002011"), ("夏卫东", "13800002012"))),
    Raw("masks", "12345", "人民路二十六号",
        "来电人之前报过警，药店卖的口罩质量不合格，要求退货退款，店主仍不同意", (("钱建国", "13800002011"),)),
    Raw("the shop's next customer", "110", "古山镇人民路26号",
        "顾客报警称买到的口罩发霉，要求退一赔三，店主不同意", (("赵敏华", "13800002014"),)),
    Raw("the next shop's masks", "110", "古山镇人民路28号",
        "顾客报警称在药店买的一批口罩有质量问题，店主不肯退换，双方在店内争吵", (("周兰芳", "13800002013"),)),
    Raw("opposite", "110", "古山镇人民路26号对面",
        "顾客报警称在药店买的一批口罩有质量问题，店主不肯退换，双方在店内争吵", (("吴春燕", "13800002015"),)),
)  # fmt: skip
GOODS = (
    Raw("goods", "110", "白洋街道万石院新村门口",
        "李某报警称罗某在新村门口闹事，因一批货物质量问题货款未结清，扬言要砸他的车",
        (("李伟明", "13800002021"), ("罗志强", "13800002022"))),
    Raw("goods", "walk_in", "万石院新村大门口",
        "罗某来所称李某仍未结清货款，说货物质量有问题，双方在新村门口再次争吵",
        (("罗志强", "13800002022"), ("李伟明", ""))),
    Raw("others' goods", "110", "白洋街道万石院新村后门",
        "张某报警称王某在新村后门闹事，因一批货物质量问题货款未结清，要扣他的车",
        (("张春生", "13800002023"), ("王海波", "13800002024"))),
)  # fmt: skip
NOISE = (
    Raw("noise", "grid", "古山镇和谐家园8幢1单元", "居民向网格员投诉，5楼住户半夜常发出打砸声，吵得楼下不能睡"),
    Raw("noise", "12345", "和谐家园小区8号楼一单元五楼",
        "来电人反映五楼住户夜里噪声扰民，像在砸东西，多次劝说无效", (("何玉梅", "13800002031"),)),
    Raw("noise", "110", "古山镇和谐家园8栋1单元402",
        "402住户报警称楼上5楼半夜又在砸东西，噪声吵得一家人睡不着", (("何玉梅", "13800002031"),)),
    Raw("another house's noise", "110", "古山镇和谐家园9幢1单元",
        "居民报警称5楼住户半夜常发出打砸声，吵得楼下不能睡", (("方志平", "13800002032"),)),
    Raw("another entrance's noise", "110", "古山镇和谐家园8幢2单元5楼",
        "居民报警称5楼住户半夜常发出打砸声，吵得楼下不能睡", (("孙小红", "13800002033"),)),
)  # fmt: skip


@pytest.mark.parametrize(
    ("records", "joined"),
    [
        # “为加装电梯,居民们各自报警,楼上楼下诉求不一”: one matter, whoever calls
        pytest.param(LIFT, 2, marks=pytest.mark.req("H-001"), id="lift"),
        # “因口罩质量问题,在退换货问题上达不成一致意见”
        pytest.param(MASKS, 1, id="masks"),
        # “李某认为罗某提供的货物质量有问题……故不愿将两人之前约定的货款结清”
        pytest.param(GOODS, 1, id="goods"),
        # “多名居民向网格员投诉……一5楼住户半夜常发出打砸声”
        pytest.param(NOISE, 1, marks=pytest.mark.req("H-063"), id="noise"),
    ],
)
def test_raw_records_end_at_their_own_matters(records: tuple[Raw, ...], joined: int, people: People) -> None:
    """At least `joined` records join without a hand, every other of a matter is proposed; none joins another matter."""
    matters: dict[str, str] = {}
    """what the disputes are about, by number"""
    by_itself = 0
    for nth, record in enumerate(records):
        answer = people.report("call_taker", body(record, hours_ago=len(records) - nth))
        number = answer["dispute_no"]
        if answer["joined"]:
            assert matters[number] == record.matter, record.address
            by_itself += 1
        elif earlier := {no for no, about in matters.items() if about == record.matter}:
            assert earlier & {each["dispute_no"] for each in answer["triage"]["similar"]}, record.address
        matters.setdefault(number, record.matter)
    assert by_itself >= joined
    for matter in {record.matter for record in records}:
        kept = [told for no, about in matters.items() if about == matter for told in narratives(people, no)]
        assert sorted(kept) == sorted(record.narrative for record in records if record.matter == matter)


def body(record: Raw, hours_ago: int) -> dict[str, Any]:
    """What is sent for a record, some hours after the one before."""
    at = (datetime.now(CHINA) - timedelta(hours=3 * hours_ago)).isoformat(timespec="seconds")
    parties = [
        {"name": name, "phone": phone, "side": side} for (name, phone), side in zip(record.parties, "ab", strict=False)
    ]
    return People.reported(
        record.narrative, source=record.source, occurred_at=at, reported_at=at, parties=parties,
        place={"address": record.address, "organisation_code": TOWN},
    )  # fmt: skip


def narratives(people: People, number: str) -> list[str]:
    """What the reports of a dispute say, each kept as it was told."""
    case: Mapping[str, Any] = people.dispute(number)
    return [incident["narrative"] for incident in case["incidents"]]
