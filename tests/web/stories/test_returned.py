"""Story 7 (Q-045 to Q-049): return until resolved. Returned twice, supervised, accepted in the third round."""

from __future__ import annotations

import random

import pytest
from playwright.sync_api import expect

from tests.web.stories.telling import Told
from tests.web.support import Desk, choose

LEAD, BESIDE = "housing-handler-1", "town-qingxi-handler-1"
PARTIES = ("施福珍", "盛凤英")
COMMITTEE, POLICE = "risk-centre-evaluator-1", "risk-centre-evaluator-police-1"


@pytest.mark.req("Q-047", "Q-048", "Q-049")
def test_return_until_resolved(desk_of_qionglai: Desk) -> None:
    t = Told(desk_of_qionglai, "7 退回直至化解")
    t.registers("bureau-calltaker-1", "110", "小区楼上装修造成楼下漏水，房东与楼上住户因维修费用多次协商未果",
                f"清溪镇清溪社区{random.randint(10_000, 99_999)}号", *PARTIES)  # fmt: skip
    t.answers("qingxi-command-1", "研判", "上报")
    t.answers("bureau-analyst-1", "研判", "上报")
    t.next_is("分派交办（县委政法委 · 分派员）")
    with t.answering("committee-dispatcher-1", "分派", "交办") as page:
        choose(page, "牵头单位", "zfhcxjs")
        page.get_by_role("button", name="添加配合单位").click()
        choose(page, "配合单位，第 1 项", "清溪镇")
        page.get_by_label("交办要求").fill("落地见人见事")
    for handler in (LEAD, BESIDE):
        t.answers(handler, "签收", "签收")
    disposed(t, "已联系双方", "施福珍", "清溪社区")
    returned(t, COMMITTEE, "敷衍塞责", "没有见人见事的经过")
    expect(t.stands("三推").locator(".steps .returned")).to_have_text("成效评估退回")
    disposed(t, "已上门，双方情绪平稳", "施福珍、盛凤英", "盛凤英家中")
    t.answers(POLICE, "成效评估", "评估通过")
    returned(t, COMMITTEE, "弄虚作假", "照片不是本次上门所拍，漏点并未维修")
    t.answers("county-supervisor-1", "督办", "书面督办", 督办意见="请主要负责人到场，三日内彻底化解")
    disposed(t, "漏点修复并试水，双方签字", "施福珍、盛凤英", "盛凤英家中", "楼上承担维修费用三千元")
    for evaluator in (POLICE, COMMITTEE):
        t.answers(evaluator, "成效评估", "评估通过")
    page = t.stands("回访")
    expect(page.locator(".case-head")).to_contain_text("第 3 轮")
    t.visited_to_the_end("qingxi-officer-1", *PARTIES)
    t.closes("化解办结")
    assert t.people >= 6


def disposed(t: Told, said: str, met: str, where: str, terms: str = "") -> None:
    """Both units report."""
    t.disposes(BESIDE, "协同处置", f"配合主办单位：{said}", met, where)
    t.disposes(LEAD, "主办处置", said, met, where, terms)


def returned(t: Told, evaluator: str, why: str, asked: str) -> None:
    """An evaluator sends it back."""
    with t.answering(evaluator, "成效评估", "退回重办") as page:
        page.get_by_label("退回原因").select_option(label=why)
        page.get_by_label("整改要求").fill(asked)
