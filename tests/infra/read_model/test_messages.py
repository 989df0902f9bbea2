"""A message is shown as long as its dispute is in sight, which is asked of that dispute alone."""

from __future__ import annotations

from functools import partial

from sqlalchemy import select
from sqlmodel import col

from bench.lists import plans
from bench.looks import Look, actor
from domain.people.organisation import Actor
from infra.database.ids import new_id
from infra.database.tables.messages import MessageRow
from infra.database.tables.read_model import DisputeRow
from infra.read_model.disputes import within_sight
from infra.read_model.messages import count_unread, messages_of
from infra.runtime.settings import Settings
from tests.infra.stores import AT, opened

READERS = tuple(
    actor(*held)
    for held in (("supervisor", "county"), ("station_chief", "station-baiyang"), ("department_handler", "housing"))
)


def told(who: Actor, number: str | None) -> MessageRow:
    """An unread message of somebody's."""
    return MessageRow(message_id=new_id(), person_id=who.person_id, kind="note", at=AT, dispute_no=number, sealed={})


async def test_messages_follow_sight_and_gather_no_disputes(anywhere: Settings) -> None:
    async with opened(anywhere, disputes=60) as database:
        async with database.write() as session:
            numbers = list((await session.execute(select(col(DisputeRow.dispute_no)))).scalars())
            session.add_all([told(who, number) for who in READERS for number in (*numbers, "D1999-000001", None)])
        for who in READERS:
            async with database.read() as session:
                seen = await within_sight(session, who, numbers)
                page = await messages_of(session, who, unread=True, limit=99, cursor=None)
                assert sorted(row.dispute_no or "" for row in page.rows) == sorted(["", *seen])
                assert await count_unread(session, who) == len(seen) + 1
            if database.sqlite:
                plan = await plans(database, Look("messages", who.name, "unread", partial(count_unread, actor=who)))
                assert "SCAN dispute" not in plan
                assert "SEARCH dispute" in plan
                assert "involvement_path" not in plan, "of one dispute's parts, not of all that a department ever had"
