"""Criminal cases on record, over HTTP."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query
from fastapi.responses import JSONResponse

from api.core.deps import ActorDep, CursorDep, KeyDep, LimitDep, ServicesDep, SessionDep
from api.core.documentation import READ, WRITE, problems
from api.core.responses import as_response
from api.core.schemas import Listed
from api.criminal_cases import service
from api.criminal_cases.schemas import (
    CrimeComparison,
    CriminalCase,
    CriminalCaseIn,
    CriminalCaseItem,
    OriginIn,
    WithdrawnIn,
)
from domain.policy.fields import Day

First = Annotated[Day | None, Query(alias="from", description="立案首日；默认本年1月1日")]
Last = Annotated[Day | None, Query(alias="to", description="立案末日；默认今天")]
CaseId = Annotated[str, Path(max_length=64)]

router = APIRouter(prefix="/v1", tags=["criminal cases"])


@router.post("/criminal-cases", status_code=201, response_model=CriminalCase, responses=problems(WRITE))
async def post_criminal_case(
    services: ServicesDep, session: SessionDep, actor: ActorDep, asked: CriminalCaseIn, key: KeyDep = None
) -> JSONResponse:
    """Puts a criminal case (立案) on record, and answers the earlier disputes of its people and of its place (Q-063).

    A case whose number a dispute was turned into (民转刑) is known to have grown out of that dispute.
    """
    return as_response(await service.register(services, session, actor, asked, key))


@router.get("/criminal-cases", response_model=Listed[CriminalCaseItem], responses=problems(READ))
async def get_criminal_cases(
    services: ServicesDep, session: SessionDep, actor: ActorDep, first: First = None, last: Last = None,
    limit: LimitDep = 50, cursor: CursorDep = None,
) -> Listed[CriminalCaseItem]:  # fmt: skip
    """The cases registered in a period, this year's where none is given, the newest first."""
    return await service.listed(services, session, actor, first, last, limit, cursor)


@router.get("/criminal-cases/figures", response_model=CrimeComparison, responses=problems(READ))
async def get_crime_figures(
    services: ServicesDep, session: SessionDep, actor: ActorDep, first: First = None, last: Last = None
) -> CrimeComparison:
    """民转刑数 and 命案数 of a period beside the year before (同比), and how many had been known (J-050)."""
    return await service.compared(services, session, actor, first, last)


@router.get("/criminal-cases/{case_id}", response_model=CriminalCase, responses=problems(READ))
async def get_criminal_case(
    services: ServicesDep, session: SessionDep, actor: ActorDep, case_id: CaseId
) -> CriminalCase:
    """A case with the disputes before it, and what was said of them."""
    return await service.whole(services, session, actor, case_id)


@router.post("/criminal-cases/{case_id}/origins", response_model=CriminalCase, responses=problems(WRITE))
async def post_origin(
    services: ServicesDep, session: SessionDep, actor: ActorDep, case_id: CaseId, asked: OriginIn, key: KeyDep = None
) -> JSONResponse:
    """Says whether the case grew out of a dispute; nothing but a person's word makes it so."""
    return as_response(await service.say(services, session, actor, case_id, asked, key))


@router.post("/criminal-cases/{case_id}/withdraw", response_model=CriminalCase, responses=problems(WRITE))
async def post_criminal_case_withdrawal(
    services: ServicesDep, session: SessionDep, actor: ActorDep, case_id: CaseId, asked: WithdrawnIn,
    key: KeyDep = None,
) -> JSONResponse:  # fmt: skip
    """Takes a case out of the figures that was put on record by mistake."""
    return as_response(await service.withdraw(services, session, actor, case_id, asked, key))
