"""Story 10 (Q-033, W-032): nobody answers. An empty refusal is overruled, then every rung of the clock is climbed."""

from __future__ import annotations

import random
import re

import pytest
from playwright.sync_api import expect

from tests.web.stories.telling import Told
from tests.web.support import Desk, arrived, choose


@pytest.mark.req("Q-084", "W-032", "W-044")
def test_nobody_answers(desk: Desk) -> None:
    t = Told(desk, "10 无人办理")
    t.registers("bureau-calltaker-1", "110", "两户因相邻宅基地边界及排水沟走向长期争执，多次争吵",
                f"石桥镇枫林村{random.randint(10_000, 99_999)}号", "应明珍", "钱土根")  # fmt: skip
    t.answers("shiqiao-command-1", "研判", "确认研判")
    t.answers("shiqiao-onscene-1", "现场处置", "现场未能化解", 理由="争执已久，现场无法化解")
    officer = t.named("责任民警", "shiqiao-officer")
    with t.answering(officer, "责任跟进", "提请三推") as page:
        page.get_by_label("理由").fill("须部门确认边界")
        page.get_by_role("button", name="添加建议部门").click()
        choose(page, "建议部门，第 1 项", "zrzy")
    t.answers("shiqiao-duty-1", "三推审批", "批准")
    with t.answering("shiqiao-centre-dispatcher-1", "分派", "交办") as page:
        choose(page, "牵头单位", "zrzy")
        page.get_by_role("button", name="添加配合单位").click()
        choose(page, "配合单位，第 1 项", "nyncj")
        page.get_by_label("交办要求").fill("现场勘界")
    t.answers("natural-res-handler-1", "签收", "退单", 退单依据="不属于本单位职责")
    with t.answering("shiqiao-centre-dispatcher-1", "退单裁定", "不同意退单") as page:
        given_back = page.get_by_label("案情")
        for said in ("退单单位", "自然资源和规划局", "提出人", "不属于本单位职责"):
            expect(given_back).to_contain_text(said)
        page.get_by_label("理由").fill("权属争议依法由自然资源部门处理")
    for days, said in ((4, "提醒"), (2, "提醒"), (2, "督办"), (1, "提级")):
        t.passes(days=days)
        page = t.window("county-supervisor-1")
        page.get_by_role("link", name="经过", exact=True).click()
        arrived(page, re.compile("/course$"))
        expect(page.locator("#tab")).to_contain_text(said)
        page.get_by_role("link", name="概况", exact=True).click()
        arrived(page, re.compile(f"/disputes/{t.number}$"))
    for username, matter in (("county-leader-1", "处置时限提级督办"), ("county-supervisor-1", "首次跟踪超期督办")):
        with t.answering(username, "督办", "书面督办", about=matter) as page:
            expect(page.get_by_label("目前在办")).to_contain_text("主办处置")
            page.get_by_label("督办意见").fill("今日内办结并反馈")
    t.disposes("agri-handler-1", "协同处置", "提供承包地资料", "应明珍、钱土根", "枫林村村委会")
    t.disposes(
        "natural-res-handler-1", "主办处置", "现场勘界，双方签字认可", "应明珍、钱土根", "枫林村现场", "以勘界桩为准"
    )
    t.answers("centre-evaluator-1", "成效评估", "评估通过")
    t.visited_to_the_end(officer, "应明珍", "钱土根")
    t.closes("化解办结")
    assert t.people >= 6
