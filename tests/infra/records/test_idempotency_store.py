"""Keys whose answer is known later than the key: on both databases, from two processes."""

from __future__ import annotations

import asyncio

from domain.errors import KeyReused
from infra.records.idempotency_store import StoredAnswer, key_held, store_answer
from infra.records.incidents import record_incident
from infra.runtime.settings import Settings
from tests.infra.stores import answer_under, incident, opened


async def test_what_was_left_gives_way_to_its_outcome_and_never_the_other_way(anywhere: Settings) -> None:
    left, outcome = (StoredAnswer(status=status, body={"status": status}) for status in (202, 409))
    async with opened(anywhere) as database:
        assert await store_answer(database, "write", "digest", left) == left
        assert await store_answer(database, "write", "another digest", outcome) == outcome
        assert await answer_under(database, "write", "digest") == left
        assert await store_answer(database, "write", "digest", outcome) == outcome
        assert await store_answer(database, "write", "digest", left) == outcome
        assert await answer_under(database, "write", "digest") == outcome


async def test_of_other_reports_at_once_under_one_key_one_is_recorded(anywhere: Settings) -> None:
    async with opened(anywhere) as here, opened(anywhere) as there:

        async def record(n: int) -> str | None:
            row = incident(f"{n}", f"古山镇{n}号", digest=f"content {n}")
            try:
                await record_incident(
                    (here, there)[n % 2],
                    row,
                    lambda _: None,
                    hold=lambda: key_held("write", row.digest),
                )
            except KeyReused:
                return None
            return row.digest

        [recorded] = filter(None, await asyncio.gather(*(record(n) for n in range(8))))
        assert await answer_under(there, "write", recorded) is None
        answer = StoredAnswer(status=201, body={"of": recorded})
        assert await store_answer(here, "write", recorded, answer) == answer
        assert await answer_under(there, "write", recorded) == answer
