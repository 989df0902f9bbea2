"""A query that is remembered is one of the very posts it was made for: whoever has lost one sees no more by it."""

from __future__ import annotations

from datetime import timedelta

from domain.people.organisation import Actor, Post, Represented
from infra.database.engine import Database
from infra.database.tables.read_model import AddresseeRow, InvolvementRow, TaskRow
from infra.read_model.disputes import find_dispute
from infra.read_model.tasks import InboxFilter, inbox
from infra.runtime.settings import Settings
from tests.infra.stores import AT, dispute, opened

Seen = tuple[list[str], list[str], bool]
NUMBER = "D2026-000001"
HERE, THERE = Post(role="duty_leader", path="/c/here"), Post(role="duty_leader", path="/c/there")


def actor(*posts: Post, deputises: list[Represented] | None = None) -> Actor:
    """Always the same person, with these posts."""
    return Actor(person_id="p", name="某", posts=list(posts), deputises=deputises or [])


async def seen(database: Database, who: Actor) -> Seen:
    """What is in his boxes, and whether he sees the dispute."""
    boxes = []
    async with database.read() as session:
        for box in ("claimable", "watched"):
            page = await inbox(session, who, box, InboxFilter(), limit=9, cursor=None, now=AT)
            boxes.append([row.task_id for row in page.rows])
        return boxes[0], boxes[1], await find_dispute(session, who, NUMBER) is not None


async def test_who_loses_a_post_or_a_deputyship_sees_no_more_by_it(anywhere: Settings) -> None:
    async with opened(anywhere) as database:
        async with database.write() as session:
            session.add(dispute(NUMBER))
            for task_id, watches in (("t-1", False), ("t-2", True)):
                session.add(TaskRow(task_id=task_id, dispute_no=NUMBER, kind="visit", state="open", round=1,
                                    colour="blue", title="停车纠纷", opened_at=AT, overdue=False, urgency=100,
                                    sealed={}))  # fmt: skip
                session.add(AddresseeRow(task_id=task_id, role=HERE.role, path=HERE.path, watches=watches,
                                         state="open"))  # fmt: skip
            session.add(InvolvementRow(dispute_no=NUMBER, role=HERE.role, path=HERE.path))
        other = Represented(person_id="q", name="另", until=AT + timedelta(days=1), posts=[HERE])
        everything: Seen = (["t-1"], ["t-2"], True)
        nothing: Seen = ([], [], False)
        for _ in range(2):
            assert await seen(database, actor(HERE)) == everything
            assert await seen(database, actor(THERE)) == nothing
            assert await seen(database, actor()) == nothing
            assert await seen(database, actor(THERE, HERE)) == everything
            assert await seen(database, actor(THERE, deputises=[other])) == everything
            assert (
                await seen(database, actor(THERE, deputises=[other.model_copy(update={"posts": [THERE]})])) == nothing
            )
