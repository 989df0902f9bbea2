"""Kept keys: whatever was paused, killed or lost, the same key again gets what the case says, and no second effect."""

from __future__ import annotations

import os
import signal
import sqlite3
import threading
import time
import uuid
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import httpx2
import pytest

from api.cli.client import Client, Refusal
from domain.base import CHINA
from tests.chaos.support import Clerk, insist, until
from tests.chaos.test_races import Outcome, at_once, outcome
from tests.instance import Instance

PAUSE = 7.0
"""Seconds: longer than a decision waits for its worker."""
MANY = 6


@dataclass
class Write:
    """A write under a key, the number of its dispute, and how often it has taken effect by now."""

    do: Callable[[], dict[str, Any]]
    number: str
    effects: Callable[[], int]

    def yes(self) -> bool:
        """Whether the same key once more, insisted upon, is answered as done."""
        try:
            insist(self.do)
        except Refusal as refusal:
            print(f"{self.number}: {refusal}")
            return False
        return True


def clerk_at(chaos: Instance, *steps: tuple[str, str]) -> Clerk:
    """A clerk with a dispute of its own that has come some steps."""
    clerk = Clerk(chaos.county)
    clerk.report()
    for kind, decision in steps:
        clerk.answer(kind, decision)
    return clerk


def decision(clerk: Clerk, kind: str, name: str) -> Write:
    """A decision known again on the timeline by its note."""
    who, task_id, body = clerk.prepare(kind, name)
    key = str(uuid.uuid4())

    def effects() -> int:
        return [e["detail"].get("note") for e in clerk.county.timeline(clerk.number) if e["kind"] == "decision"].count(
            key
        )

    return Write(lambda: who.post(f"/v1/tasks/{task_id}/decide", {**body, "note": key}, key=key), clerk.number, effects)


def claim(clerk: Clerk, kind: str) -> Write:
    """A task claimed."""
    who, task_id, _ = clerk.prepare(kind, "confirm")
    key = str(uuid.uuid4())

    def effects() -> int:
        return [e["kind"] for e in clerk.county.timeline(clerk.number)].count("claimed")

    return Write(lambda: who.post(f"/v1/tasks/{task_id}/claim", key=key), clerk.number, effects)


def action(clerk: Clerk, name: str) -> Write:
    """An action known again on the timeline by its reason."""
    key = str(uuid.uuid4())
    supervisor = clerk.county.supervisor
    insist(lambda: supervisor.get("/v1/me"))

    def effects() -> int:
        actions = [e for e in clerk.county.timeline(clerk.number) if e["kind"] == "action"]
        return [e["detail"]["fields"]["reason"] for e in actions].count(key)

    return Write(
        lambda: supervisor.post(f"/v1/disputes/{clerk.number}/actions/{name}", {"reason": key}, key=key),
        clerk.number, effects,
    )  # fmt: skip


def remark(clerk: Clerk) -> Write:
    """A comment known again by its text."""
    key = str(uuid.uuid4())
    supervisor = clerk.county.supervisor

    def effects() -> int:
        return [c["text"] for c in clerk.county.dispute(clerk.number)["comments"]].count(key)

    return Write(
        lambda: supervisor.post(f"/v1/disputes/{clerk.number}/comments", {"text": key}, key=key), clerk.number, effects
    )


def struck(writes: Sequence[Write], blow: Callable[[], None], after: float) -> list[Outcome | None]:
    """Sends all the writes in one moment, and strikes a moment later; none where the connection was lost."""
    start = threading.Barrier(len(writes) + 1)

    def one(write: Write) -> Outcome | None:
        start.wait()
        try:
            return outcome(write.do)
        except httpx2.TransportError:
            return None

    with ThreadPoolExecutor(len(writes)) as pool:
        sent: list[Future[Outcome | None]] = [pool.submit(one, write) for write in writes]
        start.wait()
        time.sleep(after)
        blow()
        return [each.result() for each in sent]


def hold(chaos: Instance, writes: Sequence[Write], answers: Sequence[Outcome | None]) -> None:
    """Nobody was told no of what was done; the same keys again get what the cases say, and nothing is done twice."""
    for write, answer in zip(writes, answers, strict=True):
        if answer and answer[0] not in (200, 202) and not answer[2].get("may_take_effect"):
            assert insist(write.effects) == 0, answer
    again = [write.yes() for write in writes]
    for write, yes in zip(writes, again, strict=True):
        until(lambda write=write, yes=yes: (write.effects() > 0) == yes)  # type: ignore[misc]
        assert write.effects() == int(yes), write.number
    assert [write.yes() for write in writes] == again
    print("first answered", [answer and answer[0] for answer in answers], "then", again)


@pytest.mark.timeout(300)
@pytest.mark.parametrize("after", [0.03, 0.08, 0.15])
def test_what_was_sent_while_the_api_was_paused_is_answered_as_the_case_has_it(after: float, chaos: Instance) -> None:
    chaos.until_ready()
    clerks = [clerk_at(chaos, ("confirm_triage", "confirm")) for _ in range(MANY)]
    writes = [decision(clerk, "handle_on_scene", "criminal_case") for clerk in clerks]

    def pause() -> None:
        with chaos.frozen("api"):
            time.sleep(PAUSE)

    hold(chaos, writes, struck(writes, pause, after))


@pytest.mark.timeout(300)
def test_what_was_sent_when_the_api_was_killed_is_done_once_and_answered_as_done(chaos: Instance) -> None:
    chaos.until_ready()
    clerks = [clerk_at(chaos, ("confirm_triage", "confirm")) for _ in range(MANY // 2)]
    writes = [decision(clerk, "handle_on_scene", "criminal_case") for clerk in clerks] + [remark(c) for c in clerks]
    answers = struck(writes, lambda: chaos.kill("api"), 0.06)
    chaos.until_ready()
    hold(chaos, writes, answers)
    assert all(write.yes() for write in writes)


@pytest.mark.timeout(300)
def test_what_was_sent_while_the_worker_was_paused_is_answered_as_the_case_has_it(chaos: Instance) -> None:
    chaos.until_ready()
    clerks = [clerk_at(chaos) for _ in range(5)]
    writes = [
        claim(clerks[0], "confirm_triage"),
        claim(clerks[1], "confirm_triage"),
        action(clerks[2], "withdraw"),
        action(clerks[3], "withdraw"),
        decision(clerks[4], "confirm_triage", "confirm"),
    ]
    with chaos.frozen("worker"):
        answers = struck(writes, lambda: None, 0)
        assert [answer and (answer[0], answer[2].get("may_take_effect", False)) for answer in answers] == [
            *[(503, True)] * 4, (202, False)
        ]  # fmt: skip
    hold(chaos, writes, answers)
    assert all(write.yes() for write in writes)


@pytest.mark.timeout(300)
@pytest.mark.parametrize("blow", ["paused", "killed"])
def test_a_reopening_whose_answer_was_lost_is_not_refused_for_having_happened(blow: str, chaos: Instance) -> None:
    chaos.until_ready()
    clerks = [
        clerk_at(chaos, ("confirm_triage", "confirm"), ("handle_on_scene", "criminal_case")) for _ in range(MANY // 2)
    ]
    for clerk in clerks:
        until(lambda clerk=clerk: clerk.county.dispute(clerk.number)["stage"] == "closed")  # type: ignore[misc]
    writes = [action(clerk, "reopen") for clerk in clerks]

    def strike() -> None:
        if blow == "killed":
            chaos.kill("api")
            return
        with chaos.frozen("api"):
            time.sleep(PAUSE)

    answers = struck(writes, strike, 0.04)
    chaos.until_ready()
    hold(chaos, writes, answers)
    assert all(write.yes() for write in writes)


def test_a_reopening_repeated_after_the_case_closed_again_does_not_start_it_once_more(chaos: Instance) -> None:
    chaos.until_ready()
    clerk = clerk_at(chaos, ("confirm_triage", "confirm"), ("handle_on_scene", "criminal_case"))
    until(lambda: clerk.county.dispute(clerk.number)["stage"] == "closed")
    write = action(clerk, "reopen")
    assert outcome(write.do)[0] == 200
    forget_answers(chaos)
    clerk.answer("confirm_triage", "confirm")
    clerk.answer("handle_on_scene", "criminal_case")
    until(lambda: clerk.county.dispute(clerk.number)["stage"] == "closed")
    assert outcome(write.do)[0] == 200
    assert clerk.county.dispute(clerk.number)["stage"] == "closed"
    assert write.effects() == 1


def test_of_two_who_reopen_at_once_one_is_told_of_the_other(chaos: Instance) -> None:
    chaos.until_ready()
    clerk = clerk_at(chaos, ("confirm_triage", "confirm"), ("handle_on_scene", "criminal_case"))
    until(lambda: clerk.county.dispute(clerk.number)["stage"] == "closed")
    writes = [action(clerk, "reopen") for _ in range(2)]
    answers = at_once([lambda write=write: insist(write.do) for write in writes])  # type: ignore[misc]
    assert sorted((status, code) for status, code, _ in answers) == [(200, ""), (409, "action_not_allowed")]
    assert [write.effects() for write in writes] == [int(status == 200) for status, _, _ in answers]


def test_an_answer_that_was_not_stored_is_the_outcome_all_the_same(chaos: Instance) -> None:
    """Under load the answer is not kept: the task is done by then, and the case is closed."""
    chaos.until_ready()
    first, second = clerk_at(chaos), clerk_at(chaos)
    second.answer("confirm_triage", "confirm")
    writes = [decision(first, "confirm_triage", "confirm"), decision(second, "handle_on_scene", "criminal_case")]
    assert [outcome(write.do)[0] for write in writes] == [200, 200]
    until(lambda: second.county.dispute(second.number)["stage"] == "closed")
    forget_answers(chaos)
    assert [outcome(write.do)[0] for write in writes] == [200, 200]
    assert [write.effects() for write in writes] == [1, 1]


def test_a_decision_left_for_the_worker_whose_answer_was_not_stored_is_the_outcome_of_the_closed_case(
    chaos: Instance,
) -> None:
    chaos.until_ready()
    clerk = clerk_at(chaos, ("confirm_triage", "confirm"))
    write = decision(clerk, "handle_on_scene", "criminal_case")
    with chaos.without("worker"):
        assert outcome(write.do)[0] == 202
    until(lambda: clerk.county.dispute(clerk.number)["stage"] == "closed")
    forget_answers(chaos)
    status, _, body = outcome(write.do)
    assert (status, body["dispute"]["stage"]) == (200, "closed")
    assert write.effects() == 1


def forget_answers(chaos: Instance) -> None:
    """As if no answer had been stored."""
    with sqlite3.connect(chaos.var / "santui.db", timeout=30) as database:
        database.execute("DELETE FROM answer")
    database.close()


# --- what the database keeps: the same key eight times at once


def eight(do: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """One key eight times at once: all get one answer, which is a good one."""
    answers = at_once([do] * 8)
    assert all(answer == answers[0] for answer in answers), {(status, code) for status, code, _ in answers}
    assert answers[0][0] == 200, answers[0]
    return answers[0][2]


def test_a_comment_sent_eight_times_at_once_under_one_key_is_one_comment(chaos: Instance) -> None:
    chaos.until_ready()
    write = remark(clerk_at(chaos))
    eight(write.do)
    assert write.effects() == 1


def test_a_file_sent_eight_times_at_once_under_one_key_is_one_file(chaos: Instance) -> None:
    chaos.until_ready()
    clerk = clerk_at(chaos)
    who = clerk.county.supervisor
    key = str(uuid.uuid4())
    body = eight(lambda: upload(who, clerk.number, key))
    assert [a["attachment_id"] for a in clerk.county.dispute(clerk.number)["attachments"]] == [body["attachment_id"]]


def upload(who: Client, number: str, key: str) -> dict[str, Any]:
    """A file sent under a key."""
    from api.cli.client import _read

    headers = {**who._headers(), "Idempotency-Key": key}
    files = {"file": ("记录.pdf", b"%PDF-1.4\n" + key.encode(), "application/pdf")}
    answer: dict[str, Any] = _read(
        who._http.post("/v1/attachments", data={"dispute_no": number}, files=files, headers=headers)
    )
    return answer


def test_a_deputy_named_eight_times_at_once_under_one_key_is_named_once(chaos: Instance) -> None:
    chaos.until_ready()
    clerk = clerk_at(chaos)
    first, second = (clerk.county.person(c["username"]) for c in clerk.task("confirm_triage")["candidates"][:2])
    since = datetime.now(CHINA) + timedelta(days=1)
    body = {"deputy": second.username, "since": since.isoformat(), "until": (since + timedelta(days=1)).isoformat()}
    key, end = str(uuid.uuid4()), str(uuid.uuid4())
    named = eight(lambda: first.post("/v1/deputies", body, key=key))
    ids = [d["deputyship_id"] for d in first.get("/v1/deputies")["items"]]
    assert ids.count(named["deputyship_id"]) == len(ids) == 1
    ended = eight(lambda: first.delete(f"/v1/deputies/{named['deputyship_id']}", key=end))
    assert ended["state"] == "over"


def test_watching_again_under_an_old_key_does_not_undo_what_came_after_it(chaos: Instance) -> None:
    chaos.until_ready()
    clerk = clerk_at(chaos)
    who, at = clerk.county.supervisor, f"/v1/disputes/{clerk.number}/watch"
    key = str(uuid.uuid4())
    eight(lambda: who.post(at, key=key))
    who.delete(at)
    assert who.post(at, key=key) == {"dispute_no": clerk.number, "watched": True}  # the stored answer
    assert clerk.county.dispute(clerk.number)["watched"] is False


def test_messages_marked_as_read_eight_times_at_once_under_one_key_are_counted_once(chaos: Instance) -> None:
    chaos.until_ready()
    clerk = clerk_at(chaos)
    person = clerk.county.person(clerk.task("confirm_triage")["candidates"][0]["username"])
    clerk.county.supervisor.post(f"/v1/disputes/{clerk.number}/comments", {"text": f"请@{person.username}关注"})
    unread = person.get("/v1/messages")["unread"]
    assert unread > 0
    key = str(uuid.uuid4())
    assert eight(lambda: person.post("/v1/messages/read", key=key))["read"] == unread


def test_a_job_asked_for_eight_times_at_once_under_one_key_is_one_job(chaos: Instance) -> None:
    chaos.until_ready()
    clerk = clerk_at(chaos)
    auditor, key = clerk.county.with_role("auditor"), str(uuid.uuid4())
    job = eight(lambda: auditor.post("/v1/audit/replays", {"dispute_no": clerk.number}, key=key))["job_id"]
    about = [j for j in auditor.get("/v1/jobs")["items"] if j["request"].get("dispute_no") == clerk.number]
    assert [j["job_id"] for j in about] == [job]


# --- what is cut off


def test_a_drill_cut_off_by_the_end_of_the_process_says_that_it_may_take_effect(chaos: Instance) -> None:
    chaos.until_ready()
    clerk = clerk_at(chaos)
    insist(lambda: clerk.county.supervisor.get("/v1/me"))
    was = chaos.pid("api")
    with chaos.frozen("worker"), ThreadPoolExecutor(1) as pool:  # so that it lasts longer than the process waits
        drill = pool.submit(outcome, lambda: clerk.county.advance(clerk.number, "PT5M"))
        time.sleep(1)
        os.kill(was, signal.SIGTERM)
        status, code, body = drill.result()
    assert (status, code, body.get("may_take_effect")) == (503, "engine_unavailable", True)
    chaos.until_restarted("api", was)
    chaos.until_ready()
