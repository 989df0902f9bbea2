"""Two thousand bodies at random against every write: never a fault of ours, and nothing on record is lost."""

from __future__ import annotations

import copy
import json
import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import httpx2
import pytest
from sqlalchemy import select
from sqlmodel import SQLModel

from api.app import create_app
from api.core.auth import Hashing
from api.core.context import Services
from tests.api.attachments.test_service import case
from tests.api.engine import LivingEngine
from tests.api.support import somebody
from tests.sign_ins import token_of

BODIES = 2_000
ODD: list[Any] = [
    None, True, -1, 0, 2**63, 10**40, 1.5, "", " ", "x" * 5000, "\u202e", "😀", "2026-02-30", "9999-12-31", "P1D",
    "2026-01-01T00:00:00+08:00", "../..", "'; DROP TABLE dispute;--", "<script>", "{{7*7}}", [], [[]], {},
    {"a": {"a": {}}}, ["x"] * 300, {"": None}, "330723197001011234", "station-gushan", "confirm",
]  # fmt: skip
RAW = [b"", b"null", b"[]", b"{", b"\xff", b'"', b"{}", b'{"a":1}{', b"[" * 3000, b"1e400", b'{"a":"\\ud800"}']


def spoilt(value: Any, dice: random.Random) -> Any:
    """A value with something in it replaced, removed, added or repeated."""
    match value:
        case dict() if value and dice.random() < 0.85:
            value, name = dict(value), dice.choice(list(value))
            match dice.randrange(4):
                case 0:
                    del value[name]
                case 1:
                    value[f"{name}_"] = dice.choice(ODD)
                case _:
                    value[name] = spoilt(value[name], dice)
            return value
        case list() if value and dice.random() < 0.7:
            return [*value, *[spoilt(copy.deepcopy(dice.choice(value)), dice) for _ in range(dice.choice((1, 1, 200)))]]
    return dice.choice(ODD)


def writes(document: dict[str, Any], places: dict[str, str]) -> Iterator[tuple[str, str, Any]]:
    """Every operation that takes JSON, at a path that leads somewhere, with a body that was really sent once."""
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            content = operation.get("requestBody", {}).get("content", {}).get("application/json")
            if content:
                where = "/".join(places.get(part[1:-1], "x") if part[:1] == "{" else part for part in path.split("/"))
                yield method.upper(), where, content.get("example", {})


async def on_record(services: Services) -> dict[str, set[tuple[Any, ...]]]:
    """The keys of every table's rows."""
    async with services.database.read() as session:
        return {
            table.name: {tuple(row) for row in await session.execute(select(*table.primary_key.columns))}
            for table in SQLModel.metadata.sorted_tables
        }


@pytest.mark.timeout(240)
async def test_whatever_is_sent_to_a_write_it_is_no_fault_of_ours_and_nothing_is_lost(
    services: Services, engine: LivingEngine
) -> None:
    number, officer = await case(services, engine)
    task = next(task for task in engine.state(number).tasks if task.state == "open")
    before, dice, told = await on_record(services), random.Random(2026), Counter[int]()
    app = create_app(services.settings)
    app.state.services = replace(services, hashing=Hashing(memory_mb=1, passes=1))
    people = [officer, *[await somebody(services, role, "county") for role in ("supervisor", "auditor")]]
    tokens = [await token_of(services.database, person.person_id) for person in people]
    operations = list(
        writes(app.openapi(), {"no": number, "dispute_no": number, "task_id": task.task_id, "name": "withdraw"})
    )
    assert len(operations) > 30
    transport = httpx2.ASGITransport(app)
    async with httpx2.AsyncClient(transport=transport, base_url="http://localhost") as http:
        for n in range(BODIES):
            method, path, body = operations[n % len(operations)]
            content = dice.choice(RAW) if n % 10 == 9 else json.dumps(spoilt(body, dice)).encode()
            headers = {"Authorization": f"Bearer {dice.choice(tokens)}", "Content-Type": "application/json"}
            answer = await http.request(method, path, content=content, headers=headers)
            assert answer.status_code < 500, (method, path, content[:2000], answer.text)
            told[answer.status_code] += 1
    after = await on_record(services)
    lost = {table: len(keys - after[table]) for table, keys in before.items() if keys - after[table]}
    assert lost == {}
    assert len(told) >= 4, told  # it came further than the door
