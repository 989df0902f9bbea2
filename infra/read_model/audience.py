"""Whom an event of `infra.records.events` concerns, decided when it is delivered: posts and visibility change."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.people.entitlement import answers_for
from domain.people.organisation import Actor, Post
from infra.database.tables.messages import EventRow
from infra.database.tables.read_model import TaskRow
from infra.read_model.disputes import within_sight
from infra.read_model.visibility import holders, left_to


def may_concern(actor: Actor, event: EventRow, watched: Collection[str]) -> bool:
    """Whether an event can concern a person at all: a quick test without a query, for most events enough."""
    return (
        event.dispute_no in watched
        or not set(holders(actor)).isdisjoint(event.persons)
        or any(answers_for(post, asked) for asked in _asked(event) for post in actor.reach)
    )


async def concerning(
    session: AsyncSession, actor: Actor, events: Sequence[EventRow], watched: Collection[str]
) -> list[EventRow]:
    """The events that concern a person, in their order.

    Of tasks: those addressed to a post of his or watched by it, those in his hands (claimed, delegated or offered to
    him), or fallen to him because all below are barred. Of disputes: those in which such a task is open, or was until
    that change. Of both: whatever happens in the disputes he watches. A deputy gets what the other would. Never
    anything of a dispute that is out of his sight now, but for a task that fell to him. An event says codes only.
    """
    possible = [event for event in events if may_concern(actor, event, watched)]
    seen = await within_sight(session, actor, {event.dispute_no for event in possible})
    mine, hands = {(post.role, post.path) for post in actor.reach}, set(holders(actor))
    certain = {
        event.seq
        for event in possible
        if event.dispute_no in watched
        or not hands.isdisjoint(event.persons)
        or any((post.role, post.path) in mine for post in _asked(event))
    }
    fallen = await _fallen_to(session, actor, {event.dispute_no for event in possible if event.seq not in certain})
    return [
        event
        for event in possible
        if (event.dispute_no in seen and (event.seq in certain or event.dispute_no in fallen.values()))
        or event.task_id in fallen
    ]


def _asked(event: EventRow) -> list[Post]:
    return [Post(role=role, path=path) for role, path in event.posts]


async def _fallen_to(session: AsyncSession, actor: Actor, dispute_nos: Collection[str]) -> dict[str, str]:
    """The tasks of these disputes that fell to a person one level up, each with its dispute."""
    if not dispute_nos:
        return {}
    query = select(col(TaskRow.task_id), col(TaskRow.dispute_no)).where(
        col(TaskRow.dispute_no).in_(dispute_nos), left_to(actor)
    )
    return {row.task_id: row.dispute_no for row in (await session.execute(query)).all()}
