"""Disputes: lists, the whole case, its timeline, actions, comments and files."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from fastapi.responses import JSONResponse
from pydantic import Field, StringConstraints

from api.attachments.access import named_files
from api.attachments.service import FILES
from api.core.context import Services
from api.core.deps import ActorDep, CursorDep, KeyDep, LimitDep, ServicesDep
from api.core.old_idempotency import Done, Effect, once
from api.disputes.access import seen
from api.disputes.mentions import MOST, mentioned
from api.disputes.presenters import comment_item, dispute_item, dispute_whole, entry_item
from api.disputes.reopening import reopen_closed
from api.intake.delivery import reopen
from api.tasks.service import act, acted
from domain.base import Model, china
from domain.errors import ActionNotAllowed, FieldsInvalid
from domain.people.organisation import Actor
from domain.policy.catalogue import ACTIONS
from domain.policy.fields import Code, Moment
from domain.transitions.actions import Act
from infra.database.engine import Session
from infra.database.pagination import cursor_of, read_cursor
from infra.read_model.disputes import DisputeFilter, list_disputes, paths_of, timeline_of
from infra.read_model.tasks import tasks_of
from infra.records.attachments import attachments_of
from infra.records.comments import add_comment, comments_of
from infra.records.watchers import watches

router = APIRouter(prefix="/v1", tags=["disputes"])


def dispute_filter(
    colour: Code | None = None,
    stage: Code | None = None,
    category: Code | None = None,
    organisation: Code | None = None,
    holder: Code | None = None,
    overdue: bool | None = None,
    source: Code | None = None,
    q: Annotated[str | None, Query(max_length=100)] = None,
    since: Annotated[Moment | None, Query(alias="from")] = None,
    to: Moment | None = None,
    sort: Code = "-opened_at",
) -> DisputeFilter:
    """The list's filters; a date without an offset is Chinese time."""
    return DisputeFilter(
        colour=colour, stage=stage, category=category, organisation=organisation, holder=holder, overdue=overdue,
        source=source, q=q, opened_from=since and china(since), opened_to=to and china(to), sort=sort,
    )  # fmt: skip


@router.get("/disputes")
async def get_disputes(
    services: ServicesDep,
    actor: ActorDep,
    f: Annotated[DisputeFilter, Depends(dispute_filter)],
    limit: LimitDep = 50,
    cursor: CursorDep = None,
) -> dict[str, Any]:
    """The disputes the person sees, newest first unless `sort` says otherwise."""
    if f.organisation:
        listed = (await services.directory.read()).get(f.organisation)
        if listed is None:
            raise FieldsInvalid(errors=[{"field": "organisation", "message": f"没有代码为“{f.organisation}”的单位"}])
        f = f.model_copy(update={"organisation": listed.path})
    async with services.database.read() as session:
        page = await list_disputes(session, actor, f, limit=limit, cursor=cursor)
    return {"items": [dispute_item(row) for row in page.rows], "next_cursor": page.next_cursor}


async def whole(services: Services, actor: Actor, dispute_no: str) -> dict[str, Any]:
    """The whole case as the person may see it; the reading is noted."""
    row = await seen(services, actor, dispute_no)
    async with services.database.read() as session:
        tasks = await tasks_of(session, dispute_no)
        files = await attachments_of(session, dispute_no, actor.person_id)
        comments = await comments_of(session, dispute_no)
        paths = await paths_of(session, dispute_no)
        watched = await watches(session, dispute_no, actor.person_id)
    services.access.note(actor.person_id, dispute_no, "read")
    return {**dispute_whole(row, tasks, files, comments, paths, actor), "watched": watched}


@router.get("/disputes/{no}")
async def get_dispute(services: ServicesDep, actor: ActorDep, no: str) -> dict[str, Any]:
    """The whole case, with the actions open to the person."""
    return await whole(services, actor, no)


@router.get("/disputes/{no}/timeline")
async def get_timeline(
    services: ServicesDep, actor: ActorDep, no: str, limit: LimitDep = 200, cursor: CursorDep = None
) -> dict[str, Any]:
    """All that happened, in order."""
    await seen(services, actor, no)
    after = read_cursor(cursor, int)[0] if cursor else 0
    async with services.database.read() as session:
        entries = await timeline_of(session, no, after=after, limit=limit + 1)
    more = cursor_of(entries[limit - 1]["seq"]) if len(entries) > limit else None
    return {"items": [entry_item(e) for e in entries[:limit]], "next_cursor": more}


@router.post("/disputes/{no}/actions/{name}")
async def post_action(
    services: ServicesDep, actor: ActorDep, no: str, name: str, fields: dict[str, Any], key: KeyDep = None
) -> JSONResponse:
    """Takes one of the actions of `GET /v1/disputes/{no}`; changes that need approval open a task for it."""
    if name not in ACTIONS:
        raise ActionNotAllowed(f"没有“{name}”这一操作")

    async def do(write_id: str) -> tuple[int, Any]:
        if name == "reopen":
            return await _reopen(services, actor, no, fields, write_id)
        return await act(services, actor, no, name, fields, write_id)

    return await once(
        services, actor, f"act:{no}:{name}", key, fields, do, lambda write_id: acted(services, no, name, write_id)
    )


async def _reopen(
    services: Services, actor: Actor, no: str, fields: dict[str, Any], write_id: str
) -> tuple[int, dict[str, Any]]:
    """A closed dispute has no workflow to ask: the rule is checked here, on the state as it was closed."""
    row = await seen(services, actor, no)
    message = Act(key=write_id, action="reopen", fields=fields, actor=actor)
    return 200, await reopen_closed(services, actor, row, message, reopen)


class CommentIn(Model):
    """A remark. Whom it mentions stands in it as `@username`, or beside it in `mentions`."""

    text: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=4000)]
    mentions: Annotated[list[Annotated[str, StringConstraints(max_length=100)]], Field(max_length=MOST)] = []
    """usernames or person ids"""
    attachments: Annotated[list[Annotated[str, StringConstraints(max_length=40)]], Field(max_length=FILES)] = []
    """files uploaded before, which the remark takes"""


@router.post("/disputes/{no}/comments", status_code=201)
async def post_comment(
    services: ServicesDep, actor: ActorDep, no: str, comment: CommentIn, key: KeyDep = None
) -> JSONResponse:
    """Adds a remark beside the process; whoever is mentioned gets a message, and must be able to see the case."""

    async def do(_: str) -> Effect:
        await seen(services, actor, no)
        people = await mentioned(services, no, comment.text, comment.mentions)
        async with services.database.read() as session:
            files = [file.attachment_id for file in await named_files(session, actor, no, comment.attachments)]

        async def remark(session: Session) -> Done:
            return 201, comment_item(await add_comment(session, no, actor, comment.text, people, files))

        return Effect(remark)

    return await once(services, actor, f"comment:{no}", key, comment.model_dump(), do)
