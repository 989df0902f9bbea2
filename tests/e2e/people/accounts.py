"""Accounts of a test's own: guessed at, moved and closed without harm to whoever else uses the demo county."""

from __future__ import annotations

import uuid

from api.cli.client import Client
from tests.e2e.support import People

PASSWORD = "Mei-hua 3 nong"


def own_account(people: People, role: str, organisation: str) -> Client:
    """Somebody new with one post, who has come in by his code and chosen a password."""
    security = people.with_role("admin_security")
    username = f"own-{uuid.uuid4().hex[:8]}"
    post = {"role": role, "organisation": organisation}
    security.post("/v1/people", {"username": username, "name": "方自立", "posts": [post]})
    code = security.post(f"/v1/people/{username}/password-reset")["code"]
    Client(people.base, username, code).post("/v1/me/password", {"old": code, "new": PASSWORD})
    return Client(people.base, username, PASSWORD)
