"""An OpenID Connect provider as its client sees it: the code flow with PKCE, state and nonce (OpenID Connect Core 1.0
3.1, RFC 7636, RFC 9700).

Its keys are asked once an hour, and again where a token names one that is not among them; what it says of itself each
time that somebody is to be sent there, because a browser that is sent to one that is away finds no words of ours. A
provider that is away, or says what can't be, is no fault of the person's: he is told so, and his
password still serves.
"""

from __future__ import annotations

import asyncio
import hmac
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import structlog
from authlib.oauth2.rfc6749.parameters import prepare_grant_uri
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from domain.errors import NotSignedIn, ProviderUnavailable

SCOPE = "openid profile"
SIGNED_BY = ("RS256", "PS256", "ES256", "ES384", "RS384", "RS512", "PS384", "PS512", "Ed25519", "EdDSA")
"""How an ID token may be signed: by the provider's own key, never by the secret that both know, and never not at all.
"""
NEEDED = frozenset({"authorization_endpoint", "token_endpoint", "jwks_uri"})
"""What a provider has to say of itself (OpenID Connect Discovery 1.0 3)."""
KNOWN_FOR = 3600.0
"""Seconds for which what a provider says of itself holds."""
PATIENCE = 8.0
LEEWAY = 60
"""Seconds that its clock may be off."""
LARGEST = 2**20
"""Bytes of an answer that are read."""
log = structlog.get_logger()


@dataclass(frozen=True)
class Asked:
    """What was asked of the provider, and only the browser that asks may bring back."""

    state: str
    nonce: str
    verifier: str


@dataclass(frozen=True)
class Said:
    """Whom the provider says it knows: its own word for him, his username here, and how he proved himself to it."""

    issuer: str
    subject: str
    username: str
    methods: frozenset[str]
    """values of `amr`, and `acr`"""


class Provider:
    """A provider, and what it knows us as. `claim` names what it says a person's username here is."""

    def __init__(self, issuer: str, client_id: str, secret_file: Path | None, claim: str) -> None:
        self.issuer, self._client_id, self._claim = issuer, client_id, claim
        self._secret = secret_file.read_text(encoding="utf-8").strip() if secret_file else ""
        self._about: dict[str, Any] = {}
        self._keys: KeySet | None = None
        self._until = self._keys_until = 0.0
        self._presenting: asyncio.Future[dict[str, Any]] | None = None

    async def ask(self, back: str) -> tuple[str, Asked]:
        """Where to send a browser, which comes back to `back`; and what it has to bring back.

        Raises:
            ProviderUnavailable
        """
        about = await self._presented()
        asked = Asked(secrets.token_urlsafe(24), secrets.token_urlsafe(24), secrets.token_urlsafe(48))
        address = prepare_grant_uri(
            about["authorization_endpoint"], self._client_id, "code", redirect_uri=back, scope=SCOPE,
            state=asked.state, nonce=asked.nonce, code_challenge=create_s256_code_challenge(asked.verifier),
            code_challenge_method="S256",
        )  # fmt: skip
        return str(address), asked

    async def hear(self, asked: Asked, back: str, brought: Mapping[str, str]) -> Said:
        """Whom the provider means by what a browser brought back from it.

        Raises:
            NotSignedIn: it was not asked so, or the provider says no, or its token can't be believed.
            ProviderUnavailable
        """
        about = await self._known()
        if not hmac.compare_digest(brought.get("state", "").encode(), asked.state.encode()):
            raise NotSignedIn("登录请求不是从本页发起的，请重新登录")
        if brought.get("iss", self.issuer) != self.issuer:  # RFC 9207: the answer of another provider
            raise NotSignedIn("统一身份认证的应答来源不符")
        if "code" not in brought:
            log.info("provider_refused", error=brought.get("error", "")[:40])
            raise NotSignedIn("统一身份认证没有通过，请重新登录")
        given = await self._exchanged(about, brought["code"], asked, back)
        claims = await self._checked(given.get("id_token"), asked, str(given.get("access_token", "")))
        username = claims.get(self._claim) or await self._told(about, given, claims)
        methods = {each for each in claims.get("amr") or [] if isinstance(each, str)} | {str(claims.get("acr", ""))}
        return Said(self.issuer, str(claims["sub"]), str(username or ""), frozenset(methods - {""}))

    async def _exchanged(self, about: dict[str, Any], code: str, asked: Asked, back: str) -> dict[str, Any]:
        form = {"grant_type": "authorization_code", "code": code, "redirect_uri": back,
                "code_verifier": asked.verifier}  # fmt: skip
        methods = about.get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
        basic = self._secret and "client_secret_basic" in methods
        if not basic:
            form |= {"client_id": self._client_id, **({"client_secret": self._secret} if self._secret else {})}
        auth = httpx2.BasicAuth(self._client_id, self._secret) if basic else None
        return await self._asked("POST", about["token_endpoint"], data=form, auth=auth, refusable=True)

    async def _checked(self, token: object, asked: Asked, access_token: str) -> CodeIDToken:
        """The claims of an ID token: signature, issuer, audience, times, nonce (3.1.3.7)."""
        if not isinstance(token, str):
            raise NotSignedIn("统一身份认证的应答不完整")
        for again in (False, True):
            try:
                read = jwt.decode(token, await self._key_set(anew=again), algorithms=SIGNED_BY)
                break
            except (JoseError, ValueError) as error:
                if again:
                    log.warning("provider_token", error=type(error).__name__)
                    raise NotSignedIn("统一身份认证的应答无法核验") from error
        claims = CodeIDToken(
            read.claims, read.header,
            options={"iss": {"essential": True, "value": self.issuer},
                     "aud": {"essential": True, "value": self._client_id}},
            params={"nonce": asked.nonce, "client_id": self._client_id, "access_token": access_token},
        )  # fmt: skip
        try:
            claims.validate(now=int(time.time()), leeway=LEEWAY)
        except (JoseError, ValueError) as error:
            log.warning("provider_claims", error=type(error).__name__)
            raise NotSignedIn("统一身份认证的应答无法核验") from error
        return claims

    async def _told(self, about: dict[str, Any], given: dict[str, Any], claims: CodeIDToken) -> object:
        """The username where the token does not say it: the provider is asked, and must speak of the same person."""
        if not about.get("userinfo_endpoint") or not given.get("access_token"):
            return None
        headers = {"Authorization": f"Bearer {given['access_token']}"}
        told = await self._asked("GET", about["userinfo_endpoint"], headers=headers)
        return told.get(self._claim) if told.get("sub") == claims["sub"] else None  # 5.3.2

    async def _presented(self) -> dict[str, Any]:
        """What the provider says of itself now; who asks at the same time is answered by the same request."""
        if self._presenting is None or self._presenting.done():
            self._presenting = asyncio.ensure_future(self._asked_about())
        return await asyncio.shield(self._presenting)

    async def _asked_about(self) -> dict[str, Any]:
        about = await self._asked("GET", f"{self.issuer.rstrip('/')}/.well-known/openid-configuration")
        if about.get("issuer") != self.issuer or not about.keys() >= NEEDED:
            log.warning("provider_metadata", issuer=str(about.get("issuer"))[:200])
            raise ProviderUnavailable
        self._about, self._until = about, time.monotonic() + KNOWN_FOR
        return about

    async def _known(self) -> dict[str, Any]:
        """What the provider said of itself within the hour."""
        return self._about if self._about and time.monotonic() < self._until else await self._presented()

    async def _key_set(self, *, anew: bool) -> KeySet:
        """Its keys, as known within the hour."""
        if self._keys is None or anew or time.monotonic() >= self._keys_until:
            keys: Any = await self._asked("GET", (await self._known())["jwks_uri"])
            try:
                self._keys = KeySet.import_key_set(keys)
            except (JoseError, ValueError, KeyError, TypeError) as error:
                raise ProviderUnavailable from error
            self._keys_until = time.monotonic() + KNOWN_FOR
        return self._keys

    async def _asked(self, method: str, address: str, *, refusable: bool = False, **more: Any) -> dict[str, Any]:
        """A JSON object of the provider's. What it refuses is the person's affair where it may refuse."""
        try:
            async with httpx2.AsyncClient(timeout=PATIENCE) as client:
                answer = await client.request(method, address, **more)
            told = answer.json() if len(answer.content) <= LARGEST else None
        except (httpx2.HTTPError, httpx2.InvalidURL, ValueError) as error:
            log.warning("provider_away", error=type(error).__name__)
            raise ProviderUnavailable from error
        if refusable and 400 <= answer.status_code < 500:
            log.warning("provider_refused", error=str(told.get("error", ""))[:40] if isinstance(told, dict) else "")
            raise NotSignedIn("统一身份认证没有通过，请重新登录")
        if answer.status_code != 200 or not isinstance(told, dict):
            log.warning("provider_away", status=answer.status_code)
            raise ProviderUnavailable
        return told
