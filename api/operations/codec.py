"""The codec endpoint: lets Temporal's own UI show what is encrypted, to those who see the whole county, each use noted.

The UI is another origin of the same site: it sends the desk's session cookie once "include cross-origin credentials" is
switched on in its settings (docs/operations.md).
"""

from __future__ import annotations

import zlib

from cryptography.exceptions import InvalidTag
from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse
from google.protobuf.json_format import MessageToDict, ParseDict, ParseError
from google.protobuf.message import DecodeError
from starlette.middleware.cors import CORSMiddleware
from temporalio.api.common.v1 import Payloads

from api.core import errors
from api.core.context import Services
from api.core.deps import person_of
from api.core.permissions import at_root
from api.core.schemas import JsonObject
from api.web.session import SESSION
from domain.errors import FieldsInvalid, NotSignedIn
from domain.people.permissions import CODEC_READERS
from infra.runtime.crypto import load_keys
from infra.runtime.settings import LOOPBACK, Settings
from infra.temporal.codec import EncryptionCodec

_NO_PAYLOADS = (ParseError, DecodeError, InvalidTag, zlib.error, KeyError, ValueError, TypeError)
"""All that may come of what is no payload, or none that was sealed here."""


def codec_app(parent: FastAPI, settings: Settings) -> FastAPI:
    """The endpoint as an application of its own: only it answers the UI's origin."""
    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None)
    errors.install(app)
    codec = EncryptionCodec(load_keys(settings.key_file))

    @app.post("/decode")
    async def decode(request: Request, body: JsonObject) -> Response:
        services: Services = parent.state.services
        person = await _reader(services, request)
        try:
            payloads = ParseDict(body, Payloads())
            decoded = Payloads(payloads=await codec.decode(payloads.payloads))
        except _NO_PAYLOADS as error:
            raise FieldsInvalid(errors=[{"field": "payloads", "message": "格式不正确"}]) from error
        services.access.note(person, None, f"codec:{len(decoded.payloads)}")
        return JSONResponse(MessageToDict(decoded))

    origins = [f"http://{host}:{settings.temporal_ui_port}" for host in (LOOPBACK, "localhost")]
    app.add_middleware(
        CORSMiddleware, allow_origins=origins, allow_methods=["POST"], allow_headers=["*"], allow_credentials=True
    )
    return app


async def _reader(services: Services, request: Request) -> str:
    """The person, by the desk's cookie or a bearer token.

    Raises:
        NotSignedIn, NotEntitled
    """
    scheme, _, bearer = request.headers.get("authorization", "").partition(" ")
    token = bearer if scheme.lower() == "bearer" else request.cookies.get(SESSION)
    if not token:
        raise NotSignedIn
    actor = await person_of(services, token)
    async with services.database.read() as session:
        await at_root(services, session, actor, CODEC_READERS, "codec")
    return actor.person_id
