"""Organisations: a merger of townships (撤并) takes people, beats and open cases along in one transaction."""

from __future__ import annotations

import asyncio

import httpx2
import pytest
from sqlalchemy import select
from sqlmodel import col

from api.core.context import Services
from api.organisations import service
from api.organisations.schemas import (
    OrganisationClosed,
    OrganisationIn,
    OrganisationMoved,
    OrganisationRenamed,
    OrganisationsMerged,
)
from domain.case.state import Task
from domain.errors import Conflict, FieldsInvalid, NotEntitled, NotFound
from domain.people.manning import Roster
from domain.people.organisation import Level, Line
from domain.triage.places import resolve_places
from infra.database.engine import Session
from infra.database.tables.people import DutyRow, FormerPostRow, OrganisationRow, PostRow
from infra.database.tables.read_model import TaskRow
from infra.read_model.people.manning import holders_of_roles
from tests.api.attachments.test_hostile_uploads import signed_in
from tests.api.engine import LivingEngine
from tests.api.support import answered, asked, dispute, somebody

SOURCE, INTO = "town-qingyun", "town-daping"


async def unanswered(services: Services) -> list[str]:
    """The kinds of open tasks that nobody is entitled to answer, as the database has it now."""
    async with services.database.read() as session:
        query = select(TaskRow).where(col(TaskRow.state).in_(("open", "claimed")))
        tasks = [Task.model_validate(row.sealed) for row in (await session.execute(query)).scalars()]
        roster = Roster(h for h, _, _ in await holders_of_roles(session, {p.role for t in tasks for p in t.addressees}))
    return [
        t.kind for t in tasks if not any(roster.entitled(h.person_id, t.addressees) for h in roster.of(t.addressees))
    ]


async def merged(services: Services, session: Session, key: str | None = None, **more: object) -> object:
    order = OrganisationsMerged.model_validate({"sources": [SOURCE], "reason": "行政区划调整", **more})
    return (
        await service.merge(services, session, await somebody(services, "admin_system", "county"), INTO, order, key)
    ).body


async def rows(services: Services, table: type, **where: object) -> list:  # type: ignore[type-arg]
    async with services.database.read() as session:
        return list((await session.execute(select(table).filter_by(**where))).scalars())


async def test_a_merger_takes_people_duties_and_open_cases_along_and_leaves_no_task_without_an_answerer(
    services: Services, session: Session, engine: LivingEngine
) -> None:
    """“信息传递，责任传递” (Q-023): what was addressed to the township that ends is its successor's to answer."""
    leader, other = (
        await somebody(services, "township_leader", SOURCE),
        await somebody(services, "township_leader", INTO),
    )
    number = await dispute(services, address="青云乡云岭村12号")
    for kind, decision, fields in (
        ("confirm_triage", "confirm", {}), ("handle_on_scene", "unsettled", {"urgent": False}),
        ("follow_up_responsibly", "request_third_push", {"suggested": [SOURCE]}), ("approve_third_push", "approve", {}),
        ("dispatch", "assign", {"lead": SOURCE, "cooperating": []}),
    ):  # fmt: skip
        await answered(services, number, kind, decision, **fields)
    old = (await rows(services, OrganisationRow, code=SOURCE))[0].path
    portfolios = [d.person_id for d in await rows(services, DutyRow, subject=SOURCE) if d.ended_at is None]
    assert portfolios
    assert not await unanswered(services)
    assert [t.kind for t in engine.state(number).pending() if {p.path for p in t.addressees} == {old}]

    shown = await merged(services, session, "k")
    assert await merged(services, session, "k") == shown

    assert not await unanswered(services)
    for person in (leader, other):
        held = {(row.role, row.organisation_code, row.path, row.inherited) for row in
                await rows(services, PostRow, person_id=person.person_id)}  # fmt: skip
        assert held >= {("township_leader", INTO, "/county/town-daping", False), ("township_leader", INTO, old, True)}
    assert [row.path for row in await rows(services, FormerPostRow, person_id=leader.person_id)] == [old]
    assert not [d for d in await rows(services, DutyRow, subject=SOURCE) if d.ended_at is None]
    now = {d.person_id for d in await rows(services, DutyRow, subject=INTO) if d.ended_at is None}
    assert set(portfolios) & now
    [gone] = await rows(services, OrganisationRow, code=SOURCE)
    assert (gone.successor, gone.closed_at is not None) == (INTO, True)

    directory = await services.directory.read(session)
    places = resolve_places(directory, address="青云乡云岭村12号")
    assert places["township"] == "/county/town-daping"
    assert places["village"].startswith("/county/town-daping/village-qingyun")
    assert places["station"].endswith("station-qingyun"), "the police have not been merged"
    was = directory.at(old)
    assert was
    assert was.name == "青云乡"
    assert directory.named(SOURCE).code == INTO
    assert engine.state(number).organisations[old].name == "青云乡"


async def test_only_who_administers_the_system_changes_the_tree_and_only_what_fits_is_merged(
    services: Services, session: Session
) -> None:
    order = OrganisationsMerged(sources=[SOURCE], reason="行政区划调整")
    for role in ("admin_security", "supervisor", "leader", "admin_audit"):
        with pytest.raises(NotEntitled):
            await service.merge(services, session, await somebody(services, role, "county"), INTO, order, None)
    with pytest.raises(FieldsInvalid):
        await merged(services, session, sources=["station-qingyun"])
    with pytest.raises(Conflict):
        await merged(services, session, sources=[INTO])
    admin = await somebody(services, "admin_system", "county")
    with pytest.raises(NotFound):
        await service.rename(services, session, admin, "nowhere", OrganisationRenamed(name="甲"), None)


async def test_an_organisation_is_founded_renamed_moved_and_closed_once_nobody_is_there(
    services: Services, session: Session
) -> None:
    admin = await somebody(services, "admin_system", "county")
    beat = OrganisationIn(
        code="beat-900", name="九百号警格", kind="beat", level=Level.GRID, line=Line.POLICE, under="station-daping",
        keywords=["grid-900"],
    )  # fmt: skip
    made = (await service.found(services, session, admin, beat, "k")).body
    assert made.path == "/county/bureau/station-daping/beat-900"
    named = OrganisationRenamed(name="九百零一号警格")
    assert (await service.rename(services, session, admin, beat.code, named, None)).body.name == named.name
    there = OrganisationMoved(under="station-qingyun")
    moved = (await service.move(services, session, admin, beat.code, there, None)).body
    assert moved.path == "/county/bureau/station-qingyun/beat-900"
    with pytest.raises(Conflict, match="下级"):
        await service.move(services, session, admin, "station-qingyun", OrganisationMoved(under=beat.code), None)
    with pytest.raises(Conflict, match="还有下级单位"):
        await service.close(services, session, admin, "station-qingyun", OrganisationClosed(reason="撤销"), None)
    closed = (await service.close(services, session, admin, beat.code, OrganisationClosed(reason="撤销"), None)).body
    assert closed.closed_at
    with pytest.raises(Conflict, match="不能再用"):
        await service.found(services, session, admin, beat, None)


async def test_who_comes_after_the_move_answers_for_what_began_before_it(
    services: Services, session: Session, engine: LivingEngine
) -> None:
    """A station under another bureau: its open cases keep their paths, whoever gets a post there answers for them."""
    admin = await somebody(services, "admin_system", "county")
    number = await dispute(services, address="青云乡云岭村12号")
    before = asked(engine, number, "confirm_triage").addressees
    await service.move(services, session, admin, "station-qingyun", OrganisationMoved(under="centre"), None)
    assert not await unanswered(services)
    assert asked(engine, number, "confirm_triage").addressees == before
    officer = await somebody(services, "command_room", "station-qingyun")
    paths = {post.path for post in officer.posts if post.role == "command_room"}
    assert paths == {"/county/bureau/station-qingyun", "/county/centre/station-qingyun"}


async def test_of_two_administrators_at_once_the_second_is_told_that_it_has_changed(services: Services) -> None:
    """RFC 9110, 13.1.1 (`If-Match`): nobody overwrites what he has not seen."""
    [row] = await rows(services, OrganisationRow, code=SOURCE)
    async with await signed_in(services, await somebody(services, "admin_system", "county")) as http:
        listed = (await http.get("/v1/organisations", params={"kind": row.kind, "limit": 200})).json()["items"]
        seen = next(each["etag"] for each in listed if each["code"] == SOURCE)

        async def rename(name: str, etag: str) -> httpx2.Response:
            return await http.post(f"/v1/organisations/{SOURCE}/name", json={"name": name}, headers={"If-Match": etag})

        answers = await asyncio.gather(*(rename(name, seen) for name in ("青云街道", "青云镇")))
        first, second = sorted(answers, key=lambda answer: answer.status_code)
        assert (first.status_code, second.status_code) == (200, 412)
        assert (second.json()["code"], second.json()["title"]) == (
            "changed_since", "内容已被他人修改，请重新查看后再操作",
        )  # fmt: skip
        assert (await rename("青云新镇", first.json()["etag"])).json()["name"] == "青云新镇"
        assert (await rename("青云老镇", "*")).status_code == 200
