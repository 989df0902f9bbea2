"""Oversight: `/v1/spot-checks`, `/v1/figure-supervisions`."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Query
from fastapi.responses import JSONResponse

from api.core.deps import ActorDep, CursorDep, KeyDep, LimitDep, ServicesDep, SessionDep
from api.core.documentation import READ, WRITE, problems
from api.core.responses import as_response
from api.core.schemas import Listed
from api.oversight import figure_supervision, spot_checks
from api.oversight.schemas import About, Ruling, SpotCheck, SpotChecks, SpotVerdict, Supervised, SupervisionAnswer
from domain.policy.fields import Code

router = APIRouter(prefix="/v1", tags=["oversight"])


@router.get("/spot-checks", response_model=SpotChecks, response_model_exclude_unset=True, responses=problems(READ))
async def get_spot_checks(
    services: ServicesDep, session: SessionDep, actor: ActorDep,
    box: Annotated[Literal["open", "done"], Query()] = "open", about: About | None = None, limit: LimitDep = 50,
    cursor: CursorDep = None,
) -> SpotChecks:  # fmt: skip
    """What was drawn (抽查): to be looked at, or looked at.

    `about`: what the desks found to be no risk (`no_risk`), what the police kept though it was no police matter
    (`kept`, 应分未分), what was diverted (`diverted`, 误分).

    For the posts that the playbook names (`spot_checks.by`); supervisors, leaders and auditors of the county read them.
    """
    return await spot_checks.listed_checks(services, session, actor, box, limit, cursor, about)


@router.get(
    "/spot-checks/{check_id}", response_model=SpotCheck, response_model_exclude_unset=True, responses=problems(READ)
)
async def get_spot_check(services: ServicesDep, session: SessionDep, actor: ActorDep, check_id: Code) -> SpotCheck:
    """One of them with what the desks knew and said; the reading is noted."""
    return await spot_checks.whole_check(services, session, actor, check_id)


@router.post("/spot-checks/{check_id}", response_model=SpotCheck, responses=problems(WRITE))
async def post_spot_check(
    services: ServicesDep, session: SessionDep, actor: ActorDep, check_id: Code, verdict: SpotVerdict,
    key: KeyDep = None,
) -> JSONResponse:  # fmt: skip
    """The verdict of the second look, by nobody who had a hand in it; found wrong, a dispute that ended as no risk is
    started again, and the case of what was kept or diverted has it on record and tells its holder."""
    return as_response(await spot_checks.judge_check(services, session, actor, check_id, verdict, key))


@router.get(
    "/figure-supervisions",
    response_model=Listed[Supervised],
    response_model_exclude_unset=True,
    responses=problems(READ),
)
async def get_figure_supervisions(
    services: ServicesDep, session: SessionDep, actor: ActorDep,
    box: Annotated[Literal["open", "done"], Query()] = "open", organisation: Code | None = None,
    limit: LimitDep = 50, cursor: CursorDep = None,
) -> Listed[Supervised]:  # fmt: skip
    """Supervision (督导) called down by figures of a month: one an organisation and month, of those the person oversees
    (Q-073)."""
    return await figure_supervision.listed_supervisions(services, session, actor, box, organisation, limit, cursor)


@router.get(
    "/figure-supervisions/{supervision_id}",
    response_model=Supervised,
    response_model_exclude_unset=True,
    responses=problems(READ),
)
async def get_figure_supervision(
    services: ServicesDep, session: SessionDep, actor: ActorDep, supervision_id: Code
) -> Supervised:  # fmt: skip
    """One of them with its findings, answers and rulings."""
    return await figure_supervision.whole_supervision(services, session, actor, supervision_id)


@router.post("/figure-supervisions/{supervision_id}/answer", response_model=Supervised, responses=problems(WRITE))
async def post_supervision_answer(
    services: ServicesDep, session: SessionDep, actor: ActorDep, supervision_id: Code, answer: SupervisionAnswer,
    key: KeyDep = None,
) -> JSONResponse:  # fmt: skip
    """A leader of the organisation answers: why, and what is done about it."""
    given = await figure_supervision.answer_supervision(services, session, actor, supervision_id, answer, key)
    return as_response(given)


@router.post("/figure-supervisions/{supervision_id}/ruling", response_model=Supervised, responses=problems(WRITE))
async def post_supervision_ruling(
    services: ServicesDep, session: SessionDep, actor: ActorDep, supervision_id: Code, ruling: Ruling,
    key: KeyDep = None,
) -> JSONResponse:  # fmt: skip
    """The answer is accepted, and it is over; or it is to be answered again."""
    given = await figure_supervision.rule_on_supervision(services, session, actor, supervision_id, ruling, key)
    return as_response(given)
