"""Text that can't be kept is refused by name, and all other text is left alone."""

from __future__ import annotations

import pytest

from domain.errors import FieldsInvalid
from domain.storable_text import fit, is_fit, tame


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
