"""Lists show what the rules say, in one order, on SQLite and PostgreSQL, from whichever end they are gone about."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from sqlalchemy import select, update
from sqlmodel import col

from bench.filling import LAST
from bench.looks import DISPUTES, INBOXES, actor
from domain.errors import FieldsInvalid
from domain.people.organisation import ROLES, Actor, Post, Sight, within
from domain.people.permissions import INTAKE_ROLES
from infra.database.engine import Database, migrate
from infra.database.pagination import cursor_of
from infra.database.tables.intake import IncidentRow
from infra.database.tables.people import PostRow
from infra.database.tables.read_model import AddresseeRow, BarredRow, DisputeRow, InvolvementRow, TaskRow
from infra.read_model import list_strategy as choosing
from infra.read_model.disputes import DisputeFilter, find_dispute, list_disputes, revision_of
from infra.read_model.tasks import InboxFilter, count_boxes, find_task, find_task_at, inbox
from infra.read_model.urgency_order import order_columns, place_in_order
from infra.runtime.settings import Settings
from tests.infra.stores import AT, dispute, opened
from tests.postgres import Cluster

BOXES = ("todo", "claimable", "mine", "done", "watched")
WAYS = {"looked up": (10**6, 10**6), "compared": (0, 10**6), "walked": (0, 0)}
"""How long lists are gone about, by the limits that make it so."""


FILLED: dict[str, Settings] = {}
"""The filled installation of each kind of database, to be copied: filling one takes seconds."""


@pytest_asyncio.fixture(loop_scope="session")
async def filled(
    anywhere: Settings, postgres: Cluster, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Database]:
    """Four hundred disputes of the demo county, the test's own."""
    kind = "sqlite" if anywhere.sqlite_path else "postgresql"
    if kind not in FILLED:
        async with opened(anywhere, disputes=400):
            FILLED[kind] = anywhere
    async with opened(copy_of(FILLED[kind], tmp_path_factory.mktemp("filled") / "var", postgres)) as database:
        yield database


def copy_of(whole: Settings, var: Path, postgres: Cluster) -> Settings:
    """An installation that nobody has open, once more: its database and its key."""
    shutil.copytree(whole.var, var)
    copied = Settings(var=var)
    if whole.sqlite_path:
        return copied
    template = whole.database_url.rpartition("/")[2]
    return copied.model_copy(update={"database_url": postgres.database(f"TEMPLATE {template}")})


async def rows(database: Database, table: Any) -> list[Any]:
    async with database.read() as session:
        return list((await session.execute(select(table))).scalars())


async def numbers(database: Database, who: Actor, *, limit: int = 200, **filters: Any) -> list[str]:
    """All of a person's list, page by page."""
    found: list[str] = []
    cursor: str | None = None
    while True:
        async with database.read() as session:
            page = await list_disputes(session, who, DisputeFilter(**filters), limit=limit, cursor=cursor)
        found += [row.dispute_no for row in page.rows]
        cursor = page.next_cursor
        if cursor is None:
            return found


async def boxed(database: Database, who: Actor, box: str, *, limit: int = 200, **filters: Any) -> list[str]:
    """All of a box, page by page."""
    found: list[str] = []
    cursor: str | None = None
    while True:
        async with database.read() as session:
            page = await inbox(session, who, box, InboxFilter(**filters), limit=limit, cursor=cursor, now=LAST)
        found += [row.task_id for row in page.rows]
        cursor = page.next_cursor
        if cursor is None:
            return found


def reaches(post: Post, part: InvolvementRow) -> bool:
    """The rule of sight, told in Python."""
    match ROLES[post.role].sight:
        case Sight.SUBTREE:
            return within(part.path, post.path)
        case Sight.ORGANISATION:
            return part.path == post.path
        case Sight.OWN:
            return (part.path, part.role) == (post.path, post.role)
        case Sight.NONE:
            return False


# --- who sees what


@pytest.mark.parametrize("way", WAYS)
async def test_a_list_holds_what_its_reader_may_see_and_nothing_else(
    filled: Database, way: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    few, some = WAYS[way]
    monkeypatch.setattr(choosing, "FEW", few)
    monkeypatch.setattr(choosing, "SOME", some)
    disputes, parts, reports = [await rows(filled, table) for table in (DisputeRow, InvolvementRow, IncidentRow)]
    lengths = set()
    for _, role, organisation in (*DISPUTES, ("nobody's", "admin_system", "county")):
        who = actor(role, organisation)
        seen = {p.dispute_no for p in parts if any(reaches(post, p) for post in who.posts)}
        if who.has_role(*INTAKE_ROLES):
            seen |= {r.dispute_no for r in reports if r.received_by == who.person_id and not r.joined}
        newest_first = sorted(disputes, key=lambda d: (d.opened_at, d.dispute_no), reverse=True)
        expected = [d.dispute_no for d in newest_first if d.dispute_no in seen]
        assert await numbers(filled, who) == expected, role
        assert await numbers(filled, who, limit=7) == expected, role
        assert await numbers(filled, who, sort="dispute_no", limit=50) == sorted(expected), role
        town = "/county/town-baiyang"
        there = {p.dispute_no for p in parts if within(p.path, town)}
        assert await numbers(filled, who, organisation=town) == [n for n in expected if n in there], role
        lengths.add(len(expected))
        async with filled.read() as session:
            for number in ("D2024-000100", "D2026-000390"):
                found = await find_dispute(session, who, number)
                assert (found is not None) == (number in seen)
    assert len(lengths) > 5


async def test_a_path_is_below_another_only_past_a_slash(anywhere: Settings) -> None:
    """`/county/a-b` and `/county/a0` sort around `/county/a/…` and belong to neither."""
    paths = (
        "/county/a",
        "/county/a/x",
        "/county/a-b",
        "/county/a0",
        "/county/a.",
        "/county/A",
        "/county/a/x/y",
        "/county/b",
    )
    async with opened(anywhere) as database:
        async with database.write() as session:
            for n, path in enumerate(paths):
                session.add(dispute(f"D2026-{n:06}"))
                session.add(InvolvementRow(dispute_no=f"D2026-{n:06}", role="", path=path))
        chief = Actor(person_id="p", name="某", posts=[Post(role="station_chief", path="/county/a")])
        assert await numbers(database, chief, sort="dispute_no") == [f"D2026-{n:06}" for n in (0, 1, 6)]
        everybody = Actor(person_id="p", name="某", posts=[Post(role="supervisor", path="/county")])
        assert len(await numbers(database, everybody)) == len(paths)


async def test_boxes_hold_what_the_rules_say(filled: Database) -> None:
    async with filled.write() as session:  # some fall to those above: everybody at the addressed post is barred
        waiting = select(col(TaskRow.task_id)).where(col(TaskRow.state) == "open").limit(12)
        for task_id in (await session.execute(waiting)).scalars():
            path = "/county/bureau/station-baiyang"
            post: dict[str, Any] = {"role": "department_leader", "path": path, "watches": False, "state": "open"}
            await session.merge(AddresseeRow(task_id=task_id, **post))
            holders = select(col(PostRow.person_id)).where(
                col(PostRow.role) == "department_leader", col(PostRow.path) == path
            )
            for person_id in (await session.execute(holders)).scalars():
                await session.merge(BarredRow(task_id=task_id, person_id=person_id))
        # These holders are barred from those twelve, and from no other: one more at their post stays theirs.
        other = select(col(TaskRow.task_id)).where(col(TaskRow.state) == "open").offset(12).limit(1)
        other_id = (await session.execute(other)).scalar_one()
        await session.merge(AddresseeRow(task_id=other_id, **post))
        await session.merge(BarredRow(task_id=other_id, person_id="somebody"))
    tasks, asked, barred, posts = [await rows(filled, t) for t in (TaskRow, AddresseeRow, BarredRow, PostRow)]
    not_for = {(b.task_id, b.person_id) for b in barred}
    held = {(p.role, p.path, p.person_id) for p in posts}
    bar = {b.task_id for b in barred}

    def falls_to(who: Actor, a: AddresseeRow) -> bool:
        if any((a.role, a.path) == (p.role, p.path) for p in who.posts):
            return True
        free = any((role, path) == (a.role, a.path) and (a.task_id, i) not in not_for for role, path, i in held)
        above = any(a.role == p.role and within(a.path, p.path) for p in who.posts)
        return above and a.task_id in bar and not free

    totals = dict.fromkeys(BOXES, 0)
    for role, organisation in (*((r, o) for _, r, o in INBOXES), ("department_leader", "bureau")):
        who = actor(role, organisation)
        mine = {a.task_id for a in asked if not a.watches and falls_to(who, a)}
        watched = {
            a.task_id for a in asked if a.watches and any((a.role, a.path) == (p.role, p.path) for p in who.posts)
        }
        barred_from = {task_id for task_id, person_id in not_for if person_id == who.person_id}
        rule = {
            "claimable": [t for t in tasks if t.state == "open" and t.task_id in mine - barred_from],
            "mine": [t for t in tasks if t.state == "claimed" and t.assignee == who.person_id],
            "done": [t for t in tasks if t.state == "done" and t.decided_by == who.person_id],
            "watched": [t for t in tasks if t.state in ("open", "claimed") and t.task_id in watched],
        }
        rule["todo"] = rule["mine"] + rule["claimable"]
        for box in BOXES:
            wanted = sorted(rule[box], key=lambda t: t.task_id if box == "done" else place_in_order(t, LAST))
            expected = [t.task_id for t in wanted]
            assert await boxed(filled, who, box) == expected, (role, box)
            assert await boxed(filled, who, box, limit=3) == expected, (role, box)
            kinds = [t.task_id for t in wanted if t.kind == "handle_on_scene"]
            assert await boxed(filled, who, box, kind="handle_on_scene") == kinds
            async with filled.read() as session:
                assert await count_boxes(session, who, [box]) == {box: len(expected)}
                for task_id in expected[:2]:
                    assert (row := await find_task(session, who, task_id))
                    assert (found := await find_task_at(filled, session, who, task_id))
                    assert found[0].model_dump() == row.model_dump()
                    assert found[1].revision == await revision_of(session, row.dispute_no)
            totals[box] += len(expected)
    assert all(totals.values()), totals
    leader = actor("department_leader", "bureau")
    assert len(await boxed(filled, leader, "claimable")) == 12


# --- searching

TITLES = {
    "D2026-000001": "4S店退车纠纷（古山社区）",
    "D2026-000002": "停车纠纷（100%小区）",
    "D2026-000003": "停车_充电纠纷",
    "D2026-000004": "反斜\\杠纠纷",
    "D2026-000005": "Ｗｉｆｉ噪音ÄÖ",
    "D2027-000001": "wiFI 邻里/纠纷",
}


@pytest.mark.parametrize(
    ("q", "found"),
    [
        ("停车", (2, 3)), ("4s", (1,)), ("4S店", (1,)), ("%", (2,)), ("_", (3,)), ("\\", (4,)), ("/", (6,)),
        ("100%", (2,)), ("停车%", ()), ("停_车", ()), ("WIFI", (6,)), ("ｗｉＦＩ", (5,)), ("äö", (5,)), ("纠 纷", ()),
        ("d2027", (6,)), ("D2026-00000", (1, 2, 3, 4, 5)), ("000001", (1, 6)), (" 停车 ", (2, 3)), ("'; --", ()),
        ("邻里纠纷", ()), ("土地", (1, 2, 3, 4, 5, 6)), ("\x00", ()),
    ],
)  # fmt: skip
async def test_words_are_found_as_they_are_written_whatever_their_case(
    anywhere: Settings, q: str, found: Sequence[int]
) -> None:
    everybody = Actor(person_id="p", name="某", posts=[Post(role="supervisor", path="/county")])
    async with opened(anywhere) as database:
        async with database.write() as session:
            for number, title in TITLES.items():
                session.add(dispute(number, title=title, category_name="土地纠纷案"))
                session.add(InvolvementRow(dispute_no=number, role="", path="/county"))
        got = await numbers(database, everybody, q=q, sort="dispute_no")
        assert got == [list(TITLES)[n - 1] for n in found]


@pytest.mark.parametrize(("q", "found"), [("4s店", 1), ("停车", 2), ("%", 1), ("_", 1), ("\\", 1), ("d2027", 1)])
async def test_a_box_is_searched_alike(anywhere: Settings, q: str, found: int) -> None:
    async with opened(anywhere) as database:
        async with database.write() as session:
            for n, (number, title) in enumerate(TITLES.items()):
                session.add(TaskRow(
                    task_id=f"t-{n}", dispute_no=number, kind="visit", state="claimed", round=1, colour="blue",
                    title=title, assignee="p", opened_at=AT, overdue=False, urgency=1, sealed={},
                ))  # fmt: skip
        who = Actor(person_id="p", name="某", posts=[])
        assert len(await boxed(database, who, "mine", q=q)) == found


# --- order


def waiting(n: int, **more: Any) -> TaskRow:
    """A claimed task, due so many hours from the tests' now."""
    due = more.pop("due", None)
    due_at = None if due is None else LAST + timedelta(hours=due)
    row: dict[str, Any] = {
        "task_id": f"t-{n:02}", "dispute_no": "D2026-000001", "kind": "visit", "state": "claimed", "round": 1,
        "colour": "blue", "title": "停车纠纷", "assignee": "p", "opened_at": AT, "overdue": False, "urgency": 100,
        "sealed": {},
    }  # fmt: skip
    row |= {"due_at": due_at, **more}
    clock = {name: more[name] for name in ("ahead", "suspended") if name in more}
    return TaskRow(**row, **order_columns(row["urgency"], due_at, **clock))


async def test_an_inbox_goes_by_real_due_time_within_classes_of_urgency(anywhere: Settings) -> None:
    """A red with a day left stands below a blue with an hour, what is due in a month at the end, in either database."""
    drilled = {"due": 10 * 24 + 2, "ahead": 10 * 86_400}
    order = [
        waiting(9, due=-1, overdue=True, urgency=1300),
        waiting(8, due=-30, overdue=True, urgency=1100),
        waiting(7, due=1),
        waiting(6, **drilled),  # its own clock is ten days ahead: two hours are left
        waiting(5, due=3, urgency=300),
        waiting(3, due=3),
        waiting(4, due=3),  # has waited less long
        waiting(2, due=25, urgency=300),
        waiting(1, due=29 * 24, urgency=300),
        waiting(0),
        waiting(10, due=1, suspended=True),
    ]
    async with opened(anywhere) as database:
        async with database.write() as session:
            session.add_all([row.model_copy() for row in sorted(order, key=lambda row: row.task_id)])
        who = Actor(person_id="p", name="某", posts=[])
        wanted = [row.task_id for row in order]
        assert await boxed(database, who, "mine") == wanted
        assert await boxed(database, who, "mine", limit=2) == wanted


async def test_a_made_up_cursor_of_a_box_finds_nothing_and_breaks_nothing(anywhere: Settings) -> None:
    async with opened(anywhere) as database, database.read() as session:
        who, huge = Actor(person_id="p", name="某", posts=[]), 2**62
        made_up = cursor_of(LAST, huge, LAST, huge, "t")
        page = await inbox(session, who, "mine", InboxFilter(), limit=2, cursor=made_up, now=LAST)
        assert page.rows == []


async def test_the_pages_of_a_box_go_by_one_now(anywhere: Settings) -> None:
    """What becomes urgent between two pages is neither missed nor shown twice."""
    async with opened(anywhere) as database:
        async with database.write() as session:
            session.add_all([waiting(n, due=5 + n) for n in range(6)])
        who, found, cursor = Actor(person_id="p", name="某", posts=[]), [], None
        for later in range(3):
            now = LAST + timedelta(hours=2 * later)
            async with database.read() as session:
                page = await inbox(session, who, "mine", InboxFilter(), limit=2, cursor=cursor, now=now)
            found += [row.task_id for row in page.rows]
            cursor = page.next_cursor
        assert found == [f"t-{n:02}" for n in range(6)]


async def test_ids_sort_by_code_point_also_in_a_database_of_a_language(postgres: Cluster, tmp_path: Path) -> None:
    """A language would put `a-b` beside `ab`, fold case and sort Chinese by pinyin; SQLite does none of it."""
    ids = ["D2026-000002", "D2026-1", "D2026-10", "D2026-9", "D2026_1", "d2026-1", "D-中", "D-阿", "D-a", "D-B"]
    url = postgres.database(postgres.sorts_by_language())
    everybody = Actor(person_id="p", name="某", posts=[Post(role="supervisor", path="/county")])
    orders = []
    for settings in (Settings(var=tmp_path / "lite"), Settings(var=tmp_path / "pg", database_url=url)):
        await asyncio.to_thread(migrate, settings)
        async with opened(settings) as database:
            async with database.write() as session:
                for number in ids:
                    session.add(dispute(number))
                    session.add(InvolvementRow(dispute_no=number, role="", path="/county/town"))
            orders.append(await numbers(database, everybody, limit=3))
            assert await numbers(database, everybody, limit=3, sort="dispute_no") == sorted(ids)
    assert orders[0] == orders[1] == sorted(ids, reverse=True)


async def test_disputes_of_one_moment_are_paged_without_loss(anywhere: Settings) -> None:
    everybody = Actor(person_id="p", name="某", posts=[Post(role="supervisor", path="/county")])
    async with opened(anywhere) as database:
        async with database.write() as session:
            for n in range(40):
                number = f"D2026-{n:06}"
                session.add(dispute(number, opened_at=AT + timedelta(microseconds=n // 15)))
                session.add(InvolvementRow(dispute_no=number, role="", path="/county"))
        for sort in ("-opened_at", "opened_at", "dispute_no", "-dispute_no"):
            found = await numbers(database, everybody, limit=6, sort=sort)
            assert found == sorted(found, reverse=sort.startswith("-"))
            assert len(found) == 40
        since = AT + timedelta(microseconds=2)
        assert len(await numbers(database, everybody, opened_from=since)) == 10
        assert len(await numbers(database, everybody, opened_to=since)) == 30


async def test_a_list_shows_what_was_changed_a_moment_ago(filled: Database) -> None:
    who = actor("supervisor", "county")
    [number] = (await numbers(filled, who, limit=200))[:1]
    async with filled.write() as session:
        await session.execute(update(DisputeRow).where(col(DisputeRow.dispute_no) == number).values(colour="purple"))
    assert await numbers(filled, who, colour="purple") == [number]


async def test_a_character_that_a_database_can_not_hold_is_the_callers_doing(filled: Database) -> None:
    """PostgreSQL refuses a text with a NUL, SQLite has none such: neither is a failure of ours."""
    person = actor("supervisor", "county")
    f = DisputeFilter(source="11\x000")
    if filled.sqlite:
        async with filled.read() as session:
            assert (await list_disputes(session, person, f, limit=5, cursor=None)).rows == []
    else:
        with pytest.raises(FieldsInvalid):
            async with filled.read() as session:
                await list_disputes(session, person, f, limit=5, cursor=None)
