"""Programs' tokens. Only the person himself makes one, signed in: who made it for him would act in his name. A program
that belongs to nobody is given an account of its own by the administrator of security, whose keeper signs in once.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from api.core.context import Services
from api.feed_tokens.schemas import FeedToken, FeedTokenEnded, FeedTokenIn, FeedTokenMade
from api.signing_in.proving_again import prove_again
from domain.base import china
from domain.errors import Conflict, FieldsInvalid, NotFound
from domain.people.feed_tokens import MOST, SCOPES
from domain.people.organisation import Actor
from infra.database.engine import Session
from infra.database.tables.accounts import SignInSessionRow
from infra.records.messages import NewMessage, add_messages
from infra.records.signing_in import feeds
from infra.wakeups.wakeups import Topic

MADE = "feed_token"
"""The kind of the message by which somebody learns that a token acts in his name."""


async def own_tokens(services: Services, session: Session, actor: Actor) -> list[FeedToken]:
    """The person's tokens that still hold, the latest first. Noted."""
    await services.sessions.write()  # what this process knows of their last use
    services.access.note(actor.person_id, None, "tokens")
    return [FeedToken(**_told(row)) for row in await feeds.tokens_of(session, actor.person_id, datetime.now(UTC))]


async def make_token(
    services: Services, session: Session, actor: Actor, sign_in: str, asked: FeedTokenIn
) -> FeedTokenMade:
    """A token for a program of the person's, shown this once: it outlasts the sign-in (`sign_in`, its token), so he
    proves himself again. Told him, and noted.

    Raises:
        FieldsInvalid: it would last longer than one may, or he has not proved himself.
        TooManyTries: too often.
        Conflict: he has as many as one may have.
    """
    most, now = services.settings.feed_token_days, datetime.now(UTC)
    if (days := asked.days or most) > most:
        raise FieldsInvalid(errors=[{"field": "days", "message": f"最长 {most} 天"}])
    await prove_again(services, session, actor, sign_in, "tokens:make", password=asked.password, otp=asked.otp)
    async with (
        services.database.write(f"feed tokens {actor.person_id}") as writing,
        services.access.within(writing),
    ):
        if await feeds.count_tokens(writing, actor.person_id, now) >= MOST:
            raise Conflict(f"最多同时持有 {MOST} 个程序令牌，请先停用不再使用的")
        row, token = await feeds.make_token(
            writing, actor.person_id, now, now + timedelta(days=days), purpose=asked.purpose, scopes={*asked.scopes}
        )
        told = {"said": f"您新建了程序令牌“{asked.purpose}”", "text": "不是您本人操作的，请立即停用。"}
        await add_messages(writing, [NewMessage(person_id=actor.person_id, kind=MADE, content=told)], now)
        about = {"purpose": asked.purpose, "scopes": row.scopes}
        services.access.note(actor.person_id, None, "tokens:make", concerns=actor.person_id, about=about)
        return FeedTokenMade(**_told(row), token=token)


async def end_token(services: Services, actor: Actor, token_id: str) -> FeedTokenEnded:
    """Ends one of the person's tokens: it is good for nothing from now on, in every process. Noted.

    Raises:
        NotFound: it is none of his, or is over.
    """
    async with services.database.write() as writing, services.access.within(writing):
        if not await feeds.end_token(writing, actor.person_id, token_id, datetime.now(UTC)):
            raise NotFound("没有这个程序令牌，或已停用")
        services.access.note(actor.person_id, None, "tokens:end", concerns=actor.person_id)
    services.database.wakeups.changed(Topic.PEOPLE)
    return FeedTokenEnded(ended=1)


def _told(row: SignInSessionRow) -> dict[str, object]:
    return {
        "token_id": row.session_id, "purpose": row.sealed["purpose"],
        "scopes": [name for name in SCOPES if name in row.scopes.split()],
        "made_at": china(row.begun_at), "until": china(row.until),
        "used_at": china(row.seen_at) if row.seen_at > row.begun_at else None, "address": row.sealed_last or "",
    }  # fmt: skip
