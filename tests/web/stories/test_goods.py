"""Story 3 (J-040 to J-045): goods and payment. Settled yet risky, agreed the second time, paid in three months."""

from __future__ import annotations

import random
from datetime import datetime, timedelta

import pytest
from playwright.sync_api import expect

from domain.base import CHINA
from domain.policy.spans import Calendar, Span
from tests.web.stories.telling import Told
from tests.web.support import Desk

BUYER, SELLER = "李某", "罗某"
DAY = timedelta(days=1)


@pytest.mark.req("J-040", "J-042", "J-044")
def test_goods_and_payment(desk: Desk) -> None:
    t = Told(desk, "3 货与款")
    t.registers("bureau-calltaker-2", "110",
                "有人在门口闹事，扬言要砸了他的车：李某认为罗某提供的货物质量有问题，不愿将约定的货款结清",
                f"白洋街道桥头社区万石院新村{random.randint(10_000, 99_999)}号", BUYER, SELLER)  # fmt: skip
    t.answers("baiyang-command-1", "研判", "确认研判")
    with t.answering("baiyang-onscene-1", "现场处置", "现场平息") as page:
        page.get_by_label("处置情况").fill("当场劝解，二人同意离开")
        page.get_by_label("继续推送").check()
        page.get_by_label("理由").fill("货款未结清，双方积怨较深，存在民转刑风险，已向值班领导汇报")
    officer = t.named("责任民警", "baiyang-officer")
    t.passes(hours=23)
    for manner, whom, said in (("电话", BUYER, "两人果然尚未达成一致"), ("约请", "李某和罗某", "约请双方到派出所协商")):
        with t.answering(officer, "责任跟进", "记录联系") as page:
            page.get_by_label("方式").select_option(label=manner)
            page.get_by_label("联系对象").fill(whom)
            page.locator("#f-summary").fill(said)
    t.answers(officer, "责任跟进", "提请联调", 理由="双方愿意到所再次协商")
    with t.answering(officer, "调解", "达成协议") as page:
        t.sits(page, officer, "baiyang-deputy-1")
        page.get_by_label("协议条款，第 1 项").fill("不合格货物退换，剩余货款分三个月结清")
        today = datetime.now(CHINA)
        for n, (party, kind, what, due) in enumerate(owed(today)):
            page.get_by_role("button", name="添加履行义务").click()
            row = page.locator(f"#f-obligations-{n}")
            row.get_by_label("履行方").fill(party)
            row.get_by_label("类型").select_option(label=kind)
            row.get_by_label("履行内容").fill(what)
            row.get_by_label("履行期限").fill(due.date().isoformat())
            if kind == "款项":
                row.get_by_label("金额").fill("15000.00")
    t.next_is("成效评估（白洋派出所 · 值班领导）")
    t.answers("baiyang-duty-1", "成效评估", "评估通过")
    t.visited(officer, BUYER, SELLER)
    for days, visit in ((6, False), (26, True), (31, False), (31, False)):
        t.passes(days=days)
        if visit:
            t.visited(officer, BUYER, SELLER)
        t.answers(officer, "履约核查", "已履行")
    page = t.closes("化解办结")
    page.get_by_role("link", name="协议与履约").click()
    expect(page.locator(".owed")).to_contain_text("已履行")
    t.look(page, "协议与履约")
    assert t.people >= 6


def owed(today: datetime) -> list[tuple[str, str, str, datetime]]:
    """What each owes: the goods within five days, the money in three instalments a month apart."""
    months = (Calendar().after(today, Span(calendar_months=n)) for n in (1, 2, 3))
    return [(SELLER, "物品", "退换不合格货物", today + 5 * DAY),
            *((BUYER, "款项", f"第{n}期货款", due) for n, due in enumerate(months, 1))]  # fmt: skip
