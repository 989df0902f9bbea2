"""Dictionaries are for ever: what was compressed with one can be read with that one only."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from infra.runtime.compression import (
    DICTIONARIES,
    NONE,
    UnknownDictionary,
    compress,
    current_dictionary,
    decompress,
    dictionary,
)

SHA256 = {
    1: "ac726fd86b3b86b66a9e120da0d9c570ec0b7e6bc91cdb66e290c2667e55e705",
    2: "10899230cdcbcb11893218b3073d190e52c986de58d4b1bebc52058c5750c2bf",
    3: "dbf9709b986086c75020ffb44b2bc67f9039b4c47bbd9e9599147730a8d68d95",
    4: "45ee18a206e854a54f80b2e8ab27ab29d80ab047d1174eef4b636176564dee5b",
}
"""Every dictionary there ever was. A line is added with a new one; none is ever changed or removed."""


def test_no_dictionary_was_ever_changed_and_none_is_missing() -> None:
    found = {int(file.stem): hashlib.sha256(file.read_bytes()).hexdigest() for file in DICTIONARIES.iterdir()}
    assert found == SHA256


@pytest.mark.parametrize("number", SHA256)
def test_each_says_its_own_number(number: int) -> None:
    words = dictionary(number)
    assert words is not None
    assert words.dict_id() == number


def test_the_newest_is_the_current_one() -> None:
    assert current_dictionary() == max(SHA256)


@given(st.binary(), st.sampled_from([NONE, *SHA256]))
def test_what_is_compressed_is_read(text: bytes, number: int) -> None:
    assert decompress(compress(text, number), number) == text


def test_a_short_payload_is_shorter_with_a_dictionary() -> None:
    text = b'{"encoding":"json/plain"}{"task_id":"01a2163f-6fff-7d60-bbb3-8c5725de2289","decision":"disposed"}'
    assert len(compress(text, current_dictionary())) < len(compress(text, NONE))


def test_a_dictionary_that_is_not_here_is_said() -> None:
    with pytest.raises(UnknownDictionary):
        compress(b"x", 65_535)
