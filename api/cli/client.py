"""A client of the running system, as its demo people: for the command line, the demo disputes, the tests and the bench.

It knows the HTTP contract and `var/demo.json`, and nothing of what is behind them.
"""

from __future__ import annotations

import json
import struct
import time
import uuid
import weakref
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any

import httpx2
import typer

from domain.base import CHINA
from infra.runtime.settings import get_settings

TIMEOUT = 120.0
Document = dict[str, Any]
"""A JSON object of the HTTP contract as it came: the client knows the contract and none of our schemas."""


class Refusal(Exception):
    """The system answered with an error; `status` and the problem document `body`."""

    def __init__(self, status: int, body: Document) -> None:
        self.status, self.body = status, body
        super().__init__(
            f"{status} {body.get('code')}: {body.get('detail') or body.get('title')} {body.get('errors', '')}"
        )

    @property
    def code(self) -> str:
        """The stable code of the problem."""
        return str(self.body.get("code"))


class Client:
    """One signed-in person."""

    def __init__(
        self, base: str, username: str, password: str, code: Callable[[], str] | None = None, *,
        breaks_glass: bool = False,
    ) -> None:  # fmt: skip
        """`code` is asked for a code of a second factor, where the person has one; `breaks_glass`: where a case is kept
        from the person, he says why he looks and asks again.
        """
        self.username, self._breaks_glass = username, breaks_glass
        self._password, self._code = password, code
        self._http = httpx2.Client(base_url=base, timeout=TIMEOUT, trust_env=False)
        weakref.finalize(self, self._http.close)

    def again(self) -> Client:
        """The same person, signed in once more."""
        return Client(str(self._http.base_url), self.username, self._password, self._code)

    def proof(self) -> dict[str, str]:
        """By what the person proves himself once more, signed in as he is."""
        return {"otp": self._code()} if self._code else {"password": self._password}

    @cached_property
    def _token(self) -> str:
        form = {"username": self.username, "password": self._password}
        answer = self._http.post("/v1/auth/token", data=form)
        try:
            return str(_read(answer)["access_token"])
        except Refusal as refusal:
            if refusal.code != "second_factor_due" or self._code is None:
                raise
        answer = self._http.post("/v1/auth/token", data={**form, "otp": self._code()})
        return str(_read(answer)["access_token"])

    def get(self, path: str, **params: Any) -> Any:
        """Reads something.

        Raises:
            Refusal
        """
        return self._looking(lambda: self._http.get(path, params=params, headers=self._headers()))

    def post(self, path: str, body: Any = None, *, key: str | None = None) -> Any:
        """Writes something, with an idempotency key of its own unless one is given.

        Raises:
            Refusal
        """
        headers = {**self._headers(), "Idempotency-Key": key or str(uuid.uuid4())}
        return self._looking(lambda: self._http.post(path, json=body, headers=headers))

    def _looking(self, ask: Callable[[], httpx2.Response]) -> Any:
        try:
            return _read(ask())
        except Refusal as refusal:
            if not self._breaks_glass or refusal.code != "need_to_know":
                raise
            number = refusal.body["errors"][0]["message"]
            try:
                self.post(f"/v1/disputes/{number}/break-glass", {"purpose": "command", "reason": "演示：了解办理情况"})
            except Refusal as other:
                if other.status != 409:  # his by now: work of the case has come to him meanwhile
                    raise
        return _read(ask())

    def delete(self, path: str, *, key: str | None = None) -> Any:
        """Ends something, with an idempotency key of its own unless one is given.

        Raises:
            Refusal
        """
        headers = {**self._headers(), "Idempotency-Key": key or str(uuid.uuid4())}
        return _read(self._http.delete(path, headers=headers))

    def report(self, body: Document) -> Document:
        """Reports an incident; one whose number is another's is taken in all the same.

        Raises:
            Refusal
        """
        try:
            return dict(self.post("/v1/incidents", body))
        except Refusal as refusal:
            if refusal.code != "source_no_conflict":
                raise
            return refusal.body

    def attach(self, dispute_no: str, content: bytes | None = None, name: str = "现场.png") -> str:
        """Uploads a file, a small picture unless one is given; answers its id."""
        files = {"file": (name, content or picture(), "image/png")}
        answer = self._http.post(
            "/v1/attachments", data={"dispute_no": dispute_no}, files=files, headers=self._headers()
        )
        return str(_read(answer)["attachment_id"])

    def send(self, path: str, name: str, content: bytes, **fields: Any) -> Any:
        """Sends a file with the other fields of its form.

        Raises:
            Refusal
        """
        headers = {**self._headers(), "Idempotency-Key": str(uuid.uuid4())}
        form = {field: str(value).lower() if isinstance(value, bool) else value for field, value in fields.items()}
        return _read(self._http.post(path, data=form, files={"file": (name, content)}, headers=headers))

    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self._token}"}


def _read(answer: httpx2.Response) -> Any:
    if answer.status_code >= 400:
        try:
            body = answer.json()
        except ValueError:
            body = {"code": "not_json", "detail": answer.text[:200]}
        raise Refusal(answer.status_code, body)
    return answer.json()


class County:
    """The running system with its demo people."""

    def __init__(self, base: str, demo_file: Path) -> None:
        self.base = base
        self._people: list[Document] = json.loads(demo_file.read_text(encoding="utf-8"))
        self._clients: dict[str, Client] = {}
        self.photograph: Callable[[], bytes] = picture
        """what an answer brings that asks for a file"""

    def person(self, username: str) -> Client:
        """A demo person by username."""
        if username not in self._clients:
            known = next(p for p in self._people if p["username"] == username)
            self._clients[username] = Client(self.base, username, known["password"], breaks_glass=True)
        return self._clients[username]

    def with_role(self, role: str, organisation: str | None = None) -> Client:
        """The first demo person with a role, at an organisation if one is named."""
        for person in self._people:
            for post in person["posts"]:
                if post["role"] == role and organisation in (None, post["organisation"]):
                    return self.person(person["username"])
        raise LookupError(f"no demo person is {role} at {organisation or 'any organisation'}")

    def near(self, role: str, address: str) -> Client:
        """The first demo person with a role at an organisation that an address names."""
        for person in self._people:
            if any(post["role"] == role and post["organisation_name"] in address for post in person["posts"]):
                return self.person(person["username"])
        raise LookupError(f"no demo person is {role} at {address}")

    def nearest(self, role: str, address: str) -> Client:
        """The same; where no organisation of such a person is named, the first with the role anywhere."""
        try:
            return self.near(role, address)
        except LookupError:
            return self.with_role(role)

    def seat(self, role: str, organisation: str) -> Document:
        """The first demo person with a role at an organisation, as a participant of a session."""
        for person in self._people:
            if any((post["role"], post["organisation"]) == (role, organisation) for post in person["posts"]):
                return {"role": role, "name": person["name"]}
        raise LookupError(f"no demo person is {role} at {organisation}")

    @property
    def supervisor(self) -> Client:
        """Somebody who sees the whole county."""
        return self.with_role("supervisor")

    @property
    def now(self) -> datetime:
        """The time there, before any dispute's clock was moved."""
        return datetime.now(CHINA)

    def playbooks(self) -> list[Document]:
        """The mechanisms there are; one is `current`."""
        items: list[Document] = self.supervisor.get("/v1/playbooks")["items"]
        return items

    @staticmethod
    def phone(of: str) -> str:
        """A telephone number of somebody's own, the same each time: who shares one is one person to the look-back."""
        return f"139{zlib.crc32(of.encode()) % 10**8:08d}"

    def alarm(self, narrative: str, **more: Any) -> Document:
        """A report by a call taker; answers what intake answered, also where its number was another's."""
        return self.report("call_taker", self.reported(narrative, **more))

    @staticmethod
    def reported(narrative: str, **more: Any) -> Document:
        """What is sent in a report, made now and numbered anew."""
        now = datetime.now(CHINA).isoformat(timespec="seconds")
        return {
            "source": "110",
            "source_no": f"T{uuid.uuid4().hex[:14]}",
            "occurred_at": now,
            "reported_at": now,
            "place": {"address": "古山镇金江龙村12号"},
            "narrative": narrative,
            "parties": [{"name": "李某", "phone": "13800000001", "side": "a"}, {"name": "罗某", "side": "b"}],
            **more,
        }

    def report(self, role: str, body: Document) -> Document:
        """A report by a person of a role, of the place where there is one; answers what intake answered.

        A mechanism may take reports of a village from its own people only.
        """
        return self.nearest(role, body["place"]["address"]).report(body)

    def send_batch(self, items: list[Document], **more: Any) -> Document:
        """A batch of notices of hazards, by the first person of a post that may send one."""
        book = next(book for book in self.playbooks() if book["current"])
        sender = book["hazards"]["by"][0]["role"]
        answer: Document = self.with_role(sender, more.pop("at", None)).post("/v1/notices", {"items": items, **more})
        return answer

    def dispute(self, number: str) -> Document:
        """The whole case, as the supervisor sees it."""
        case: Document = self.supervisor.get(f"/v1/disputes/{number}")
        return case

    def timeline(self, number: str) -> list[Document]:
        """All that happened."""
        items: list[Document] = []
        cursor: str | None = None
        while True:
            page = self.supervisor.get(f"/v1/disputes/{number}/timeline", **({"cursor": cursor} if cursor else {}))
            items += page["items"]
            cursor = page["next_cursor"]
            if cursor is None:
                return items

    def open_tasks(self, number: str, kind: str | None = None) -> list[Document]:
        """The tasks that wait, of one kind or all."""
        tasks = self.dispute(number)["tasks"]
        return [t for t in tasks if t["state"] in ("open", "claimed") and kind in (None, t["kind"])]

    def wait_for(self, number: str, kind: str, *, within: float = 20.0) -> Document:
        """The first open task of a kind, as soon as it is there; a dispute just reported may not be on record yet."""
        deadline = time.monotonic() + within
        while True:
            try:
                tasks = self.open_tasks(number, kind)
            except Refusal as refusal:
                if refusal.code != "not_found" or time.monotonic() > deadline:
                    raise
                tasks = []
            if tasks:
                return tasks[0]
            if time.monotonic() > deadline:
                raise LookupError(f"{number} has no open {kind}: {[t['kind'] for t in self.open_tasks(number)]}")
            time.sleep(0.1)

    def answer(
        self,
        number: str,
        kind: str,
        decision: str,
        *,
        by: Client | None = None,
        task_id: str | None = None,
        key: str | None = None,
        **fields: Any,
    ) -> Document:
        """Answers an open task of a kind as its first candidate or `by` somebody; examples fill what is not given."""
        task_id = task_id or self.wait_for(number, kind)["task_id"]
        task = self.supervisor.get(f"/v1/tasks/{task_id}")
        shown = next(d for d in task["decisions"] if d["name"] == decision)
        by = by or self.person(task["candidates"][0]["username"])
        attachments = [by.attach(number, self.photograph()) for _ in range(shown["files"])]
        body = {"decision": decision, "fields": {**shown["example"], **fields}, "attachments": attachments}
        answer: Document = by.post(f"/v1/tasks/{task_id}/decide", body, key=key)
        return answer

    def advance(self, number: str, by: str) -> Document:
        """Moves the dispute's clock forward."""
        answer: Document = self.supervisor.post("/v1/drill/advance", {"dispute_no": number, "by": by})
        return answer


def county() -> County:
    """The system of this environment's settings."""
    settings = get_settings()
    return County(settings.base_url, settings.demo_file)


@contextmanager
def explained() -> Iterator[None]:
    """A command's failures as one sentence."""
    try:
        yield
    except Refusal as refusal:
        typer.echo(f"refused: {refusal}", err=True)
        raise typer.Exit(1) from refusal
    except httpx2.TransportError as error:
        typer.echo(_not_there(f"no santui answers at {get_settings().base_url}", "该地址无应答"), err=True)
        raise typer.Exit(1) from error
    except FileNotFoundError as error:
        typer.echo(_not_there(f"there is no {get_settings().demo_file}", "该状态目录下没有演示账号文件"), err=True)
        raise typer.Exit(1) from error
    except LookupError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from error


def _not_there(what: str, chinese: str) -> str:
    return (
        f"{what}: start it with `make run`, and set here the SANTUI_… that were set there · "
        f"{chinese}：请先执行 make run；启动时设置过的 SANTUI_… 变量在此须同样设置"
    )


def picture() -> bytes:
    """A one-pixel PNG, different each time."""
    row = b"\x00" + uuid.uuid4().bytes[:3]

    def chunk(tag: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + tag + data + struct.pack(">I", zlib.crc32(tag + data))

    header = chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", zlib.compress(row)) + chunk(b"IEND", b"")
