"""What the contract's tests share: quarrels of their own, taken to where a test begins, and bare HTTP."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx2
import pytest

from api.cli.client import Client, County, Document, Refusal
from api.cli.way_to_stage import waited_for

VILLAGES = ("古山镇金江龙村", "古山镇古山社区", "古山镇前黄村", "古山镇坑口村", "古山镇大塘沿村")
TOWN = "town-gushan"
NARRATIVE = "两户因宅基地边界争执，砌墙被拦，双方各不相让"
"""A yellow matter of Gushan, nothing for the police."""


class People(County):
    """The demo people, with what tests need beside."""

    def quarrel(self, narrative: str = NARRATIVE, **more: Any) -> str:
        """A new dispute at a house of its own; answers its number."""
        number = random.randint(10_000, 999_999)
        more.setdefault("source", "walk_in")  # it waits for its desk: an alarm is pushed at once
        more.setdefault("place", {"address": f"{random.choice(VILLAGES)}{number}号"})
        parties = [
            {"name": f"甲{number}", "phone": "13800001234", "id_number": "330723197001011234", "side": "a"},
            {"name": f"乙{number}", "phone": "13900005678", "side": "b"},
        ]
        return str(self.alarm(narrative, parties=parties, **more)["dispute_no"])

    def at_push_1(self, narrative: str = NARRATIVE) -> str:
        """A dispute that waits for the on-scene officer."""
        number = self.quarrel(narrative)
        self.answer(number, "confirm_triage", "confirm")
        return number

    def at_push_2(self, narrative: str = NARRATIVE) -> str:
        """A dispute that waits for the responsible officer."""
        number = self.at_push_1(narrative)
        self.answer(number, "handle_on_scene", "unsettled")
        return number

    def for_any_officer(self) -> tuple[str, str]:
        """A dispute at push 2, of a place known no closer than its town: all officers of the station are asked.

        Answers its number and the task.
        """
        number = self.quarrel(
            place={"address": f"古山镇{random.randint(10_000, 999_999)}号", "organisation_code": TOWN}
        )
        self.answer(number, "confirm_triage", "confirm")
        self.answer(number, "handle_on_scene", "unsettled")
        return number, self.wait_for(number, "follow_up_responsibly")["task_id"]

    def at_dispose(self, *units: str) -> str:
        """A dispute accepted by departments; the first leads."""
        lead, *others = units or ("natural_res",)
        number = self.at_push_2()
        self.answer(number, "follow_up_responsibly", "request_third_push", suggested=[lead])
        self.answer(number, "approve_third_push", "approve", suggested=[lead])
        self.answer(number, "dispatch", "assign", lead=lead, cooperating=others)
        for _ in (lead, *others):
            self.answer(number, "accept_assignment", "accept")
        return number

    def at_follow_up(self) -> str:
        """A dispute settled on the scene and judged."""
        number = self.at_push_1()
        self.answer(number, "handle_on_scene", "settled", terms=["各退一步"])
        self.answer(number, "evaluate", "accept")
        return number

    def act(self, number: str, action: str, by: Client | None = None, **fields: Any) -> dict[str, Any]:
        """Takes an action, as the first supervisor unless somebody else is named."""
        path = f"/v1/disputes/{number}/actions/{action}"
        answer: dict[str, Any] = (by or self.supervisor).post(path, {"reason": "测试", **fields})
        return answer

    def end(self, number: str, action: str = "withdraw", **fields: Any) -> None:
        """Ends a dispute by an action: where that waits for approval, somebody else approves it."""
        if "change" in self.act(number, action, **fields):
            self.answer(number, "approve_change", "approve")

    def decide(self, task_id: str, decision: str, by: Client, key: str | None = None, **fields: Any) -> Any:
        """A bare decision, without the example's help."""
        return by.post(f"/v1/tasks/{task_id}/decide", {"decision": decision, "fields": fields}, key=key)

    def awaited(self, number: str) -> list[Document]:
        """The open tasks that the story waits for, without what stands beside it."""
        return waited_for(self.open_tasks(number))

    def clock(self, number: str, name: str) -> dict[str, Any]:
        """The latest clock of a name."""
        return [dict(c) for c in self.dispute(number)["clocks"] if c["name"] == name][-1]

    def at(self, role: str, organisation: str, nth: int = 0) -> Client:
        """The n-th person of a role at an organisation."""
        found = [
            p["username"]
            for p in self._people
            if any((post["role"], post["organisation"]) == (role, organisation) for post in p["posts"])
        ]
        return self.person(found[nth])


class Raw:
    """HTTP as it is: statuses and headers, for one person or for nobody."""

    def __init__(self, base: str, demo_file: Path, username: str | None = None) -> None:
        self._http = httpx2.Client(base_url=base, trust_env=False, timeout=60)
        self._headers: dict[str, str] = {}
        if username:
            people = json.loads(demo_file.read_text(encoding="utf-8"))
            password = next(p["password"] for p in people if p["username"] == username)
            form = {"username": username, "password": password}
            token = self._http.post("/v1/auth/token", data=form).json()["access_token"]
            self._headers = {"Authorization": f"Bearer {token}"}

    def __call__(self, method: str, path: str, *, key: str | None = None, **more: Any) -> httpx2.Response:
        headers = {**self._headers, **({"Idempotency-Key": key} if key else {}), **more.pop("headers", {})}
        return self._http.request(method, path, headers=headers, **more)

    def close(self) -> None:
        """Lets the connections go."""
        self._http.close()


def refusal_of(do: Callable[[], Any]) -> tuple[int, str]:
    """The status and code by which something is refused."""
    with pytest.raises(Refusal) as refused:
        do()
    refusal = refused.value
    assert refusal.body["status"] == refusal.status
    assert is_chinese(refusal.body["title"])
    assert refusal.body["type"].endswith(refusal.code)
    return refusal.status, refusal.code


def errors_of(do: Callable[[], Any]) -> dict[str, str]:
    """The messages by field of a 422."""
    with pytest.raises(Refusal) as refused:
        do()
    refusal = refused.value
    assert (refusal.status, refusal.code) == (422, "fields_invalid"), refusal
    return {error["field"]: error["message"] for error in refusal.body["errors"]}


def is_chinese(text: str) -> bool:
    """Whether a message speaks Chinese."""
    return any("\u4e00" <= character <= "\u9fff" for character in text)
