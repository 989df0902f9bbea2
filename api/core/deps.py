"""What a route is given: the services, the signed-in person, the idempotency key, a page's size."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import aclosing
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Annotated, Any, cast

from fastapi import Depends, Header, Query, Request, Response
from fastapi.routing import APIRoute
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from starlette.datastructures import FormData, UploadFile
from starlette.exceptions import HTTPException
from starlette.formparsers import MultiPartException

from api.core.context import Services
from api.core.wire.cookies import cookie
from domain.errors import EnrolmentDue, FieldsInvalid, NotSignedIn, OutOfScope, PasswordDue
from domain.people.feed_tokens import allows, in_own_name
from domain.people.organisation import Actor
from domain.storable_text import is_fit
from infra.database.engine import Session
from infra.database.ids import new_id
from infra.files.parsing import CuttingParser, SealingParser
from infra.files.store import Incoming
from infra.records.access_log.asking import signed_in as request_is_of
from infra.records.signing_in.sessions import SignedIn as Held

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


class SealingRequest(Request):
    """A request whose form's files go sealed to where they stay (`infra.files.parsing`)."""

    async def _get_form(self, **limits: Any) -> FormData:
        if self._form is None and (parser := await self._parser()):
            try:
                async with aclosing(self.stream()) as stream:
                    reading = parser(self.headers, stream, **limits)
                    self._form = await reading.parse()
            except MultiPartException as error:
                raise HTTPException(400, error.message) from error
            for name, begins in reading.too_long.items():
                said = f"以“{begins}”开头的一项太长（一项至多约 11 万字），请删减后重新提交，或者作为附件上传"
                raise FieldsInvalid(said, errors=[{"field": name, "message": said}])
        return await super()._get_form(**limits)

    async def _parser(self) -> Callable[..., SealingParser | CuttingParser] | None:
        kind = self.headers.get("Content-Type", "").partition(";")[0].strip().lower()
        if kind == "multipart/form-data":
            files = (await get_services(self)).files
            return partial(SealingParser, lambda: files.receive(new_id()))
        return CuttingParser if kind == "application/x-www-form-urlencoded" else None


class SealingRoute(APIRoute):
    """A route of such requests."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The handler, given such a request."""
        handle = super().get_route_handler()

        async def sealing(request: Request) -> Response:
            return await handle(SealingRequest(request.scope, request.receive))

        return sealing


def incoming_of(file: UploadFile) -> Incoming:
    """What came in as a file of a form of such a request."""
    return cast(Incoming, file.file)


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
        return await person_of(await get_services(request), credentials.credentials, request.url.path, request.method)


OF_ACCOUNT = frozenset(
    "/v1/me /v1/me/password /v1/me/sessions /v1/me/sessions/end /v1/auth/logout /account /account/password /logout"
    .split()
)  # fmt: skip
"""What is answered while a password is due."""
OF_ENROLMENT = OF_ACCOUNT | frozenset(
    f"{at}{step}" for at in ("/v1/me/second-factor", "/account/second-factor") for step in ("", "/offer", "/confirm")
)
"""What is answered while a second factor is to be taken."""


async def person_of(services: Services, token: str, path: str = "", method: str = "GET") -> Actor:
    """Whose token it is, and for whom that person deputises at this moment; `path` is what he asks for.

    Raises:
        NotSignedIn: the sign-in was ended or is over, or its person signs in no more.
        PasswordDue: it serves for nothing but a new password.
        EnrolmentDue: a role of his, or of one he deputises for, must have a second factor, and it has none.
        OutOfScope: it is a program's, and was not given for this.
        StoreUnavailable: nothing more can be noted now, so nothing is shown.
    """
    now = datetime.now(UTC)
    signed_in = await services.sessions.of(token, now)
    if signed_in.scopes:
        return await _program_of(services, signed_in, f"{method} {path}", now)
    if signed_in.restricted and path not in OF_ACCOUNT:
        raise PasswordDue
    actor = await services.actors.acting(signed_in.person_id, now)
    if actor is None:
        raise NotSignedIn
    if not signed_in.factor and path not in OF_ENROLMENT and factor_due(services, actor):
        raise EnrolmentDue
    request_is_of(actor, signed_in.session_id)
    await services.access.room()
    return actor


def factor_due(services: Services, actor: Actor) -> bool:
    """Whether he must have a second factor, by a post of his own or of somebody for whom he acts."""
    held = {role for post in actor.reach for role in actor.rights(post)}
    return services.settings.must_have_factor(held, production=services.settings.production)


async def _program_of(services: Services, token: Held, asked: str, now: datetime) -> Actor:
    """For whom a program asks by a token: he may what it was given for, as far as he may it himself now.

    Raises:
        NotSignedIn, OutOfScope, StoreUnavailable: as `person_of`.
    """
    person = await services.actors.acting(token.person_id, now)
    if person is None:
        raise NotSignedIn
    actor = in_own_name(person)
    request_is_of(actor, token.session_id, token.purpose)
    await services.access.room()
    method, _, path = asked.partition(" ")
    if not allows(token.scopes, method, path):
        raise OutOfScope
    return actor


ActorDep = Annotated[Actor, Depends(SignedIn())]


async def get_token(credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(bearer)]) -> str:
    """The token by which a request is signed in; for who is asked about the sign-in itself."""
    if credentials is None:
        raise NotSignedIn
    return credentials.credentials


TokenDep = Annotated[str, Depends(get_token)]


@dataclass(frozen=True)
class Where:
    """From where and with what somebody signs in, as far as his machine says."""

    address: str
    device: str
    known_as: str = ""
    """what his browser kept of an earlier sign-in"""
    keeps: str = ""
    """what it is given to keep of this one, where it is new to him"""


async def get_where(request: Request) -> Where:
    """Of a request. A browser that keeps nothing yet is given something to be known by; a program keeps no cookie."""
    device = request.headers.get("user-agent", "")[:DEVICE]
    kept = cookie(request, KNOWN_DEVICE)[:DEVICE]
    return Where(
        request.client.host if request.client else "", device if is_fit(device) else "", known_as=kept,
        keeps="" if kept or request.url.path.startswith("/v1/") else secrets.token_urlsafe(32),
    )  # fmt: skip


KNOWN_DEVICE = "santui_device"
"""The cookie by which a browser is known from which somebody signed in before."""
WhereDep = Annotated[Where, Depends(get_where)]
DEVICE = 200
"""Characters that are kept of what a browser calls itself."""
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
