"""DBOS Transact: a workflow a case, a message a decision, a step that writes the row. On PostgreSQL, its home.

A message is what it has for a decision: taken unseen, so whoever sends one looks at the row until it shows it.
"""

from __future__ import annotations

import threading
import time

import sqlalchemy as sa
from dbos import DBOS, DBOSConfig, SetWorkflowID

from bench.peers.serving import THREADS

TOPIC = "decision"
IDLE = 600.0
"""Seconds that a case waits for a decision before it waits anew."""
POLL_EVERY = 0.002
"""Seconds between two looks for all rows that somebody waits for, as the raw engine's peer does."""
TABLE = "CREATE TABLE visible (case_id TEXT PRIMARY KEY, revision INTEGER NOT NULL, outcome TEXT NOT NULL)"
UPSERT = sa.text("""
    INSERT INTO visible (case_id, revision, outcome) VALUES (:case_id, :revision, :outcome)
    ON CONFLICT (case_id) DO UPDATE SET revision = excluded.revision, outcome = excluded.outcome
    WHERE visible.revision < excluded.revision
""")
LOOK = sa.text("SELECT case_id, revision FROM visible WHERE case_id = ANY(:waiting)")
engine: sa.Engine


@DBOS.step()
def publish(case_id: str, revision: int, outcome: str) -> None:
    """Writes the row."""
    with engine.begin() as connection:
        connection.execute(UPSERT, {"case_id": case_id, "revision": revision, "outcome": outcome})


@DBOS.workflow()
def case(case_id: str, decisions: int) -> int:
    """Takes decisions until the last."""
    revision = 0
    while revision < decisions:
        decision = DBOS.recv(TOPIC, timeout_seconds=IDLE)
        if decision and decision["seen"] == revision:
            revision += 1
            publish(case_id, revision, decision["outcome"])
    return revision


class DbosCases:
    """Cases as workflows in this process."""

    def __init__(self) -> None:
        self._waiting: dict[str, tuple[int, threading.Event]] = {}
        self._somebody = threading.Event()
        threading.Thread(target=self._watch, daemon=True).start()

    def open(self, case_id: str, decisions: int) -> None:
        """Starts the workflow."""
        with SetWorkflowID(case_id):
            DBOS.start_workflow(case, case_id, decisions)

    def decide(self, case_id: str, seen: int, outcome: str) -> None:
        """Sends the decision, once under its key; returns when the row shows it."""
        shown = threading.Event()
        self._waiting[case_id] = (seen + 1, shown)
        self._somebody.set()
        DBOS.send(case_id, {"seen": seen, "outcome": outcome}, TOPIC, idempotency_key=f"{case_id}-{seen}")
        shown.wait()

    def _watch(self) -> None:
        while self._somebody.wait():
            with engine.connect() as connection:
                rows = connection.execute(LOOK, {"waiting": list(self._waiting)}).all()
            for case_id, revision in rows:
                wanted, shown = self._waiting[case_id]
                if revision >= wanted:
                    del self._waiting[case_id]
                    shown.set()
            if not self._waiting:
                self._somebody.clear()
            time.sleep(POLL_EVERY)


def open_cases(database: str) -> DbosCases:
    """Its tables and the bench's one table, in an empty PostgreSQL database given by its URL."""
    global engine
    engine = sa.create_engine(database, pool_size=THREADS)
    with engine.begin() as connection:
        connection.execute(sa.text(TABLE))
    config: DBOSConfig = {
        "name": "bench", "system_database_url": database, "sys_db_pool_size": THREADS, "log_level": "ERROR",
    }  # fmt: skip
    DBOS(config=config)
    DBOS.launch()
    return DbosCases()
