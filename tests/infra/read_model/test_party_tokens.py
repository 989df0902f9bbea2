"""The people of a dispute as blind tokens: written with what changes them, found again in others, never readable."""

from __future__ import annotations

import base64
import contextlib
import itertools
import sqlite3
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
import pytest_asyncio
from sqlalchemy import func, select, text
from sqlmodel import col

from domain.case.case import Case
from domain.case.parties import correct_party
from domain.case.records import Incident, Party
from domain.image.projection import project
from domain.people.organisation import Actor, Post
from domain.policy.forms.actions import CorrectParty
from domain.triage.identity import Mark
from infra.database.columns import unlock
from infra.database.engine import Database
from infra.database.tables.read_model import DisputeRow, PartyTokenRow
from infra.read_model.diff import differences
from infra.read_model.earlier_matters import OF_NAMESAKES, OF_PEOPLE, Likeness, earlier_matters
from infra.read_model.party_tokens import token_rows
from infra.read_model.writer import forget, replace_image, rows_of, stored_rows, write_image
from infra.runtime.crypto import KeyRing, load_keys
from infra.runtime.settings import Settings
from tests.infra.stores import AT, dispute, opened
from tests.workflows.engine import first_state

LUO = Party(name="罗建国", side="b", phone="13812345678", id_number="11010519491231002X")
SUPERVISOR = Actor(person_id="p", name="督", posts=[Post(role="supervisor", path="/county")])
STRANGER = Actor(person_id="q", name="旁", posts=[Post(role="on_scene_officer", path="/county/nowhere")])
_numbers = itertools.count(1)


@pytest_asyncio.fixture(loop_scope="session")
async def database(anywhere: Settings) -> AsyncIterator[Database]:
    """An empty read model, on each database."""
    async with opened(anywhere) as store:
        yield store


def case_of(*parties: Party) -> Case:
    """A dispute of these people."""
    state = first_state(f"D2026-{next(_numbers):06d}", "jinhua")
    state.parties, state.incidents[0].parties = list(parties), list(parties)
    ids = iter(f"{state.dispute_no}-{n}" for n in range(99))
    case = Case(state, lambda: state.opened_at, lambda: next(ids))
    case.log("opened", "受理立案")
    return case


async def published(database: Database, *parties: Party) -> Case:
    """A dispute of these people that the read model has."""
    case = case_of(*parties)
    await write_image(database, project(case.state))
    return case


async def tokens(database: Database, number: str) -> set[tuple[str, str]]:
    """(mark, side) of the tokens that are stored of a dispute."""
    async with database.read() as session:
        rows = await session.execute(select(PartyTokenRow).where(col(PartyTokenRow.dispute_no) == number))
        return {(row.mark, row.side) for row in rows.scalars()}


async def found(database: Database, case: Case, who: Actor = SUPERVISOR) -> list[Likeness]:
    """What is found for a dispute."""
    image = project(case.state)
    async with database.read() as session:
        return await earlier_matters(session, who, image.dispute_no, image.document, image.opened_at)


def marks(likenesses: list[Likeness]) -> dict[str, set[Mark]]:
    """By what each other dispute was found."""
    by: dict[str, set[Mark]] = {}
    for likeness in likenesses:
        if likeness.who:
            by.setdefault(likeness.dispute_no, set()).add(likeness.who.mark)
    return by


async def test_the_same_people_are_found_wherever_they_were(database: Database) -> None:
    before = await published(database, LUO)
    other = await published(database, Party(name="李伟民", side="a", phone="13900001234"))
    now = await published(database, Party(name="罗建国", side="a", phone="+86 138 1234 5678"))
    [by_phone, by_name] = sorted(await found(database, now), key=lambda each: str(each.who))
    assert {by_phone.dispute_no, by_name.dispute_no} == {before.state.dispute_no} != {other.state.dispute_no}
    assert marks([by_phone, by_name]) == {before.state.dispute_no: {Mark.PHONE, Mark.NAME}}
    assert {by_phone.side, by_name.side} == {"b"}, "on which side he stood there"


async def test_nothing_stored_can_be_read_and_no_token_is_anothers(database: Database) -> None:
    await published(database, LUO)
    async with database.read() as session:
        rows = list((await session.execute(select(PartyTokenRow))).scalars())
    assert {row.mark for row in rows} == {"id_number", "phone", "name"}
    stored = "".join(row.token for row in rows)
    for private in ("罗建国", "13812345678", "11010519491231002X"):
        assert private not in stored
        assert base64.urlsafe_b64encode(private.encode()).decode().rstrip("=") not in stored
    assert len({row.token for row in rows}) == 3


async def test_tokens_follow_whoever_is_in_the_dispute(database: Database) -> None:
    """At intake, when particulars are put right, when another report brings more of them."""
    case = await published(database, Party(name="罗建国", side="b"))
    number, first = case.state.dispute_no, project(case.state)
    assert await tokens(database, number) == {("name", "b")}
    correct_party(case, CorrectParty(party="罗建国", name="罗建国", phone="13812345678", reason="当面核实"), by=None)
    second = project(case.state, since=first.revision, basis=first.basis)
    await write_image(database, second)
    assert await tokens(database, number) == {("name", "b"), ("phone", "b")}
    again = case.state.incidents[0].model_copy(update={"parties": [LUO.model_copy(update={"phone": "13911112222"})]})
    case.state.incidents.append(Incident.model_validate(again))
    case.log("note", "再次报警")
    third = project(case.state, since=second.revision, basis=second.basis)
    await write_image(database, third)
    assert await tokens(database, number) == {("name", "b"), ("phone", "b"), ("id_number", "b")}
    mistaken = await published(database, Party(name="不知名甲", side="a", phone="13911112222"))
    assert number not in marks(await found(database, mistaken)), "what the case has itself is not overridden"


async def test_what_does_not_change_people_sends_nothing_about_them(database: Database) -> None:
    case = await published(database, LUO)
    first = project(case.state)
    case.log("note", "备注")
    said: list[str] = []
    with database.heard(lambda statement, _: said.append(statement)):
        await write_image(database, project(case.state, since=first.revision, basis=first.basis))
    assert said
    assert not [statement for statement in said if "party_token" in statement]


async def test_they_go_with_the_dispute_and_come_back_with_it(database: Database) -> None:
    case = await published(database, LUO)
    number = case.state.dispute_no
    await forget(database, number)
    assert await tokens(database, number) == set()
    await replace_image(database, project(case.state))
    assert len(await tokens(database, number)) == 3


async def test_a_turned_key_loses_nobody_and_rebuilding_renews(anywhere: Settings) -> None:
    """A new key on top of the ring: what was kept under the old one is found, and is sound to the doctor."""
    async with opened(anywhere) as database:
        before = await published(database, LUO)
        number = before.state.dispute_no
        old = anywhere.key_file.read_text()
        anywhere.key_file.write_text(f"k2:{base64.b64encode(bytes(range(32))).decode()}\n{old}")
        try:
            unlock(load_keys(anywhere.key_file))
            now = await published(database, LUO)
            assert marks(await found(database, now)) == {number: set(Mark)}
            async with database.read() as session:
                stored = await stored_rows(session, number)
            assert differences(stored, rows_of(project(before.state), like=stored)) == []
            assert await replace_image(database, project(before.state))
            async with database.read() as session:
                stored = await stored_rows(session, number)
            assert {row["token"].partition(".")[0] for row in stored[PartyTokenRow]} == {"k2"}
            assert marks(await found(database, now)) == {number: set(Mark)}
        finally:
            anywhere.key_file.write_text(old)


async def test_what_is_lost_is_named_without_the_token(database: Database) -> None:
    case = await published(database, LUO)
    async with database.write() as session:
        await session.execute(text("DELETE FROM party_token WHERE mark = 'phone'"))
    async with database.read() as session:
        stored = await stored_rows(session, case.state.dispute_no)
    assert differences(stored, rows_of(project(case.state), like=stored)) == ["当事人识别码：读库缺少"]


async def test_each_key_has_tokens_of_its_own() -> None:
    keys = {"a": bytes(32), "b": bytes([1] * 32)}
    ring, other = KeyRing(keys), KeyRing({"b": keys["b"]})
    assert ring.blind("name:罗建国") != other.blind("name:罗建国")
    assert ring.blind_by_each("name:罗建国")[1] == other.blind("name:罗建国")
    with pytest.raises(KeyError):
        other.blind("name:罗建国", "a")


async def test_what_intake_compares_by_outlives_a_new_key_and_is_no_other_secret() -> None:
    old, turned = KeyRing({"a": bytes(32)}), KeyRing({"b": bytes([1] * 32), "a": bytes(32)})
    assert turned.lasting("intake") == old.lasting("intake")
    assert turned.lasting("intake") != turned.lasting("people")
    assert KeyRing({"b": bytes([1] * 32)}).lasting("intake") != old.lasting("intake")


async def test_who_may_not_see_a_dispute_is_told_that_it_is_one_he_does_not_see(database: Database) -> None:
    await published(database, LUO)
    now = await published(database, LUO)
    assert {likeness.seen for likeness in await found(database, now)} == {True}
    assert {likeness.seen for likeness in await found(database, now, STRANGER)} == {False}


async def test_what_lies_more_than_five_years_back_is_over(database: Database) -> None:
    """“近五年”."""
    old = await published(database, LUO)
    now = await published(database, LUO)
    async with database.write() as session:
        row = await session.get(DisputeRow, old.state.dispute_no)
        assert row
        row.opened_at = now.state.opened_at - timedelta(days=5 * 366)
    assert await found(database, now) == []


async def test_a_shop_that_quarrels_every_day_costs_no_more_than_its_newest(database: Database) -> None:
    """Its telephone and its name stand in thousands of disputes: both are read off an index, and only the newest."""
    shop = Party(name="永康五金商行", side="b", phone="057987112233")
    now = await published(database, shop)
    document = project(now.state).document
    async with database.write() as session:
        for n in range(1000):
            number = f"D2025-{n:06d}"
            session.add(dispute(number, opened_at=AT + timedelta(minutes=n)))
            for row in token_rows(number, document):
                session.add(PartyTokenRow(**row))
    likenesses = await found(database, now)
    assert len(likenesses) == OF_PEOPLE + OF_NAMESAKES
    assert max(likeness.dispute_no for likeness in likenesses) == "D2025-000999"
    assert min(likeness.dispute_no for likeness in likenesses) == f"D2025-{1000 - OF_PEOPLE:06d}"


async def test_the_likenesses_are_looked_up_and_never_searched_for(database: Database) -> None:
    case = await published(database, LUO)
    said: list[tuple[str, Any]] = []
    with database.heard(lambda statement, values: said.append((statement, values))):
        await found(database, case)
    [(statement, values)] = said
    if database.sqlite:
        with contextlib.closing(sqlite3.connect(str(database.engine.url.database))) as connection:
            plan = connection.execute(f"EXPLAIN QUERY PLAN {statement}", values).fetchall()
        steps = [step[3] for step in plan]
        assert not [step for step in steps if step.startswith("SCAN") and "party_token" in step]
        assert any("party_token" in step and "token=?" in step for step in steps), steps
    async with database.read() as session:
        assert (await session.execute(select(func.count()).select_from(PartyTokenRow))).scalar_one() == 3
