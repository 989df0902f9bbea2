"""Bearer tokens: ours, until they expire, however often they were seen before."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import jwt
import pytest

from api.core import auth
from api.core.auth import Tokens
from domain.errors import NotSignedIn
from infra.runtime.crypto import load_keys
from tests.infra.support import until


@pytest.fixture
def tokens(tmp_path: Path) -> Tokens:
    """Of a new installation."""
    load_keys(tmp_path / "key")
    return Tokens(tmp_path / "key", 1)


def claiming(tokens: Tokens, secret: bytes | None = None, **claims: object) -> str:
    """A token of these claims."""
    whole = {"sub": "p", "exp": datetime.now(UTC) + timedelta(hours=1), **claims}
    return jwt.encode(whole, secret or tokens.secret, algorithm="HS256")


def refused(tokens: Tokens, token: str) -> bool:
    """Whether nobody is signed in by it."""
    try:
        tokens.person(token)
    except NotSignedIn:
        return True
    return False


def test_a_token_names_its_person_each_time(tokens: Tokens) -> None:
    token = tokens.issue("p-1")
    assert [tokens.person(token) for _ in range(2)] == ["p-1", "p-1"]
    assert timedelta(minutes=59) < tokens.until(token) - datetime.now(UTC) <= timedelta(hours=1)


def test_what_is_not_ours_is_refused_also_beside_what_is(tokens: Tokens) -> None:
    ours = tokens.issue("p-1")
    tokens.person(ours)
    for token in ("", "x", claiming(tokens, b"another secret of the same length as ours"), f"{ours[:-2]}xx"):
        assert refused(tokens, token)


def test_a_token_without_an_end_or_a_person_is_refused(tokens: Tokens) -> None:
    for claims in ({"exp": None}, {"sub": None}, {"exp": datetime.now(UTC) - timedelta(seconds=1)}):
        assert refused(tokens, claiming(tokens, **claims))


async def test_a_token_that_was_good_expires(tokens: Tokens) -> None:
    token = claiming(tokens, exp=datetime.now(UTC) + timedelta(seconds=2))
    assert tokens.person(token) == "p"
    await until(lambda: refused(tokens, token))
    with pytest.raises(NotSignedIn):
        tokens.until(token)


def test_so_many_are_remembered_and_no_more(tokens: Tokens, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(auth, "VERIFIED", 2)
    issued = [tokens.issue(f"p-{n}") for n in range(5)]
    assert [tokens.person(token) for token in issued * 2] == [f"p-{n}" for n in range(5)] * 2
