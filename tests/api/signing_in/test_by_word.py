"""A provider's word, and the second factor beside it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import update
from sqlmodel import col

from api.core.context import Services
from api.core.deps import Where, person_of
from api.people.schemas import Token
from api.signing_in.factor_service import reset_factor
from api.signing_in.provider_service import enter_by_word
from domain.errors import EnrolmentDue, NotSignedIn
from infra.database.engine import Session
from infra.database.tables.people import PersonRow
from infra.single_sign_on.provider import Said
from tests.api.people.test_service import username
from tests.api.support import somebody

WHERE = Where("192.0.2.7", "Firefox")


async def test_its_second_factor_counts_where_the_setting_says_so(services: Services, session: Session) -> None:
    actor = await somebody(services, "station_chief", "station-gushan")
    name = await username(services, actor)

    async def come(roles: str, factor: str, *methods: str) -> tuple[Services, Token]:
        changed = {"second_factor_roles": roles, "oidc_factor": factor}
        strict = replace(services, settings=services.settings.model_copy(update=changed))
        said = Said("https://sso.example", "word", name, frozenset(methods))
        token = await enter_by_word(strict, session, said, WHERE)
        assert isinstance(token, Token)
        return strict, token

    for roles, factor, methods, due in (
        ("", "", ["pwd"], False), ("station_chief", "mfa", ["pwd", "mfa"], False),
        ("station_chief", "mfa", ["pwd"], True), ("station_chief", "", ["pwd", "mfa"], True),
    ):  # fmt: skip
        strict, token = await come(roles, factor, *methods)
        assert (token.enrolment_due, token.password_due) == (due, False)
        if due:
            with pytest.raises(EnrolmentDue):
                await person_of(strict, token.access_token, "/v1/disputes")
        else:
            await person_of(strict, token.access_token, "/v1/disputes")


async def test_who_is_out_is_not_let_in_by_it_and_a_reset_forgets_it(services: Services, session: Session) -> None:
    actor = await somebody(services, "station_chief", "station-gushan")
    name = await username(services, actor)
    said = Said("https://sso.example", "word", name, frozenset())
    token = await enter_by_word(services, session, said, WHERE)
    assert isinstance(token, Token)
    with pytest.raises(NotSignedIn, match="没有与该身份对应"):
        await enter_by_word(services, session, replace(said, subject="another word for that name"), WHERE)
    await reset_factor(services, session, await somebody(services, "admin_security", "county"), name)
    with pytest.raises(NotSignedIn):
        await person_of(services, token.access_token)
    await enter_by_word(services, session, replace(said, subject="another word for that name"), WHERE)
    async with services.database.write() as writing:
        await writing.execute(update(PersonRow).where(col(PersonRow.person_id) == actor.person_id).values(active=False))
    with pytest.raises(NotSignedIn, match="没有与该身份对应"):
        await enter_by_word(services, session, said, WHERE)
