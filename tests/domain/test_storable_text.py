"""Text that can't be kept is refused by name, and all other text is left alone."""

from __future__ import annotations

import pytest

from domain.errors import FieldsInvalid
from domain.storable_text import fit, is_fit, plain_cell, tame, wrong_name


@pytest.mark.parametrize("text", ["\ud800", "汉\udfff", "\x00", "甲\x00乙"])
def test_what_can_not_be_kept_is_refused_with_the_name_of_its_field(text: str) -> None:
    assert not is_fit(text)
    with pytest.raises(FieldsInvalid) as refused:
        fit(f"field{text}", text)
    [error] = refused.value.errors
    assert error["field"] == tame(f"field{text}")
    error["field"].encode()


@pytest.mark.parametrize("text", ["", "汉字", "😀", "\t\n\r", "\ufffd", "\u200b"])
def test_every_other_text_is_left_alone(text: str) -> None:
    assert fit("field", text) == tame(text) == text


@pytest.mark.parametrize(
    "name", ["=1+1", "＝A1", "+86", "-汤荣", "@汤荣", "汤\u202e荣", "汤荣\u200b", "汤\u2028荣", "\x00"]
)
def test_nobody_is_called_by_a_formula_or_by_what_reads_otherwise_than_it_is(name: str) -> None:
    assert wrong_name(name)
    if name[0] not in "汤\x00":
        assert plain_cell(name) == f"'{name}"


@pytest.mark.parametrize("name", ["汤荣", "阿依古丽·买买提", "古山派出所-2", "𠮷田", "城东（一）"])
def test_every_name_that_people_have_is_one(name: str) -> None:
    assert not wrong_name(name)
    assert plain_cell(name) == name
