"""Where a session was held: at a venue of the register, of a kind that the mechanism names (R-102)."""

from __future__ import annotations

import pytest
from temporalio.exceptions import ApplicationError

from domain.policy.stages import Stage
from tests.domain.entitled_people import STUDIO
from tests.domain.mediated_dispute import Told

SET_UP = "设立驻村矛盾纠纷调解工作室、法官工作室、司法所工作站"


def at_the_table(code: str) -> Told:
    """A dispute at the first tier of the ladder, a department having asked for it."""
    told = Told(code)
    while told.state.stage is Stage.TRIAGE:
        told.answer("confirm_triage", "confirm")
    told.answer("dispatch", "assign")
    told.answer("accept_assignment", "accept")
    told.answer("dispose", "mediate")
    assert told.state.stage is Stage.MEDIATION
    return told


@pytest.mark.req("R-102")
def test_a_session_names_the_venue_where_it_was_held() -> None:
    told = at_the_table("ronghe")
    told.answer("mediate", "not_agreed", venue=STUDIO.code, reason="补偿数额有分歧")
    [session] = told.state.sessions
    assert (session.venue, session.venue_name) == (STUDIO.code, "村矛盾纠纷调解工作室"), SET_UP
    told.answer("mediate", "not_agreed", reason="仍有分歧")
    assert "venue" not in told.state.sessions[-1].model_dump(), "held elsewhere"


def test_what_is_no_venue_of_the_mechanism_s_is_refused() -> None:
    with pytest.raises(ApplicationError) as refusal:
        at_the_table("ronghe").answer("mediate", "not_agreed", venue="housing", reason="有分歧")
    assert refusal.value.details[0]["errors"] == [
        {"field": "venue", "message": "housing不是矛盾纠纷调解工作室、法官工作室、司法所工作站"}
    ]
    with pytest.raises(ApplicationError) as refusal:
        at_the_table("qionglai").answer("mediate", "not_agreed", venue=STUDIO.code, reason="有分歧")
    assert refusal.value.details[0]["errors"] == [{"field": "venue", "message": "本机制不登记调解场所"}]
