"""Whom a provider means, on both databases: its own word counts once it is on record, and no name."""

from __future__ import annotations

from datetime import UTC, datetime

from infra.database.engine import Database
from infra.database.ids import new_id
from infra.database.tables.people import PersonRow
from infra.records.signing_in.subjects import forget_subjects, person_meant
from infra.runtime.settings import Settings
from tests.infra.stores import opened

AT = datetime(2026, 3, 1, 8, tzinfo=UTC)
ISSUER = "https://sso.example"


async def meant(database: Database, subject: str, username: str, issuer: str = ISSUER) -> str | None:
    async with database.write() as session:
        found = await person_meant(session, issuer, subject, username, AT)
        return found.username if found else None


async def test_a_word_finds_by_name_once_and_by_itself_from_then_on(anywhere: Settings) -> None:
    async with opened(anywhere) as database:
        first, second = new_id(), new_id()
        async with database.write() as session:
            for each in (first, second):
                session.add(PersonRow(person_id=each, username=each, name="甲", password_hash=""))
        word = new_id()
        assert await meant(database, word, "") is None
        assert await meant(database, word, "nobody") is None, "no account is opened by it"
        assert await meant(database, word, first) == first
        assert await meant(database, word, second) == first, "what he is called there does not count any more"
        assert await meant(database, new_id(), first) is None, "his name there was given to somebody else"
        assert await meant(database, word, second, "https://other.example") == second, "another provider's word"
        async with database.write() as session:
            assert await forget_subjects(session, first)
        assert await meant(database, word, second) == second
        async with database.write() as session:
            (await session.get_one(PersonRow, second)).active = False
        assert await meant(database, word, second) is None
