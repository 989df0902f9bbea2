"""Story 8 (Q-090 to Q-096): up the ladder. Three sessions fail at each of two tiers, the three chiefs agree it."""

from __future__ import annotations

import random

import pytest
from playwright.sync_api import expect

from tests.web.stories.telling import Told
from tests.web.support import Desk, choose

PARTIES = ("厉宝根", "柴祥云")


@pytest.mark.req("Q-092", "Q-093", "Q-096")
def test_up_the_ladder(desk_of_qionglai: Desk) -> None:
    t = Told(desk_of_qionglai, "8 逐级联调")
    t.registers("bureau-calltaker-1", "110", "两户村民因宅基地边界争执，一方说那条界已有三十年，双方各不相让",
                f"龙潭镇九龙村{random.randint(10_000, 99_999)}号", *PARTIES)  # fmt: skip
    for desk in ("longtan-command-1", "bureau-analyst-1"):
        t.answers(desk, "研判", "上报")
    with t.answering("committee-dispatcher-1", "分派", "交办") as page:
        choose(page, "牵头单位", "zrzy")
        page.get_by_label("交办要求").fill("现场勘界，组织调解")
    t.answers("natural-res-handler-1", "签收", "签收")
    with t.answering("natural-res-handler-1", "主办处置", "提请联调") as page:
        page.get_by_label("复杂疑难情形，第 1 项").select_option(label="单独难以化解")
        page.get_by_label("理由").first.fill("复杂疑难，部门单独难以化解")
    for convenor in ("justice-longtan-mediator-1", "longtan-deputy-1"):
        t.sits_as_listed(convenor, "未达成协议", 理由="双方对边界各执一词")
        for _ in range(2):  # who sat before stands there
            with t.answering(convenor, "调解", "未达成协议") as page:
                expect(page.get_by_text("参加人员已按上一次带入")).to_be_visible()
                page.get_by_label("理由").first.fill("双方对边界各执一词")
    t.sits_as_listed(
        "longtan-chief-1", "达成协议", confirmed=True, **{"协议条款，第 1 项": "以勘界图为准，各退二十公分"}
    )
    t.next_is("司法确认申请")
    t.passes(days=21)
    t.answers("justice-longtan-mediator-1", "司法确认申请", "提出申请")
    t.answers("tribunal-longtan-liaison-1", "法院审查", "裁定有效", 案号="（2026）民调确33号")
    for evaluator in ("risk-centre-evaluator-1", "risk-centre-evaluator-police-1"):
        t.answers(evaluator, "成效评估", "评估通过")
    t.visited_to_the_end("longtan-officer-1", *PARTIES)
    page = t.closes("化解办结")
    page.get_by_role("link", name="协议与履约").click()
    expect(page.locator("#tab")).to_contain_text("（2026）民调确33号")
    t.look(page, "协议与履约")
    assert t.people >= 6
