"""The access log: who did, read or tried what."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query, Response

from api.access_log import service
from api.access_log.schemas import AccessItem, CaseReader, OwnEntry, UnusualReader
from api.core.deps import ActorDep, CursorDep, LimitDep, ServicesDep, SessionDep
from api.core.documentation import COUNTED, READ, problems
from api.core.responses import as_download
from api.core.schemas import Listed

router = APIRouter(prefix="/v1", tags=["audit"])
CSV = "text/csv"
PersonQuery = Annotated[str | None, Query(max_length=80, description="Username or person id")]
NumberQuery = Annotated[str | None, Query(max_length=40)]
RefusedQuery = Annotated[bool, Query(description="Only the attempts that were refused")]
DayQuery = Annotated[date | None, Query(description="Of China")]
ReasonQuery = Annotated[str, Query(min_length=2, max_length=200, description="What it is taken out for; noted")]


@router.get(
    "/audit/access",
    response_model=Listed[AccessItem],
    response_model_exclude_unset=True,
    responses=problems(READ),
)
async def get_accesses(
    services: ServicesDep,
    session: SessionDep,
    actor: ActorDep,
    person: PersonQuery = None,
    dispute_no: NumberQuery = None,
    refused: RefusedQuery = False,
    day: DayQuery = None,
    limit: LimitDep = 50,
    cursor: CursorDep = None,
) -> Listed[AccessItem]:
    """Who did, read or tried what, the latest first; `outcome` is `ok` or the code of the refusal. Who supervises a
    part of the county names a `person`, and reads what he did by a post there.
    """
    return await service.accesses(services, session, actor, person=person, dispute_no=dispute_no, refused=refused,
                                  day=day, limit=limit, cursor=cursor)  # fmt: skip


@router.get(
    "/audit/access.csv", response_class=Response, responses={200: {"content": {CSV: {}}}, **problems(READ | COUNTED)}
)
async def get_accesses_table(
    services: ServicesDep,
    session: SessionDep,
    actor: ActorDep,
    reason: ReasonQuery,
    person: PersonQuery = None,
    dispute_no: NumberQuery = None,
    refused: RefusedQuery = False,
    day: DayQuery = None,
) -> Response:
    """The same entries as a table, the latest 10,000: for the auditors of the county."""
    taken = await service.export(services, session, actor, person=person, dispute_no=dispute_no, refused=refused,
                                 day=day, reason=reason)  # fmt: skip
    return as_download(taken.content, CSV, taken.name)


@router.get("/audit/unusual-reading", response_model=Listed[UnusualReader], responses=problems(READ))
async def get_unusual_reading(services: ServicesDep, session: SessionDep, actor: ActorDep) -> Listed[UnusualReader]:
    """Who read more than 20 cases beside his own work in the last seven days, and more than five times the median of
    the others at the same post: for the auditors of the county. A question to ask, and no verdict.
    """
    return await service.unusual_reading(services, session, actor)


@router.get("/disputes/{no}/access", response_model=Listed[CaseReader], responses=problems(READ))
async def get_readers(
    services: ServicesDep, session: SessionDep, actor: ActorDep, no: str, limit: LimitDep = 50, cursor: CursorDep = None
) -> Listed[CaseReader]:
    """Who read the case, tried to, or did something in it, the latest first: for those in whose hands it is or was,
    and their leaders.
    """
    return await service.readers(services, session, actor, no, limit=limit, cursor=cursor)


@router.get("/me/access", response_model=Listed[OwnEntry], responses=problems(READ))
async def get_own_access(
    services: ServicesDep, session: SessionDep, actor: ActorDep, limit: LimitDep = 50, cursor: CursorDep = None
) -> Listed[OwnEntry]:
    """One's own sign-ins, good and bad, what was done about one's account, and by deputies in one's name."""
    return await service.own_entries(services, session, actor, limit=limit, cursor=cursor)
