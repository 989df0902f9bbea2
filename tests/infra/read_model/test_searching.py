"""Disputes are found by parts of names, telephones and addresses; nobody who has the database reads any of them."""

from __future__ import annotations

import base64
import itertools
from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio
from sqlalchemy import select, text

from domain.case.case import Case
from domain.case.parties import correct_party
from domain.case.records import Party
from domain.image.projection import project
from domain.people.organisation import Actor, Post
from domain.policy.forms.actions import CorrectParty
from domain.triage.searching.marks import By, sought
from infra.database.columns import unlock
from infra.database.engine import Database
from infra.database.tables.read_model import SearchTokenRow
from infra.read_model.diff import differences
from infra.read_model.disputes import DisputeFilter, list_disputes
from infra.read_model.writer import forget, replace_image, rows_of, stored_rows, write_image
from infra.runtime.crypto import load_keys
from infra.runtime.settings import Settings
from tests.infra.stores import opened
from tests.workflows.engine import first_state

SUPERVISOR = Actor(person_id="p", name="督", posts=[Post(role="supervisor", path="/county")])
STRANGER = Actor(person_id="q", name="旁", posts=[Post(role="on_scene_officer", path="/county/nowhere")])
PLANTED: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("张伟", ("张伟", "張偉")),
    ("王小明", ("王小明", "小明", "王小", "王 小 明")),
    ("陳偉國", ("陈伟国", "陳偉國", "伟国")),
    ("刘娟", ("劉娟", "刘娟")),
    ("欧阳建国", ("欧阳", "歐陽", "欧阳建国", "建国", "阳建国")),
    ("上官云", ("上官", "上官云", "官云")),
    ("诸葛小燕", ("诸葛小燕", "小燕", "諸葛")),
    ("买买提·艾力", ("买买提", "艾力", "买买提·艾力", "买买提艾力", "買買提•艾力")),
    ("阿卜杜拉·买合木提·吐尔逊", ("阿卜杜拉", "买合木提", "吐尔逊", "买合木提·吐尔逊")),
    ("John Smith", ("smith", "JOHN SMITH", "John")),
    ("赵六（房东）", ("赵六",)),
)
"""Names as they were written, and the ways in which they are looked for."""
_numbers = itertools.count(1)


@pytest_asyncio.fixture(loop_scope="session")
async def database(anywhere: Settings) -> AsyncIterator[Database]:
    """An empty read model, on each database."""
    async with opened(anywhere) as store:
        yield store


def case_of(*parties: Party, address: str = "古山镇金江龙村环城路12号") -> Case:
    """A dispute of these people."""
    state = first_state(f"D2026-{next(_numbers):06d}", "jinhua")
    state.parties, state.incidents[0].parties, state.incidents[0].address = list(parties), list(parties), address
    ids = iter(f"{state.dispute_no}-{n}" for n in range(99))
    case = Case(state, lambda: state.opened_at, lambda: next(ids))
    case.log("opened", "受理立案")
    return case


async def published(database: Database, *parties: Party, address: str = "古山镇金江龙村环城路12号") -> str:
    """The number of a dispute of these people that the read model has."""
    case = case_of(*parties, address=address)
    await write_image(database, project(case.state))
    return case.state.dispute_no


async def found(database: Database, words: str, by: By = "name", who: Actor = SUPERVISOR) -> set[str]:
    """The numbers that a search finds."""
    asked = sought(words, by)
    assert asked, words
    async with database.read() as session:
        page = await list_disputes(session, who, DisputeFilter(matter="", marks=asked), limit=200, cursor=None)
    return {row.dispute_no for row in page.rows}


async def test_every_planted_name_is_found_however_it_is_asked_for(database: Database) -> None:
    numbers = {name: await published(database, Party(name=name, side="a")) for name, _ in PLANTED}
    for name, ways in PLANTED:
        for words in ways:
            assert await found(database, words) == {numbers[name]} | {
                numbers[other] for other, others in PLANTED if words in others
            }, words
    assert await found(database, "王大明") == set()
    assert sought("王", "name") == sought("某某", "name") == []


async def test_telephones_are_found_whole_and_by_their_ends(database: Database) -> None:
    number = await published(database, Party(name="罗建国", side="a", phone="+86 138 1234 5678"))
    landline = await published(database, Party(name="李娜", side="a", phone="0579-87121234"))
    for words in ("13812345678", "138 1234 5678", "5678", "345678", "12345678"):
        assert await found(database, words, "phone") == {number}, words
    for words in ("1234", "87121234", "0579-87121234"):
        assert await found(database, words, "phone") == {landline}, words


async def test_addresses_are_found_by_their_parts(database: Database) -> None:
    number = await published(database, address="古山镇金江龙村环城路12号阳光花园3幢2单元501室")
    other = await published(database, address="古山镇金江龙村环城路14号")
    for words, expected in (
        ("环城路", {number, other}),
        ("环城", {number, other}),
        ("環城路十二号", {number}),
        ("阳光花园", {number}),
        ("阳光花园3栋", {number}),
        ("金江龙村", {number, other}),
        ("中山路", set()),
    ):
        assert await found(database, words, "address") == expected, words


async def test_nobody_finds_more_than_he_may_open(database: Database) -> None:
    number = await published(database, Party(name="欧阳建国", side="a"))
    case = case_of(Party(name="欧阳小红", side="a"))
    kept = project(case.state).model_copy(update={"sensitivity": 3})
    await write_image(database, kept)
    assert await found(database, "欧阳", who=STRANGER) == set()
    assert await found(database, "欧阳") == {number}  # that one of the name is kept, the search does not say


async def test_what_changed_is_found_and_what_is_gone_no_more(database: Database) -> None:
    case = case_of(Party(name="罗建国", side="a"))
    number, first = case.state.dispute_no, project(case.state)
    await write_image(database, first)
    correct_party(case, CorrectParty(party="罗建国", name="罗建业", phone="13812345678", reason="当面核实"), by=None)
    await write_image(database, project(case.state, since=first.revision, basis=first.basis))
    assert await found(database, "建业") == await found(database, "5678", "phone") == {number}
    await forget(database, number)
    assert await found(database, "建业") == set()
    await replace_image(database, project(case.state))
    assert await found(database, "建业") == {number}


async def test_a_turned_key_loses_nobody_and_the_doctor_compares(anywhere: Settings) -> None:
    async with opened(anywhere) as database:
        image = project(case_of(Party(name="罗建国", side="a")).state)
        await write_image(database, image)
        old = anywhere.key_file.read_text()
        anywhere.key_file.write_text(f"k2:{base64.b64encode(bytes(range(32))).decode()}\n{old}")
        try:
            unlock(load_keys(anywhere.key_file))
            assert await found(database, "建国") == {image.dispute_no}
            async with database.read() as session:
                stored = await stored_rows(session, image.dispute_no)
            assert differences(stored, rows_of(image, like=stored)) == []
            stored[SearchTokenRow].pop()
            assert differences(stored, rows_of(image, like=stored)) == ["查找码：读库缺少"]
        finally:
            anywhere.key_file.write_text(old)


PRIVATE = ("罗建国", "建国", "13812345678", "环城路")


async def test_nothing_of_it_stands_in_the_database(database: Database) -> None:
    await published(database, Party(name="罗建国", side="a", phone="13812345678"))
    if database.sqlite:
        file = Path(str(database.engine.url.database))
        kept = b"".join(each.read_bytes() for each in file.parent.glob(f"{file.name}*"))
        assert kept.count(b"search_token") > 1
        assert [each for each in PRIVATE if each.encode() in kept] == []
        return
    async with database.read() as session:
        tables = select(text("tablename")).select_from(text("pg_tables")).where(text("schemaname = 'public'"))
        for table in list((await session.execute(tables)).scalars()):
            rows = (await session.execute(text(f'SELECT t::text FROM "{table}" t'))).scalars()
            dump = "\n".join(rows)
            assert [each for each in PRIVATE if each in dump or each.encode().hex() in dump] == [], table
