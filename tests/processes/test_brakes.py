"""What is limited, is limited for all API processes together."""

from __future__ import annotations

import json
import threading
import time
from collections import Counter
from contextlib import ExitStack
from datetime import datetime
from typing import Any

import httpx2

from domain.base import CHINA
from tests.instance import Instance
from tests.processes.conftest import TWO
from tests.processes.doors import CountyAt, door

Counties = tuple[CountyAt, CountyAt]


def test_a_password_may_be_tried_ten_times_at_both_together(four: Instance) -> None:
    def tried(http: httpx2.Client, password: str) -> int:
        return http.post("/v1/auth/token", data={"username": "nobody-here", "password": password}).status_code

    with door(four, "api") as first, door(four, "api-2") as second:
        assert [tried((first, second)[n % 2], f"wrong {n}") for n in range(10)] == [401] * 10
        assert [tried(http, "wrong again") for http in (first, second)] == [429, 429]


def test_a_person_has_five_streams_at_both_together_and_the_dead_ones_count_no_more(
    four: Instance, counties: Counties
) -> None:
    chief = counties[0].with_role("justice_chief")
    headers = {"Authorization": f"Bearer {chief._token}"}

    def status(http: httpx2.Client) -> tuple[int, str]:
        with http.stream("GET", "/v1/events", headers=headers) as response:
            return response.status_code, "" if response.status_code == 200 else json.loads(response.read())["code"]

    with ExitStack() as held:
        for n in range(5):
            http = held.enter_context(door(four, TWO[n % 2]))
            assert held.enter_context(http.stream("GET", "/v1/events", headers=headers)).status_code == 200
        for name in TWO:
            with door(four, name) as http:
                assert status(http) == (429, "too_many_streams")
        was = four.pid("api-2")
        four.kill("api-2")
        four.until_restarted("api-2", was)
        for name in TWO:  # three are open at the first
            with door(four, name) as http:
                assert status(http)[0] == 200


def test_a_clock_that_one_moves_is_not_moved_by_the_other(counties: Counties) -> None:
    number = str(
        counties[0].alarm("两户因噪音争吵", source="walk_in", place={"address": "古山镇金江龙村871号"})["dispute_no"]
    )
    counties[0].wait_for(number, "confirm_triage")
    statuses: Counter[int] = Counter()

    def move(county: CountyAt) -> None:
        answer = county.supervisor._http.post(
            "/v1/drill/advance", json={"dispute_no": number, "by": "P20D"}, headers=county.supervisor._headers()
        )
        statuses[answer.status_code] += 1

    for county in counties:
        county.supervisor._headers()
    movers = [threading.Thread(target=move, args=(county,)) for county in counties for _ in range(2)]
    for mover in movers:
        mover.start()
    for mover in movers:
        mover.join()
    assert set(statuses) == {200, 409}
    assert counties[1].dispute(number)["ahead"] == statuses[200] * 20 * 86_400


def test_a_report_that_comes_to_both_at_once_is_one(counties: Counties) -> None:
    now = datetime.now(CHINA).isoformat(timespec="seconds")
    report = {"source_no": "TWICE-1", "place": {"address": "古山镇前黄村812号"}, "occurred_at": now, "reported_at": now}
    answers: list[Any] = []

    def send(county: CountyAt) -> None:
        answers.append(county.alarm("两户因噪音争吵，互不相让", **report))

    for county in counties:
        county.with_role("call_taker")._headers()
    senders = [threading.Thread(target=send, args=(county,)) for county in counties]
    for sender in senders:
        sender.start()
    for sender in senders:
        sender.join()
    assert len(answers) == 2
    assert len({(answer["incident_id"], answer["dispute_no"]) for answer in answers}) == 1


def test_what_both_showed_is_in_one_access_log(counties: Counties) -> None:
    number = str(
        counties[0].alarm("两户因噪音争吵", source="walk_in", place={"address": "古山镇坑口村813号"})["dispute_no"]
    )
    counties[0].wait_for(number, "confirm_triage")
    auditor, supervisor = counties[1].with_role("auditor"), counties[0].supervisor
    for reader in (auditor, supervisor):
        reader.get(f"/v1/disputes/{number}")
    wanted = {reader.get("/v1/me")["person_id"] for reader in (auditor, supervisor)}
    deadline = time.monotonic() + 60
    while not wanted <= {entry["person_id"] for entry in auditor.get("/v1/audit/access", dispute_no=number)["items"]}:
        assert time.monotonic() < deadline, "an entry is missing"
        time.sleep(0.1)
