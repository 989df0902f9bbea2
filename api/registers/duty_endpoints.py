"""Duties (承担事项): what is entrusted to people by name; beats with their counterparts; three chiefs; task forces."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import JSONResponse

from api.core.deps import ActorDep, CursorDep, KeyDep, LimitDep, ServicesDep, SessionDep
from api.core.documentation import READ, WRITE, problems
from api.core.responses import as_response
from api.core.schemas import Listed
from api.registers import beat_service as beats
from api.registers import duty_service as service
from api.registers import task_force_service as forces
from api.registers.duty_schemas import (
    BeatItem,
    ChiefsItem,
    CoverageReport,
    DutyItem,
    PersonCard,
    TaskForce,
    VacancyItem,
)
from domain.people.duties import Duty, Entrusting
from domain.people.task_forces import Forming
from domain.policy.fields import Code, Moment

router = APIRouter(prefix="/v1", tags=["registers"])


@router.get("/duties", response_model=Listed[DutyItem], responses=problems(READ))
async def get_duties(
    services: ServicesDep,
    session: SessionDep,
    actor: ActorDep,
    kind: Duty | None = None,
    subject: Code | None = None,
    person: Code | None = None,
    at: Moment | None = None,
    history: bool = False,
    limit: LimitDep = 50,
    cursor: CursorDep = None,
) -> Listed[DutyItem]:
    """What is entrusted to people by name now, or at an instant (`at`), by kind and subject; with `history` all of it.

    `subject` is a code of what the kind is about: a beat, a township, an organisation, a qualification, a task force's
    id. `person` is a username or person id.
    """
    return await service.list_duties(
        services, session, actor, kinds=[kind] if kind else (), subject=subject, person=person, at=at, history=history,
        limit=limit, cursor=cursor,
    )  # fmt: skip


@router.post("/duties", status_code=201, response_model=DutyItem, responses=problems(WRITE))
async def post_duty(
    services: ServicesDep, session: SessionDep, actor: ActorDep, entrusting: Entrusting, key: KeyDep = None
) -> JSONResponse:
    """Entrusts something to a person. Who may, to whom, and what one person has at a time: docs/reference.md.

    `replaces` names the duty that ends when this one begins, so that a beat is never without its officer.
    """
    return as_response(await service.entrust(services, session, actor, entrusting, key))


@router.post("/duties/{duty_id}/end", response_model=DutyItem, responses=problems(WRITE))
async def post_duty_end(
    services: ServicesDep, session: SessionDep, actor: ActorDep, duty_id: Code, key: KeyDep = None
) -> JSONResponse:
    """Ends a duty before its time; it stays on record."""
    return as_response(await service.end_duty(services, session, actor, duty_id, key))


@router.get("/people/{person}", response_model=PersonCard, responses=problems(READ))
async def get_person(services: ServicesDep, session: SessionDep, actor: ActorDep, person: Code) -> PersonCard:
    """A person's card by username or id: posts, and what is or was entrusted to him."""
    return await service.person_card(services, session, actor, person)


@router.get("/beats", response_model=Listed[BeatItem], responses=problems(READ))
async def get_beats(
    services: ServicesDep,
    session: SessionDep,
    actor: ActorDep,
    organisation: Code | None = None,
    limit: LimitDep = 50,
    cursor: CursorDep = None,
) -> Listed[BeatItem]:
    """Beats by code, each with its grid and the three tiers of counterparts there (Q-100, Q-101); `organisation` is a
    station, a township or a village.
    """
    return await beats.list_beats(services, session, organisation=organisation, limit=limit, cursor=cursor)


@router.get("/beats/coverage", response_model=CoverageReport, responses=problems(READ))
async def get_coverage(services: ServicesDep, session: SessionDep, actor: ActorDep) -> CoverageReport:
    """Whether beats and grids are one to one: gaps, doubles, and how many counterparts are missing."""
    return await beats.coverage(services, session)


@router.get("/beats/vacancies", response_model=Listed[VacancyItem], responses=problems(READ))
async def get_vacancies(
    services: ServicesDep,
    session: SessionDep,
    actor: ActorDep,
    tier: Annotated[int | None, Query(ge=1, le=3)] = None,
    limit: LimitDep = 50,
    cursor: CursorDep = None,
) -> Listed[VacancyItem]:
    """Which counterpart is missing where, by name."""
    return await beats.list_vacancies(services, session, tier=tier, limit=limit, cursor=cursor)


@router.get("/chiefs", response_model=Listed[ChiefsItem], responses=problems(READ))
async def get_chiefs(
    services: ServicesDep, session: SessionDep, actor: ActorDep, limit: LimitDep = 50, cursor: CursorDep = None
) -> Listed[ChiefsItem]:
    """The three chiefs of each township (三长): who is bound by name, else who alone holds the post (Q-013)."""
    return await beats.list_chiefs(services, session, limit=limit, cursor=cursor)


@router.get("/task-forces", response_model=Listed[TaskForce], responses=problems(READ))
async def get_task_forces(
    services: ServicesDep,
    session: SessionDep,
    actor: ActorDep,
    history: bool = False,
    limit: LimitDep = 50,
    cursor: CursorDep = None,
) -> Listed[TaskForce]:
    """Task forces (工作专班) that are not over, the latest formed first; with `history` all (Q-010)."""
    return await forces.list_task_forces(services, session, history=history, limit=limit, cursor=cursor)


@router.post("/task-forces", status_code=201, response_model=TaskForce, responses=problems(WRITE))
async def post_task_force(
    services: ServicesDep, session: SessionDep, actor: ActorDep, forming: Forming, key: KeyDep = None
) -> JSONResponse:
    """Forms a task force; its members are entrusted with it by `POST /v1/duties` (`kind: task_force`). It ends by
    itself on its day, and its members' parts with it.
    """
    return as_response(await forces.form_task_force(services, session, actor, forming, key))


@router.post("/task-forces/{force_id}/end", response_model=TaskForce, responses=problems(WRITE))
async def post_task_force_end(
    services: ServicesDep, session: SessionDep, actor: ActorDep, force_id: Code, key: KeyDep = None
) -> JSONResponse:
    """Ends a task force before its time."""
    return as_response(await forces.end_task_force(services, session, actor, force_id, key))
