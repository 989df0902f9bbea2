"""The aliases of places, none ever deleted: what desks merged teaches them, what they parted or deny ends them."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.base import Model
from domain.policy.action_catalogue import MERGER
from domain.triage.address.aliases import CONFIRMATIONS, Alias, Aliases
from infra.database.columns import ring
from infra.database.engine import Database
from infra.database.tables.intake import IncidentRow
from infra.database.tables.operations import PlaceAliasRow
from infra.database.tables.people import PersonRow
from infra.database.tables.read_model import DisputeRow
from infra.records.incidents import MERGED

LOCK = "place_alias"
REMEMBERED = 5.0
"""Seconds for which a process goes by the aliases that it read last."""
MOST_MERGED = 2000
"""So many merged disputes, the latest, are learned from."""
MOST_SHOWN = 200
AT_ONCE = 200
OVER = frozenset({"contradicted", "withdrawn"})
"""Standings that no confirmation changes."""


class Said(Model):
    """Somebody said that two names are one place (`same`), or that they are not."""

    at: datetime
    by: str
    same: bool
    dispute_no: str = ""
    """the dispute that was merged, or was parted again; none where somebody said so on the page"""
    reason: str = ""


class Told(Model):
    """What is sealed of an alias."""

    one: str
    other: str
    said: list[Said] = []


class Merged(NamedTuple):
    """A dispute that was merged into another, by whom, and where each of the two was first reported to be."""

    dispute_no: str
    at: datetime
    by: str
    here: str
    there: str
    people: tuple[str, ...]
    """the names of the parties of both"""


class PlaceAliases:
    """The aliases that serve."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._known = Aliases(())
        self._read_at: float | None = None

    async def serving(self) -> Aliases:
        """Those that serve now.

        Raises:
            StoreUnavailable
        """
        if self._read_at is None or time.monotonic() - self._read_at > REMEMBERED:
            query = select(PlaceAliasRow).where(col(PlaceAliasRow.standing) == "serves")
            async with self._database.read() as session:
                told = [Told.model_validate(row.sealed) for row in (await session.execute(query)).scalars()]
            self._known = Aliases(Alias(each.one, each.other) for each in told)
            self._read_at = time.monotonic()
        return self._known

    def forget(self) -> None:
        """Reads them anew the next time."""
        self._read_at = None


async def listed(session: AsyncSession) -> list[PlaceAliasRow]:
    """The aliases, the latest changed first, at most `MOST_SHOWN`."""
    query = select(PlaceAliasRow).order_by(col(PlaceAliasRow.at).desc(), col(PlaceAliasRow.alias_id)).limit(MOST_SHOWN)
    return list((await session.execute(query)).scalars())


async def find(session: AsyncSession, alias_id: str) -> PlaceAliasRow | None:
    """An alias."""
    return await session.get(PlaceAliasRow, alias_id)


def end(row: PlaceAliasRow, standing: str, said: Said) -> None:
    """Takes an alias out of service for good."""
    told = Told.model_validate(row.sealed)
    row.sealed = told.model_copy(update={"said": [*told.said, said]}).model_dump(mode="json")
    row.standing, row.at = standing, said.at


async def confirm(session: AsyncSession, named: Alias, said: Said) -> None:
    """Counts a merged dispute for two names, once. The caller holds `LOCK`."""
    alias_id = _alias_id(named)
    row = await find(session, alias_id)
    if row is None:
        row = PlaceAliasRow(
            alias_id=alias_id, standing="gathering", at=said.at,
            sealed=Told(one=named.one, other=named.other).model_dump(mode="json"),
        )  # fmt: skip
        session.add(row)
    told = Told.model_validate(row.sealed)
    if row.standing in OVER or any(each.dispute_no == said.dispute_no for each in told.said):
        return
    told.said.append(said)
    row.sealed = told.model_dump(mode="json")
    if row.standing == "gathering" and len(told.said) >= CONFIRMATIONS:
        row.standing, row.at = "serves", datetime.now(UTC)
    await session.flush()


async def contradict_parted(session: AsyncSession, merged: Sequence[Merged]) -> int:
    """Ends the aliases of which a dispute is not merged any more; answers how many. The caller holds `LOCK`."""
    still, ended = {each.dispute_no for each in merged}, 0
    query = select(PlaceAliasRow).where(col(PlaceAliasRow.standing).not_in(OVER))
    for row in (await session.execute(query)).scalars():
        for said in Told.model_validate(row.sealed).said:
            dispute = None if said.dispute_no in still else await session.get(DisputeRow, said.dispute_no)
            if dispute and dispute.outcome != MERGED:
                parted = Said(at=datetime.now(UTC), by="", same=False, dispute_no=said.dispute_no, reason="已拆分")
                end(row, "contradicted", parted)
                ended += 1
                break
    return ended


async def merged(database: Database) -> list[Merged]:
    """The disputes that desks merged, the latest `MOST_MERGED`."""
    query = (
        select(DisputeRow)
        .where(col(DisputeRow.outcome) == MERGED)
        .order_by(col(DisputeRow.closed_at).desc(), col(DisputeRow.dispute_no))
        .limit(MOST_MERGED)
    )
    async with database.read() as session:
        rows = list((await session.execute(query)).scalars())
        numbers = sorted({number for row in rows for number in (row.dispute_no, row.sealed["merged_into"])})
        first: dict[str, tuple[str, tuple[str, ...]]] = {}
        for start in range(0, len(numbers), AT_ONCE):
            reports = (
                select(IncidentRow)
                .where(col(IncidentRow.dispute_no).in_(numbers[start : start + AT_ONCE]))
                .where(col(IncidentRow.joined).is_(False))
                .order_by(col(IncidentRow.incident_id))
            )
            for report in (await session.execute(reports)).scalars():
                said = report.sealed["incident"]
                names = tuple(party["name"] for party in said["parties"])
                first.setdefault(report.dispute_no, (said["address"], names))
        found = []
        for row in rows:
            here, there = first.get(row.dispute_no), first.get(row.sealed["merged_into"])
            if here and there and row.closed_at:
                by, people = await _who(session, row), here[1] + there[1]
                found.append(Merged(row.dispute_no, row.closed_at, by, here[0], there[0], people))
    return found


async def _who(session: AsyncSession, row: DisputeRow) -> str:
    """Who proposed the merger."""
    proposers = [change["proposer"] for change in row.sealed["changes"] if change["action"] == MERGER]
    person = await session.get(PersonRow, proposers[-1]) if proposers else None
    return person.name if person else "研判岗"


def _alias_id(named: Alias) -> str:
    secret = ring().lasting("place_alias")
    return hashlib.blake2b(f"{named.one}\n{named.other}".encode(), key=secret, digest_size=16).hexdigest()
