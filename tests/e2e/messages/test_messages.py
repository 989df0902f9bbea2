"""People are told: watching, mentions, messages, server-sent events, the morning's digest, over HTTP."""

from __future__ import annotations

import json
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx2

from api.cli.client import Client
from tests.e2e.support import People, Raw, errors_of, is_chinese, refusal_of
from tests.infra.support import free_port, wait_until
from tests.instance import ROOT, Instance
from tests.sign_ins import tokens_of

STATION = "station-gushan"
WITHIN = 60.0
Event = dict[str, Any]


class Listener:
    """A real reader of server-sent events, one stream at a time."""

    def __init__(self, base: str, token: str) -> None:
        self._base, self._token = base, token

    @contextmanager
    def stream(self, after: int | None = None) -> Iterator[Iterator[Event]]:
        """The messages of a stream, as they come; the first tells where it stands."""
        headers = {
            "Authorization": f"Bearer {self._token}",
            **({"Last-Event-ID": str(after)} if after is not None else {}),
        }
        url = f"{self._base}/v1/events"
        with (
            httpx2.Client(trust_env=False, timeout=WITHIN) as http,
            http.stream("GET", url, headers=headers) as response,
        ):
            assert response.status_code == 200, response.read()
            assert response.headers["content-type"].startswith("text/event-stream")
            yield _messages(response.iter_lines())


def _messages(lines: Iterator[str]) -> Iterator[Event]:
    message: Event = {}
    for line in lines:
        if not line:
            if message:
                yield message
            message = {}
        elif not line.startswith(":"):
            field, _, value = line.partition(": ")
            message[field] = json.loads(value) if field == "data" else value


def until(messages: Iterator[Event], found: Callable[[Event], bool]) -> list[Event]:
    """The messages up to the one wanted."""
    read: list[Event] = []
    for message in messages:
        read.append(message)
        if found(message):
            return read
    raise AssertionError(f"the stream ended: {read}")


def listener(people: People, who: Client) -> Listener:
    return Listener(people.base, who._token)


def of(number: str, kind: str = "dispute_changed", revision: int = 0) -> Callable[[Event], bool]:
    """An event of a dispute, of a kind, at a revision at least."""

    def fits(message: Event) -> bool:
        data = message.get("data", {})
        return (data.get("dispute_no"), message.get("event")) == (number, kind) and data["revision"] >= revision

    return fits


def begun(messages: Iterator[Event]) -> int:
    """Where a stream stands when it begins."""
    first = next(messages)
    assert set(first) == {"id", "retry"}
    return int(first["id"])


# --- watching


def test_a_watched_dispute_is_marked_and_its_tasks_stand_in_the_box(people: People) -> None:
    number = people.at_push_1()
    chief = people.at("station_chief", STATION)
    assert chief.get(f"/v1/disputes/{number}")["watched"] is False
    assert chief.get("/v1/tasks", box="watched", q=number)["items"] == []
    for _ in range(2):
        assert chief.post(f"/v1/disputes/{number}/watch") == {"dispute_no": number, "watched": True}
    assert chief.get(f"/v1/disputes/{number}")["watched"] is True
    assert people.supervisor.get(f"/v1/disputes/{number}")["watched"] is False
    [task] = chief.get("/v1/tasks", box="watched", q=number)["items"]
    assert task["kind"] == "handle_on_scene"


def test_watching_ends_when_asked_and_is_refused_to_whoever_may_not_see(people: People, jinhua: Instance) -> None:
    number = people.at_push_1()
    chief = people.at("station_chief", STATION)
    chief.post(f"/v1/disputes/{number}/watch")
    raw = Raw(jinhua.base, jinhua.var / "demo.json", chief.username)
    for _ in range(2):
        assert raw("DELETE", f"/v1/disputes/{number}/watch").json() == {"dispute_no": number, "watched": False}
    assert chief.get("/v1/tasks", box="watched", q=number)["items"] == []
    foreign = people.with_role("station_chief", "station-shiqiao")
    assert refusal_of(lambda: foreign.post(f"/v1/disputes/{number}/watch")) == (404, "not_found")
    raw.close()


# --- mentions and messages


def test_whoever_is_mentioned_gets_a_message_and_reads_it(people: People) -> None:
    number = people.at_push_1()
    chief, deputy = people.at("station_chief", STATION), people.at("station_deputy", STATION)
    me = deputy.get("/v1/me")
    body = {"text": f"请 @{chief.username} 过目，谢谢", "mentions": [me["person_id"]]}
    said = people.supervisor.post(f"/v1/disputes/{number}/comments", body)
    names = {m["name"] for m in said["mentions"]}
    assert names == {chief.get("/v1/me")["name"], me["name"]}
    assert people.dispute(number)["comments"][-1]["mentions"] == said["mentions"]
    for person in (chief, deputy):
        page = person.get("/v1/messages", unread=True, limit=200)
        [message] = [m for m in page["items"] if m["dispute_no"] == number]
        assert (message["kind"], message["text"], message["read_at"]) == ("mention", body["text"], None)
        assert message["by"] == people.supervisor.get("/v1/me")["name"]
        assert person.post(f"/v1/messages/{message['message_id']}/read")["read_at"]
        assert person.get("/v1/messages", unread=True)["unread"] == page["unread"] - 1
    stranger = people.with_role("grid_worker")
    foreign = lambda: stranger.post(f"/v1/messages/{message['message_id']}/read")  # noqa: E731
    assert refusal_of(foreign) == (404, "not_found")


def test_messages_come_newest_first_page_by_page_and_are_read_all_at_once(people: People) -> None:
    number = people.at_push_1()
    chief = people.at("station_chief", STATION)
    for n in range(3):
        people.supervisor.post(f"/v1/disputes/{number}/comments", {"text": f"第{n}条 @{chief.username}"})
    pages, cursor = [], None
    for _ in range(3):
        page = chief.get("/v1/messages", limit=1, **({"cursor": cursor} if cursor else {}))
        pages += page["items"]
        cursor = page["next_cursor"]
    assert [m["text"][1] for m in pages] == ["2", "1", "0"]
    assert chief.post("/v1/messages/read")["read"] >= 3
    assert chief.get("/v1/messages", unread=True) == {"items": [], "next_cursor": None, "unread": 0}
    assert chief.get("/v1/messages", unread=False, limit=1)["items"][0]["read_at"]


def test_a_mention_of_nobody_or_of_somebody_who_may_not_see_is_refused_by_field(people: People) -> None:
    number = people.at_push_1()
    foreign = people.with_role("station_chief", "station-shiqiao")
    body = {
        "text": f"请 @no-such-person 与 @{foreign.username} 看",
        "mentions": ["nobody-1", people.supervisor.username],
    }
    errors = errors_of(lambda: people.supervisor.post(f"/v1/disputes/{number}/comments", body))
    assert set(errors) == {"text", "mentions.0"}
    assert all(is_chinese(message) for message in errors.values())
    assert people.dispute(number)["comments"] == []
    mail = people.supervisor.post(f"/v1/disputes/{number}/comments", {"text": "邮箱 li@example.com"})
    assert mail["mentions"] == []


def test_the_same_comment_sent_twice_is_one_message(people: People) -> None:
    number = people.at_push_1()
    chief = people.at("station_chief", STATION)
    for _ in range(2):
        people.supervisor.post(f"/v1/disputes/{number}/comments", {"text": f"@{chief.username} 请看"}, key=f"k{number}")
    told = [m for m in chief.get("/v1/messages", limit=200)["items"] if m["dispute_no"] == number]
    assert len(told) == 1


def test_whoever_is_handed_a_task_finds_a_message(people: People) -> None:
    number = people.at_push_1()
    [task] = people.open_tasks(number)
    mine, other = people.at("on_scene_officer", STATION), people.at("on_scene_officer", STATION, 1)
    path = f"/v1/tasks/{task['task_id']}"
    mine.post(f"{path}/claim")
    for _ in range(2):
        mine.post(f"{path}/delegate", {"to": other.username, "note": "先去现场看看"}, key=f"d{number}")
    mine.post(f"{path}/transfer", {"to": other.username, "reason": "换班"})
    told = [m for m in other.get("/v1/messages", limit=200)["items"] if m["dispute_no"] == number]
    assert [(m["kind"], m["text"], m["task_id"]) for m in told] == [
        ("offered", "换班", task["task_id"]),
        ("handed", "先去现场看看", task["task_id"]),
    ]
    assert {m["by"] for m in told} == {mine.get("/v1/me")["name"]}


# --- events


def test_a_decision_is_told_to_the_next_in_line_while_it_happens(people: People) -> None:
    number = people.quarrel()
    officer = people.at("on_scene_officer", STATION)
    with listener(people, officer).stream() as messages:
        start = begun(messages)
        answer = people.answer(number, "confirm_triage", "confirm")
        read = until(messages, of(number))
    opened = next(m for m in read if m["event"] == "task_opened" and m["data"]["dispute_no"] == number)
    assert opened["data"] == {
        "kind": "task_opened",
        "dispute_no": number,
        "task_id": people.open_tasks(number)[0]["task_id"],
        "revision": answer["dispute"]["revision"],
    }
    ids = [int(m["id"]) for m in read]
    assert ids == sorted(set(ids))
    assert ids[0] > start


def test_nobody_elsewhere_hears_of_it(people: People) -> None:
    theirs = people.quarrel(place={"address": f"石桥镇{random.randint(10_000, 999_999)}号"})
    foreign = people.at("station_chief", people.dispute(theirs)["organisation"])
    foreign.post(f"/v1/disputes/{theirs}/watch")
    with listener(people, foreign).stream() as messages:
        start = begun(messages)
        number = people.at_push_1()
        people.end(number)
        people.end(theirs)  # this one is theirs to hear, and comes later
        live = until(messages, of(theirs))
    with listener(people, foreign).stream(after=start) as messages:
        begun(messages)
        resumed = until(messages, of(theirs))
    assert number not in {m["data"]["dispute_no"] for m in live + resumed}


def test_a_stream_resumes_where_it_was_left(people: People) -> None:
    number = people.quarrel()
    people.supervisor.post(f"/v1/disputes/{number}/watch")
    supervisor = listener(people, people.supervisor)
    with supervisor.stream() as messages:
        begun(messages)
        first = people.answer(number, "confirm_triage", "confirm")["dispute"]["revision"]
        left = int(until(messages, of(number, revision=first))[-1]["id"])
    second = people.answer(number, "handle_on_scene", "unsettled")["dispute"]["revision"]
    with supervisor.stream(after=left) as messages:
        assert begun(messages) == left
        missed = until(messages, of(number, revision=second))
    assert all(int(m["id"]) > left for m in missed)
    opened = [m["data"]["task_id"] for m in missed if of(number, "task_opened")(m)]
    kinds = {task["task_id"]: task["kind"] for task in people.dispute(number)["tasks"]}
    assert sorted(kinds[task_id] for task_id in opened) == ["follow_up_responsibly", "watch_through"]


def test_a_deadline_that_calls_is_told(people: People) -> None:
    number = people.at_push_1()
    people.supervisor.post(f"/v1/disputes/{number}/watch")
    [task] = people.open_tasks(number)
    with listener(people, people.supervisor).stream() as messages:
        begun(messages)
        people.advance(number, "P20D")
        due = until(messages, of(number, "task_due"))[-1]
    assert due["data"]["task_id"] == task["task_id"]


def status(base: str, token: str, **headers: str) -> tuple[int, str]:
    """The status by which a stream begins, and the code of a refusal."""
    with (
        httpx2.Client(base_url=base, trust_env=False, timeout=WITHIN) as http,
        http.stream("GET", "/v1/events", headers={"Authorization": f"Bearer {token}", **headers}) as response,
    ):
        return response.status_code, "" if response.status_code == 200 else json.loads(response.read())["code"]


def test_a_person_may_have_five_streams_and_a_closed_one_counts_no_more(people: People) -> None:
    chief = people.with_role("justice_chief")
    with ExitStack() as held:
        open_ones = [held.enter_context(listener(people, chief).stream()) for _ in range(5)]
        assert all(begun(messages) >= 0 for messages in open_ones)
        assert status(people.base, chief._token) == (429, "too_many_streams")
    deadline = time.monotonic() + WITHIN
    while status(people.base, chief._token)[0] != 200:  # the server learns of a closed connection a moment later
        assert time.monotonic() < deadline, "closed streams still count"
        time.sleep(0.2)


def test_events_need_a_sign_in_and_a_number_to_resume_after(people: People) -> None:
    assert status(people.base, "nobody's") == (401, "not_signed_in")
    token = people.supervisor._token
    assert status(people.base, token, **{"Last-Event-ID": "x"}) == (422, "fields_invalid")


def test_a_stream_ends_when_the_sign_in_does(people: People, jinhua: Instance) -> None:
    person_id = people.with_role("court_chief").get("/v1/me")["person_id"]
    token = tokens_of(jinhua.settings, [person_id], timedelta(seconds=3))[person_id]
    with Listener(people.base, token).stream() as messages:
        begun(messages)
        assert list(messages) == []


def test_ctrl_c_ends_the_api_in_seconds_though_somebody_listens(
    people: People, jinhua: Instance, tmp_path: Path
) -> None:
    port = free_port()
    environment = {**jinhua.environment, "SANTUI_HTTP_PORT": str(port)}
    with (tmp_path / "api.log").open("wb") as log:
        second = subprocess.Popen(
            [sys.executable, "-m", "api.serve"], cwd=ROOT, env=environment, stdout=log, stderr=log
        )
    base = f"http://127.0.0.1:{port}"
    try:
        wait_until(lambda: answers(base))
        with Listener(base, people.supervisor._token).stream() as messages:
            begun(messages)
            second.send_signal(signal.SIGINT)
            assert list(messages) == []  # ended in order, not broken off
        second.wait(timeout=WITHIN)
    finally:
        second.kill()
        second.wait()


def answers(base: str) -> bool:
    """Whether an API answers there."""
    try:
        return httpx2.get(f"{base}/healthz", timeout=3, trust_env=False).status_code == 200
    except httpx2.TransportError:
        return False


# --- digests


def test_the_morning_s_digest_tells_once_of_what_is_overdue(people: People) -> None:
    number = people.quarrel(
        place={"address": f"城西街道{random.randint(10_000, 999_999)}号"}
    )  # where no other test has anything late
    people.answer(number, "confirm_triage", "confirm")
    people.advance(number, "P60D")
    [task] = [t for t in people.open_tasks(number) if t["kind"] == "handle_on_scene"]
    assert task["overdue"]
    officer = people.at("on_scene_officer", "station-chengxi")
    assert refusal_of(lambda: officer.post("/v1/drill/digest")) == (403, "not_entitled")
    assert people.supervisor.post("/v1/drill/digest")["people"] > 0
    assert people.supervisor.post("/v1/drill/digest")["people"] == 0
    [digest] = [m for m in officer.get("/v1/messages", limit=200)["items"] if m["kind"] == "digest"]
    assert digest["overdue"] >= 1
    item = next(i for i in digest["items"] if i["dispute_no"] == number)
    assert (item["task_id"], item["why"], item["title"]) == (task["task_id"], "overdue", task["title"])
    assert digest["dispute_no"] is None
