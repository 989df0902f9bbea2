"""Lists in deltas: what stands is taken from what is stored, which may be newer, and is never guessed."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.image.list_deltas import LISTS, KeptMismatch, Stamps, kept_since, stamped, with_kept, without_kept

LIST = LISTS[0]
ITEMS = st.lists(st.integers(0, 3).map(lambda n: {"n": n}), max_size=6)


def documents(lists: list[list[Any]]) -> list[tuple[dict[str, Any], Stamps]]:
    """A document at revisions 1, 2, …, each with its stamps."""
    found: list[tuple[dict[str, Any], Stamps]] = []
    for revision, items in enumerate(lists, start=1):
        found.append(({LIST: items}, stamped(items, found[-1][1] if found else [], revision)))
    return found


@given(st.lists(ITEMS, min_size=2, max_size=6), st.data())
def test_a_delta_since_any_revision_makes_the_whole_on_any_state_since(lists: list[list[Any]], data: Any) -> None:
    """Two processes are answered at once: what one writes may come upon what the other has written."""
    seen = documents(lists)
    since = data.draw(st.integers(0, len(lists) - 1))
    stored = data.draw(st.integers(since, len(lists) - 1))
    whole, stamps = seen[-1]
    kept = kept_since({LIST: stamps}, since)
    delta = without_kept(whole, kept)
    assert with_kept(seen[stored - 1][0] if stored else {}, delta, kept) == whole


def test_only_what_changed_is_sent_and_an_item_keeps_its_place() -> None:
    first, then = [{"n": 1}, {"n": 2}, {"n": 3}], [{"n": 1}, {"n": 5}, {"n": 3}, {"n": 4}]
    (_, _), (whole, stamps) = documents([first, then])
    kept = kept_since({LIST: stamps}, 1)
    assert kept[LIST].changed == [1, 3]
    assert without_kept(whole, kept)[LIST] == [{"n": 5}, {"n": 4}]


@pytest.mark.parametrize("stored", [[], [{"n": 9}, {"n": 2}], [{"n": 1}]])
def test_what_is_not_as_it_was_is_refused(stored: list[Any]) -> None:
    (_, _), (whole, stamps) = documents([[{"n": 1}, {"n": 2}], [{"n": 1}, {"n": 2}, {"n": 3}]])
    kept = kept_since({LIST: stamps}, 1)
    with pytest.raises(KeptMismatch):
        with_kept({LIST: stored}, without_kept(whole, kept), kept)
