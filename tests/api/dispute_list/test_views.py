"""Saved views: one's own, one's unit's, and never with anybody's name."""

from __future__ import annotations

import pytest

from api.core.context import Services
from api.dispute_list.views import MOST, drop_view, save_view, saved_views
from domain.errors import Conflict, FieldsInvalid, NotFound
from domain.people.organisation import Actor
from infra.database.engine import Session
from infra.records.saved_views.views import keep
from tests.api.support import somebody

ASKED = {"state": "all", "colour": "red", "view": "gone"}


async def names(session: Session, actor: Actor) -> list[str]:
    """The names of the views that somebody is offered."""
    return [view.name for view in await saved_views(session, actor)]


async def test_a_view_is_ones_own_until_it_is_shared_with_ones_unit(services: Services, session: Session) -> None:
    mine = await somebody(services, "station_chief", "station-gushan")
    [post] = mine.posts
    colleague = await somebody(services, "responsible_officer", "station-gushan")
    stranger = await somebody(services, "station_chief", "station-baiyang")
    for shared, seen in (("", []), (post.path, ["红色"])):
        await save_view(services, session, mine, "v1", "红色", shared, asked=ASKED, columns=["due", "bogus"])
        [view] = await saved_views(session, mine)
        assert (view.asked, view.columns, view.mine) == ({"state": "all", "colour": "red"}, ["due"], True)
        assert await names(session, colleague) == seen
        assert await names(session, stranger) == []
    with pytest.raises(NotFound):
        await save_view(services, session, colleague, "v1", "我的", "", asked={}, columns=[])
    await drop_view(services, colleague, "v1")
    assert await names(session, mine) == ["红色"]
    await drop_view(services, mine, "v1")
    assert await names(session, colleague) == []


@pytest.mark.parametrize(
    ("name", "shared", "asked", "field"),
    [
        ("", "", {}, "name"),
        ("长" * 21, "", {}, "name"),
        ("找人", "", {"sought": "x"}, "name"),
        ("关键词", "own", {"q": "张伟"}, "shared_with"),
        ("别的单位", "/county/bureau/station-baiyang", {}, "shared_with"),
    ],
)
async def test_what_names_somebody_is_not_kept(
    services: Services, session: Session, name: str, shared: str, asked: dict[str, str], field: str
) -> None:
    mine = await somebody(services, "station_chief", "station-gushan")
    shared = mine.posts[0].path if shared == "own" else shared
    with pytest.raises(FieldsInvalid) as refused:
        await save_view(services, session, mine, "v1", name, shared, asked=asked, columns=[])
    assert refused.value.errors[0]["field"] == field
    assert await names(session, mine) == []


async def test_nobody_keeps_more_than_he_can_look_at(services: Services, session: Session) -> None:
    mine = await somebody(services, "station_chief", "station-gushan")
    async with services.database.write() as writing:
        for n in range(MOST):
            await keep(writing, f"v{n}", mine.person_id, "", {"name": f"{n}", "asked": {}, "columns": []})
    with pytest.raises(Conflict):
        await save_view(services, session, mine, "one more", "多", "", asked={}, columns=[])
    await save_view(services, session, mine, "v0", "改名", "", asked={}, columns=[])
    assert "改名" in await names(session, mine)
