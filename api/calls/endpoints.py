"""Where calls come from, over HTTP."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from api.calls import service
from api.calls.schemas import Calls
from api.core.deps import ActorDep, ServicesDep, SessionDep
from api.core.documentation import READ, problems
from api.indicators.parameters import First, Last, OfMatter, Whose
from domain.policy.matters.matter import Matter

router = APIRouter(prefix="/v1", tags=["indicators"])


@router.get("/indicators/calls", response_model=Calls, responses=problems(READ))
async def get_calls(
    services: ServicesDep,
    session: SessionDep,
    actor: ActorDep,
    first: First = None,
    last: Last = None,
    organisation: Whose = None,
    source: Annotated[str | None, Query(max_length=64, description="只看一个来源，如 110")] = None,
    trade: Annotated[str | None, Query(max_length=64, description="只看责任清单中由该单位牵头的类别，全县")] = None,
    matter: OfMatter = Matter.DISPUTE,
) -> Calls:
    """Where the reports of a period come from (警源): by source, category, beat, hour and place (H-047).

    `trade` asks about the disputes of a department's trade in the whole county, whoever has them (H-049
    “既管行业、又管矛盾纠纷”), and is for whoever reads that department's indicators. A place's address is told to who
    sees a matter there.
    """
    return await service.analysed(
        services, session, actor, first=first, last=last, organisation=organisation, source=source, trade=trade,
        matter=matter,
    )  # fmt: skip
