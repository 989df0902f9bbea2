"""How a room's service is tested: real database, real rules, no engine, milliseconds.

    async def test_what_the_service_does(services: Services, session: Session, engine: LivingEngine) -> None:
        number = await dispute(services)                              # a case, waiting in its first stage
        await answered(services, number, "confirm_triage", "confirm") # and as far on as the test needs it
        task = asked(engine, number, "handle_on_scene")
        answer = await decide(services, session, await may_answer(services, task), task.task_id, …, key="k")
        assert answer.status == 200

The fixtures are in `tests/api/conftest.py`; what may go wrong with the engine is said in `tests/api/engine.py`.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import count
from typing import Any

from api.core.context import Services
from api.tasks.examples import example
from bench.looks import EVERYBODY, person
from domain.case.opening import open_state
from domain.case.records import Beat, Incident, Party
from domain.case.state import Task
from domain.image.public_document import public_document
from domain.people.organisation import Actor
from domain.policy.matters.matter import Matter
from domain.transitions.assignments.named_units import organisation_codes
from domain.transitions.decisions import Command, Receipt
from domain.triage.places import resolve_places
from domain.triage.triage import triage
from infra.database.ids import new_id
from infra.records.deputies import acting
from infra.records.people import organisations_by_code
from tests.api.engine import LivingEngine
from tests.domain.support import pictures
from workflows.dispute import DisputeInput

NARRATIVE = "两户因宅基地边界争执，砌墙被拦，双方各不相让，村干部多次到场劝解，一方仍要求恢复原状"
ADDRESS = "古山镇金江龙村12号"
WAITS = "walk_in"
"""A source whose matters wait for the desk: an alarm is pushed at once."""
PARTIES = (Party(name="李某", side="a"), Party(name="罗某", side="b"))
_NUMBERS = count(1)


async def somebody(services: Services, role: str, organisation: str) -> Actor:
    """The first demo person with a role at an organisation, by its code, with the posts held now."""
    return await _acting(services, person(role, organisation).person_id)


async def dispute(
    services: Services,
    *,
    narrative: str = NARRATIVE,
    address: str = ADDRESS,
    parties: Sequence[Party] = PARTIES,
    beat: Beat | None = None,
    source: str = WAITS,
    matter: Matter = Matter.DISPUTE,
) -> str:
    """A dispute, opened and published; its number. Whose beat it is only where that is said."""
    number = f"D2026-{next(_NUMBERS):06d}"
    now = datetime.now(UTC)
    directory = await services.directory.read()
    places = resolve_places(directory, address=address, grid_code=None)
    refs = {word: listed.ref() for word, path in places.items() if (listed := directory.at(path))}
    incident = Incident(
        incident_id=new_id(), source=source, source_no=number, occurred_at=now, reported_at=now, address=address,
        narrative=narrative, parties=list(parties),
    )  # fmt: skip
    found = triage(narrative, services.policy.lexicon, source=source)
    state = open_state(
        number, playbook=services.policy.playbook, calendar=services.policy.calendar, places=refs, incident=incident,
        triage=found, at=now, beat=beat, matter=matter,
    )  # fmt: skip
    await services.engine.start(DisputeInput(state=state))
    return number


def asked(engine: LivingEngine, dispute_no: str, kind: str) -> Task:
    """The first open task of a kind."""
    return next(t for t in engine.state(dispute_no).tasks if t.kind == kind and t.state in ("open", "claimed"))


async def may_answer(services: Services, task: Task) -> Actor:
    """The first demo person who may answer a task: its holder, or one of the posts it asks."""
    if task.assignee:
        return await _acting(services, task.assignee)
    posts = {(post.role, post.path) for post in task.addressees}
    fits = (p.person_id for p in EVERYBODY for post in p.posts if (post.role, post.organisation.path) in posts)
    return await _acting(services, next(p for p in fits if p not in task.excluded))


async def confirming(services: Services, engine: LivingEngine) -> tuple[str, Task, Actor]:
    """A new dispute's number, its first task, and who may answer that."""
    number = await dispute(services)
    task = asked(engine, number, "confirm_triage")
    return number, task, await may_answer(services, task)


async def answered(services: Services, dispute_no: str, kind: str, decision: str, **fields: Any) -> Receipt:
    """The first open task of a kind, answered by who may, with the example's fields: to bring a case to a stage."""
    engine = services.engine
    assert isinstance(engine, LivingEngine)
    state = engine.state(dispute_no)
    task = asked(engine, dispute_no, kind)
    by = await may_answer(services, task)
    document = public_document(state).model_dump(mode="json")
    filled = {**example(kind, decision, task.about, document, engine.at), **fields}
    organisations = await organisations_by_code(services.database, organisation_codes(filled))
    key = new_id()
    command = Command(key=key, task_id=task.task_id, decision=decision, fields=filled, actor=by,
                      evidence=pictures(state, kind, decision), organisations=organisations)  # fmt: skip
    return (await engine.update(dispute_no, "decide", command)).receipt


async def _acting(services: Services, person_id: str) -> Actor:
    async with services.database.read() as session:
        actor = await acting(session, person_id, datetime.now(UTC))
    assert actor
    return actor
