"""Signing in: one proof of who somebody is, a second where he has one, and then a sign-in on record."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from api.core.context import Services
from api.core.deps import Where, factor_due
from api.people.schemas import Token
from domain.base import china
from domain.errors import NotSignedIn, PasswordDue, SecondFactorDue, TooManyTries
from domain.people.second_factor import Factor
from domain.people.sign_ins import Way
from infra.database.engine import Session
from infra.database.tables.people import PersonRow
from infra.records.access_log.asking import opened
from infra.records.duties import people_at_work
from infra.records.messages import NewMessage, add_messages, message_id_of
from infra.records.people import person_by_username
from infra.records.signing_in.factors import factor_held, use_code
from infra.records.signing_in.sessions import digest
from infra.records.signing_in.tries import Try

SPRAYING = "spraying"
"""The kind of the message that somebody guesses at many accounts."""
WRONG_CODE = "验证码不正确，或者已经用过，请等待下一个"


@dataclass(frozen=True)
class Proved:
    """Who somebody is by his first proof, and what that says of the second."""

    person: PersonRow
    way: Way
    factor: Factor = ""
    """where the first proof vouches for the second too"""
    password_due: bool = False


async def sign_in(
    services: Services, session: Session, username: str, password: str, where: Where, otp: str = ""
) -> Token:
    """A bearer token for a username and its password, and a code where the person has a second factor; the sign-in is
    put on record, and so is every try.

    Raises:
        NotSignedIn: they don't go together, or the code is wrong or was used.
        SecondFactorDue: they do, and there is no code.
        TooManyTries: too many failed tries for this username.
        StoreUnavailable: it can't be put on record now.
    """
    come = await enter(services, session, username, password, where, otp)
    if isinstance(come, Proved):
        raise SecondFactorDue
    return come


async def enter(
    services: Services, session: Session, username: str, password: str, where: Where, otp: str = ""
) -> Token | Proved:
    """As `sign_in`; what was proved where a code is still to come."""
    await services.access.room()
    person = await person_by_username(session, username)
    whose = person.person_id if person else None
    of_whom = {"device": where.device} if person else {"device": where.device, "account": username}
    tried = await try_begun(services, session, username, whose, of_whom, where)
    stored = person.password_hash if person else None
    if not await services.hashing.verify(password, stored) or not person:
        services.access.note(None, None, "sign_in", NotSignedIn.code, concerns=whose, about=of_whom)
        await _failed(services, tried, where.address)
        raise NotSignedIn("用户名或密码不正确")
    services.sign_ins.right(tried)
    now = datetime.now(UTC)
    if person.password_until and now >= person.password_until:
        services.access.note(None, None, "sign_in", PasswordDue.code, concerns=whose, about=of_whom)
        raise NotSignedIn("一次性口令已过期，请联系安全管理员")
    due = person.password_due or services.settings.password_rules.due(person.password_at, now)
    return await let_in(services, session, Proved(person, "password", password_due=due), otp, where, tried)


async def try_begun(
    services: Services, session: Session, username: str, whose: str | None, about: dict[str, str], where: Where
) -> Try:
    """A try that counts until it succeeds; `session` is given back.

    Raises:
        TooManyTries: noted once.
    """
    try:
        return await services.sign_ins.begin(session, username, address=where.address, device=where.known_as)
    except TooManyTries as refusal:  # whoever goes on trying fills no log
        services.access.note_once(None, None, "sign_in", about, refusal.code, concerns=whose)
        raise


async def let_in(
    services: Services, session: Session, proved: Proved, otp: str, where: Where, tried: Try | None
) -> Token | Proved:
    """Puts a sign-in on record for a first proof, and for the second where the person has one. What was proved is
    answered where a second is due and nothing was typed: that is no guess, and does not count as a try. Whom a provider
    sends has tried nothing here.

    Raises:
        NotSignedIn: the code is wrong or was used; the try stands.
        StoreUnavailable
    """
    person, now = proved.person, datetime.now(UTC)
    about = {"device": where.device, "way": proved.way}
    asks = not proved.factor and await factor_held(session, person.person_id) is not None
    actor = await services.actors.acting(person.person_id, now)
    await session.close()
    if asks and not otp:
        async with services.database.write() as writing, services.access.within(writing):
            if tried:
                await services.sign_ins.succeeded(writing, tried)
            services.access.note(None, None, "sign_in", SecondFactorDue.code, concerns=person.person_id, about=about)
        return proved
    token = ""
    async with services.database.write() as writing:
        factor = await use_code(writing, person.person_id, otp, now) if asks else proved.factor
        if factor is not None:
            if tried:
                await services.sign_ins.succeeded(writing, tried)
            if where.keeps:
                services.sign_ins.remember(writing, person.username, where.keeps, now)
            token = await services.sessions.begin(
                writing, person.person_id, now, address=where.address, device=where.device,
                restricted=proved.password_due, way=proved.way, factor=factor,
            )  # fmt: skip
            opened(digest(token))
            async with services.access.within(writing):
                services.access.note(person.person_id, None, "sign_in", concerns=person.person_id,
                                     about={**about, "factor": factor})  # fmt: skip
    if factor is None:
        services.access.note(None, None, "sign_in", NotSignedIn.code, concerns=person.person_id,
                             about={**about, "factor": "wrong"})  # fmt: skip
        if tried:
            await _failed(services, tried, where.address)
        raise NotSignedIn(WRONG_CODE)
    life = services.settings.sign_in_lasting.life
    return Token(
        access_token=token, token_type="bearer", expires_in=int(life.total_seconds()),
        password_due=proved.password_due,
        enrolment_due=not factor and actor is not None and factor_due(services, actor),
    )  # fmt: skip


async def _failed(services: Services, tried: Try, address: str) -> None:
    """A sign-in failed: where one address fails at many accounts, who administers security is told, once an hour."""
    async with services.database.read() as session:
        if not await services.sign_ins.sprays(session, tried):
            return
        told = [person.person_id for person in await people_at_work(session, ["admin_security"], ())]
    now = datetime.now(UTC)
    hour = f"{china(now):%Y-%m-%dT%H}"
    messages = [
        NewMessage(message_id=message_id_of(SPRAYING, tried.address, hour, each), person_id=each, kind=SPRAYING,
                   content={"said": "有来源对多个账号猜测口令，请核查", "text": f"来源地址 {address or '未知'}"})
        for each in told
    ]  # fmt: skip
    async with services.database.write() as writing:
        await add_messages(writing, messages, now)
