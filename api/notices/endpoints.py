"""Notices: `/v1/notices`."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query
from fastapi.responses import JSONResponse
from pydantic import Discriminator, Tag

from api.core.deps import ActorDep, CursorDep, KeyDep, LimitDep, ServicesDep, SessionDep
from api.core.documentation import READ, WRITE, by_name, problems
from api.core.responses import as_response
from api.core.schemas import Listed
from api.hazards.schemas import BatchIn, BatchSent
from api.hazards.service import send_batch
from api.notices import service
from api.notices.schemas import Notice, NoticeIn, NoticeWaits, NoticeWanted
from domain.case.letters.notice import NoticeState
from domain.policy.fields import Code, DisputeNo
from domain.policy.parts.notices import NoticeKind

router = APIRouter(prefix="/v1", tags=["notices"], generate_unique_id_function=by_name)


@router.get("/notices", response_model=Listed[Notice], response_model_exclude_unset=True, responses=problems(READ))
async def get_notices(
    services: ServicesDep, session: SessionDep, actor: ActorDep, kind: NoticeKind | None = None,
    state: NoticeState | None = None, organisation: Code | None = None,
    dispute_no: Annotated[DisputeNo | None, Query()] = None, overdue: bool | None = None,
    limit: LimitDep = 50, cursor: CursorDep = None,
) -> Listed[Notice]:  # fmt: skip
    """Notices (提示函、交办单、督办单、退回通知) beside the disputes that the person may see, the newest first."""
    wanted = NoticeWanted(kind=kind, state=state, organisation=organisation, dispute_no=dispute_no, overdue=overdue)
    return await service.listed_notices(services, session, actor, wanted, limit, cursor)


@router.get("/notices/{number}", response_model=Notice, response_model_exclude_unset=True, responses=problems(READ))
async def get_notice(services: ServicesDep, session: SessionDep, actor: ActorDep, number: Code) -> Notice:
    """A notice with its proof of delivery and its answer."""
    return await service.whole_notice(services, session, actor, number)


def _which(asked: Any) -> str:
    """A batch lists items."""
    return "one-batch" if isinstance(asked, BatchIn) or (isinstance(asked, dict) and "items" in asked) else "one-notice"


Asked = Annotated[Annotated[NoticeIn, Tag("one-notice")] | Annotated[BatchIn, Tag("one-batch")], Discriminator(_which)]


@router.post(
    "/notices",
    status_code=201,
    response_model=Notice | BatchSent,
    responses={**problems(WRITE), 202: {"model": NoticeWaits}},
)
async def post_notice(
    services: ServicesDep, session: SessionDep, actor: ActorDep, asked: Asked, key: KeyDep = None
) -> JSONResponse:
    """Sends a notice to one organisation beside a dispute, as the action `send_notice` does; answers it numbered.
    With `items` it is a batch of notices of hazards (风险隐患提示函), at most 200: a case of its own.

    Where its case is not published yet, 202: the notice is sent, and has its number once it is.
    """
    if isinstance(asked, BatchIn):
        return as_response(await send_batch(services, session, actor, asked, key))
    return as_response(await service.send_notice(services, session, actor, asked, key))
