"""An officer leaves: his cases and his beats are another's, his account is closed, and the histories replay."""

from __future__ import annotations

import time
import uuid
from typing import Any

import pytest

from api.cli.client import Client
from tests.e2e.support import People, errors_of, refusal_of


def _pushed(people: People) -> tuple[str, Client]:
    """A dispute at push 2, and the officer of the place's beat, in whose hand it is."""
    house = uuid.uuid4().int % 900_000 + 10_000
    place = {"address": f"青云乡高峰村{house}号"}
    parties = [{"name": f"李{house}", "side": "a"}, {"name": f"罗{house}", "side": "b"}]
    number = str(people.alarm("业务员与销售因货款发生争执", place=place, parties=parties)["dispute_no"])
    people.answer(number, "handle_on_scene", "unsettled")
    task = people.wait_for(number, "follow_up_responsibly")
    whole = people.supervisor.get(f"/v1/tasks/{task['task_id']}")
    mine = next(c for c in whole["candidates"] if c["person_id"] == whole["assignee"])
    return number, people.person(mine["username"])


@pytest.mark.req("Q-023", "J-003", "J-041")
def test_an_officer_hands_on_first_and_his_cases_go_on(people: People) -> None:
    """“将这起纠纷…推送到了管区民警汤荣那里”: to whom the beat was handed on."""
    number, officer = _pushed(people)
    security = people.with_role("admin_security")
    at = f"/v1/people/{officer.username}"
    seen = officer.get(f"{at}/leaving", limit=200)
    assert seen == security.get(f"{at}/leaving", limit=200)
    [work] = [item for item in seen["items"] if item["dispute_no"] == number and item["what"] == "in_hand"]
    assert number in {item["dispute_no"] for item in seen["items"] if item["what"] == "named"}
    heir = people.person(work["candidates"][0]["username"])

    order: dict[str, Any] = {"reason": "调任市局", "hand_over": [{"item": work["item"], "how": "colleagues"}]}
    assert refusal_of(lambda: security.post(f"{at}/leave", order)) == (409, "work_left_open")
    order["hand_over"][0] |= {"how": "person", "to": "nobody-at-all"}
    assert "hand_over.0.to" in errors_of(lambda: security.post(f"{at}/leave", order))

    order |= {"hand_over": [], "rest": {"how": "person", "to": heir.username}}
    left = security.post(f"{at}/leave", order, key="once")
    assert security.post(f"{at}/leave", order, key="once") == left
    assert left["account_closed"]
    assert left["to_people"] == seen["must"]

    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        case = people.dispute(number)
        if (case["responsible"] or {}).get("person_id") == heir.get("/v1/me")["person_id"]:
            break
        time.sleep(0.3)
    assert case["beat"]["officer"]["person_id"] == case["responsible"]["person_id"]
    assert number in {item["dispute_no"] for item in heir.get("/v1/tasks", box="mine", q=number)["items"]}
    told = [entry["title"] for entry in people.timeline(number)]
    assert any(title.startswith("责任跟进交接给") for title in told)
    assert refusal_of(lambda: officer.get("/v1/me")) == (401, "not_signed_in")
    [result] = _replayed(people.with_role("auditor"), number)
    assert (result["replayed"], result["state_matches"]) == (True, True)


def _replayed(auditor: Client, number: str) -> list[dict[str, Any]]:
    job_id = auditor.post("/v1/audit/replays", {"dispute_no": number})["job_id"]
    deadline = time.monotonic() + 60
    while (job := auditor.get(f"/v1/jobs/{job_id}"))["state"] not in ("done", "failed"):
        assert time.monotonic() < deadline, job
        time.sleep(0.2)
    return list(job["results"])
