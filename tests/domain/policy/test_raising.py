"""What raises a colour by itself is the playbook's to say."""

from __future__ import annotations

from typing import Literal

import pytest

from domain.policy.parts.supervision import Raising
from domain.policy.process import Process
from tests.domain.mediated_dispute import Quarrel
from tests.domain.support import process


@pytest.mark.parametrize(
    ("after", "colours"),
    [(2, ["blue", "yellow", "yellow"]), (1, ["yellow"] * 3), ("never", ["blue"] * 3)],
)
def test_a_playbook_says_at_which_return_the_colour_is_raised(
    after: int | Literal["never"], colours: list[str]
) -> None:
    quarrel = Quarrel(raising=Raising(after_returns=after))
    seen = []
    for _ in range(3):
        quarrel.answer("follow_up_responsibly", "settled")
        quarrel.answer("evaluate", "return")
        seen.append(quarrel.state.colour)
    assert seen == colours


def test_a_process_pinned_before_there_were_such_keys_raises_as_it_did() -> None:
    pinned = process().model_dump(mode="json")
    del pinned["raising"]
    assert Process.model_validate(pinned).raising == Raising(after_returns=2, after_alarms=3)
