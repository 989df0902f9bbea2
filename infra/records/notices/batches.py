"""The number of a batch of hazards (第n批): one series for each kind, sender's organisation and year, without gaps.

Given as notices are numbered (`infra.records.notices.numbering`): in the transaction that writes the image in which the
batch first shows. A record, and no part of the read model.
"""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import bindparam, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.base import china
from domain.image.projection import Image
from infra.database.numbers import next_in
from infra.database.statements import Statement, upserting
from infra.database.tables.notices import HazardBatchRow
from infra.database.transactions import Work
from infra.records.notices.numbering import PREFIX

_KNOWN = Statement.of(
    select(col(HazardBatchRow.number)).where(col(HazardBatchRow.dispute_no) == bindparam("dispute_no"))
)


def batch_numbered(image: Image) -> Work[None]:
    """Gives a batch its number, if it has none. In the transaction of its image."""
    batch = image.document.get("batch")
    if batch is None or image.since or (yield _KNOWN, {"dispute_no": image.dispute_no}):
        return
    path, kind = batch["by"]["path"], batch["kind"]
    series = f"P{PREFIX[kind]}-{path.rpartition('/')[2]}-{china(image.opened_at):%Y}"
    yield upserting(HazardBatchRow), {
        "dispute_no": image.dispute_no, "number": f"{series}-{(yield from next_in(series)):04d}", "kind": kind,
        "path": path, "sent_at": image.opened_at,
    }  # fmt: skip


async def batches_numbered(session: AsyncSession, dispute_nos: Collection[str]) -> dict[str, HazardBatchRow]:
    """The batches of these cases, by the number of the case."""
    query = select(HazardBatchRow).where(col(HazardBatchRow.dispute_no).in_(set(dispute_nos)))
    return {row.dispute_no: row for row in (await session.execute(query)).scalars()}
