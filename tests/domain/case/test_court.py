"""What is not taken to court for confirmation, and why it is said."""

from __future__ import annotations

import pytest

from domain.case.court import not_confirmable
from domain.errors import FieldsInvalid
from domain.policy.stages import Stage
from domain.transitions.decisions import check
from tests.domain.support import PLACES, Desk, person, table

CENTRE = person("centre", ("centre_dispatcher", PLACES["centre"]), ("centre_dispatcher", PLACES["town_centre"]))


@pytest.mark.parametrize(
    ("term", "why"),
    [
        ("双方自愿离婚", "身份关系"),
        ("解除双方的收养关系", "身份关系"),
        ("确认孩子与李某的亲子关系", "身份关系"),
        ("确认争议地块的使用权归甲方", "确权"),
        ("房屋所有权归李某所有", "确权"),
        ("商标权归乙公司", "确权"),
    ],
)
def test_status_and_title_are_named_with_the_article(term: str, why: str) -> None:
    said = not_confirmable(["双方互不追究", term])
    assert why in said
    assert term in said
    assert "第355条" in said


@pytest.mark.parametrize(
    "term",
    [
        "以勘界图为准，各退二十公分",
        "李某分三个月将货款结清",
        "每月支付抚养费八百元",
        "房屋由乙方于月底前腾退",
        "双方和解",
    ],
)
def test_what_is_owed_or_done_may_be_confirmed(term: str) -> None:
    assert not_confirmable([term]) == ""


@pytest.mark.req("Q-096")
def test_such_an_agreement_is_refused_only_where_confirmation_is_asked_for() -> None:
    """“调解结果由市法院进行司法确认”; matters of article 355 are blocked with the reason."""
    desk = Desk()
    tier = desk.state.process.ladder.tiers[1] if desk.state.process.ladder else None
    assert tier
    about = {"tier": tier.code, "tier_number": 1, "session": 1, "of": tier.sessions}
    task = desk.push(Stage.PUSH_3, "mediate", **about)
    task.addressees = desk.case.posts(tier.convenor)
    fields = {
        "participants": table([{**need.model_dump(), "path": PLACES["station"]} for need in tier.requires]),
        "terms": ["确认争议地块的使用权归甲方"],
    }
    with pytest.raises(FieldsInvalid) as refused:
        check(desk.state, desk.command(task, "agreed", CENTRE, **fields, confirmation=True), desk.at)
    assert [error["field"] for error in refused.value.errors] == ["confirmation"]
    check(desk.state, desk.command(task, "agreed", CENTRE, **fields, confirmation=False), desk.at)
