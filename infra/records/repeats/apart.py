"""Reports that people have told apart from the dispute that they had joined (分案): each is a dispute of its own.

Its number is given before the first dispute lets it go, so that both can name each other, and stays its own where that
was refused. The report changes over in the transaction that writes the first image in which it is gone: from then on it
waits to be delivered as what begins a dispute, and a crash in between is mended by the redelivery, as of any report.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import bindparam, select, update
from sqlmodel import col

from domain.image.projection import Image
from infra.database.engine import Database
from infra.database.statements import Statement
from infra.database.tables.intake import IncidentRow
from infra.database.transactions import Work
from infra.records.incidents import next_number, series_of

_THIS = col(IncidentRow.incident_id) == bindparam("id")
_OWN = Statement.of(select(col(IncidentRow.own_no)).where(_THIS))
_KEEP = Statement.of(update(IncidentRow).where(_THIS).values(own_no=bindparam("number")))
_LET_GO = Statement.of(
    update(IncidentRow)
    .where(_THIS, col(IncidentRow.dispute_no) == bindparam("out_of"))
    .values(dispute_no=bindparam("into"), own_no=bindparam("into"), apart_from=bindparam("out_of"), joined=False,
            delivered=False, attempts=0, next_try_at=None, failure=None)
)  # fmt: skip


async def own_number(database: Database, incident_id: str, at: datetime, cell: str | None) -> str:
    """The number of a report as a dispute of its own, in the series of that moment; the same one each time.

    Raises:
        StoreUnavailable: none was given.
    """
    return await database.transact(_numbered(incident_id, series_of(at, cell)), f"own/{incident_id}")


def _numbered(incident_id: str, series: str) -> Work[str]:
    [(known,)] = yield _OWN, {"id": incident_id}
    if known:
        return str(known)
    number = yield from next_number(series)
    yield _KEEP, {"id": incident_id, "number": number}
    return number


def reports_let_go(image: Image, *, stored: int) -> Work[None]:
    """Each report that the case has let go since the stored revision begins its own dispute. In the transaction of that
    image.
    """
    for split in image.document.get("split_off", ()):
        if split["revision"] > stored:
            yield _LET_GO, {"id": split["incident_id"], "out_of": image.dispute_no, "into": split["dispute_no"]}
