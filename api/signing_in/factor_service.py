"""One's own second factor: taking one, new recovery codes, doing without; and the reset by the administrator of
security of one that was lost.

What it takes to change a factor is a code of it: an open page alone is not enough. Codes count as tries, as passwords
do, before anything is looked at.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Literal, TypeVar

import pyotp
import segno

from api.core.context import Services
from api.core.deps import factor_due
from api.people.password_service import governs
from api.signing_in.schemas import FactorRemoved, Offered, RecoveryCodes, SecondFactor
from domain.base import china
from domain.errors import Conflict, FieldsInvalid, NotEntitled, NotFound
from domain.people.organisation import Actor
from domain.people.second_factor import OFFER_LASTS, Factor
from infra.database.engine import Session
from infra.database.tables.people import PersonRow
from infra.records.messages import NewMessage, add_messages
from infra.records.people import person_by_username
from infra.records.signing_in.factors import (
    confirm,
    factor_held,
    forget_factor,
    offer,
    offered,
    renew_codes,
    shown_with,
    use_code,
)
from infra.records.signing_in.sessions import digest, end_sessions
from infra.records.signing_in.subjects import forget_subjects
from infra.wakeups.wakeups import Topic

TOLD = "second_factor"
"""The kind of the message by which a change of somebody's second factor is told him."""
ISSUER = "santui"
NOT_YOU = "不是您本人操作的，请立即联系安全管理员和审计员。"
T = TypeVar("T")


async def own_factor(services: Services, session: Session, actor: Actor) -> SecondFactor:
    """The person's second factor."""
    held = await factor_held(session, actor.person_id)
    return SecondFactor(
        enrolled=held is not None, since=china(held.since) if held else None, required=factor_due(services, actor),
        recovery_codes_left=held.codes_left if held else 0,
    )  # fmt: skip


async def offer_device(services: Services, session: Session, actor: Actor, typed: str) -> Offered:
    """A secret for a new device; who has one shows a code of it. Noted.

    Raises:
        FieldsInvalid: that code is wrong or was used.
        TooManyTries
    """
    held = await factor_held(session, actor.person_id)

    async def keep(writing: Session, now: datetime) -> Offered:
        secret = await offer(writing, actor.person_id, now)
        services.access.note(actor.person_id, None, "factor:offer", concerns=actor.person_id)
        return await _shown(writing, actor, secret, now)

    if held is not None:
        return await _with_code(services, session, actor, typed, "factor:offer", keep)
    await session.close()
    async with services.database.write() as writing, services.access.within(writing):
        return await keep(writing, datetime.now(UTC))


async def waiting_device(session: Session, actor: Actor) -> Offered | None:
    """The secret that waits for its first code, once more; none where none does."""
    now = datetime.now(UTC)
    secret = await offered(session, actor.person_id, now)
    return await _shown(session, actor, secret, now) if secret else None


async def confirm_device(services: Services, session: Session, actor: Actor, token: str, typed: str) -> RecoveryCodes:
    """Has the offered device serve from now on, by its first code; the other sign-ins end, the one that asks counts as
    made with both. Told, and noted.

    Raises:
        FieldsInvalid: the code is wrong, or no device waits.
        TooManyTries
    """
    username = (await session.get_one(PersonRow, actor.person_id)).username
    tried = await services.sign_ins.begin(session, username)
    now = datetime.now(UTC)
    async with services.database.write(f"second factor {actor.person_id}") as writing:
        codes = await confirm(writing, actor.person_id, typed, now)
        if codes is not None:
            await services.sign_ins.succeeded(writing, tried)
            await shown_with(writing, digest(token), "code")
            await end_sessions(writing, actor.person_id, now, "factor", actor.person_id, but=digest(token))
            await _tell(writing, actor.person_id, "您的账号启用了动态验证码", NOT_YOU, now)
            async with services.access.within(writing):
                services.access.note(actor.person_id, None, "factor:enrol", concerns=actor.person_id)
    if codes is None:
        services.access.note(actor.person_id, None, "factor:enrol", FieldsInvalid.code, concerns=actor.person_id)
        raise FieldsInvalid(errors=[{"field": "otp", "message": "验证码不正确，请核对设备时间后填写下一个"}])
    services.database.wakeups.changed(Topic.PEOPLE)
    return RecoveryCodes(codes=codes)


async def renew_recovery_codes(services: Services, session: Session, actor: Actor, typed: str) -> RecoveryCodes:
    """New recovery codes in place of all there were. Told, and noted.

    Raises:
        NotFound: the person has no second factor.
        FieldsInvalid: the code is wrong or was used.
        TooManyTries
    """

    async def keep(writing: Session, now: datetime) -> RecoveryCodes:
        codes = await renew_codes(writing, actor.person_id, now)
        await _tell(writing, actor.person_id, "您的恢复码已重新生成", NOT_YOU, now)
        services.access.note(actor.person_id, None, "factor:renew", concerns=actor.person_id)
        return RecoveryCodes(codes=codes)

    await _must_hold(session, actor)
    return await _with_code(services, session, actor, typed, "factor:renew", keep)


async def remove_device(services: Services, session: Session, actor: Actor, typed: str) -> FactorRemoved:
    """Does without a second factor from now on. Told, and noted.

    Raises:
        NotFound: the person has none.
        Conflict: a role of his must have one.
        FieldsInvalid: the code is wrong or was used.
        TooManyTries
    """

    async def keep(writing: Session, now: datetime) -> FactorRemoved:
        await forget_factor(writing, actor.person_id)
        await _tell(writing, actor.person_id, "您的账号停用了动态验证码", NOT_YOU, now)
        services.access.note(actor.person_id, None, "factor:remove", concerns=actor.person_id)
        person = await writing.get_one(PersonRow, actor.person_id)
        return FactorRemoved(username=person.username, name=person.name)

    await _must_hold(session, actor)
    if factor_due(services, actor):
        services.access.note(actor.person_id, None, "factor:remove", Conflict.code, concerns=actor.person_id)
        raise Conflict("您的岗位须使用动态验证码，可以更换设备，不能停用")
    return await _with_code(services, session, actor, typed, "factor:remove", keep)


async def reset_factor(services: Services, session: Session, actor: Actor, username: str) -> FactorRemoved:
    """Somebody's lost device serves no more, nor do his recovery codes, nor a provider's word for him; all his
    sign-ins end. Told him, and noted.

    Raises:
        NotEntitled: the actor is no administrator of security above all posts of that person, or is that person.
        NotFound: nobody signs in under that name, or he has no second factor.
    """
    able = any(post.role == "admin_security" for post in actor.posts)
    person = await person_by_username(session, username) if able else None
    if able and person is None:
        services.access.note(actor.person_id, None, "factor:reset", NotFound.code)
        raise NotFound("没有这个账号")
    whose = person.person_id if person else ""
    if not whose or whose == actor.person_id or not await governs(services, session, actor, whose):
        services.access.note(actor.person_id, None, "factor:reset", NotEntitled.code, concerns=whose or None)
        raise NotEntitled
    now = datetime.now(UTC)
    await session.close()
    async with services.database.write(f"second factor {whose}") as writing:
        kept = await writing.get_one(PersonRow, whose)
        held = await forget_factor(writing, whose)
        held = await forget_subjects(writing, whose) or held
        if held:
            await end_sessions(writing, whose, now, "factor_reset", actor.person_id)
            await _tell(writing, whose, f"{actor.name}重置了您的动态验证码", NOT_YOU, now)
            async with services.access.within(writing):
                services.access.note(actor.person_id, None, "factor:reset", concerns=whose)
    if not held:
        services.access.note(actor.person_id, None, "factor:reset", NotFound.code, concerns=whose)
        raise NotFound("该账号没有启用动态验证码")
    services.database.wakeups.changed(Topic.PEOPLE)
    return FactorRemoved(username=kept.username, name=kept.name)


async def _with_code(
    services: Services, session: Session, actor: Actor, typed: str,
    what: Literal["factor:offer", "factor:renew", "factor:remove"],
    keep: Callable[[Session, datetime], Awaitable[T]],
) -> T:  # fmt: skip
    """Changes the factor that somebody has, by a code of it; `what` is the code of the access log for a refusal."""
    username = (await session.get_one(PersonRow, actor.person_id)).username
    tried = await services.sign_ins.begin(session, username)
    now = datetime.now(UTC)
    async with services.database.write(f"second factor {actor.person_id}") as writing:
        used: Factor | None = await use_code(writing, actor.person_id, typed, now)
        if used is not None:
            await services.sign_ins.succeeded(writing, tried)
            async with services.access.within(writing):
                return await keep(writing, now)
    services.access.note(actor.person_id, None, what, FieldsInvalid.code, concerns=actor.person_id)
    raise FieldsInvalid(errors=[{"field": "otp", "message": "验证码不正确，或者已经用过，请等待下一个"}])


async def _must_hold(session: Session, actor: Actor) -> None:
    if await factor_held(session, actor.person_id) is None:
        raise NotFound("您的账号没有启用动态验证码")


async def _shown(session: Session, actor: Actor, secret: str, at: datetime) -> Offered:
    username = (await session.get_one(PersonRow, actor.person_id)).username
    uri = pyotp.TOTP(secret).provisioning_uri(name=username, issuer_name=ISSUER)
    qr = segno.make(uri, error="m", micro=False).svg_inline(scale=5, light="#fff")
    return Offered(secret=secret, uri=uri, qr=qr, until=china(at + OFFER_LASTS))


async def _tell(session: Session, person_id: str, said: str, text: str, at: datetime) -> None:
    await add_messages(session, [NewMessage(person_id=person_id, kind=TOLD, content={"said": said, "text": text})], at)
