"""A dispute in brief, as the answer to a write shows it: from the read model, or from the engine's receipt where the
read model is not there yet.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeVar

from api.core.context import Services
from api.core.schemas import Shape
from domain.errors import StoreUnavailable
from domain.image.projection import Image
from domain.policy.stages import Stage
from domain.transitions.decisions import Receipt
from domain.transitions.message import Seen
from infra.database.engine import Session
from infra.database.tables.read_model import DisputeRow

T = TypeVar("T")


class DisputeBrief(Shape):
    """A dispute as the answer to a write tells it; from the engine itself where `published` is false."""

    dispute_no: str
    stage: Stage
    round: int
    colour: str
    revision: int
    outcome: str | None = None


def brief_of(row: DisputeRow | Image) -> DisputeBrief:
    """A dispute as the read model has it, or is about to."""
    return DisputeBrief(
        dispute_no=row.dispute_no,
        stage=Stage(row.stage),
        round=row.round,
        colour=row.colour,
        revision=row.revision,
        outcome=row.outcome,
    )


def seen_as(row: DisputeRow) -> Seen:
    """How the read model has a dispute, for a message to it."""
    return Seen(revision=row.revision, stage=Stage(row.stage), round=row.round)


def brief_from(receipt: Receipt) -> DisputeBrief:
    """A dispute as the engine answered, where the read model does not show it yet."""
    return DisputeBrief(
        dispute_no=receipt.dispute_no,
        stage=Stage(receipt.stage),
        round=receipt.round,
        colour=receipt.colour,
        revision=receipt.revision,
    )


async def read_at(
    services: Services, session: Session, dispute_no: str, revision: int, read: Callable[[], Awaitable[T]]
) -> T | None:
    """What `read` finds in the read model once that is at a revision; none where it is not there in time, or does not
    answer: what was written is written all the same.

    The session's connection is given back while it waits, and is there again for `read`.
    """
    await session.close()
    try:
        if await services.revisions.published(dispute_no, revision):
            async with services.database.resume(session):
                return await read()
    except StoreUnavailable:
        pass
    return None
