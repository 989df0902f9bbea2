"""A sign-in that was ended is over at once: in whichever process, on every device, for what is open already."""

from __future__ import annotations

import httpx2
import pytest

from api.cli.client import Client, Refusal
from tests.e2e.support import People


@pytest.fixture
def grid_worker(people: People) -> Client:
    """Somebody whose sign-ins nobody else counts on."""
    return people.with_role("grid_leader")


def refused(client: Client) -> str:
    with pytest.raises(Refusal) as refusal:
        client.get("/v1/me")
    assert refusal.value.status == 401
    return refusal.value.code


def test_who_signs_out_is_out_and_nobody_else(grid_worker: Client) -> None:
    here, there = grid_worker.again(), grid_worker.again()
    for each in (here, there):
        each.get("/v1/me")
    assert here.post("/v1/auth/logout") == {"ended": 1}
    assert refused(here) == "not_signed_in"
    there.get("/v1/me")


def test_one_sees_where_one_is_signed_in_and_ends_it_there(grid_worker: Client) -> None:
    here, there, elsewhere = (grid_worker.again() for _ in range(3))
    for each in (here, there, elsewhere):
        each.get("/v1/me")
    before = here.get("/v1/me/sessions")["items"]
    assert [each["current"] for each in before].count(True) == 1
    assert all(each["address"] == "127.0.0.1" and each["device"] for each in before)
    [lost] = [each["session_id"] for each in there.get("/v1/me/sessions")["items"] if each["current"]]
    here.delete(f"/v1/me/sessions/{lost}")
    assert refused(there) == "not_signed_in"
    assert here.post("/v1/me/sessions/end")["ended"] >= 1
    assert refused(elsewhere) == "not_signed_in"
    assert [each["current"] for each in here.get("/v1/me/sessions")["items"]] == [True]
    with pytest.raises(Refusal) as refusal:
        here.delete(f"/v1/me/sessions/{lost}")
    assert refusal.value.status == 404


def test_nobody_ends_a_sign_in_of_somebody_else(people: People, grid_worker: Client) -> None:
    mine, other = grid_worker.again(), people.supervisor.again()
    [current] = [each["session_id"] for each in mine.get("/v1/me/sessions")["items"] if each["current"]]
    with pytest.raises(Refusal) as refusal:
        other.delete(f"/v1/me/sessions/{current}")
    assert refusal.value.status == 404
    mine.get("/v1/me")


def test_a_stream_ends_with_the_sign_in_that_opened_it(grid_worker: Client) -> None:
    here = grid_worker.again()
    here.get("/v1/me")
    with httpx2.Client(base_url=str(here._http.base_url), timeout=30, trust_env=False) as listening:
        headers = {"Authorization": f"Bearer {here._token}"}
        with listening.stream("GET", "/v1/events", headers=headers) as stream:
            assert stream.status_code == 200
            here.post("/v1/auth/logout")
            assert all("event:" not in line for line in stream.iter_lines()), "it ends, and says nothing more"
