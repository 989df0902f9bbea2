"""Notices at every start: what is not as the mechanism has it, and no reason not to start.

Posts that nobody holds; an edition whose content changed under its name. The latter is no refusal: each case has pinned
its own content and goes on by it, so nothing breaks, and a system that stands still over a mended comma would be worse.
But two mechanisms are called the same, and whoever reads a case or a figure by its edition can't tell them apart.
"""

from __future__ import annotations

from dataclasses import dataclass

import structlog

from domain.errors import StoreUnavailable
from domain.policy.playbook import Playbook
from domain.triage.vacancies import Unheld, unheld
from infra.database.engine import Database, open_database
from infra.read_model.playbook_editions import Pinned, pinned
from infra.records.people import DirectoryCache, held_posts
from infra.runtime.settings import Settings

log = structlog.get_logger()


@dataclass(frozen=True)
class Changed:
    """Disputes pinned another content of the edition than the file has now."""

    playbook: str
    edition: str
    digest: str
    others: tuple[Pinned, ...]

    def message(self) -> str:
        """One sentence."""
        cases = ", ".join(f"{case.dispute_no} ({case.digest})" for case in self.others)
        return (
            f"edition {self.edition} of {self.playbook} ({self.digest}) is not what disputes under this name pinned: "
            f"{cases}; they keep theirs. Give the changed file a new edition · 同名版本的内容已改，请另起版本号"
        )


async def notices(database: Database, playbook: Playbook) -> list[Unheld | Changed]:
    """The notices of an installation.

    Raises:
        StoreUnavailable
    """
    async with database.read() as session:
        held, cases = await held_posts(session), await pinned(session, playbook.code, playbook.edition)
    others = {case.dispute_no: case for case in cases if case.digest != playbook.digest}
    changed = [Changed(playbook.code, playbook.edition, playbook.digest, tuple(others.values()))] if others else []
    return [*unheld(playbook.process, await DirectoryCache(database).read(), held), *changed]


async def notice_messages(settings: Settings, playbook: Playbook) -> list[str]:
    """The same as sentences.

    Raises:
        StoreUnavailable
    """
    database = open_database(settings)
    try:
        return [notice.message() for notice in await notices(database, playbook)]
    finally:
        await database.close()


async def log_notices(database: Database, playbook: Playbook) -> None:
    """Puts the notices into the log, in codes; that the database is away is reported elsewhere."""
    try:
        found = await notices(database, playbook)
    except (StoreUnavailable, ValueError):  # ValueError: nobody has been loaded yet
        return
    for notice in found:
        if isinstance(notice, Changed):
            log.warning("edition_changed", playbook=notice.playbook, edition=notice.edition, digest=notice.digest,
                        disputes=[case.dispute_no for case in notice.others])  # fmt: skip
        else:
            log.warning("post_unheld", role=notice.role, at=notice.at, missing=len(notice.without), of=notice.of)
