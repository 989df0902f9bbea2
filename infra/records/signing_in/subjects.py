"""Whom a provider means: its own words for people, kept as digests."""

from __future__ import annotations

import hashlib
from datetime import datetime

from sqlalchemy import delete, select
from sqlmodel import col

from infra.database.engine import Session
from infra.database.tables.accounts import ProviderSubjectRow
from infra.database.tables.people import PersonRow
from infra.records.people import person_by_username


async def person_meant(session: Session, issuer: str, subject: str, username: str, at: datetime) -> PersonRow | None:
    """Whom a provider means, within a transaction: who is on record for its word, and where nobody is, who has the
    username that it says, unless that one is on record for another word already. It is on record from then on. None
    where there is nobody, or he signs in no more.
    """
    subject_id = hashlib.sha256(f"{issuer}\n{subject}".encode()).hexdigest()
    if row := await session.get(ProviderSubjectRow, subject_id):
        person = await session.get(PersonRow, row.person_id)
        return person if person and person.active else None
    found = await person_by_username(session, username) if username else None
    if found is None:
        return None
    another = select(col(ProviderSubjectRow.subject_id)).where(
        col(ProviderSubjectRow.person_id) == found.person_id, col(ProviderSubjectRow.issuer) == issuer
    )
    if (await session.execute(another)).first():
        return None
    session.add(ProviderSubjectRow(subject_id=subject_id, issuer=issuer, person_id=found.person_id, at=at))
    await session.flush()
    return found


async def forget_subjects(session: Session, person_id: str) -> bool:
    """No provider's word is on record for somebody any more, within a transaction; answers whether one was."""
    gone = delete(ProviderSubjectRow).where(col(ProviderSubjectRow.person_id) == person_id)
    return bool((await session.execute(gone.returning(col(ProviderSubjectRow.subject_id)))).scalars().all())
