"""A county as small as it can be: one organisation for each place, a lead, one that cooperates, and people for all.

Whoever is asked answers, and each question is another person's: what a playbook lets nobody answer is found, what an
office has too few people for is `people coverage`'s to say.
"""

from __future__ import annotations

from datetime import UTC, datetime

from api.core.schemas import JsonObject
from api.tasks.examples import example, lines_of
from domain.case.opening import open_state
from domain.case.records import Beat, Evidence, Incident, Named, Party
from domain.case.state import DisputeState, Task
from domain.people.organisation import Actor, OrganisationRef, Post
from domain.policy.addressing import PLACE_NAMES
from domain.policy.playbook import Playbook
from domain.policy.spans import Calendar
from domain.transitions.evidence import files_needed, redone
from domain.triage.triage import Triage

BEGAN = datetime(2026, 3, 2, 1, tzinfo=UTC)
"""A Monday morning in China."""
LEAD, UNIT = (OrganisationRef(code=code, name=name, path=f"/c/{code}")
              for code, name in (("lead", "主办单位"), ("unit", "协办单位")))  # fmt: skip
UNITS = {ref.code: ref for ref in (LEAD, UNIT)}
"""Who may be given a part."""
CATEGORY = "explored"
ANOTHER = "D2026-000009"
"""the number of some other dispute"""


def places_of(playbook: Playbook) -> dict[str, OrganisationRef]:
    """An organisation for each place that the playbook may speak of."""
    names = PLACE_NAMES | {word: place.name for word, place in playbook.process.words.places.items()}
    there = {word: OrganisationRef(code=word, name=name, path=f"/c/{word}")
             for word, name in names.items() if word not in ("assigned", "county")}  # fmt: skip
    return {"county": OrganisationRef(code="c", name="县", path="/c"), **there}


def report(number: int, at: datetime, source: str, rank: int) -> Incident:
    """One report of the two parties."""
    return Incident(
        incident_id=f"i{number}", source=source, source_no=f"A{number}", occurred_at=at, reported_at=at, rank=rank,
        harm=rank, address="本镇", narrative="纠纷", parties=[Party(name="甲", side="a"), Party(name="乙", side="b")],
    )  # fmt: skip


def begun(playbook: Playbook, *, source: str, rank: int, danger: str = "", police: bool = False) -> DisputeState:
    """A case as intake opens it; `danger` is a kind of risk."""
    places = places_of(playbook)
    found = Triage(
        category=CATEGORY, category_name="纠纷", colour="blue", rank=rank, harm=rank, police=police,
        divertible=not police, risk_kinds=[danger] if danger else [], confidence=1, cues=[], suggested_lead=LEAD.code,
        suggested_cooperating=[], statutory_track=None,
    )  # fmt: skip
    beat = Beat(code="beat", officer=Named(person_id="officer", name="责任民警"),
                deputy=Named(person_id="deputy", name="副所长"))  # fmt: skip
    return open_state(
        "D2026-000001", playbook=playbook, calendar=Calendar(), places=places,
        incident=report(1, BEGAN, source, rank), triage=found, at=BEGAN, beat=beat,
    )  # fmt: skip


def answerer(task: Task) -> Actor:
    """Somebody who may answer it: whose it is, or one who has nothing else to do with the case."""
    return Actor(person_id=task.assignee or f"of-{task.task_id}", name="承办人", posts=task.addressees)


def fields_for(state: DisputeState, task: Task, decision: str, at: datetime) -> JsonObject:
    """A form that the decision takes, as the answering page shows it for an example."""
    document: JsonObject = {
        "suggested": [LEAD.code], "dispute_no": ANOTHER, "colour": state.colour, "category": CATEGORY,
        "police": state.police, "parties": [party.model_dump() for party in state.parties],
        "demands": {key: demand.model_dump(mode="json") for key, demand in state.process.all_demands.items()},
        "disposal_pictures": state.process.disposal_pictures,
    }  # fmt: skip
    return example(task.kind, decision, task.about, document, at, seated(task))


def known_to(state: DisputeState) -> dict[str, OrganisationRef]:
    """The organisations that a form may name, by code."""
    return {ref.code: ref for ref in state.organisations.values()} | UNITS


def seated(task: Task) -> list[JsonObject]:
    """The people whom a form may name: a table's by its lines, or an officer."""
    lines = [{"person": _holder(need, n)} for need in lines_of(task.about) for n in range(need["at_least"])]
    return lines or [{"person": "officer@/c/station"}]


def _holder(need: JsonObject, number: int) -> str:
    return f"{need['any_of'][0]}@{need['path'] or LEAD.path}@{number}"


def people_named(fields: JsonObject) -> dict[str, Actor]:
    """Those whom a form names, with the posts that their ids say."""
    ids = [who["person"] for who in fields.get("participants", []) if "person" in who]
    if "officer" in fields:
        return {fields["officer"]: Actor(person_id=fields["officer"], name="民警",
                                         posts=[Post(role="responsible_officer", path="/c/station")])}  # fmt: skip
    held = {person: person.split("@") for person in ids}
    return {person: Actor(person_id=person, name=role, posts=[Post(role=role, path=path)])
            for person, (role, path, _) in held.items()}  # fmt: skip


def pictures(state: DisputeState, kind: str, decision: str) -> list[Evidence]:
    """As many pictures as the decision must carry now, of nothing that was shown before."""
    redoes = redone(state.evaluations, state.round) is not None
    files = files_needed(state.process.demanded(kind, decision), kind, decision, redoes=redoes)
    return [Evidence(attachment_id=f"a{n}", media_type="image/png", sha256=f"{state.revision:032x}{n:032x}")
            for n in range(files)]  # fmt: skip


def obligation(at: datetime) -> JsonObject:
    """Something that one party owes the other."""
    due = at.date().replace(day=28).isoformat()
    return {"party": "甲", "kind": "money", "what": "赔偿", "amount": "100.00", "due_on": due}
