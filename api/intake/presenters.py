"""A triage as the HTTP contract shows it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from api.intake.schemas import Similar, TriageShape
from domain.people.organisation import OrganisationRef
from domain.policy.process import Process
from domain.triage.responsibility import suggested_organisations
from domain.triage.triage import Triage


def present_triage(
    found: Triage, places: Mapping[str, OrganisationRef], process: Process, similar: Iterable[Similar] = ()
) -> TriageShape:
    """A triage with its departments as organisations of this county, and its colour as the city's own scheme has it for
    harm and urgency. `places` are those of the report, by what each is to it.
    """
    lead, *cooperating = suggested_organisations(found, {word: place.path for word, place in places.items()})
    return TriageShape(
        category=found.category,
        category_name=found.category_name,
        colour=process.colour_for(found.harm, found.urgency),
        rank=found.rank,
        harm=found.harm,
        harm_because=found.harm_because,
        urgency=found.urgency,
        urgency_because=found.urgency_because,
        police=found.police,
        unsure=found.unsure,
        divertible=found.divertible,
        not_divertible_because=found.not_divertible_because,
        confidence=found.confidence,
        risk_kinds=found.risk_kinds,
        cues=found.cues,
        alternatives=found.alternatives,
        suggested_lead=lead,
        suggested_cooperating=cooperating,
        statutory_track=found.statutory_track,
        similar=list(similar),
        learned=found.learned,
    )
