"""What a route is given: the services, the signed-in person, the idempotency key, a page's size."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Annotated

from fastapi import Depends, Header, Query, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from api.core.context import Services
from domain.errors import NotSignedIn
from domain.people.organisation import Actor
from infra.database.engine import Session

bearer = HTTPBearer(auto_error=False, description="Token of POST /v1/auth/token")


async def get_services(request: Request) -> Services:
    """The services of this process. Asynchronous as all of these are: FastAPI runs the others in threads."""
    services: Services = request.app.state.services
    return services


ServicesDep = Annotated[Services, Depends(get_services)]


async def get_session(services: ServicesDep) -> AsyncIterator[Session]:
    """The one session of a request, for its queries; closed before the answer is sent."""
    async with services.database.read() as session:
        yield session


SessionDep = Annotated[Session, Depends(get_session, scope="function")]


async def get_actor(
    services: ServicesDep,
    session: SessionDep,
    credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(bearer)],
) -> Actor:
    """The signed-in person with the posts held now, and the people deputised for."""
    if credentials is None:
        raise NotSignedIn
    return await person_of(services, session, credentials.credentials)


async def person_of(services: Services, session: Session, token: str) -> Actor:
    """Whose token it is, and for whom that person deputises at this moment.

    Raises:
        NotSignedIn: the token or its person is no longer valid.
    """
    actor = await services.actors.acting(session, services.tokens.person(token), datetime.now(UTC))
    if actor is None:
        raise NotSignedIn
    return actor


ActorDep = Annotated[Actor, Depends(get_actor)]
KeyDep = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        max_length=200,
        min_length=1,
        description="A repeat within 30 days gets the stored answer; after that the key is a new one.",
    ),
]
LimitDep = Annotated[int, Query(ge=1, le=200)]
CursorDep = Annotated[str | None, Query(max_length=400)]
