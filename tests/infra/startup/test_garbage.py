"""When a process that serves looks for garbage: what lives on is looked through once, and all of it now and then."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Iterator

import pytest

from infra.startup.garbage import WHOLLY, YOUNG, settled


class Register:
    """What points at itself: no count of references lets go of it."""

    def __init__(self) -> None:
        self.itself = self


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    """The tests' own process looks as it did."""
    thresholds, callbacks = gc.get_threshold(), [*gc.callbacks]
    yield
    gc.callbacks[:] = callbacks
    gc.set_threshold(*thresholds)
    gc.unfreeze()


def test_what_a_look_has_left_is_not_looked_through_again() -> None:
    settled()
    assert gc.get_threshold() == YOUNG
    kept, before = [Register() for _ in range(1_000)], gc.get_freeze_count()
    gc.collect()
    assert gc.get_freeze_count() - before >= len(kept)


def test_what_was_kept_and_let_go_of_is_found_when_everything_is_looked_through() -> None:
    settled()
    was = weakref.ref(old := Register())
    gc.collect()
    del old
    for _ in range(WHOLLY - 2):
        gc.collect()
    assert was() is not None
    gc.collect()
    assert was() is None


def test_what_is_young_is_found_without_a_look_at_the_old() -> None:
    settled()
    looks: list[int] = []
    gc.callbacks.append(lambda phase, info: looks.append(info["generation"]) if phase == "start" else None)
    was = weakref.ref(Register())
    made: list[list[None]] = [[] for _ in range(YOUNG[0] + 100)]
    assert was() is None
    assert set(looks) == {0}
    assert made
