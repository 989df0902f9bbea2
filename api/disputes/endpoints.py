"""Disputes: lists, the whole case, its timeline, actions, comments, watching (关注)."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query
from fastapi.responses import JSONResponse

from api.core.deps import ActorDep, CursorDep, KeyDep, LimitDep, ServicesDep, SessionDep
from api.core.documentation import COUNTED, READ, WRITE, problems
from api.core.responses import as_response
from api.core.schemas import JsonObject, Listed
from api.disputes.actions import take_action
from api.disputes.comments import CommentIn, comment_on
from api.disputes.schemas import Acted, Comment, DisputeItem, EntryItem, Watched, WholeCase
from api.disputes.service import listed_disputes, timeline_page, whole_case
from api.disputes.watching import unwatch_dispute, watch_dispute
from domain.base import china
from domain.policy.fields import Code, Moment
from domain.policy.matters.matter import Matter
from domain.policy.parts.tags import Tag
from infra.read_model.disputes import DisputeFilter

router = APIRouter(prefix="/v1", tags=["disputes"])


async def dispute_filter(
    matter: Matter = Matter.DISPUTE,
    colour: Code | None = None,
    stage: Code | None = None,
    category: Code | None = None,
    organisation: Code | None = None,
    place: Annotated[Code | None, Query(description="属地：所在或服务该地的单位代码，含其下属")] = None,
    held_at: Annotated[Code | None, Query(description="承办：现由其办理的单位代码，含其下属")] = None,
    holder: Code | None = None,
    overdue: bool | None = None,
    closed: Annotated[bool | None, Query(description="true 已办结（销号），false 未办结；默认全部")] = None,
    source: Code | None = None,
    tag: Annotated[Tag | None, Query(description="bone 骨头案，nail 钉子案，back 回流案")] = None,
    q: Annotated[str | None, Query(max_length=100)] = None,
    since: Annotated[Moment | None, Query(alias="from")] = None,
    to: Moment | None = None,
    sort: Code = "-opened_at",
) -> DisputeFilter:
    """The list's filters; a date without an offset is Chinese time."""
    return DisputeFilter(
        matter=matter, colour=colour, stage=stage, category=category, organisation=organisation, place=place,
        held_at=held_at, holder=holder, overdue=overdue, closed=closed, source=source, tag=tag, q=q, sort=sort,
        opened_from=since and china(since), opened_to=to and china(to),
    )  # fmt: skip


@router.get(
    "/disputes",
    response_model=Listed[DisputeItem],
    response_model_exclude_unset=True,
    responses=problems(READ | COUNTED),
)
async def get_disputes(
    services: ServicesDep,
    session: SessionDep,
    actor: ActorDep,
    f: Annotated[DisputeFilter, Depends(dispute_filter)],
    limit: LimitDep = 50,
    cursor: CursorDep = None,
) -> Listed[DisputeItem]:
    """The disputes the person sees, newest first unless `sort` says otherwise."""
    return await listed_disputes(services, session, actor, f, limit=limit, cursor=cursor)


@router.get("/disputes/{no}", response_model=WholeCase, response_model_exclude_unset=True, responses=problems(READ))
async def get_dispute(services: ServicesDep, session: SessionDep, actor: ActorDep, no: str) -> WholeCase:
    """The whole case, with the actions open to the person."""
    return await whole_case(services, session, actor, no)


@router.get(
    "/disputes/{no}/timeline",
    response_model=Listed[EntryItem],
    response_model_exclude_unset=True,
    responses=problems(READ),
)
async def get_timeline(
    services: ServicesDep,
    session: SessionDep,
    actor: ActorDep,
    no: str,
    limit: LimitDep = 200,
    cursor: CursorDep = None,
) -> Listed[EntryItem]:
    """All that happened, in order."""
    return await timeline_page(services, session, actor, no, limit=limit, cursor=cursor)


@router.post("/disputes/{no}/actions/{name}", response_model=Acted, responses=problems(WRITE))
async def post_action(
    services: ServicesDep,
    session: SessionDep,
    actor: ActorDep,
    no: str,
    name: str,
    fields: JsonObject,
    key: KeyDep = None,
) -> JSONResponse:
    """Takes one of the actions of `GET /v1/disputes/{no}`; changes that need approval open a task for it."""
    return as_response(await take_action(services, session, actor, no, name, fields, key))


@router.post("/disputes/{no}/comments", status_code=201, response_model=Comment, responses=problems(WRITE))
async def post_comment(
    services: ServicesDep, session: SessionDep, actor: ActorDep, no: str, comment: CommentIn, key: KeyDep = None
) -> JSONResponse:
    """Adds a remark beside the process; whoever is mentioned gets a message, and must be able to see the case."""
    return as_response(await comment_on(services, session, actor, no, comment, key))


@router.post("/disputes/{no}/watch", response_model=Watched, responses=problems(WRITE))
async def post_watch(
    services: ServicesDep, session: SessionDep, actor: ActorDep, no: str, key: KeyDep = None
) -> JSONResponse:
    """Watches a dispute that the person may see, for as long as he may; again changes nothing."""
    return as_response(await watch_dispute(services, session, actor, no, key))


@router.delete("/disputes/{no}/watch", response_model=Watched, responses=problems(WRITE))
async def delete_watch(
    services: ServicesDep, session: SessionDep, actor: ActorDep, no: str, key: KeyDep = None
) -> JSONResponse:
    """Watches a dispute no more; again changes nothing."""
    return as_response(await unwatch_dispute(services, session, actor, no, key))
