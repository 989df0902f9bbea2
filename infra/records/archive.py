"""The archive of closed histories: files as the engine gave them, each with its SHA-256 beside it.

`<directory>/<dispute number>/<run id>.json` is what `WorkflowHistory.to_json` gives, payloads encrypted as stored;
`<run id>.json.sha256` is what `sha256sum -c` reads. The table `archive` keeps the digest apart from the file, so that
somebody who can write files can't change a history unnoticed.
"""

from __future__ import annotations

import asyncio
import hashlib
import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import func, select
from sqlmodel import col

from domain.errors import ArchiveBroken
from infra.database.engine import Database, Session
from infra.database.tables.audit import ArchiveRow
from infra.database.upsert import upsert

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,80}")


@dataclass(frozen=True)
class Archived:
    """A history in the archive."""

    dispute_no: str
    run_id: str
    sha256: str
    size: int


class Archive:
    """The files; needs no database and no engine."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory

    async def put(self, dispute_no: str, run_id: str, text: str) -> Archived:
        """Puts a history there; one that is there already is left as it is."""
        return await asyncio.to_thread(self._put, dispute_no, run_id, text.encode())

    async def get(self, dispute_no: str, run_id: str) -> str | None:
        """A history's text, or none.

        Raises:
            ArchiveBroken: the file is not what its digest says.
        """
        return await asyncio.to_thread(self._get, dispute_no, run_id)

    def disputes(self) -> list[str]:
        """The disputes that have a history there, in order."""
        return sorted(path.name for path in self.directory.iterdir()) if self.directory.is_dir() else []

    def runs(self, dispute_no: str) -> list[str]:
        """The runs of a dispute that are there, in no order."""
        return [path.stem for path in self._file(dispute_no, "x").parent.glob("*.json")]

    def digest(self, dispute_no: str, run_id: str) -> str | None:
        """The SHA-256 written beside the file, or none."""
        beside = _beside(self._file(dispute_no, run_id))
        return beside.read_text(encoding="ascii").split()[0] if beside.exists() else None

    def _put(self, dispute_no: str, run_id: str, content: bytes) -> Archived:
        file = self._file(dispute_no, run_id)
        if (known := self._get(dispute_no, run_id)) is not None:
            content = known.encode()
        sha256 = hashlib.sha256(content).hexdigest()
        if known is None:
            file.parent.mkdir(parents=True, exist_ok=True)
            _write(_beside(file), f"{sha256}  {file.name}\n".encode())  # first, so that no file is ever without one
            _write(file, content)
        return Archived(dispute_no, run_id, sha256, len(content))

    def _get(self, dispute_no: str, run_id: str) -> str | None:
        file = self._file(dispute_no, run_id)
        if not file.exists():
            return None
        content = file.read_bytes()
        if hashlib.sha256(content).hexdigest() != self.digest(dispute_no, run_id):
            raise ArchiveBroken(f"档案文件 {dispute_no}/{file.name} 与旁存的摘要不符")
        return content.decode()

    def _file(self, dispute_no: str, run_id: str) -> Path:
        if not (_NAME.fullmatch(dispute_no) and _NAME.fullmatch(run_id)):
            raise ValueError("no name of a dispute or run")
        return self.directory / dispute_no / f"{run_id}.json"


async def note_archived(database: Database, archived: Archived, *, events: int, closed_at: datetime) -> None:
    """Keeps the digest of an archived history in the database."""
    row = {
        "run_id": archived.run_id, "dispute_no": archived.dispute_no, "sha256": archived.sha256,
        "size": archived.size, "events": events, "closed_at": closed_at, "archived_at": datetime.now(UTC),
    }  # fmt: skip
    async with database.write() as session:
        await upsert(session, ArchiveRow, [row], keep=True)


@dataclass(frozen=True)
class Holdings:
    """What the archive holds, as the database knows it: runs, bytes, and when a run was archived last."""

    runs: int
    size: int
    last: datetime | None


async def holdings(session: Session) -> Holdings:
    """What the archive holds."""
    columns = func.count(), func.coalesce(func.sum(col(ArchiveRow.size)), 0), func.max(col(ArchiveRow.archived_at))
    runs, size, last = (await session.execute(select(*columns))).one()
    return Holdings(runs=runs, size=int(size), last=last)


async def noted_digest(database: Database, run_id: str) -> str | None:
    """The SHA-256 that was noted when a run was archived, or none."""
    query = select(col(ArchiveRow.sha256)).where(col(ArchiveRow.run_id) == run_id)
    async with database.read() as session:
        digest: str | None = (await session.execute(query)).scalar_one_or_none()
    return digest


async def known_runs(database: Database, run_ids: Sequence[str]) -> set[str]:
    """Of these runs, those that are archived."""
    query = select(col(ArchiveRow.run_id)).where(col(ArchiveRow.run_id).in_(run_ids))
    async with database.read() as session:
        return set((await session.execute(query)).scalars())


async def last_closed(database: Database) -> datetime | None:
    """When the archived run closed last did so."""
    async with database.read() as session:
        at: datetime | None = (await session.execute(select(func.max(col(ArchiveRow.closed_at))))).scalar_one_or_none()
    return at


def _beside(file: Path) -> Path:
    return file.with_name(f"{file.name}.sha256")


def _write(file: Path, content: bytes) -> None:
    """Whole or not at all, and on the disk when it returns."""
    draft = file.with_name(f".{file.name}.{os.getpid()}")
    with draft.open("wb") as out:
        out.write(content)
        out.flush()
        os.fsync(out.fileno())
    draft.replace(file)
