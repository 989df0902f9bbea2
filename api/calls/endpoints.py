"""Where calls come from, over HTTP."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from api.calls import service
from api.calls.schemas import Calls
from api.core.deps import ActorDep, ServicesDep, SessionDep
from api.core.documentation import READ, problems
from domain.policy.fields import Day

router = APIRouter(prefix="/v1", tags=["indicators"])


@router.get("/indicators/calls", response_model=Calls, responses=problems(READ))
async def get_calls(
    services: ServicesDep,
    session: SessionDep,
    actor: ActorDep,
    first: Annotated[Day | None, Query(alias="from", description="首日；默认本月1日")] = None,
    last: Annotated[Day | None, Query(alias="to", description="末日，含当日24时前；默认今天")] = None,
    organisation: Annotated[str | None, Query(max_length=64, description="单位代码，含其下属；默认管辖范围")] = None,
    source: Annotated[str | None, Query(max_length=64, description="只看一个来源，如 110")] = None,
    trade: Annotated[str | None, Query(max_length=64, description="只看责任清单中由该单位牵头的类别，全县")] = None,
) -> Calls:
    """Where the reports of a period come from (警源): by source, category, beat, hour and place (H-047).

    `trade` asks about the disputes of a department's trade in the whole county, whoever has them (H-049
    “既管行业、又管矛盾纠纷”), and is for whoever reads that department's indicators. A place's address is told to who
    sees a matter there.
    """
    return await service.analysed(
        services, session, actor, first=first, last=last, organisation=organisation, source=source, trade=trade
    )
