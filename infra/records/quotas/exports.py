"""What a person takes out (tables, histories), counted by the hour in the database: for all processes together, and in
one statement, so that many at once are no more than many one after another.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, case, inspect, or_

from domain.base import china
from domain.errors import QuotaReached
from infra.database.engine import Database
from infra.database.statements import inserting
from infra.database.tables.operations import ExportsRow
from infra.database.transactions import Work
from infra.records.access_log.log import AccessLog

HOUR = timedelta(hours=1)
_KEPT: Any = inspect(ExportsRow).local_table.c


def _one_more(insert: Any) -> Any:
    """One row a person, however long he is here: in a new hour it begins anew; where he has had all, no row changes."""
    new = insert.excluded
    return insert.on_conflict_do_update(
        index_elements=["person_id"],
        set_={"taken": case((_KEPT.hour == new.hour, _KEPT.taken + 1), else_=1), "hour": new.hour},
        where=or_(_KEPT.hour != new.hour, _KEPT.taken < bindparam("most")),
    ).returning(_KEPT.taken)


_ONE_MORE = inserting(ExportsRow, _one_more)


class ExportQuota:
    """Lets a person take something out so many times in an hour of the clock."""

    def __init__(self, database: Database, access: AccessLog, most: int) -> None:
        self._database, self._access, self._most = database, access, most

    async def count(self, person_id: str, what: str, dispute_no: str | None = None) -> None:
        """Counts it, before he is given it; `what` is its word in the access log. No session of the caller is open.

        Raises:
            QuotaReached: says when the next hour begins; noted, once while he goes on trying.
            StoreUnavailable: it can't be counted now.
        """
        at = datetime.now(UTC)
        if await self._database.transact(counted(person_id, at, self._most)):
            return
        again = _hour(at) + HOUR
        self._access.note_once(person_id, dispute_no, what, {}, QuotaReached.code)
        raise QuotaReached(
            f"每小时最多导出{self._most}次，请于{china(again):%H:%M}后再导出",
            after=int((again - at).total_seconds()) + 1,
        )


def counted(person_id: str, at: datetime, most: int) -> Work[bool]:
    """Counts one more of somebody's hour in the database; false where he has had `most`, and none is counted."""
    rows = yield _ONE_MORE, {"person_id": person_id, "hour": _hour(at), "taken": 1, "most": most}
    return bool(rows)


def _hour(at: datetime) -> datetime:
    return at.replace(minute=0, second=0, microsecond=0)
