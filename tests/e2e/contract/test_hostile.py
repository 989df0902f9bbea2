"""Whatever is sent, it is never a 500: text that can't be kept, numbers too large, bodies without end, garbage."""

from __future__ import annotations

import base64
import copy
import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx2
import pytest
from temporalio.api.common.v1 import Payload

from infra.runtime.crypto import load_keys
from infra.temporal.codec import ENCODING
from infra.temporal.envelope import Kind, Owner, sealed
from tests.e2e.operations.test_codec import token
from tests.e2e.support import People, Raw
from tests.instance import Instance

UNFIT = {"a lone surrogate": "\ud800", "half a pair the wrong way round": "汉\udc00字", "a NUL": "甲\x00乙"}
CURSORS = [
    [10**30], [-(10**30)], [2**63], ["\ud800"], ["\ud800", "x"], ["2026-01-01T00:00:00+08:00", "\x00"],
    ["0001-01-01T00:00:00+14:00", "x"], ["9999-12-31T23:59:59-14:00", "x"], [1.5, "x"], [True, "x"],
    [1, 10**30, "x"], [10**30, "x"], [10**30, 10**30], [None], {}, "x", [[[[]]]],
]  # fmt: skip
LEFT_OUT = ("GET /v1/events", "POST /v1/auth/token", "POST /v1/auth/logout", "POST /v1/me/sessions/end")
Operation = tuple[str, str, dict[str, Any]]


@pytest.fixture(scope="module")
def number(people: People) -> str:
    """A dispute to be tried upon."""
    return people.at_push_1()


@pytest.fixture(scope="module")
def operations(jinhua: Instance, people: People, number: str) -> list[Operation]:
    """Every operation of the document, with a path that leads somewhere."""
    document = httpx2.get(f"{jinhua.base}/openapi.json", trust_env=False, timeout=60).json()
    task_id = people.open_tasks(number)[0]["task_id"]
    places = {"no": number, "task_id": task_id, "name": "withdraw"}
    return [
        (method.upper(), path.format_map({**dict.fromkeys(_names(path), "x"), **places}), operation)
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
        if f"{method.upper()} {path}" not in LEFT_OUT
    ]


def _names(path: str) -> list[str]:
    return [part[1:-1] for part in path.split("/") if part.startswith("{")]


def spoilt(value: Any, by: str) -> Iterator[Any]:
    """A value again and again, each time with one of its texts, or the name of one, spoilt."""
    match value:
        case str():
            yield f"{value}{by}"
        case dict():
            yield {**value, f"x{by}": "x"}
            for name, held in value.items():
                yield from ({**value, name: other} for other in spoilt(held, by))
        case list():
            for n, held in enumerate(value):
                for other in spoilt(held, by):
                    again = copy.deepcopy(value)
                    again[n] = other
                    yield again


def bodies(operations: list[Operation]) -> Iterator[tuple[str, str, Any]]:
    """Every operation that takes JSON, with a body that was really sent once."""
    for method, path, operation in operations:
        content = operation.get("requestBody", {}).get("content", {}).get("application/json")
        if content:
            yield method, path, content.get("example", {"reason": "理由", "fields": {"reason": "理由"}})


@pytest.mark.timeout(300)
@pytest.mark.parametrize("what", UNFIT)
def test_text_that_can_not_be_kept_is_refused_wherever_it_stands_in_a_body(
    what: str, supervisor: Raw, operations: list[Operation]
) -> None:
    tried = 0
    for method, path, body in bodies(operations):
        for spoilt_body in spoilt(body, UNFIT[what]):
            # Escaped, as JSON may spell it, and bare, as a careless program would send it.
            for text in (json.dumps(spoilt_body), json.dumps(spoilt_body, ensure_ascii=False)):
                content = text.encode("utf-8", "surrogatepass")
                answer = supervisor(method, path, content=content, headers={"Content-Type": "application/json"})
                tried += 1
                assert answer.status_code in (400, 422), (path, answer.status_code, text)
                assert answer.json()["status"] == answer.status_code
    print(f"{tried} bodies")
    assert tried > 50


def test_the_field_that_can_not_be_kept_is_named(supervisor: Raw, number: str) -> None:
    answer = supervisor("POST", f"/v1/disputes/{number}/comments", content=b'{"text": "a\\ud800", "mentions": []}')
    assert (answer.status_code, answer.json()["code"]) == (422, "fields_invalid")
    assert answer.json()["errors"] == [{"field": "text", "message": "内容含有无法处理的字符"}]
    answer = supervisor("GET", "/v1/disputes?q=%00")
    assert answer.json()["errors"] == [{"field": "q", "message": "内容含有无法处理的字符"}]


def test_a_pair_of_surrogates_is_a_character_like_any_other(supervisor: Raw, number: str) -> None:
    text = b'{"text": "\\ud83d\\ude00 \\\\u0000"}'
    path, headers = f"/v1/disputes/{number}/comments", {"Content-Type": "application/json"}
    answer = supervisor("POST", path, content=text, headers=headers)
    assert (answer.status_code, answer.json()["text"]) == (201, "😀 \\u0000")


@pytest.mark.timeout(300)
def test_nothing_in_an_address_a_query_or_a_header_is_a_500(supervisor: Raw, operations: list[Operation]) -> None:
    for method, path, operation in operations:
        names = [p["name"] for p in operation.get("parameters", []) if p["in"] == "query"]
        queries = [{name: value} for name in names for value in ("%00", "%ED%A0%80", "%FF", "9" * 400, "-1", "1e999")]
        for query in queries:
            where = "&".join(f"{name}={value}" for name, value in query.items())
            answer = supervisor(method, f"{path}?{where}")
            assert answer.status_code < 500, (path, where)
        for part in ("%00", "%ED%A0%80", "%FF", "9" * 400, "..%2f"):
            answer = supervisor(method, path.replace("/x", f"/{part}"))
            assert answer.status_code < 500, (path, part)
        for name, value in (
            ("Idempotency-Key", b"\xff\xfe"), ("Content-Type", b"application/json; charset=\xff"),
            ("Last-Event-ID", b"9" * 400), ("Accept", b"\xff"), ("Cookie", b"santui_flash=%22%5Cud800"),
        ):  # fmt: skip
            answer = supervisor(method, path, headers={name: value})
            assert answer.status_code < 500, (path, name)


def test_a_token_of_garbage_is_no_sign_in(nobody: Raw) -> None:
    for garbage in (b"\xff\xfe", b"a.b.c", b"9" * 5000, b"e30.e30.e30", b"\xc3\xa9.\xc3\xa9.\xc3\xa9"):
        for headers in ({"Authorization": b"Bearer " + garbage}, {"Cookie": b"santui_session=" + garbage}):
            assert nobody("GET", "/v1/me", headers=headers).status_code == 401
            assert nobody("GET", "/", headers=headers).status_code in (200, 303)


@pytest.mark.timeout(300)
def test_no_cursor_is_a_500(supervisor: Raw, operations: list[Operation]) -> None:
    lists = [
        (path, operation) for method, path, operation in operations
        if method == "GET" and any(p["name"] == "cursor" for p in operation.get("parameters", []))
    ]  # fmt: skip
    assert len(lists) > 8
    for path, _ in lists:
        for parts in CURSORS:
            cursor = base64.urlsafe_b64encode(json.dumps(parts).encode()).decode().rstrip("=")
            answer = supervisor("GET", path, params={"cursor": cursor})
            assert answer.status_code in (200, 403, 404, 422), (path, parts, answer.text)
        for cursor in ("W", "W1tb", "\ud83d\ude00".encode("utf-16", "surrogatepass").decode("utf-16"), "_" * 400):
            assert supervisor("GET", path, params={"cursor": cursor}).status_code < 500, (path, cursor)


def test_a_body_above_the_limit_is_refused_before_it_is_read(
    supervisor: Raw, nobody: Raw, operations: list[Operation], number: str
) -> None:
    large = b'{"text": "' + b"a" * (10 * 2**20) + b'"}'
    for method, path, _ in bodies(operations):
        answer = supervisor(method, path, content=large, headers={"Content-Type": "application/json"})
        assert (answer.status_code, answer.json()["code"]) == (413, "too_large"), path

    def pieces() -> Iterator[bytes]:
        yield from (large[n : n + 2**16] for n in range(0, len(large), 2**16))

    form = "application/x-www-form-urlencoded"
    for kind in ("application/json", "text/plain", "multipart/form-data; boundary=x", form):
        answer = supervisor("POST", f"/v1/disputes/{number}/comments", content=pieces(), headers={"Content-Type": kind})
        assert answer.status_code in (413, 422), kind  # no upload is too large for being none
    assert nobody("POST", "/login", content=large, headers={"Content-Type": form}).status_code in (403, 413)


def test_what_is_nested_without_end_or_no_number_is_refused(supervisor: Raw, number: str) -> None:
    path = f"/v1/disputes/{number}/actions/withdraw"
    for content in (b"[" * 100_000, b'{"a":' * 100_000, b'{"reason": ' + b"[" * 500 + b"]" * 500 + b"}",
                    b'{"reason": NaN}', b'{"reason": 1e999}', b'{"reason": ' + b"9" * 5000 + b"}"):  # fmt: skip
        answer = supervisor("POST", path, content=content, headers={"Content-Type": "application/json"})
        assert answer.status_code in (400, 422), (content[:20], answer.status_code)


def test_what_a_form_spells_in_a_charset_of_its_own_is_refused_too(supervisor: Raw, nobody: Raw, number: str) -> None:
    def form(name: str, value: bytes, charset: str) -> dict[str, Any]:
        part = b'--x\r\nContent-Disposition: form-data; name="' + name.encode() + b'"\r\n\r\n' + value + b"\r\n"
        kind = f"multipart/form-data; boundary=x; charset={charset}"
        file = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.png"\r\n\r\nx\r\n'
        return {"content": part + file + b"--x--\r\n", "headers": {"Content-Type": kind}}

    for value, charset in ((b"\\ud800", "unicode_escape"), (b"\x00", "utf-8"), (b"+2AA-", "utf-7"), (b"a", "rot13")):
        assert supervisor("POST", "/v1/attachments", **form("dispute_no", value, charset)).status_code < 500
        for field in ("username", "password"):
            assert nobody("POST", "/v1/auth/token", **form(field, value, charset)).status_code < 500
        assert nobody("POST", "/login", **form("username", value, charset)).status_code < 500


@pytest.mark.parametrize(
    "payload",
    [
        {}, {"payloads": 1}, {"payloads": [1]}, {"payloads": [{"data": "!"}]}, {"payloads": [{"metadata": {"a": "!"}}]},
        {"payloads": [{"metadata": {"encoding": "YmluYXJ5L2VuY3J5cHRlZA=="}, "data": "AAAA"}]},
    ],
    ids=str,
)  # fmt: skip
def test_garbage_to_the_codec_is_the_senders_mistake(payload: dict[str, Any], jinhua: Instance) -> None:
    headers = {"Authorization": token(jinhua, "county-supervisor-1")}
    answer = httpx2.post(f"{jinhua.base}/codec/decode", json=payload, headers=headers, trust_env=False, timeout=60)
    assert answer.status_code in (200, 422)


@pytest.mark.parametrize("spoil", ["version", "key id", "dictionary", "ciphertext", "length"])
def test_a_sealed_payload_that_was_spoilt_is_refused(spoil: str, jinhua: Instance) -> None:
    keys, owner = load_keys(jinhua.var / "keys" / "santui.key"), Owner("D2026-000001", Kind.WORKFLOW)
    data = sealed(Payload(data=b"x").SerializeToString(), owner, keys)
    match spoil:
        case "version":
            data = b"\2" + data[1:]
        case "key id":
            data = data.replace(keys.current.encode(), b"\xff" * len(keys.current), 1)
        case "dictionary":
            data = data[:3] + b"\xff\xff" + data[5:]
        case "ciphertext":
            data = data[:-1] + bytes([data[-1] ^ 1])
        case "length":
            data = data[:30]
    metadata = {"encoding": base64.b64encode(ENCODING).decode()}
    body = {"payloads": [{"metadata": metadata, "data": base64.b64encode(data).decode()}]}
    headers = {"Authorization": token(jinhua, "county-supervisor-1")}
    answer = httpx2.post(f"{jinhua.base}/codec/decode", json=body, headers=headers, trust_env=False, timeout=60)
    assert (answer.status_code, answer.json()["code"]) == (422, "fields_invalid")


def test_of_two_drills_on_one_dispute_at_once_the_second_is_told_of_the_first(people: People, supervisor: Raw) -> None:
    number = people.at_push_1()
    body = {"dispute_no": number, "by": "P40D"}
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _: supervisor("POST", "/v1/drill/advance", json=body), range(4)))
    told = sorted((answer.status_code, answer.json().get("code", "")) for answer in answers)
    assert told[0] == (200, "")
    assert set(told[1:]) <= {(200, ""), (409, "conflict"), (409, "dispute_closed")}
    assert (409, "conflict") in told


def test_a_header_does_not_say_who_asks_for_metrics(jinhua: Instance) -> None:
    for claimed in ("foo", "10.1.1.1", "127.0.0.1"):
        answer = httpx2.get(f"{jinhua.base}/metrics", headers={"X-Forwarded-For": claimed}, trust_env=False, timeout=60)
        assert answer.status_code == 200
