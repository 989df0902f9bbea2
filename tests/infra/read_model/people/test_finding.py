"""Accounts looked for by who keeps them: those without a post too, the closed ones by name."""

from __future__ import annotations

from infra.database.tables.people import OrganisationRow, PersonRow, PostRow
from infra.read_model.people.finding import Sought, found
from infra.runtime.settings import Settings
from tests.infra.stores import opened


async def test_accounts_without_posts_are_found_by_whom_that_concerns(anywhere: Settings) -> None:
    async with opened(anywhere) as database:
        async with database.write() as session:
            session.add(OrganisationRow(code="county", name="示范县", path="/county", level="county", line="gov_center",
                                        kind="county"))  # fmt: skip
            for name, active in (("held", True), ("free", True), ("gone", False)):
                session.add(PersonRow(person_id=name, username=name, name="王五", password_hash="-", active=active))
            await session.flush()
            session.add(PostRow(post_id="1", person_id="held", role="leader", organisation_code="county",
                                path="/county"))  # fmt: skip
        async with database.read() as session:

            async def usernames(sought: Sought) -> list[str]:
                return [each.username for each in (await found(session, ["/county"], sought, 9, None)).rows]

            assert await usernames(Sought()) == ["held"]
            assert await usernames(Sought(postless=True)) == ["free", "held"]
            assert await usernames(Sought(words="王", postless=True)) == ["free", "gone", "held"]
            assert await usernames(Sought(words="王", role="leader", postless=True)) == ["held"]
