"""By what somebody is known again: each mark written one way, and nothing kept that tells nothing."""

from __future__ import annotations

import pytest

from domain.triage.identity import Mark, identifiers


def marks(name: str = "", phone: str | None = None, id_number: str | None = None) -> dict[Mark, str]:
    return dict(identifiers(name, phone, id_number))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("罗建国", "罗 建国"),
        ("罗建国", "罗建国（租户）"),
        ("罗建国", "罗建国先生"),
        ("阿依古丽·买买提", "阿依古丽.买买提"),
        ("ＬＩ　Ｗｅｉ", "li wei"),
        ("Alex Wang", "alexwang"),
    ],
)
def test_a_name_is_the_same_however_it_is_written(one: str, other: str) -> None:
    assert marks(one)[Mark.NAME] == marks(other)[Mark.NAME]


@pytest.mark.parametrize(
    "name",
    [
        "罗某",
        "罗某某",
        "钱先生",
        "王女士",
        "楼上邻居",
        "匿名",
        "李*",
        "李××",
        "李x",
        "李XX",
        "x",
        " ",
        "报警人",
        "老板",
    ],
)
def test_a_name_that_tells_nothing_is_no_mark(name: str) -> None:
    """“市民钱先生和夏先生”, “业务员李某”: half the people of a county."""
    assert marks(name) == {}


@pytest.mark.parametrize(
    "phone",
    ["13812345678", "138 1234 5678", "138-1234-5678", "+86 13812345678", "008613812345678", "１３８１２３４５６７８"],
)
def test_a_mobile_number_is_the_same_however_it_is_written(phone: str) -> None:
    assert marks(phone=phone) == {Mark.PHONE: "13812345678"}


def test_a_landline_keeps_its_area_and_loses_its_extension() -> None:
    assert marks(phone="0579-87112233转8001") == {Mark.PHONE: "057987112233"}


@pytest.mark.parametrize("phone", ["138****5678", "110", "00000000000", "不详", ""])
def test_a_number_that_reaches_nobody_is_no_mark(phone: str) -> None:
    assert marks(phone=phone) == {}


def test_an_identity_number_of_the_first_generation_is_that_of_today() -> None:
    """GB 11643: 11010549123100 with its check character."""
    assert marks(id_number="110105491231002") == {Mark.ID_NUMBER: "11010519491231002X"}
    assert marks(id_number="11010519491231002x") == {Mark.ID_NUMBER: "11010519491231002X"}
    assert marks(id_number=" 110105 19491231 002X ") == {Mark.ID_NUMBER: "11010519491231002X"}


@pytest.mark.parametrize("number", ["3307841990****1234", "无", "12345", "000000000000000000"])
def test_a_number_with_stars_in_it_is_no_mark(number: str) -> None:
    assert marks(id_number=number) == {}


def test_the_surest_mark_comes_first() -> None:
    found = identifiers("罗建国", "13812345678", "11010519491231002X")
    assert [mark for mark, _ in found] == [Mark.ID_NUMBER, Mark.PHONE, Mark.NAME]
