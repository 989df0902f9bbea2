"""Shared by tests of events, digests and streams: a migrated database, published cases, people with posts."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import select

from domain.case.case import Case
from domain.case.state import DisputeState
from domain.image.projection import project
from domain.people.organisation import Actor, Post
from infra.database.engine import Database, migrate, open_database
from infra.database.ids import new_id
from infra.database.tables.messages import EventRow
from infra.database.tables.people import OrganisationRow, PersonRow, PostRow
from infra.read_model.writer import write_image
from infra.records.people import actor_of
from infra.runtime.settings import Settings
from tests.workflows.engine import DIRECTORY, first_state

_numbers = itertools.count(1)


@asynccontextmanager
async def store(var: Path) -> AsyncIterator[Database]:
    """An empty database with the demo county's organisations."""
    settings = Settings(var=var)
    await asyncio.to_thread(migrate, settings)
    database = open_database(settings)
    async with database.write() as session:
        for o in DIRECTORY.organisations:
            row = {**o.model_dump(), "keywords": " ".join(o.keywords)}
            session.add(OrganisationRow.model_validate(row))
    yield database
    await database.close()


class PublishedCase:
    """A case whose images are published one after the other."""

    def __init__(self, database: Database, **more: object) -> None:
        self.database = database
        self.state: DisputeState = first_state(f"D2026-{next(_numbers):06d}", "jinhua", **more)
        self.now = datetime.now(UTC)
        self.case = Case(self.state, lambda: self.now, new_id)
        self.case.log("opened", "受理立案")

    @property
    def number(self) -> str:
        """The dispute's number."""
        return self.state.dispute_no

    async def publish(self) -> list[EventRow]:
        """Writes the image; answers the events that this made."""
        last = max([event.seq or 0 for event in await events(self.database)], default=0)
        await write_image(self.database, project(self.state))
        return [event for event in await events(self.database) if (event.seq or 0) > last]


async def events(database: Database) -> list[EventRow]:
    """All events, in order."""
    async with database.read() as session:
        return list((await session.execute(select(EventRow).order_by(EventRow.seq))).scalars())  # type: ignore[arg-type]


async def hire(database: Database, name: str, *posts: Post) -> Actor:
    """Somebody with posts."""
    async with database.write() as session:
        session.add(PersonRow(person_id=name, username=name, name=f"{name}某", password_hash="-"))
        await session.flush()
        for post in posts:
            listed = DIRECTORY.at(post.path)
            code = listed.code if listed else "county"  # a path that only a test knows
            session.add(
                PostRow(post_id=new_id(), person_id=name, role=post.role, organisation_code=code, path=post.path)
            )
    async with database.read() as session:
        actor = await actor_of(session, name)
    assert actor is not None
    return actor
