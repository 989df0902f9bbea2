"""Saved views: what somebody asks of the list again and again, and with which columns; his own, or his unit's."""

from __future__ import annotations

from collections.abc import Mapping

from api.core.context import Services
from api.dispute_list.question import COLUMNS, NAMES
from api.dispute_list.schemas import SavedView
from domain.errors import Conflict, FieldsInvalid, NotFound
from domain.people.organisation import Actor
from infra.database.engine import Session
from infra.records.saved_views import views as records

MOST = 30
"""Views that somebody keeps."""
NAMED = 20
"""Characters of a name."""
_OF_NOW = ("sought", "view")
"""What an address says that no view keeps."""


async def saved_views(session: Session, actor: Actor) -> list[SavedView]:
    """One's own views, and those of one's units."""
    rows = await records.views_of(session, actor.person_id, {post.path for post in actor.reach})
    return [
        SavedView(
            view_id=row.view_id, name=row.sealed["name"], asked=row.sealed["asked"], columns=row.sealed["columns"],
            mine=row.person_id == actor.person_id, shared_with=row.shared_with,
        )
        for row in rows
    ]  # fmt: skip


async def save_view(
    services: Services, session: Session, actor: Actor, view_id: str, name: str, shared_with: str,
    asked: Mapping[str, str], columns: list[str],
) -> None:  # fmt: skip
    """Keeps a view under a name, or what it is now; sent again it is the same.

    Raises:
        FieldsInvalid: it has no name, or what is asked names somebody.
        Conflict: he keeps as many as one may.
        NotFound: it is another's.
    """
    kept = {key: asked[key] for key in NAMES if key in asked and key not in _OF_NOW}
    _check(actor, name, shared_with, asked)
    new = await records.own_view(session, view_id, actor.person_id) is None
    if new and await records.how_many(session, actor.person_id) >= MOST:
        raise Conflict(f"最多保存{MOST}个视图，请先删除不用的")
    await session.close()
    content = {"name": name, "asked": kept, "columns": [column for column in COLUMNS if column in columns]}
    async with services.database.write("saved views") as writing:
        if not await records.keep(writing, view_id, actor.person_id, shared_with, content):
            raise NotFound("没有这个视图")
    services.access.note(actor.person_id, None, "list:view", about={"shared_with": shared_with, "asked": kept})


def _check(actor: Actor, name: str, shared_with: str, asked: Mapping[str, str]) -> None:
    if not 1 <= len(name) <= NAMED:
        raise FieldsInvalid(errors=[{"field": "name", "message": f"请填写视图名称，不超过{NAMED}个字"}])
    if "sought" in asked:
        message = "视图不保存姓名、电话、地址，请去掉查找条件后再保存"
        raise FieldsInvalid(errors=[{"field": "name", "message": message}])
    if shared_with and "q" in asked:
        message = "与单位共用的视图不带关键词，请去掉后再保存"
        raise FieldsInvalid(errors=[{"field": "shared_with", "message": message}])
    if shared_with and shared_with not in {post.path for post in actor.posts}:
        raise FieldsInvalid(errors=[{"field": "shared_with", "message": "只能与本人所在单位共用"}])


async def drop_view(services: Services, actor: Actor, view_id: str) -> None:
    """Lets go of a view of one's own; of another's nothing."""
    async with services.database.write("saved views") as writing:
        await records.drop(writing, view_id, actor.person_id)
