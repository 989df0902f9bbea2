"""The law of a second look at diverting: it moves nothing, it is told once, and what it finds is a deviation."""

from __future__ import annotations

from domain.transitions.triage.second_look import VerdictFoundWrong
from tests.domain.entitled_people import Chance, jack
from workflows.harness.life import Life


def look_again(life: Life, draw: Chance, check_id: str) -> None:
    """Somebody finds a verdict wrong, one that stands or stood, and his finding comes twice."""
    state = life.state
    about = draw.pick(["kept", "diverted"])
    at = draw.pick([life.at, *(each.at for each in state.diversions)])
    found = VerdictFoundWrong.model_validate(
        {"check_id": check_id, "about": about, "at": at, "reason": "复看", "actor": jack([])}
    )
    stage, diverted, tasks = state.stage, state.diverted is not None, len(state.tasks)
    life.fact(found)
    assert (state.stage, state.diverted is not None, len(state.tasks)) == (stage, diverted, tasks), "it moved something"
    wrong = [each for each in state.diversions if each.found_wrong == check_id]
    assert len(wrong) <= 1, "one finding on two verdicts"
    assert all(each.deviation and each.diverted == (about == "diverted") for each in wrong), "wrong, and no deviation"
    after = state.model_dump_json()
    life.fact(found)
    assert state.model_dump_json() == after, "the same finding told twice did something twice"
