"""What is no reason not to start is told at every start: an edition whose content changed, posts that nobody holds."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
import pytest_asyncio
from sqlalchemy import update
from sqlmodel import col

from api.operations.startup_notices import Changed, log_notices, notices
from infra.database.engine import Database
from infra.database.tables.people import PersonRow
from infra.demo import load
from infra.runtime.policy_files import read_playbook
from infra.runtime.settings import Settings
from tests.infra.stores import AT, dispute, opened

BOOK = read_playbook("jinhua")


@pytest_asyncio.fixture(loop_scope="session")
async def installed(anywhere: Settings) -> AsyncIterator[Database]:
    """The demo county without a dispute."""
    await load(anywhere)
    async with opened(anywhere) as database:
        yield database


async def started(database: Database, *cases: tuple[str, str]) -> None:
    """Disputes of the edition, a day apart, each with the digest that it pinned."""
    async with database.write() as session:
        for day, (number, digest) in enumerate(cases):
            pinned = {"playbook": {"code": "jinhua", "edition": BOOK.edition, "digest": digest}}
            session.add(dispute(number, edition=BOOK.edition, opened_at=AT + timedelta(days=day), sealed=pinned))


async def test_an_edition_that_is_what_it_was_is_nothing_to_tell(installed: Database) -> None:
    assert await notices(installed, BOOK) == []
    await started(installed, ("D2026-000001", BOOK.digest), ("D2026-000002", BOOK.digest))
    assert await notices(installed, BOOK) == []


@pytest.mark.parametrize("digests", [("old", "now"), ("now", "old"), ("old", "old")])
async def test_an_edition_changed_under_its_name_is_told_with_disputes(
    installed: Database, digests: tuple[str, str]
) -> None:
    real = {"now": BOOK.digest, "old": "0123456789abcdef"}
    await started(installed, *((f"D2026-00000{n}", real[which]) for n, which in enumerate(digests, start=1)))
    [changed] = await notices(installed, BOOK)
    assert isinstance(changed, Changed)
    others = [f"D2026-00000{n}" for n, which in enumerate(digests, start=1) if which == "old"]
    assert [case.dispute_no for case in changed.others] == others
    assert all(f"{number} (0123456789abcdef)" in changed.message() for number in others)
    assert await notices(installed, BOOK.model_copy(update={"edition": "2026-12"})) == []


async def test_whoever_has_left_holds_no_post(installed: Database) -> None:
    async with installed.write() as session:
        gone = update(PersonRow).where(col(PersonRow.username).like("county-supervisor%")).values(active=False)
        await session.execute(gone)
    [missing] = await notices(installed, BOOK)
    named = "named by rule_items, verify, supervision"
    assert f"督查员 (supervisor) at county, at none of 1: 示范县; {named}" in missing.message()


async def test_an_installation_without_anybody_starts_all_the_same(anywhere: Settings) -> None:
    async with opened(anywhere) as database:
        await log_notices(database, BOOK)
