"""Batches of hazards: `POST /v1/notices`, `/v1/hazards`."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Path
from fastapi.responses import JSONResponse

from api.core.deps import ActorDep, CursorDep, KeyDep, LimitDep, ServicesDep, SessionDep
from api.core.documentation import READ, WRITE, problems
from api.core.responses import as_response
from api.core.schemas import Listed
from api.hazards import service
from api.hazards.schemas import BatchIn, BatchSent, HazardItem, Outstanding
from domain.case.hazards.batch import ItemState
from domain.policy.fields import Code
from infra.read_model.hazards.items import By, ItemFilter

router = APIRouter(prefix="/v1", tags=["hazards"])


async def item_filter(
    batch: Code | None = None, organisation: Code | None = None, aspect: Code | None = None,
    state: ItemState | None = None, outstanding: bool | None = None, overdue: bool | None = None,
) -> ItemFilter:  # fmt: skip
    """The filters of items."""
    return ItemFilter(batch=batch, path=organisation, aspect=aspect, state=state, outstanding=outstanding,
                      overdue=overdue)  # fmt: skip


FilterDep = Annotated[ItemFilter, Depends(item_filter)]


@router.post("/notices", status_code=201, response_model=BatchSent, responses=problems(WRITE))
async def post_notice(
    services: ServicesDep, session: SessionDep, actor: ActorDep, batch: BatchIn, key: KeyDep = None
) -> JSONResponse:
    """Sends a batch of notices of hazards (风险隐患提示函), at most 200 items: each is rectified and cancelled off."""
    return as_response(await service.send_batch(services, session, actor, batch, key))


@router.get("/hazards", response_model=Listed[HazardItem], response_model_exclude_unset=True, responses=problems(READ))
async def get_hazards(
    services: ServicesDep, session: SessionDep, actor: ActorDep, f: FilterDep, limit: LimitDep = 50,
    cursor: CursorDep = None,
) -> Listed[HazardItem]:  # fmt: skip
    """The items of the batches that the person sees, the newest batch first, in the order of their numbers."""
    return await service.listed_items(services, session, actor, f, limit=limit, cursor=cursor)


@router.get(
    "/hazards/outstanding", response_model=Outstanding, response_model_exclude_unset=True, responses=problems(READ)
)
async def get_outstanding(
    services: ServicesDep, session: SessionDep, actor: ActorDep, f: FilterDep, by: By = "aspect"
) -> Outstanding:
    """What is outstanding until all is cancelled off (动态清零), in all and by aspect, organisation or batch."""
    return await service.outstanding(services, session, actor, f, by)


@router.get(
    "/hazards/{no}/{item}", response_model=HazardItem, response_model_exclude_unset=True, responses=problems(READ)
)
async def get_hazard(
    services: ServicesDep, session: SessionDep, actor: ActorDep, no: Code, item: Annotated[int, Path(ge=1, le=9999)]
) -> HazardItem:
    """One item with all that was answered to it; the reading is noted."""
    return await service.one_item(services, session, actor, no, item)
