"""What is said of an action before it is sent is what the process will do."""

from __future__ import annotations

from typing import cast

import pytest

from api.disputes.action_words import waits
from api.disputes.schemas import Case
from domain.image.public_document import public_document
from domain.policy.action_catalogue import ENDINGS
from domain.transitions.approvals import ending_waits
from tests.workflows.engine import first_state


@pytest.mark.parametrize("name", ENDINGS)
@pytest.mark.parametrize("lowered_from", ["", "red", "yellow", "blue"])
@pytest.mark.parametrize("colour", ["red", "yellow", "blue"])
def test_an_ending_is_said_to_wait_where_it_will(name: str, colour: str, lowered_from: str) -> None:
    state = first_state("D2026-000001", "jinhua")
    state.colour, state.lowered_from = colour, lowered_from
    shown = cast("Case", public_document(state))  # of which a case has these fields as they are
    assert waits(shown, name) == ending_waits(state, name)
