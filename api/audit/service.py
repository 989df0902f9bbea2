"""Histories for auditors: who may read them, the engine's events as stored or in words, the case at an event."""

from __future__ import annotations

from google.protobuf.json_format import MessageToDict

from api.audit.case_at_event import case_at
from api.audit.history_in_words import in_words
from api.audit.schemas import CaseAtEvent, History, HistoryInWords
from api.core.context import Services
from api.core.permissions import at_root
from api.disputes.access import refused
from api.histories.lookup import Histories
from api.histories.replay import replay
from domain.errors import NotEntitled
from domain.people.organisation import Actor
from domain.people.permissions import AUDITORS, CODEC_READERS
from infra.database.engine import Session
from infra.read_model.disputes import find_dispute
from infra.records.archive import Archive
from infra.runtime.crypto import load_keys
from infra.temporal.codec import opened


def histories(services: Services) -> Histories:
    """Where this process finds histories: the engine, then the archive."""
    return Histories(services.client, Archive(services.settings.archive_dir))


async def may_audit(services: Services, session: Session, actor: Actor, dispute_no: str) -> None:
    """Requires an auditing role, and that the person sees the dispute.

    Raises:
        NotFound, NeedToKnow: there is no such dispute for this person, or it is kept from him; the try is noted.
        NotEntitled: the person sees it, but has no auditing role; the try is noted.
    """
    if await find_dispute(session, actor, dispute_no) is None:
        raise await refused(services, session, actor, dispute_no, "history")
    if not actor.has_role(*AUDITORS):
        services.access.note(actor.person_id, dispute_no, "history", NotEntitled.code)
        raise NotEntitled


async def history(
    services: Services, session: Session, actor: Actor, dispute_no: str, run: str | None, *, decoded: bool
) -> History:
    """The engine's own events of a run, the latest unless one is given: payloads encrypted, or opened. Noted.

    Raises:
        NotFound: no such dispute for this person, or no such run.
        NotEntitled: no auditing role; decoded also where it is not held at the county's root.
        QuotaReached: he has taken out as much as one may in an hour; noted.
        Unavailable: the engine does not answer, or decoded: it can't be noted now.
        ArchiveBroken
    """
    await may_audit(services, session, actor, dispute_no)
    if decoded:
        await at_root(services, session, actor, CODEC_READERS, "history:decoded")
    await session.close()
    await services.exports.count(actor.person_id, "history:decoded" if decoded else "history", dispute_no)
    found = await histories(services).fetch(dispute_no, run)
    services.access.note(actor.person_id, dispute_no, "history:decoded" if decoded else "history")
    if decoded:
        await services.access.written()  # nothing is unmasked before that is on record
        keys = load_keys(services.settings.key_file)
        for event in found.events:
            opened(event, dispute_no, keys)
    return History(events=[MessageToDict(event) for event in found.events])


async def history_in_words(
    services: Services, session: Session, actor: Actor, dispute_no: str, run: str | None
) -> HistoryInWords:
    """A run's events by moment, each with the entries of the timeline that it made. Noted.

    Raises:
        NotFound, NotEntitled, Unavailable, ArchiveBroken: as `history`.
    """
    await may_audit(services, session, actor, dispute_no)
    services.access.note(actor.person_id, dispute_no, "history:words")
    await session.close()
    found = await histories(services).fetch(dispute_no, run)
    return in_words(found, await replay(found, services.client.data_converter))


async def state(
    services: Services, session: Session, actor: Actor, dispute_no: str, run: str | None, event: int | None
) -> CaseAtEvent:
    """The case as it stood after an event of a run, with its timeline so far. Noted.

    Raises:
        NotFound, NotEntitled, Unavailable, ArchiveBroken: as `history`.
        FieldsInvalid: the run has no such event, or can't be replayed with this code.
    """
    await may_audit(services, session, actor, dispute_no)
    services.access.note(actor.person_id, dispute_no, "state")
    await session.close()
    found = await histories(services).fetch(dispute_no, run)
    return await case_at(found, event, services.client.data_converter)
