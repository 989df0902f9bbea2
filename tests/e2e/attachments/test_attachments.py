"""Files over HTTP: once a key, their sender's own until an answer takes them, small pictures, a disk without room."""

from __future__ import annotations

import asyncio
import json
import shutil
from collections.abc import Iterator
from io import BytesIO
from typing import Any

import httpx2
import pytest
from PIL import Image

from api.cli.client import Client, picture
from tests.e2e.support import People, Raw, errors_of, refusal_of
from tests.instance import Instance

STATION = "station-gushan"


@pytest.fixture
def officer(jinhua: Instance, people: People) -> Iterator[Raw]:
    """HTTP as an officer whom the first push asks."""
    raw = Raw(jinhua.base, jinhua.var / "demo.json", people.at("on_scene_officer", STATION).username)
    yield raw
    raw.close()


def upload(who: Raw, number: str, content: bytes, key: str | None = None, name: str = "现场.png") -> httpx2.Response:
    """One upload as it is answered."""
    files = {"file": (name, content, "image/png")}
    return who("POST", "/v1/attachments", data={"dispute_no": number}, files=files, key=key)


def files_of(who: Client, number: str) -> list[str]:
    """The files of a dispute that somebody sees."""
    return [a["attachment_id"] for a in who.get(f"/v1/disputes/{number}")["attachments"]]


async def test_one_key_is_one_file_however_many_are_sent_at_once(jinhua: Instance, people: People) -> None:
    number = people.at_push_1()
    who = people.at("on_scene_officer", STATION)
    headers = {**who._headers(), "Idempotency-Key": f"upload-{number}"}
    content = picture()

    async def send(client: httpx2.AsyncClient) -> dict[str, Any]:
        files = {"file": ("现场.png", content, "image/png")}
        answer = await client.post("/v1/attachments", data={"dispute_no": number}, files=files, headers=headers)
        assert answer.status_code == 201, answer.text
        return json.loads(answer.text)  # type: ignore[no-any-return]

    async with httpx2.AsyncClient(base_url=jinhua.base, timeout=60, trust_env=False) as client:
        answers = await asyncio.gather(*(send(client) for _ in range(8)))
    assert len({answer["attachment_id"] for answer in answers}) == 1
    assert files_of(who, number) == [answers[0]["attachment_id"]]
    stored = {path.name.partition(".")[0] for path in (jinhua.var / "attachments").iterdir()}
    assert answers[0]["attachment_id"] in stored


def test_the_same_key_with_another_file_is_refused(people: People, officer: Raw) -> None:
    number = people.at_push_1()
    assert upload(officer, number, picture(), key=f"k-{number}").status_code == 201
    again = upload(officer, number, picture(), key=f"k-{number}")
    assert (again.status_code, again.json()["code"]) == (422, "idempotency_key_reused")


def test_the_same_key_with_the_same_file_under_another_name_is_refused(people: People, officer: Raw) -> None:
    number, content = people.at_push_1(), picture()
    first = upload(officer, number, content, key=f"n-{number}", name="甲.png")
    assert upload(officer, number, content, key=f"n-{number}", name="甲.png").json() == first.json()
    other = upload(officer, number, content, key=f"n-{number}", name="乙.png")
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")


async def test_a_file_is_removed_or_in_an_answer_and_never_both(jinhua: Instance, people: People) -> None:
    number = people.at_push_1()
    sender = people.at("on_scene_officer", STATION)
    task = people.wait_for(number, "handle_on_scene")["task_id"]
    decision: dict[str, Any] = {"decision": "unsettled", "fields": {"reason": "各执一词"}}
    remark: dict[str, Any] = {"text": "见附件"}
    answers = [(f"/v1/disputes/{number}/comments", remark, 201) for _ in range(6)]
    answers.append((f"/v1/tasks/{task}/decide", decision, 200))
    async with httpx2.AsyncClient(base_url=jinhua.base, timeout=60, trust_env=False) as client:
        for path, body, done in answers:
            file = sender.attach(number)
            said, removed = await asyncio.gather(
                client.post(path, json={**body, "attachments": [file]}, headers=sender._headers()),
                client.delete(f"/v1/attachments/{file}", headers=sender._headers()),
            )
            assert (said.status_code, removed.status_code) in ((done, 409), (422, 200)), (said.text, removed.text)
            assert (file in files_of(sender, number)) == (said.status_code == done)


def test_a_file_in_no_answer_is_seen_and_removed_by_its_sender_alone(people: People) -> None:
    number = people.at_push_1()
    sender, colleague = (people.at("on_scene_officer", STATION, n) for n in (0, 1))
    file = sender.attach(number)
    assert (files_of(sender, number), files_of(colleague, number), files_of(people.supervisor, number)) == (
        [file],
        [],
        [],
    )
    for other in (colleague, people.supervisor):
        assert refusal_of(lambda other=other: other.get(f"/v1/attachments/{file}")) == (404, "not_found")  # type: ignore[misc]
        assert refusal_of(lambda other=other: other.delete(f"/v1/attachments/{file}")) == (404, "not_found")  # type: ignore[misc]
        body = {"text": "见附件", "attachments": [file]}
        told = errors_of(lambda other=other, body=body: other.post(f"/v1/disputes/{number}/comments", body))  # type: ignore[misc]
        assert list(told) == ["attachments"]
    key = f"remove-{file}"
    removed = sender.delete(f"/v1/attachments/{file}", key=key)
    assert removed == {"attachment_id": file, "removed": True} == sender.delete(f"/v1/attachments/{file}", key=key)
    assert files_of(sender, number) == []
    assert refusal_of(lambda: sender.get(f"/v1/attachments/{file}")) == (404, "not_found")


def test_a_file_in_a_decision_is_part_of_the_case_and_stays(people: People) -> None:
    number = people.at_push_1()
    sender = people.at("on_scene_officer", STATION)
    file, refused = sender.attach(number), sender.attach(number)
    task = people.wait_for(number, "handle_on_scene")
    wrong = {"decision": "unsettled", "fields": {}, "attachments": [refused]}
    errors_of(lambda: sender.post(f"/v1/tasks/{task['task_id']}/decide", wrong))
    right = {"decision": "unsettled", "fields": {"reason": "各执一词"}, "attachments": [file]}
    sender.post(f"/v1/tasks/{task['task_id']}/decide", right)
    assert files_of(people.supervisor, number) == [file]
    shown = {a["attachment_id"]: a["pending"] for a in sender.get(f"/v1/disputes/{number}")["attachments"]}
    assert shown == {file: False, refused: True}
    assert refusal_of(lambda: sender.delete(f"/v1/attachments/{file}")) == (409, "conflict")
    assert refusal_of(lambda: people.supervisor.delete(f"/v1/attachments/{file}")) == (403, "not_entitled")
    assert sender.delete(f"/v1/attachments/{refused}")["removed"]


def test_a_file_in_a_comment_is_part_of_the_case(people: People) -> None:
    number = people.at_push_1()
    sender = people.at("on_scene_officer", STATION)
    file = sender.attach(number)
    said = sender.post(f"/v1/disputes/{number}/comments", {"text": "见附件", "attachments": [file]})
    assert said["attachments"] == [file]
    assert files_of(people.supervisor, number) == [file]
    assert refusal_of(lambda: sender.delete(f"/v1/attachments/{file}")) == (409, "conflict")


def test_whoever_may_only_look_adds_no_file(people: People) -> None:
    number = people.at_push_2()
    looker = people.at("on_scene_officer", STATION)  # his part is over: he sees the case still
    assert looker.get(f"/v1/disputes/{number}")["may_attach"] is False
    assert refusal_of(lambda: looker.attach(number)) == (403, "not_entitled")
    assert files_of(looker, number) == []


def test_a_picture_has_a_small_one_and_other_files_have_none(people: People, officer: Raw) -> None:
    number = people.at_push_1()
    written = BytesIO()
    Image.new("RGB", (1200, 800), "green").save(written, "PNG")
    photo = upload(officer, number, written.getvalue()).json()
    assert photo["thumbnail"] is True
    small = officer("GET", f"/v1/attachments/{photo['attachment_id']}/thumbnail")
    assert (small.status_code, small.headers["content-type"], small.headers["cache-control"]) == (
        200, "image/jpeg", "no-store",
    )  # fmt: skip
    with Image.open(BytesIO(small.content)) as image:
        assert max(image.size) == 256
    letter = upload(officer, number, b"%PDF-1.7\n" + bytes(200), name="信.pdf").json()
    assert (letter["media_type"], letter["thumbnail"]) == ("application/pdf", False)
    none = officer("GET", f"/v1/attachments/{letter['attachment_id']}/thumbnail")
    assert (none.status_code, none.json()["code"]) == (404, "not_found")


def test_a_file_that_finds_no_room_is_told_and_the_next_one_is_taken(
    jinhua: Instance, people: People, officer: Raw
) -> None:
    number = people.at_push_1()
    directory = jinhua.var / "attachments"
    aside = directory.rename(jinhua.var / "attachments.aside") if directory.exists() else None
    directory.write_text("no directory can be written here")
    try:
        answer = upload(officer, number, picture(), key=f"full-{number}")
        assert (answer.status_code, answer.json()["code"]) == (503, "store_unavailable")
        assert answer.headers["retry-after"]
    finally:
        directory.unlink()
        if aside:
            shutil.move(aside, directory)
    assert files_of(people.at("on_scene_officer", STATION), number) == []
    assert upload(officer, number, picture(), key=f"full2-{number}").status_code == 201


def test_an_empty_file_is_refused(people: People, officer: Raw) -> None:
    number = people.at_push_1()
    answer = upload(officer, number, b"")
    assert (answer.status_code, answer.json()["code"]) == (422, "fields_invalid")
