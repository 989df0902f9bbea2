"""A dispute's life through all three pushes, told over HTTP by the demo people: what `bench.engine` measures.

Twelve decisions, as far as a life goes without moving its clock: triage confirmed; not settled on the scene; contacted;
the third push asked for, approved and dispatched; accepted, reported on, disposed of with a picture and an agreement of
three obligations; accepted by the evaluator; each party visited. What is left then waits for its day: the second visits
and the obligations. Each case has an address and parties of its own, so that none joins another.
"""

import asyncio
import itertools
import json
import time
import uuid
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Self

import httpx2

from api.cli.client import picture
from bench.support import STUCK, BenchError
from domain.base import CHINA


@dataclass(frozen=True)
class Step:
    """A decision on the open task of a kind."""

    kind: str
    decision: str
    fields: Mapping[str, Any] = field(default_factory=dict)
    picture: bool = False
    """uploaded just before, outside the measured time"""
    met: bool = False
    """with the parties met just now"""


_TODAY = datetime.now(CHINA)
_OWED = [
    {"party": "买方", "kind": "money", "what": f"第{n}期货款", "amount": "15000.00",
     "due_on": (_TODAY + timedelta(days=30 * n)).date().isoformat()}
    for n in (1, 2, 3)
]  # fmt: skip

LIFE = (
    Step("confirm_triage", "confirm"),
    Step("handle_on_scene", "unsettled", {"reason": "双方对质量和货款分歧很大，现场未能达成一致"}),
    Step("follow_up_responsibly", "contacted", {"manner": "call", "who": "双方当事人", "summary": "尚未达成一致"}),
    Step("follow_up_responsibly", "request_third_push", {"reason": "超出公安职权范围", "suggested": ["market_reg"]}),
    Step("approve_third_push", "approve", {"suggested": ["market_reg"]}),
    Step("dispatch", "assign", {"lead": "market_reg", "instructions": "请当面核实，依法调解，三日内反馈"}),
    Step("accept_assignment", "accept"),
    Step("dispose", "progress", {"summary": "已与双方见面，约定检测"}, met=True),
    Step(
        "dispose",
        "disposed",
        {
            "summary": "双方当面签订协议，货款分三期结清",
            "terms": ["不合格货物退换", "剩余货款分三个月结清"],
            "obligations": _OWED,
        },
        picture=True,
        met=True,
    ),
    Step("evaluate", "accept"),
    Step("visit", "stable", {"summary": "情况稳定", "satisfaction": 5}),
    Step("visit", "stable", {"summary": "情况稳定", "satisfaction": 4}),
)


def _filled(step: Step) -> dict[str, Any]:
    met = [{"who": "双方当事人", "at": datetime.now(CHINA).isoformat(timespec="seconds"), "where": "村委会调解室"}]
    return {**step.fields, **({"met": met} if step.met else {})}


@dataclass
class Case:
    """A case under way."""

    number: str
    tasks: dict[str, str]
    """Its open tasks: the kind by the id."""
    steps: list[Step] = field(default_factory=lambda: list(LIFE))
    """Decisions still to come."""


class People:
    """The demo people over HTTP. Who answers which kind of task is learnt once, and everybody signs in once."""

    def __init__(self, base: str, demo_file: Path) -> None:
        # No limit on connections: each caller keeps its own, as each person's browser does.
        limits = httpx2.Limits(max_connections=None, max_keepalive_connections=None)
        self._http = httpx2.AsyncClient(base_url=base, limits=limits, timeout=STUCK, trust_env=False)
        self._people: list[dict[str, Any]] = json.loads(demo_file.read_text(encoding="utf-8"))
        self._tokens: dict[str, str] = {}
        self._answers: dict[str, str] = {}
        self._houses = itertools.count(1)
        self.unpublished = 0
        """answers that said `published: false`"""
        self.unavailable = 0
        """answers 503; the same request is sent again, and the wait goes on"""
        self.deferred = 0
        """answers 202, no worker took the decision in time; asked again under its key until it has been taken"""

    async def __aenter__(self) -> Self:
        await self._sign_in(self._holder("call_taker"))
        await self._sign_in(self._holder("supervisor"))
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._http.aclose()

    async def live(self, waits: list[float], around: Callable[[], AbstractContextManager[object]] = nullcontext) -> str:
        """One life; adds what each decision took to `waits`, in seconds, and answers the dispute's number.

        `around` is entered for the time of each decision's request.
        """
        case = await self.begin()
        while case.steps:
            waits.append(await self.decide(case, around))
        return case.number

    async def report(self) -> str:
        """An alarm that opens a dispute; answers its number."""
        taken_in = await self._post("/v1/incidents", self._holder("call_taker"), self._report())
        self.unpublished += not taken_in.get("published", True)
        return str(taken_in["dispute_no"])

    async def begin(self) -> Case:
        """A case at its beginning, its whole life before it."""
        number = await self.report()
        return Case(number, await self._open_tasks(number))

    async def decide(self, case: Case, around: Callable[[], AbstractContextManager[object]] = nullcontext) -> float:
        """The next decision of a case; answers the seconds from its request to its answer."""
        step = case.steps.pop(0)
        task_id = next((task_id for task_id, kind in case.tasks.items() if kind == step.kind), None)
        if task_id is None:
            raise BenchError(f"no {step.kind} is open where the story goes on with it: {case.tasks}")
        who = await self._who(step.kind, task_id)
        attachments = [await self._attach(case.number, who)] if step.picture else []
        body = {"decision": step.decision, "fields": _filled(step), "attachments": attachments}
        with around():
            began = time.perf_counter()
            answer = await self._post(f"/v1/tasks/{task_id}/decide", who, body)
            wait = time.perf_counter() - began
        if answer.get("published", True):
            if answer["task"]["state"] not in ("open", "claimed"):
                del case.tasks[task_id]
            case.tasks |= {task["task_id"]: task["kind"] for task in answer["opened_tasks"]}
        else:
            self.unpublished += 1
            case.tasks = await self._open_tasks(case.number, answer["dispute"]["revision"])
        return wait

    async def look(self, path: str, kind: str | None = None) -> float:
        """Reads something as who answers a kind of task, or as the supervisor; answers the seconds it took."""
        who = self._answers[kind] if kind else self._holder("supervisor")
        began = time.perf_counter()
        _read(await self._http.get(path, headers=self._headers(who)))
        return time.perf_counter() - began

    async def first_decision(self, number: str) -> float:
        """Takes the first decision of a dispute that waits for it; answers what it took, in seconds."""
        step = LIFE[0]
        task_id = next(task_id for task_id, kind in (await self._open_tasks(number)).items() if kind == step.kind)
        who = await self._who(step.kind, task_id)
        began = time.perf_counter()
        await self._post(f"/v1/tasks/{task_id}/decide", who, {"decision": step.decision, "fields": _filled(step)})
        return time.perf_counter() - began

    def _report(self) -> dict[str, Any]:
        house, now = next(self._houses), datetime.now(CHINA).isoformat(timespec="seconds")
        return {
            "source": "110",
            "source_no": f"B{uuid.uuid4().hex[:14]}",
            "occurred_at": now,
            "reported_at": now,
            "place": {"address": f"古山镇金江龙村{house}号"},
            "narrative": "供应的部分货物质量不合格，买方拒付剩余货款四万五千元，双方因货款发生争吵",
            "parties": [{"name": f"买方{house}", "side": "a"}, {"name": f"卖方{house}", "side": "b"}],
        }

    async def _open_tasks(self, number: str, revision: int = 1) -> dict[str, str]:
        """The open tasks, once the read model is at a revision."""
        give_up = time.monotonic() + STUCK
        while time.monotonic() < give_up:
            answer = await self._fetch(f"/v1/disputes/{number}")
            if answer.status_code != 404 and (case := _read(answer))["revision"] >= revision:
                return {task["task_id"]: task["kind"] for task in case["tasks"] if task["state"] in ("open", "claimed")}
            await asyncio.sleep(0.1)
        raise BenchError(f"{number} was not readable at revision {revision} after {STUCK:.0f} s")

    async def _who(self, kind: str, task_id: str) -> str:
        if kind not in self._answers:
            task = _read(await self._fetch(f"/v1/tasks/{task_id}"))
            self._answers[kind] = str(task["candidates"][0]["username"])
            await self._sign_in(self._answers[kind])
        return self._answers[kind]

    def _holder(self, role: str) -> str:
        return next(str(p["username"]) for p in self._people if any(post["role"] == role for post in p["posts"]))

    # --- HTTP

    async def _sign_in(self, username: str) -> None:
        password = next(p["password"] for p in self._people if p["username"] == username)
        answer = await self._http.post("/v1/auth/token", data={"username": username, "password": password})
        self._tokens[username] = _read(answer)["access_token"]

    async def _fetch(self, path: str) -> httpx2.Response:
        return await self._http.get(path, headers=self._headers(self._holder("supervisor")))

    async def _post(self, path: str, who: str, body: dict[str, Any]) -> Any:
        return await self._send(path, who, json=body)

    async def _attach(self, number: str, who: str) -> str:
        files = {"file": ("现场.png", picture(), "image/png")}
        answer = await self._send("/v1/attachments", who, data={"dispute_no": number}, files=files)
        return str(answer["attachment_id"])

    async def _send(self, path: str, who: str, **content: Any) -> Any:
        """Writes something; after a 503, or a 202 that leaves a decision for the worker, the same again under its key,
        as a careful client does."""
        headers = {**self._headers(who), "Idempotency-Key": str(uuid.uuid4())}
        give_up = time.monotonic() + STUCK
        while True:
            answer = await self._http.post(path, headers=headers, **content)
            if answer.status_code == 503:
                self.unavailable += 1
            elif answer.status_code == 202 and "accepted_for" in answer.json():
                self.deferred += 1
            else:
                return _read(answer)
            if time.monotonic() > give_up:
                raise BenchError(f"{path}: answered {answer.status_code} for {STUCK:.0f} s")
            await asyncio.sleep(0.1)

    def _headers(self, who: str) -> dict[str, str]:
        return {"Authorization": f"Bearer {self._tokens[who]}"}


def _read(answer: httpx2.Response) -> Any:
    if answer.status_code >= 400:
        raise BenchError(f"{answer.request.method} {answer.request.url.path}: {answer.status_code} {answer.text[:400]}")
    return answer.json()
