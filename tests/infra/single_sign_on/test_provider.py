"""The client of a provider against a real one, and against words that are not its own (OpenID Connect Core 3.1.3.7)."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx2
import pytest
from joserfc import jwt
from joserfc.jwk import KeySet, OctKey, RSAKey

from domain.errors import NotSignedIn, ProviderUnavailable
from infra.single_sign_on.provider import Asked, Provider
from tests.infra.support import free_port
from tests.web.identity_provider import SECRET, providing

BACK = "http://127.0.0.1:9/login/provider/back"


@pytest.fixture(scope="module")
def issuer() -> Iterator[str]:
    """A real provider's address."""
    port = free_port()
    with providing(port, BACK):
        yield f"http://127.0.0.1:{port}"


@pytest.fixture
def provider(issuer: str, tmp_path: Path) -> Provider:
    """What it is to santui."""
    secret = tmp_path / "secret"
    secret.write_text(f"{SECRET}\n")
    return Provider(issuer, "santui", secret, "preferred_username")


def browse(address: str, name: str) -> dict[str, str]:
    """What a browser brings back in which somebody named himself there."""
    with httpx2.Client(trust_env=False, timeout=20) as browser:
        answer = browser.get(address)
        while not (to := str(answer.next_request.url if answer.next_request else "")).startswith(BACK):
            answer = browser.get(to) if to else browser.post(answer.url, data={"name": name, "mfa": "1"})
    return dict(parse_qsl(urlsplit(to).query))


async def test_whom_it_means_is_heard_once_and_by_who_asked(provider: Provider) -> None:
    address, asked = await provider.ask(BACK)
    assert "code_challenge_method=S256" in address
    brought = browse(address, "gushan-chief")
    with pytest.raises(NotSignedIn, match="不是从本页发起"):
        await provider.hear(replace(asked, state="another"), BACK, brought)
    with pytest.raises(NotSignedIn, match="来源不符"):
        await provider.hear(asked, BACK, {**brought, "iss": "https://another.example"})
    with pytest.raises(NotSignedIn, match="没有通过"):
        await provider.hear(asked, BACK, {"state": asked.state, "error": "access_denied"})
    said = await provider.hear(asked, BACK, brought)
    assert (said.subject, said.username) == ("word-of-gushan-chief", "gushan-chief")
    assert said.methods == {"pwd", "mfa"}
    with pytest.raises(NotSignedIn, match="没有通过"):
        await provider.hear(asked, BACK, brought)  # the code is used up


@pytest.mark.parametrize(("part", "why"), [("nonce", "无法核验"), ("verifier", "没有通过")])
async def test_a_code_that_was_got_for_another_browser_is_of_no_use(provider: Provider, part: str, why: str) -> None:
    """RFC 9700 2.1.1: PKCE and the nonce bind a code to who asked for it."""
    address, asked = await provider.ask(BACK)
    with pytest.raises(NotSignedIn, match=why):
        await provider.hear(replace(asked, **{part: "x" * 64}), BACK, browse(address, "gushan-chief"))


async def test_a_token_is_believed_by_signature_issuer_audience_time_and_nonce(provider: Provider) -> None:
    now, asked = int(time.time()), Asked("state", "nonce", "verifier")
    own, foreign = RSAKey.generate_key(2048, {"kid": "a"}), RSAKey.generate_key(2048, {"kid": "a"})
    good: dict[str, Any] = {"iss": provider.issuer, "aud": "santui", "sub": "s", "nonce": "nonce", "iat": now,
                            "exp": now + 300}  # fmt: skip

    async def checked(key: RSAKey | OctKey = own, alg: str = "RS256", **changed: Any) -> str:
        provider._keys, provider._keys_until = KeySet([own]), time.monotonic() + 300
        claims = {name: value for name, value in {**good, **changed}.items() if value is not None}
        token = jwt.encode({"alg": alg, "kid": "a"}, claims, key, algorithms=[alg])
        return str((await provider._checked(token, asked, ""))["sub"])

    assert await checked() == "s"
    assert await checked(aud=["santui", "other"], azp="santui") == "s"
    for changed in (
        {"iss": "https://another.example"}, {"aud": "another"}, {"aud": ["santui", "other"], "azp": "other"},
        {"exp": now - 3600}, {"exp": None}, {"nonce": "another"}, {"nonce": None}, {"sub": None},
        {"iat": now + 3600},
    ):  # fmt: skip
        with pytest.raises(NotSignedIn, match="无法核验"):
            await checked(**changed)
    with pytest.raises(NotSignedIn, match="无法核验"):
        await checked(foreign)
    with pytest.raises(NotSignedIn, match="无法核验"):
        await checked(OctKey.import_key(SECRET.ljust(40, "x")), "HS256")
    for token in ("", "a.b.c", None, "eyJhbGciOiJub25lIn0.eyJzdWIiOiJzIn0."):
        with pytest.raises(NotSignedIn):
            await provider._checked(token, asked, "")


async def test_one_that_is_away_or_another_is_told(issuer: str) -> None:
    port = free_port()
    for address in (f"http://127.0.0.1:{port}", f"{issuer}/"):
        with pytest.raises(ProviderUnavailable, match="请用用户名和口令登录"):
            await Provider(address, "santui", None, "sub").ask(BACK)
