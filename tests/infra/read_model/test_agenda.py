"""What is set for a later day is found by whose posts it will be asked of, until it is put or dropped; and what waits
by its deadline."""

from __future__ import annotations

from datetime import timedelta

from domain.image.projection import project
from domain.people.organisation import Actor, Post
from domain.policy.stages import Stage
from infra.database.engine import Database
from infra.read_model.workbench.agenda import documents_of, planned_for, sittings_beside, waiting_of
from infra.read_model.writer import replace_image, rows_of, stored_rows
from infra.runtime.settings import Settings
from tests.infra.published_cases import PublishedCase
from tests.infra.stores import opened

OFFICER = [Post(role="responsible_officer", path="/county/bureau/station-gushan")]
MINE = Actor(person_id="p-1", name="责任民警", posts=OFFICER)
OTHERS = Actor(
    person_id="p-2", name="责任民警", posts=[Post(role="responsible_officer", path="/county/bureau/station-z")]
)
MONTH = timedelta(days=30)


async def test_what_is_set_for_a_day_is_found_until_it_is_put_or_dropped(anywhere: Settings) -> None:
    async with opened(anywhere) as database:
        case = PublishedCase(database)
        first, second = (
            case.case.open("visit", to=OFFICER, about={"party": "甲", "visit": n}, limit=None,
                           opens_at=case.now + timedelta(days=n))
            for n in (7, 14)
        )  # fmt: skip
        await case.publish()
        assert await _planned(database, MINE, case) == [first.task_id, second.task_id]
        assert await _planned(database, OTHERS, case) == []
        case.now += timedelta(days=7)
        case.case.begin(first)
        await case.publish()
        assert await _planned(database, MINE, case) == [second.task_id]
        async with database.read() as session:
            waits = await waiting_of(session, MINE, case.now - MONTH, case.now + MONTH, late=True)
            assert [row.task_id for row in waits] == [first.task_id]
            assert await waiting_of(session, MINE, case.now - MONTH, case.now - MONTH / 2, late=False) == []
            assert await waiting_of(session, MINE, case.now - MONTH, case.now + MONTH, late=True, own=True) == []
            assert set(await documents_of(session, [case.number, "D1999-000001"])) == {case.number}
        case.case.void([second], "不再需要")
        await case.publish()
        assert await _planned(database, MINE, case) == []


async def test_the_rows_of_the_whole_image_are_those_that_its_changes_made(anywhere: Settings) -> None:
    async with opened(anywhere) as database:
        case = PublishedCase(database)
        visits = [
            case.case.open("visit", to=OFFICER, about={"party": "甲", "visit": n}, opens_at=case.now + n * MONTH)
            for n in (1, 2, 3)
        ]
        await case.publish()
        case.case.begin(visits[0])
        case.case.void([visits[1]], "不再需要")
        await case.publish()
        async with database.read() as session:
            stored = await stored_rows(session, case.number)
        whole = rows_of(project(case.state), like=stored)
        table = next(each for each in stored if each.__tablename__ == "appointment")
        assert [row["task_id"] for row in stored[table]] == [visits[2].task_id]
        assert [row["task_id"] for row in whole[table]] == [visits[2].task_id]
        assert await replace_image(database, project(case.state))
        assert await _planned(database, MINE, case) == [visits[2].task_id]


async def _planned(database: Database, actor: Actor, case: PublishedCase) -> list[str]:
    async with database.read() as session:
        found = await planned_for(session, actor, case.now - MONTH, case.now + 5 * MONTH)
    return [each.row.task_id for each in found]


async def test_a_session_is_found_by_posts_that_have_a_part_in_its_case_and_are_not_asked(anywhere: Settings) -> None:
    beside = [Post(role="mediator", path="/county/justice-gushan")]
    async with opened(anywhere) as database:
        case = PublishedCase(database)
        had = case.case.open("visit", to=beside, about={"party": "甲", "visit": 1}, limit=None)
        case.case.enter(Stage.MEDIATION)
        case.case.void([had], "不再需要")
        waits = case.case.open("mediate", to=OFFICER, about={"title": "联合调解·第1次"}, limit=None)
        later = case.case.open("mediate", to=OFFICER, about={"title": "联合调解·第2次"}, limit=None,
                               opens_at=case.now + timedelta(days=7))  # fmt: skip
        await case.publish()
        begins, ends = case.now - MONTH, case.now + MONTH
        async with database.read() as session:
            now, planned = await sittings_beside(session, beside, begins, ends)
            assert [each.row.task_id for each in now] == [waits.task_id]
            assert [each.planned.row.task_id for each in planned] == [later.task_id]
            assert await sittings_beside(session, OFFICER, begins, ends) == ([], []), "they are asked themselves"
            others = [Post(role="mediator", path="/county/justice-baiyang")]
            assert await sittings_beside(session, others, begins, ends) == ([], [])
            assert await sittings_beside(session, beside, ends, ends + MONTH) == ([], [])
