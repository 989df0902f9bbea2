"""Drafts of forms, each its writer's own: nobody else is ever shown one, and nothing in it is in force."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import structlog

from api.core.context import Services
from domain.errors import NotFound, TooLarge, Unavailable
from domain.people.organisation import Actor
from infra.database.engine import Session
from infra.database.tables.drafts import DraftRow
from infra.records.drafts import kept as records

log = structlog.get_logger()
EVERY = 3600.0
"""Seconds between two sweeps."""
NAME = re.compile(r"[a-z][a-z0-9_:.-]{0,119}")
LARGEST = 60_000
"""[DESIGN] Characters of a draft; what is longer stays in the page alone."""
MOST_FIELDS = 600
OFFERED = 5
"""Drafts of one sort that a page offers."""


@dataclass(frozen=True)
class Kept:
    """What somebody left in a form, and when; `key` is the form's own, so that it is not sent twice."""

    name: str
    key: str
    saved_at: datetime
    fields: list[tuple[str, str]]


async def keep(services: Services, actor: Actor, name: str, key: str, fields: Sequence[tuple[str, str]]) -> None:
    """Keeps what stands in a form.

    Raises:
        NotFound: no form has this name.
        TooLarge
        StoreUnavailable
    """
    if not NAME.fullmatch(name):
        raise NotFound
    if len(fields) > MOST_FIELDS or sum(len(said) + len(value) for said, value in fields) > LARGEST:
        raise TooLarge("内容太长，不能自动保存，请尽快提交")
    await records.keep_draft(services.database, actor.person_id, name, key[:200], fields, datetime.now(UTC))


async def kept(session: Session, actor: Actor, name: str) -> Kept | None:
    """What the person left in a form."""
    row = await records.draft_of(session, actor.person_id, name, datetime.now(UTC))
    return _kept(row) if row else None


async def all_kept(session: Session, actor: Actor, beginning: str) -> list[Kept]:
    """What the person left in several forms of one sort, named with the same beginning; the latest of them first."""
    rows = await records.drafts_of(session, actor.person_id, beginning, datetime.now(UTC), OFFERED)
    return [_kept(row) for row in rows]


async def sent_under(session: Session, actor: Actor, name: str) -> str:
    """The key under which the person sent a form, found again with the browser's Back; empty where he did not."""
    return await records.sent_under(session, actor.person_id, name)


def _kept(row: DraftRow) -> Kept:
    return Kept(row.name, row.key, row.saved_at, [(str(said), str(value)) for said, value in row.sealed or []])


async def discard(services: Services, actor: Actor, name: str) -> None:
    """Throws a draft of the person's away."""
    await records.discard(services.database, actor.person_id, name)


async def keep_sweeping(services: Services) -> None:
    """Throws away what nobody came back for, as long as the process lives."""
    while True:
        try:
            with services.places.taken("drafts") as alone:
                if alone and (swept := await records.sweep_drafts(services.database, datetime.now(UTC))):
                    log.info("drafts_swept", drafts=swept)
        except Unavailable as error:
            log.warning("drafts_not_swept", error=error.code)
        await asyncio.sleep(EVERY)
