"""The codec endpoint: lets Temporal's own UI show what is encrypted, to those who see the whole county, each use noted.

The UI is another origin of the same site: it sends the desk's session cookie once "include cross-origin credentials" is
switched on in its settings (docs/operations.md).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse
from google.protobuf.json_format import MessageToDict, ParseDict, ParseError
from google.protobuf.message import DecodeError
from starlette.middleware.cors import CORSMiddleware
from temporalio.api.common.v1 import Payload, Payloads

from api.core import errors
from api.core.context import Services
from api.core.deps import person_of
from api.core.permissions import at_root
from api.core.schemas import JsonObject
from api.core.wire.cookies import cookie
from api.disputes.access import refused
from api.histories.lookup import NUMBER
from api.web.session import SESSION
from domain.errors import FieldsInvalid, NotSignedIn
from domain.people.organisation import Actor
from domain.people.permissions import CODEC_READERS
from infra.read_model.disputes import closed_to
from infra.runtime.crypto import KeyRing, load_keys
from infra.runtime.front_door import LOOPBACK
from infra.runtime.settings import Settings
from infra.temporal.codec import is_sealed, unsealed_payload

_NO_PAYLOADS = (ParseError, DecodeError, ValueError, TypeError)
"""All that may come of what is no payload, or none that was sealed here."""


def codec_app(parent: FastAPI, settings: Settings) -> FastAPI:
    """The endpoint as an application of its own: only it answers the UI's origin."""
    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None)
    errors.install(app)
    keys = load_keys(settings.key_file)

    @app.post("/decode")
    async def decode(request: Request, body: JsonObject) -> Response:
        services: Services = parent.state.services
        reader = await _reader(services, request)
        try:
            payloads = ParseDict(body, Payloads()).payloads
            decoded, whose = _opened(payloads, keys)
        except _NO_PAYLOADS as error:
            raise FieldsInvalid(errors=[{"field": "payloads", "message": "格式不正确"}]) from error
        numbers = {owner: owner if owner and NUMBER.fullmatch(owner) else None for owner in whose}
        async with services.database.read() as session:
            for kept in await closed_to(session, reader, [number for number in numbers.values() if number]):
                raise await refused(services, session, reader, kept, "codec")
        for owner, count in whose.items():
            services.access.note(reader.person_id, numbers[owner], f"codec:{count}")
        await services.access.written()  # nothing is unmasked before that is on record
        return JSONResponse(MessageToDict(decoded))

    origins = [f"http://{host}:{settings.temporal_ui_port}" for host in (LOOPBACK, "localhost")]
    app.add_middleware(
        CORSMiddleware, allow_origins=origins, allow_methods=["POST"], allow_headers=["*"], allow_credentials=True
    )
    return app


def _opened(payloads: Sequence[Payload], keys: KeyRing) -> tuple[Payloads, Counter[str | None]]:
    """The payloads opened, and how many of which workflow; of none those that were not sealed.

    The UI does not say where it found them, so each opens for the workflow that it was sealed for.

    Raises:
        PayloadNotOpened
    """
    decoded, whose = Payloads(), Counter[str | None]()
    for payload in payloads:
        owner = None
        if is_sealed(payload):
            head, payload = unsealed_payload(payload, keys)
            owner = head.workflow_id
        decoded.payloads.append(payload)
        whose[owner] += 1
    return decoded, whose


async def _reader(services: Services, request: Request) -> Actor:
    """Who asks, by the desk's cookie or a bearer token.

    Raises:
        NotSignedIn, NotEntitled
    """
    scheme, _, bearer = request.headers.get("authorization", "").partition(" ")
    token = bearer if scheme.lower() == "bearer" else cookie(request, SESSION)
    if not token:
        raise NotSignedIn
    actor = await person_of(services, token)
    async with services.database.read() as session:
        await at_root(services, session, actor, CODEC_READERS, "codec")
    return actor
