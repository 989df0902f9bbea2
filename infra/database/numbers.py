"""Numbers given out one after the other, without gaps: of disputes, of reports."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Executable
from sqlmodel import col

from infra.database.statements import inserting
from infra.database.tables.intake import NumberRow
from infra.database.transactions import Work


def _counted(insert: Any) -> Executable:
    counted: Executable = insert.on_conflict_do_update(
        index_elements=["series"], set_={"last": col(NumberRow.last) + 1}
    ).returning(col(NumberRow.last))
    return counted


_COUNT = inserting(NumberRow, _counted)


def next_in(series: str) -> Work[int]:
    """The next number of a series, the first one too. The row is held until its transaction commits, so none is given
    twice, and one given in vain is given again.
    """
    [(last,)] = yield _COUNT, {"series": series, "last": 1}
    return int(last)
