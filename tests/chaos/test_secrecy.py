"""Nothing personal in clear: in no file of engine or read model, no log, id, search attribute or metric."""

from __future__ import annotations

import asyncio
import base64
import gc
import json
import time
import uuid
from collections.abc import Iterator
from typing import Any

import httpx2
import pytest
from google.protobuf.json_format import MessageToDict
from temporalio.api.workflowservice.v1 import ListWorkflowExecutionsRequest
from temporalio.client import Client

from api.cli.client import Refusal
from tests.chaos.support import Clerk, faulty_worker, until
from tests.instance import Instance

NAMES = ("欧阳贰叁肆", "诸葛伍陆柒")
PHONES = ("13912340987", "18765430912")
ID_NUMBER = "330784199003077619"
WORDS = ("紫藤萝斗鸡眼", "玄武湖蟋蟀罐", "榴莲壳敲锣鼓", "镀金鸭嘴兽")
"""Of the narrative, a decision, a comment and a refused decision: nobody else says these."""
SECRETS = (*NAMES, *PHONES, ID_NUMBER, *WORDS)
FILES = ("temporal.db", "temporal.db-wal", "santui.db", "santui.db-wal")


def spellings(secret: str) -> Iterator[bytes]:
    """The ways in which a word may lie in a file."""
    plain = secret.encode()
    yield plain
    yield secret.encode("utf-16-le")
    yield secret.encode("utf-16-be")
    yield secret.encode("gb18030")
    yield json.dumps(secret)[1:-1].encode()
    yield json.dumps(secret)[1:-1].upper().replace("\\U", "\\u").encode()
    yield json.dumps(json.dumps(secret)[1:-1])[1:-1].encode()
    yield plain.hex().encode()
    for shift in range(3):
        # Of base64 only what depends on this word alone: the first and last quantum may mix with neighbours.
        whole = base64.b64encode(b"x" * shift + plain)
        yield whole[4 if shift else 0 : len(whole) - 4]


def found(content: bytes) -> list[str]:
    """Which secrets a content tells."""
    return [s for s in SECRETS if any(spelling in content for spelling in spellings(s))]


@pytest.mark.parametrize("lead", [0, 1, 2])
def test_the_search_finds_what_it_looks_for(lead: int) -> None:
    for secret in SECRETS:
        text = "前" * lead + f"{{{secret}}}"
        for content in (text.encode(), text.encode("utf-16-le"), json.dumps(text).encode(),
                        base64.b64encode(b"a" * lead + secret.encode() + b"tail")):  # fmt: skip
            assert found(content) == [secret]
    assert found("欧阳贰 叁肆 1391234098".encode()) == []


@pytest.fixture(scope="module")
def told(chaos: Instance) -> Clerk:
    """A dispute full of secrets: played for a while, a decision refused, a comment made, a workflow task failed."""
    chaos.until_ready()
    clerk = Clerk(chaos.county)
    clerk.report(
        f"{NAMES[0]}与{NAMES[1]}因{WORDS[0]}争吵",
        parties=[{"name": NAMES[0], "phone": PHONES[0], "id_number": ID_NUMBER, "side": "a"},
                 {"name": NAMES[1], "phone": PHONES[1], "side": "b"}],
    )  # fmt: skip
    clerk.answer("confirm_triage", "confirm")
    clerk.answer("handle_on_scene", "unsettled", reason=f"{NAMES[0]}提到{WORDS[1]}")
    who, task_id, body = clerk.prepare("follow_up_responsibly", "contacted", who=NAMES[1], summary=f"致电{PHONES[1]}")
    clerk.send(who, task_id, body)
    path = f"/v1/disputes/{clerk.number}/comments"
    clerk.county.supervisor.post(path, {"text": f"{WORDS[2]}，证件{ID_NUMBER}"})
    with pytest.raises(Refusal):
        who.post(f"/v1/tasks/{task_id}/decide", {"decision": "nonsense", "fields": {"x": WORDS[3]}, "note": NAMES[0]})
    with pytest.raises(Refusal):
        clerk.county.person("baiyang-onscene-1").post(f"/v1/tasks/{task_id}/decide", {**body, "note": WORDS[3]})
    with pytest.raises(Refusal):
        clerk.county.alarm(WORDS[3], parties=[{"name": NAMES[0], "id_number": [ID_NUMBER]}])
    _fail_a_task(chaos, clerk)
    clerk.answer("follow_up_responsibly", "settled", summary=f"{NAMES[0]}与{NAMES[1]}和解")
    return clerk


def _fail_a_task(chaos: Instance, clerk: Clerk) -> None:
    """A faulty worker takes over for a while; what it says goes to the logs as a worker's does."""
    who, task_id, body = clerk.prepare("follow_up_responsibly", "contacted", summary=WORDS[1])
    with faulty_worker(chaos, NAMES[0]) as log:
        clerk.send(who, task_id, body)
        until(lambda: "Failed activation" in log.read_text())
        until(lambda: _failures(chaos, clerk))


def _failures(chaos: Instance, clerk: Clerk) -> list[dict[str, Any]]:
    return [e for e in raw_events(chaos, clerk.number) if "workflowTaskFailedEventAttributes" in e]


def raw(chaos: Instance, read: Any) -> Any:
    """What an outsider without the key reads from the engine."""

    async def outsider() -> Any:
        return await read(await Client.connect(chaos.settings.temporal_target, namespace="santui"))

    try:
        return asyncio.run(outsider())
    finally:
        gc.collect()


def raw_events(chaos: Instance, number: str) -> list[dict[str, Any]]:
    """The history as an outsider sees it."""

    async def read(client: Client) -> list[dict[str, Any]]:
        history = await client.get_workflow_handle(number).fetch_history()
        return [MessageToDict(event) for event in history.events]

    events: list[dict[str, Any]] = raw(chaos, read)
    return events


def payloads(value: Any) -> Iterator[dict[str, Any]]:
    """Every payload inside an event, wherever it stands; search attributes apart, which the engine must read."""
    if isinstance(value, dict):
        if isinstance(value.get("metadata"), dict) and "encoding" in value["metadata"]:
            yield value
        for key, inner in value.items():
            if key != "searchAttributes":
                yield from payloads(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from payloads(inner)


def failures(value: Any) -> Iterator[dict[str, Any]]:
    """Every failure inside an event."""
    if isinstance(value, dict):
        yield from (v for k, v in value.items() if k in ("failure", "cause") and isinstance(v, dict))
        for inner in value.values():
            yield from failures(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from failures(inner)


def test_the_files_tell_nothing(chaos: Instance, told: Clerk) -> None:
    time.sleep(0.5)  # what is still on its way to a log
    searched = [chaos.var / name for name in FILES if (chaos.var / name).exists()]
    logs = [path for path in (chaos.var / "logs").iterdir() if path.stat().st_size]
    assert {"temporal.db", "santui.db"} <= {path.name for path in searched}
    assert any(path.name == "faulty.log" for path in logs)
    told_by = {
        path.name: words for path in (*searched, *logs, chaos.var / "up.log") if (words := found(path.read_bytes()))
    }
    assert told_by == {}
    assert (
        told.number.encode() in (chaos.var / "temporal.db").read_bytes() + (chaos.var / "temporal.db-wal").read_bytes()
    )


def test_the_logs_name_the_fault_all_the_same(chaos: Instance, told: Clerk) -> None:
    log = (chaos.var / "logs" / "faulty.log").read_text()
    assert "ValueError" in log or "BackgroundFault" in log


def test_the_history_shows_an_outsider_only_what_is_encrypted(chaos: Instance, told: Clerk) -> None:
    events = raw_events(chaos, told.number)
    assert found(json.dumps(events, ensure_ascii=False).encode()) == []
    encodings = {base64.b64decode(p["metadata"]["encoding"]) for event in events for p in payloads(event)}
    assert encodings == {b"binary/encrypted"}
    seen = [failure for event in events for failure in failures(event)]
    assert _failures(chaos, told)
    assert {failure.get("message") for failure in seen} == {"Encoded failure"}
    assert not any(failure.get("stackTrace") for failure in seen)


def test_lists_ids_and_attributes_tell_nothing(chaos: Instance, told: Clerk) -> None:
    async def read(client: Client) -> list[Any]:
        answer = await client.workflow_service.list_workflow_executions(
            ListWorkflowExecutionsRequest(namespace="santui", page_size=1000)
        )
        return [
            MessageToDict(answer),
            MessageToDict((await client.get_workflow_handle(told.number).describe()).raw_description),
        ]

    listed = raw(chaos, read)
    assert told.number in json.dumps(listed)
    assert found(json.dumps(listed, ensure_ascii=False).encode()) == []
    assert found(json.dumps(listed).encode()) == []


def test_metrics_tell_nothing(chaos: Instance, told: Clerk) -> None:
    metrics = httpx2.get(f"{chaos.base}/metrics", trust_env=False, timeout=60).content
    assert b"santui_http_requests_total" in metrics
    assert found(metrics) == []
    assert told.number.encode() not in metrics


def test_the_people_entitled_read_it_in_clear(told: Clerk) -> None:
    told.task("evaluate")
    case = json.dumps(told.county.dispute(told.number), ensure_ascii=False)
    assert all(word in case for word in (*NAMES, *WORDS[:3]))
    assert uuid.UUID(told.county.open_tasks(told.number)[0]["task_id"]).version == 7
