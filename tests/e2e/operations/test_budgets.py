"""What a decision may cost at most: events, bytes and payloads of its case's history, and SQL statements.

The figures are of the life that `bench.engine` plays, a decision. They may only fall: who needs more takes it from what
is reserved, and says what for.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

import pytest

from bench.figures import HistoryCost, weigh
from bench.santui import SqlLogs, Statements, System, case_alone
from bench.story import LIFE, People
from infra.temporal.client import connect
from tests.instance import Instance


@dataclass(frozen=True)
class Budget:
    """At most so much a decision."""

    events: float
    size: float
    """Bytes of the history."""
    payloads: float
    statements: float
    """SQL statements of the API and the worker together, those that open and end a transaction not counted."""


BUDGET = Budget(events=6.2, size=2_700, payloads=3, statements=12.25)
"""Two cities to the letter raised the bytes from 2,400: a case pins twice the process, and images tell who holds it,
what was delivered and when, named officers, verdicts on diverting and whose the figures are (2,940 with the dictionary
of before, 2,600 with one that knows these words). Of that, 270 are the signal that somebody has seen what rang.
The calendar took a quarter of a statement from what is reserved: a visit of this life is put into `appointment`, and
taken out."""
RESERVED = Budget(events=0, size=500, payloads=0, statements=1.75)
"""Beyond what is measured now, for the signatures and the ledger that come later; not spent yet."""
LIVES = 3
"""What disturbs a life only adds to it, as a machine that is busy has waiters ask again: the least of some counts."""


@pytest.fixture(scope="module")
def lives(jinhua: Instance) -> list[tuple[HistoryCost, Statements]]:
    """Some lives on a running system: what each left in its history, and the statements it sent a decision."""
    settings = jinhua.settings

    async def play() -> list[tuple[HistoryCost, Statements]]:
        client = await connect(settings)
        async with People(jinhua.base, settings.demo_file) as people:
            await people.live([])  # who answers what, and everybody signed in
            alone = [await case_alone(SqlLogs(System(settings)), people) for _ in range(LIVES)]
        return [(weigh(await client.get_workflow_handle(no).fetch_history()), sent) for no, sent in alone]

    return asyncio.run(play())


def test_a_decision_leaves_few_events_and_bytes_in_the_history(lives: list[tuple[HistoryCost, Statements]]) -> None:
    costs = [history for history, _ in lives]
    assert min(cost.events for cost in costs) / len(LIFE) <= BUDGET.events
    assert min(cost.size for cost in costs) / len(LIFE) <= BUDGET.size
    assert min(cost.payloads for cost in costs) / len(LIFE) <= BUDGET.payloads


def test_a_decision_sends_few_statements(lives: list[tuple[HistoryCost, Statements]]) -> None:
    least = min((sent for _, sent in lives), key=total)
    assert 1 < total(least) <= BUDGET.statements, told(least)


def total(sent: Statements) -> float:
    """All statements of all processes, their heartbeats not counted: those come with time, whatever is decided."""
    texts = [(text, often) for sent_by in sent.values() for text, often in sent_by.items()]
    return round(sum(often for text, often in texts if "heartbeat" not in text), 6)


def told(sent: Statements) -> str:
    """The statements, those sent most often first."""
    lines = [
        f"{often:5.2f} {process}: {text[:150]}" for process, texts in sent.items() for text, often in texts.items()
    ]
    return "\n".join(["", *sorted(lines, reverse=True)])
