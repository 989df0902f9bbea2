"""Items of batches of hazards: `/v1/hazards`; a batch is sent by `POST /v1/notices` (`api.notices`)."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query

from api.core.deps import ActorDep, CursorDep, LimitDep, ServicesDep, SessionDep
from api.core.documentation import READ, problems
from api.core.schemas import Listed
from api.hazards import reading
from api.hazards.schemas import HazardItem, Outstanding
from domain.case.hazards.batch import ItemState
from domain.policy.fields import Code
from infra.read_model.hazards.items import By, ItemFilter

MOST_DAYS = 92
router = APIRouter(prefix="/v1", tags=["hazards"])


async def item_filter(
    batch: Code | None = None, organisation: Code | None = None, aspect: Code | None = None,
    state: ItemState | None = None, outstanding: bool | None = None, overdue: bool | None = None,
) -> ItemFilter:  # fmt: skip
    """The filters of items."""
    return ItemFilter(batch=batch, path=organisation, aspect=aspect, state=state, outstanding=outstanding,
                      overdue=overdue)  # fmt: skip


FilterDep = Annotated[ItemFilter, Depends(item_filter)]


@router.get("/hazards", response_model=Listed[HazardItem], response_model_exclude_unset=True, responses=problems(READ))
async def get_hazards(
    services: ServicesDep, session: SessionDep, actor: ActorDep, f: FilterDep, limit: LimitDep = 50,
    cursor: CursorDep = None,
) -> Listed[HazardItem]:  # fmt: skip
    """The items of the batches that the person sees, the newest batch first, in the order of their numbers."""
    return await reading.listed_items(services, session, actor, f, limit=limit, cursor=cursor)


@router.get(
    "/hazards/outstanding", response_model=Outstanding, response_model_exclude_unset=True, responses=problems(READ)
)
async def get_outstanding(
    services: ServicesDep, session: SessionDep, actor: ActorDep, f: FilterDep, by: By = "aspect",
    days: Annotated[int, Query(ge=0, le=MOST_DAYS)] = 0,
) -> Outstanding:  # fmt: skip
    """What is outstanding until all is cancelled off (动态清零), in all and by aspect, organisation or batch; and how
    it was at the end of each of the last `days`.
    """
    return await reading.outstanding(services, session, actor, f, by, days)


@router.get(
    "/hazards/{no}/{item}", response_model=HazardItem, response_model_exclude_unset=True, responses=problems(READ)
)
async def get_hazard(
    services: ServicesDep, session: SessionDep, actor: ActorDep, no: Code, item: Annotated[int, Path(ge=1, le=9999)]
) -> HazardItem:
    """One item with all that was answered to it; the reading is noted."""
    return await reading.one_item(services, session, actor, no, item)
