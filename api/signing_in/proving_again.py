"""Somebody who is signed in proves himself once more before what outlasts his sign-in: an open page alone is not enough
(OWASP ASVS 4.0 V3.7.1).

By a code where he has a second factor, else by his password. Whom a provider sent has no password that he knows of: his
sign-in has to be a new one.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Literal

from api.core.context import Services
from domain.errors import FieldsInvalid
from domain.people.organisation import Actor
from infra.database.engine import Session
from infra.database.tables.accounts import SignInSessionRow
from infra.database.tables.people import PersonRow
from infra.records.signing_in.factors import factor_held, use_code
from infra.records.signing_in.sessions import digest

Proof = Literal["otp", "password", "provider", ""]
"""What is to be shown; empty where the sign-in itself is new enough."""
NEW = timedelta(minutes=10)
"""How long a provider's word serves. [DESIGN]"""
_WRONG: dict[Proof, tuple[str, str]] = {
    "otp": ("otp", "验证码不正确，或者已经用过，请等待下一个"),
    "password": ("password", "口令不正确"),
    "provider": ("password", "请退出后以统一身份认证重新登录，并在10分钟内办理；有口令的，也可以填写口令"),
}


async def proof_due(session: Session, actor: Actor, token: str) -> Proof:
    """What somebody shows once more; `token` is his sign-in's."""
    if await factor_held(session, actor.person_id) is not None:
        return "otp"
    sign_in = await session.get(SignInSessionRow, digest(token))
    if sign_in is None or sign_in.way != "provider":
        return "password"
    return "" if datetime.now(UTC) - sign_in.begun_at <= NEW else "provider"


async def prove_again(
    services: Services,
    session: Session,
    actor: Actor,
    token: str,
    what: Literal["tokens:make"],
    *,
    password: str,
    otp: str,
) -> None:
    """Has somebody prove himself; `session` is given back. `what` is the code of the access log for a refusal.

    Raises:
        FieldsInvalid: nothing was shown, or it is wrong.
        TooManyTries: it was wrong too often.
    """
    due = await proof_due(session, actor, token)
    if not due:
        await session.close()
        return
    person = await session.get_one(PersonRow, actor.person_id)
    username, stored = person.username, person.password_hash
    if not (otp if due == "otp" else password):
        field, said = _WRONG[due]
        message = said if due == "provider" else f"请填写现在的{'动态验证码' if due == 'otp' else '口令'}"
        raise FieldsInvalid(errors=[{"field": field, "message": message}])
    tried = await services.sign_ins.begin(session, username)
    shown = due == "otp" or await services.hashing.verify(password, stored)
    if shown:
        async with services.database.write(f"second factor {actor.person_id}") as writing:
            if due == "otp":
                shown = await use_code(writing, actor.person_id, otp, datetime.now(UTC)) is not None
            if shown:
                await services.sign_ins.succeeded(writing, tried)
    if not shown:
        services.access.note(actor.person_id, None, what, FieldsInvalid.code, concerns=actor.person_id)
        field, said = _WRONG["otp" if due == "otp" else "password"]
        raise FieldsInvalid(errors=[{"field": field, "message": said}])
