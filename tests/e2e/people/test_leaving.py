"""An officer leaves: his cases and his beats are another's, his account is closed, and the histories replay."""

from __future__ import annotations

import re
import threading
import time
import uuid
from collections.abc import Callable
from typing import Any

import httpx2
import pytest

from api.cli.client import Client
from tests.e2e.people.accounts import PASSWORD, own_account
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


@pytest.mark.parametrize("moves", [False, True])
def test_a_post_left_with_a_page_open_decides_nothing_and_loses_nothing(people: People, moves: bool) -> None:
    """“session after logout, post left with a page open”."""
    number = people.at_push_1()
    task = people.open_tasks(number, "handle_on_scene")[0]["task_id"]
    officer = own_account(people, "on_scene_officer", "station-gushan")
    with httpx2.Client(base_url=people.base, timeout=60, trust_env=False) as browser:
        [csrf] = re.findall(r'name="csrf" value="([^"]+)"', browser.get("/login").text)
        browser.post("/login", data={"csrf": csrf, "username": officer.username, "password": PASSWORD})
        page = browser.get(f"/tasks/{task}?decision=unsettled").text
        form = {name: re.findall(f'name="{name}" value="([^"]+)"', page)[0] for name in ("csrf", "key")}
        officer.post(f"/v1/tasks/{task}/claim")
        streamed = threading.Thread(target=_listen, args=(people.base, officer._token))
        streamed.start()
        order: dict[str, Any] = {"reason": "调任", "rest": {"how": "colleagues"}}
        if moves:
            order["takes"] = [{"role": "on_scene_officer", "organisation": "station-qingyun"}]
        people.with_role("admin_security").post(f"/v1/people/{officer.username}/leave", order)

        typed = {**form, "decision": "unsettled", "note": "双方约定明日再谈"}
        answer = browser.post(f"/tasks/{task}", data=typed, headers={"Origin": people.base})
        assert answer.status_code == 401
        assert "登录已失效，请重新登录；填写的内容不会丢失" in answer.text
        assert "双方约定明日再谈" in answer.text
    streamed.join(timeout=30)
    assert not streamed.is_alive(), "his stream of events has ended"
    with_old = refusal_of(lambda: people.decide(task, "unsettled", officer))
    assert with_old == (401, "not_signed_in")
    _until(lambda: people.open_tasks(number, "handle_on_scene")[0]["state"] == "open")
    again = officer.again()
    if moves:
        assert refusal_of(lambda: people.decide(task, "unsettled", again)) == (403, "not_entitled")
    else:
        assert refusal_of(lambda: again.get("/v1/me")) == (401, "not_signed_in")
    people.answer(number, "handle_on_scene", "unsettled")  # a colleague, as if nothing had been


def _listen(base: str, token: str) -> None:
    """Holds a stream of events open until the other side ends it."""
    with httpx2.Client(base_url=base, timeout=30, trust_env=False) as http:
        headers = {"Authorization": f"Bearer {token}"}
        with http.stream("GET", "/v1/events", headers=headers) as stream:
            for _ in stream.iter_lines():
                pass


def _until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 30
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.2)


def _replayed(auditor: Client, number: str) -> list[dict[str, Any]]:
    job_id = auditor.post("/v1/audit/replays", {"dispute_no": number})["job_id"]
    deadline = time.monotonic() + 60
    while (job := auditor.get(f"/v1/jobs/{job_id}"))["state"] not in ("done", "failed"):
        assert time.monotonic() < deadline, job
        time.sleep(0.2)
    return list(job["results"])
