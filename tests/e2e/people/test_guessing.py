"""Guessing over HTTP. Guesses come from addresses of their own: all other tests sign in from 127.0.0.1."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import httpx2

from api.cli.client import Client
from domain.people.brake import OF_ACCOUNT, OF_ADDRESS, SPRAYED
from tests.e2e.people.accounts import PASSWORD, own_account
from tests.e2e.support import People, refusal_of

AT_ONCE = 60


@contextmanager
def _from(people: People, address: str) -> Iterator[httpx2.Client]:
    """HTTP from another address of this machine."""
    transport = httpx2.HTTPTransport(local_address=address)
    with httpx2.Client(base_url=people.base, transport=transport, timeout=60, trust_env=False) as http:
        yield http


def _guess(http: httpx2.Client, username: str, password: str) -> httpx2.Response:
    return http.post("/v1/auth/token", data={"username": username, "password": password})


def _by_form(http: httpx2.Client, username: str, password: str) -> int:
    """Signs in by the page, as a browser that keeps its cookies."""
    http.cookies.delete("santui_session")
    [csrf] = re.findall(r'name="csrf" value="([^"]+)"', http.get("/login").text)
    return http.post("/login", data={"csrf": csrf, "username": username, "password": password}).status_code


def test_sixty_guesses_at_once_are_ten_and_the_person_goes_on_working(people: People) -> None:
    """“60 parallel guesses (≥ 50 × 429) … the real user still in”."""
    user = own_account(people, "grid_worker", "station-daping")
    assert user.get("/v1/me")["name"] == "方自立"
    with _from(people, "127.0.0.60") as desk, _from(people, "127.0.0.61") as stranger:
        assert _by_form(desk, user.username, PASSWORD) == 303
        with ThreadPoolExecutor(AT_ONCE) as many:
            answers = list(many.map(lambda n: _guess(stranger, user.username, f"guess {n}"), range(AT_ONCE)))
        assert Counter(answer.status_code for answer in answers) == {401: OF_ACCOUNT[0].most, 429: 50}
        held_back = next(answer for answer in answers if answer.status_code == 429)
        assert held_back.json()["code"] == "too_many_tries"
        assert user.get("/v1/me")["name"] == "方自立", "who is signed in stays so"
        assert desk.get("/account").status_code == 200
        assert refusal_of(lambda: user.again().get("/v1/me")) == (429, "too_many_tries"), "a program is a stranger"
        assert _by_form(desk, user.username, PASSWORD) == 303, "from where he came in before, he comes in"


def test_one_password_tried_at_many_accounts_is_braked_and_told(people: People) -> None:
    """“spraying seen and told to the security administrator”."""
    address, tried = "127.0.0.62", [person["username"] for person in people._people[: OF_ADDRESS[0].most + 5]]
    with _from(people, address) as stranger:
        answers = [_guess(stranger, username, "Xia-tian 2026").status_code for username in tried]
        assert answers == [401] * OF_ADDRESS[0].most + [429] * 5
        right = own_account(people, "grid_worker", "station-daping").username
        assert _guess(stranger, right, PASSWORD).status_code == 429, "whose account ever, from there"
    assert Client(people.base, right, PASSWORD).get("/v1/me")["name"] == "方自立", "from elsewhere nobody waits"
    told = people.with_role("admin_security").get("/v1/messages", limit=200)["items"]
    [warning] = [each for each in told if each["kind"] == "spraying" and each["text"].endswith(address)]
    assert warning["said"] == "有来源对多个账号猜测口令，请核查"
    assert len(tried) > SPRAYED.most
