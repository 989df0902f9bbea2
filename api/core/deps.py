"""What a route is given: the services, the signed-in person, the idempotency key, a page's size."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Annotated

from fastapi import Depends, Header, Query, Request
from fastapi.security import HTTPBearer

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


async def get_session(request: Request) -> AsyncIterator[Session]:
    """The one session of a request, for its queries; closed before the answer is sent."""
    async with (await get_services(request)).database.read() as session:
        yield session


SessionDep = Annotated[Session, Depends(get_session, scope="function")]


class SignedIn(HTTPBearer):
    """The signed-in person with the posts held now, and the people deputised for. Asks for nothing but the request:
    FastAPI solves what a dependency depends on anew for everybody who depends on it.
    """

    def __init__(self) -> None:
        super().__init__(auto_error=False, scheme_name=bearer.scheme_name, description=bearer.model.description)

    async def __call__(self, request: Request) -> Actor:  # type: ignore[override]
        """Who sent the request."""
        credentials = await bearer(request)
        if credentials is None:
            raise NotSignedIn
        return await person_of(await get_services(request), credentials.credentials)


async def person_of(services: Services, token: str) -> Actor:
    """Whose token it is, and for whom that person deputises at this moment.

    Raises:
        NotSignedIn: the token or its person is no longer valid.
    """
    actor = await services.actors.acting(services.tokens.person(token), datetime.now(UTC))
    if actor is None:
        raise NotSignedIn
    return actor


ActorDep = Annotated[Actor, Depends(SignedIn())]
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
