"""The responsibility list over HTTP."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from api.core.deps import ActorDep, ServicesDep
from api.core.documentation import READ, problems
from api.core.schemas import Listed
from api.responsibilities import service
from api.responsibilities.schemas import Category, ListEdition
from domain.policy.fields import Day

router = APIRouter(prefix="/v1", tags=["registers"])


@router.get("/categories", response_model=Listed[Category], response_model_exclude_unset=True, responses=problems(READ))
async def get_categories(
    services: ServicesDep,
    actor: ActorDep,
    on: Annotated[Day | None, Query(description="the day on which it holds; today where none is given")] = None,
) -> Listed[Category]:
    """The responsibility list: each category with its lead and cooperating departments (H-032)."""
    return service.list_categories(services, on)


@router.get("/categories/editions", response_model=Listed[ListEdition], responses=problems(READ))
async def get_list_editions(services: ServicesDep, actor: ActorDep) -> Listed[ListEdition]:
    """The editions of the list, the latest first: from which day each is in force, and what it says otherwise."""
    return service.list_editions(services)
