"""Registers: organisations in the order of the tree, people by post, grids with their beats, playbooks."""

from __future__ import annotations

import pytest

from api.core.context import Services
from api.registers.service import list_grids, list_organisations, list_people, list_playbooks
from domain.errors import FieldsInvalid
from domain.people.organisation import Actor
from infra.database.engine import Session
from infra.demo.county import GRIDS
from infra.records.people import actor_named


async def who(session: Session, username: str) -> Actor:
    actor = await actor_named(session, username)
    assert actor
    return actor


async def test_organisations_come_by_kind_and_level_page_by_page(services: Services, session: Session) -> None:
    everything = await list_organisations(services, session, "town", "town", 200, None)
    assert {item.kind for item in everything.items} == {"town"}
    paths = [item.path for item in everything.items]
    assert paths == sorted(paths)
    first = await list_organisations(services, session, "town", None, 5, None)
    rest = await list_organisations(services, session, "town", None, 200, first.next_cursor)
    assert [*first.items, *rest.items] == everything.items
    assert rest.next_cursor is None


async def test_people_come_by_role_and_organisation(services: Services, session: Session) -> None:
    actor = await who(session, "county-supervisor-1")
    listed = await list_people(services, session, actor, "station_chief", "station-gushan", 100, None)
    assert listed.items
    assert {(p.role, p.organisation) for p in listed.items} == {("station_chief", "station-gushan")}
    page = await list_people(services, session, actor, "responsible_officer", None, 2, None)
    following = await list_people(services, session, actor, "responsible_officer", None, 2, page.next_cursor)
    names = [p.username for p in [*page.items, *following.items]]
    assert names == sorted(set(names))


async def test_nobody_is_given_the_list_of_all_staff(services: Services, session: Session) -> None:
    officer = await who(session, "gushan-officer-1")
    listed = (await list_people(services, session, officer, None, None, 1000, None)).items
    root = (await services.directory.read(session)).root.code
    assert {"station-gushan", root} <= {person.organisation for person in listed}
    assert not [
        person
        for person in listed
        if person.organisation.startswith("station-") and "gushan" not in person.organisation
    ]
    everybody = await list_people(services, session, await who(session, "county-supervisor-1"), None, None, 1000, None)
    assert len(listed) < len(everybody.items) / 3


async def test_an_organisation_that_there_is_not_is_refused_by_its_field(services: Services, session: Session) -> None:
    with pytest.raises(FieldsInvalid) as refused:
        await list_people(services, session, await who(session, "county-supervisor-1"), None, "nowhere", 100, None)
    assert [error["field"] for error in refused.value.errors] == ["organisation"]


async def test_each_grid_has_one_beat_of_its_own(services: Services, session: Session) -> None:
    grids = (await list_grids(services, session)).items
    beats = {grid.beat for grid in grids}
    assert len(grids) == len(beats) == GRIDS
    assert None not in beats


async def test_the_current_playbook(services: Services) -> None:
    books = list_playbooks(services).items
    assert [book.code for book in books if book.current] == [services.policy.playbook.code]
    assert all(book.process["stages"] == book.stages for book in books)
