"""Which content of an edition the disputes have pinned."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from infra.database.tables.read_model import DisputeRow


@dataclass(frozen=True)
class Pinned:
    """A dispute, and the digest of the process part it carries."""

    dispute_no: str
    digest: str


async def pinned(session: AsyncSession, playbook: str, edition: str) -> list[Pinned]:
    """The first and the latest dispute of an edition; none where there is none yet.

    Between them others may have pinned yet another content: these two say whether it changed at all, and were not
    changed back.
    """
    query = select(DisputeRow).where(col(DisputeRow.playbook) == playbook, col(DisputeRow.edition) == edition).limit(1)
    ends = (
        query.order_by(col(DisputeRow.opened_at), col(DisputeRow.dispute_no)),
        query.order_by(col(DisputeRow.opened_at).desc(), col(DisputeRow.dispute_no).desc()),
    )
    rows = [row for end in ends for row in (await session.execute(end)).scalars()]
    return [Pinned(row.dispute_no, digest) for row in rows if (digest := row.sealed.get("playbook", {}).get("digest"))]
