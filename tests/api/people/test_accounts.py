"""Accounts: opened, given posts and renamed by who administers security, and nobody's own."""

from __future__ import annotations

from itertools import permutations

import pytest
from pydantic import ValidationError

from api.core.context import Services
from api.core.deps import Where
from api.organisations.schemas import OrganisationRenamed
from api.people.account_service import appoint, open_account, rename
from api.people.password_service import reset_password
from api.people.schemas import Account, AccountIn, NewName, PostIn
from api.signing_in.service import sign_in
from domain.errors import Conflict, FieldsInvalid, NotEntitled, NotFound, NotSignedIn
from domain.people.organisation import Actor
from domain.people.separation import APART
from infra.database.engine import Session
from tests.api.people.test_service import username
from tests.api.support import somebody

OFFICER = PostIn(role="responsible_officer", organisation="station-gushan")
WHERE = Where("192.0.2.7", "Firefox")


async def security(services: Services) -> Actor:
    return await somebody(services, "admin_security", "county")


async def opened(
    services: Services, session: Session, name: str = "gushan-officer-new", *posts: PostIn, key: str | None = None
) -> Account:
    asked = AccountIn(username=name, name="汤荣", posts=list(posts or (OFFICER,)))
    return (await open_account(services, session, await security(services), asked, key)).body


async def wrong_with(do: object) -> dict[str, str]:
    with pytest.raises(FieldsInvalid) as refused:
        await do  # type: ignore[misc]
    return {error["field"]: error["message"] for error in refused.value.errors}


async def test_a_new_account_has_its_posts_and_comes_in_by_a_code(services: Services, session: Session) -> None:
    made = await opened(services, session)
    assert [(post.role, post.organisation.code) for post in made.posts] == [("responsible_officer", "station-gushan")]
    for guess in ("", "-", "nobody"):
        with pytest.raises(NotSignedIn):
            await sign_in(services, session, made.username, guess, WHERE)
    code = await reset_password(services, session, await security(services), made.username)
    assert (await sign_in(services, session, made.username, code.code, WHERE)).password_due


async def test_the_same_key_opens_one_account_and_a_name_is_one_person_s(services: Services, session: Session) -> None:
    first = await opened(services, session, key="k")
    assert await opened(services, session, key="k") == first
    with pytest.raises(Conflict, match="已被使用"):
        await opened(services, session)


async def test_no_account_joins_two_powers(services: Services, session: Session) -> None:
    """三员分立: “三类管理岗位…不能…由一人担任”."""
    admin = PostIn(role="admin_system", organisation="county")
    assert await wrong_with(opened(services, session, "both", admin, OFFICER)) == {"posts": APART}
    made = await opened(services, session)
    by = await security(services)
    assert await wrong_with(appoint(services, session, by, made.username, admin, None)) == {"role": APART}
    chief = PostIn(role="station_deputy", organisation="station-gushan")
    held = (await appoint(services, session, by, made.username, chief, None)).body.posts
    assert {post.role for post in held} == {"responsible_officer", "station_deputy"}
    assert await wrong_with(appoint(services, session, by, made.username, chief, None)) == {"role": "已任此岗位"}


async def test_only_who_administers_security_gives_posts_and_none_to_himself(
    services: Services, session: Session
) -> None:
    made = await opened(services, session)
    asked = AccountIn(username="another", name="甲", posts=[OFFICER])
    for role in ("supervisor", "admin_system", "admin_audit", "leader"):
        actor = await somebody(services, role, "county")
        with pytest.raises(NotEntitled):
            await open_account(services, session, actor, asked, None)
        with pytest.raises(NotEntitled):
            await rename(services, session, actor, made.username, NewName(name="乙"), None)
    by = await security(services)
    own = await username(services, by)
    with pytest.raises(NotEntitled):
        await appoint(services, session, by, own, OFFICER, None)
    with pytest.raises(NotFound):
        await appoint(services, session, by, "nobody", OFFICER, None)


async def test_one_is_called_otherwise_from_now_on(services: Services, session: Session) -> None:
    made = await opened(services, session)
    by = await security(services)
    assert (await rename(services, session, by, made.username, NewName(name=" 汤 蓉 "), None)).body.name == "汤 蓉"


async def test_nobody_comes_to_two_of_the_three_administrations(services: Services, session: Session) -> None:
    """三员分立: by no order of opening and appointing, at one unit or at two; and the refusal says why."""
    for one, other in permutations(("admin_system", "admin_security", "admin_audit"), 2):
        first, second = PostIn(role=one, organisation="county"), PostIn(role=other, organisation="town-daping")
        async with services.database.resume(session):
            both = AccountIn(username=f"{one}-{other}".replace("_", "-"), name="汤荣", posts=[first, second])
            security_admin = await security(services)
            assert await wrong_with(open_account(services, session, security_admin, both, None)) == {"posts": APART}
        async with services.database.resume(session):
            name = f"only-{one}-{other}".replace("_", "-")
            await opened(services, session, name, first)
        async with services.database.resume(session):
            assert await wrong_with(appoint(services, session, security_admin, name, second, None)) == {"role": APART}


@pytest.mark.parametrize("name", ["=HYPERLINK(1)", "＝1", "汤\u202e荣"])
def test_a_name_is_no_formula_and_no_disguise_wherever_it_is_typed(name: str) -> None:
    for typed in (
        lambda: AccountIn(username="another", name=name, posts=[OFFICER]), lambda: NewName(name=name),
        lambda: OrganisationRenamed(name=name),
    ):  # fmt: skip
        with pytest.raises(ValidationError):
            typed()
