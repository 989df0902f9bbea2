"""警源分析 over HTTP, in the city whose report asks for it."""

from __future__ import annotations

from typing import Any

import pytest

from api.cli.client import Client
from api.cli.stories.people import house
from tests.e2e.support import refusal_of
from tests.instance import Instance

DAY = "2026-03-02"
"""A day on which nothing else that shares the system was reported."""
NOISE, WAGES = "楼上半夜装修噪声扰民，多次交涉无果", "工地拖欠农民工工资，包工头拒不支付"


def called(huangshi: Instance, house: int, clock: str, narrative: str, source: str = "110") -> str:
    """A call of that day; the number of its dispute."""
    at, role = f"{DAY}T{clock}:00+08:00", {"110": "call_taker", "12345": "hotline_operator"}[source]
    body = huangshi.county.reported(
        narrative, source=source, occurred_at=at, reported_at=at, place={"address": f"白洋街道警源社区{house}号"}
    )
    return str(huangshi.county.report(role, body)["dispute_no"])


def asked(person: Client, **more: Any) -> dict[str, Any]:
    answer: dict[str, Any] = person.get("/v1/indicators/calls", **{"from": DAY, "to": DAY}, **more)
    return answer


def counted(rows: list[dict[str, Any]]) -> dict[str, tuple[int, int]]:
    return {row["code"]: (row["reports"], row["repeats"]) for row in rows if row["reports"]}


@pytest.fixture(scope="module")
def noisy(huangshi: Instance) -> str:
    """Three calls about one noise, by 110 and by 12345, two of them by night; and one about wages."""
    number = called(huangshi, 1, "09:10", NOISE)
    assert called(huangshi, 1, "23:10", NOISE) == number
    assert called(huangshi, 1, "23:40", NOISE, "12345") == number
    called(huangshi, 2, "23:50", WAGES)
    return number


@pytest.mark.req("H-047")
def test_where_calls_come_from_is_told_by_source_beat_category_hour_and_place(huangshi: Instance, noisy: str) -> None:
    """“持续深化警源治理”: what comes again and again, from where and when."""
    found = asked(huangshi.county.supervisor)
    assert {name: found["total"][name] for name in ("reports", "repeats", "matters")} == {
        "reports": 4, "repeats": 2, "matters": 2}  # fmt: skip
    assert counted(found["by_source"]) == {"110": (3, 1), "12345": (1, 1)}
    assert next(iter(counted(found["by_category"]).items())) == ("neighbor_noise", (3, 2)), "噪声 comes first"
    assert counted(found["by_hour"]) == {"09": (1, 0), "23": (3, 2)}
    assert sum(row["reports"] for row in found["by_beat"]) == 4
    [place] = found["places"]
    assert (place["reports"], place["address"], place["dispute_nos"]) == (3, "白洋街道警源社区1号", [noisy])
    assert counted(asked(huangshi.county.supervisor, source="12345")["by_hour"]) == {"23": (1, 1)}


@pytest.mark.req("H-049")
def test_a_department_reads_the_disputes_of_its_trade_whoever_has_them(huangshi: Instance, noisy: str) -> None:
    """“推动了部门‘既管行业、又管矛盾纠纷’职责落地落实”."""
    wages = next(
        row["code"] for row in asked(huangshi.county.supervisor)["by_category"] if row["code"] != "neighbor_noise"
    )
    listed = huangshi.county.supervisor.get("/v1/categories")["items"]
    lead = next(row["lead"] for row in listed if row["code"] == wages)
    leader = huangshi.county.with_role("department_leader", lead)
    assert asked(leader)["total"]["reports"] == 0, "nothing was dispatched to it yet"
    trade = asked(leader, trade=lead)
    assert (counted(trade["by_category"]), trade["total"]["matters"], trade["total"]["handled"]) == (
        {wages: (1, 0)}, 1, 0)  # fmt: skip
    assert trade["places"] == []
    other = next(row["lead"] for row in listed if row["lead"] not in (lead, "police"))
    assert refusal_of(lambda: asked(leader, trade=other))[0] == 403


@pytest.mark.req("R-111")
def test_needs_are_told_apart_from_the_disputes_of_the_same_days(ronghe: Instance) -> None:
    """“掌握社情民意,解答群众问题,纾解急难愁盼”: a need that is reported twice is no repeated dispute."""
    county = ronghe.county
    head = county.with_role("workstation_head", "workstation-qingxi-1")
    at = f"{DAY}T09:00:00+08:00"
    body = county.reported("水压不足，三楼以上停水已三天", source="workstation", parties=[], occurred_at=at,
                           reported_at=at, place={"address": house("清溪镇清溪社区")})  # fmt: skip
    for n, matter in enumerate(("dispute", "livelihood", "livelihood")):
        head.report({**body, "source_no": f"{body['source_no']}-{n}", "matter": matter})
    disputes, needs = (asked(county.supervisor, matter=matter)["total"] for matter in ("dispute", "livelihood"))
    assert (disputes["reports"], disputes["repeats"], disputes["matters"]) == (1, 0, 1)
    assert (needs["reports"], needs["repeats"], needs["matters"]) == (2, 1, 1)
    assert asked(county.supervisor)["total"] == disputes
    refused = refusal_of(lambda: asked(county.supervisor, matter="hazard"))
    assert refused == (422, "fields_invalid")
