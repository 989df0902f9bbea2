"""What others see of a case: what is named, and nothing that the state holds besides."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel

from domain.base import Model
from domain.case.state import DisputeState
from domain.image.public_document import PublicDocument, public_document
from tests.domain.case_builder import Life

NESTED = {
    "Agreement": "number round at stage terms obligations confirmation case_no",
    "Assigned": "organisation lead round standing instructions dispatched_by delivered_at signed_at",
    "Beat": "code officer deputy",
    "Change": "number action fields proposer at result",
    "Demand": "met pictures reasons criteria confirmed signed present",
    "Disposal": "round stage where at summary flags",
    "Flag": "code text",
    "Diversion": "verdict grounds",
    "DiversionRecord": "round at verdict grounds diverted by by_name reason undone undone_at came_back found_wrong",
    "HelpMeasure": "task_id measure whom organisation arranged_at state on result",
    "Ground": "code text",
    "Holding": "role path round stage since until task_id by",
    "Incident": "incident_id source source_no occurred_at reported_at address narrative parties category rank"
    " harm urgency police risk_kinds unsure doubtful particulars conflicts_with",
    "Moved": "at was now reason",
    "Named": "person_id name",
    "ObligationState": "number party kind what amount due_at state",
    "OrganisationRef": "code name path level line venue",
    "Party": "name side phone id_number",
    "PinnedPlaybook": "code edition digest",
    "Position": "tier sessions",
    "Post": "role path",
    "PublicBatch": "kind by by_name sender aspects count rectified cancelled",
    "PublicClock": "name title started_at due_at round task_id body overdue state suspended begins_at suspensions moved"
    " fired stopped_at",
    "Promotion": "at round stage grounds reason to by by_name approved_by approved_name",
    "Push": "stage round at to",
    "ShownCalled": "name organisation role task_id standing at who reason elapsed",
    "ShownConference": "at task_id result participants minutes elapsed",
    "ShownPlanned": "number what organisation role due_at task_id standing at overdue elapsed",
    "ShownWhistle": "number round stage at by by_name post cause why reason where meet_at called conferences items",
    "Whistling": "by triggers",
    "Session": "round tier number at result participants reason record refused_by venue venue_name",
    "SplitFrom": "dispute_no by_name reason",
    "SplitOff": "incident_id dispute_no at by by_name reason revision",
    "Supervision": "at level cause clock task_id result",
    "Suspension": "since ground until ended_at",
    "Verdict": "round at verdict evaluator reason explanation redo",
    "VisitRecord": "round number party at result satisfaction response_satisfaction",
}
"""The values within the document, with all that is shown of them: a field added there is named here."""


class LaterState(DisputeState):
    """A state of newer code."""

    informant: str = "匿名举报人"


def models(value: Any) -> Iterator[type[BaseModel]]:
    """The models that a type is made of, at every depth."""
    if isinstance(value, type) and issubclass(value, BaseModel):
        yield value
        value = [field.annotation for field in value.model_fields.values()]
    for inner in value if isinstance(value, list) else getattr(value, "__args__", ()):
        yield from models(inner)


def test_a_field_that_is_added_to_the_state_stays_private() -> None:
    state = LaterState.model_validate(Life().on_scene().state.model_dump())
    assert state.informant == "匿名举报人"
    shown = public_document(state).model_dump_json()
    assert "informant" not in shown
    assert "匿名举报人" not in shown


def test_what_is_shown_of_the_values_within_is_listed() -> None:
    found = {model.__name__: " ".join(model.model_fields) for model in models(PublicDocument)}
    del found["PublicDocument"]
    assert found == NESTED


def test_the_engine_s_own_matters_are_not_shown() -> None:
    private = {"process", "calendar", "applied", "interruption", "late", "held", "places", "organisations", "revision"}
    assert not private & set(PublicDocument.model_fields)
    assert issubclass(PublicDocument, Model)
