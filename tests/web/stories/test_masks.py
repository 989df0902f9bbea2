"""Story 1 (J-021 to J-025): masks. Urgent from the scene, approved, pushed to the centre, agreed the same day."""

from __future__ import annotations

import random

import pytest

from tests.web.stories.telling import Told
from tests.web.support import Desk, choose


@pytest.mark.req("J-021", "J-024", "J-025")
def test_masks(desk: Desk) -> None:
    t = Told(desk, "1 口罩")
    t.registers("bureau-calltaker-1", "110", "钱先生和夏先生因口罩质量问题，在退换货问题上达不成一致意见，争吵激烈",
                f"古山镇金江龙村{random.randint(10_000, 99_999)}号", "钱先生", "夏先生")  # fmt: skip
    with t.answering("gushan-onscene-1", "现场处置", "现场未能化解") as page:
        page.get_by_label("理由").fill("两人各执一词，矛盾激烈，无法现场调解成功")
        page.get_by_label("加急").check()
    t.answers("gushan-command-1", "研判", "确认研判")
    t.answers("gushan-command-1", "加急认定", "认定加急")
    t.next_is("三推审批（古山派出所 · 值班领导）")
    t.answers("gushan-duty-1", "三推审批", "批准")
    with t.answering("gushan-centre-dispatcher-1", "分派", "交办") as page:
        choose(page, "牵头单位", "古山镇")
        page.get_by_role("button", name="添加配合单位").click()
        choose(page, "配合单位，第 1 项", "scjd")
        page.get_by_label("交办要求").fill("当日会同市场监管调解")
    t.next_is("签收交办（古山镇 · 部门承办人）、签收交办（县市场监督管理局 · 部门承办人）")
    t.answers("town-gushan-handler-1", "签收", "签收")
    t.answers("market-reg-handler-1", "签收", "签收")
    t.answers("town-gushan-handler-1", "主办处置", "提请联调", 理由="双方愿意当面协商，会同市场监管和金牌调解员调解")
    with t.answering("gushan-centre-dispatcher-1", "调解", "达成协议") as page:
        t.sits(
            page, "gushan-centre-dispatcher-1", "gushan-officer-1", "market-reg-handler-1", "justice-gushan-mediator-1"
        )
        page.get_by_label("协议条款，第 1 项").fill("钱先生退回口罩，夏先生退还货款")
        page.get_by_role("button", name="添加协议条款").click()
        page.get_by_label("协议条款，第 2 项").fill("双方互不追究")
    t.answers("centre-evaluator-1", "成效评估", "评估通过")
    t.visited_to_the_end("gushan-officer-1", "钱先生", "夏先生")
    t.closes("化解办结")
    assert t.people >= 6
