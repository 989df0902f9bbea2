"""Oversight: `/v1/spot-checks`."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Query
from fastapi.responses import JSONResponse

from api.core.deps import ActorDep, CursorDep, KeyDep, LimitDep, ServicesDep, SessionDep
from api.core.documentation import READ, WRITE, problems
from api.core.responses import as_response
from api.oversight import spot_checks
from api.oversight.schemas import SpotCheck, SpotChecks, SpotVerdict
from domain.policy.fields import Code

router = APIRouter(prefix="/v1", tags=["oversight"])


@router.get("/spot-checks", response_model=SpotChecks, response_model_exclude_unset=True, responses=problems(READ))
async def get_spot_checks(
    services: ServicesDep, session: SessionDep, actor: ActorDep,
    box: Annotated[Literal["open", "done"], Query()] = "open", limit: LimitDep = 50, cursor: CursorDep = None,
) -> SpotChecks:  # fmt: skip
    """What was drawn (抽查) of that which the desks found to be no risk: to be looked at, or looked at.

    For the posts that the playbook names (`spot_checks.by`); supervisors, leaders and auditors of the county read them.
    """
    return await spot_checks.listed_checks(services, session, actor, box, limit, cursor)


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
    """The verdict of the second look, by nobody who was at its desks; a dispute found wrong is started again."""
    return as_response(await spot_checks.judge_check(services, session, actor, check_id, verdict, key))
