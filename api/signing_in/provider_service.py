"""Signing in by a provider's word: it says who somebody is, and the account is one that there is already."""

from __future__ import annotations

from datetime import UTC, datetime

from api.core.context import Services
from api.core.deps import Where
from api.people.schemas import Token
from api.signing_in.service import Proved, let_in
from domain.errors import NotSignedIn
from infra.database.engine import Session
from infra.records.signing_in.subjects import person_meant
from infra.single_sign_on.provider import Said


async def enter_by_word(services: Services, session: Session, said: Said, where: Where) -> Token | Proved:
    """A sign-in for whom the provider means; what was proved where a code is still to come. Noted.

    Raises:
        NotSignedIn: nobody here is meant, or he signs in no more.
        StoreUnavailable
    """
    await services.access.room()
    now = datetime.now(UTC)
    await session.close()
    async with services.database.write(f"subject {said.subject}") as writing:
        person = await person_meant(writing, said.issuer, said.subject, said.username, now)
    if person is None:
        about = {"device": where.device, "way": "provider", "account": said.username[:100]}
        services.access.note(None, None, "sign_in", NotSignedIn.code, about=about)
        raise NotSignedIn("没有与该身份对应的可用账号，请联系安全管理员")
    vouched = bool(said.methods & set(services.settings.oidc_factor.split()))
    return await let_in(services, session, Proved(person, "provider", "provider" if vouched else ""), "", where, None)
