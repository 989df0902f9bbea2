"""viewflow: a Django process a case, a handler's task a decision. Its own tables are state and visible row in one.

SQLite as elsewhere: WAL, NORMAL, and a transaction a decision that takes the write lock at once.
"""

from __future__ import annotations

import threading
from typing import Any

import django
from django.conf import settings
from django.core.management import call_command


class ViewflowCases:
    """Cases as processes of the flow."""

    def __init__(self, flow: Any) -> None:
        self._flow = flow
        self._keys: dict[str, int] = {}
        self._writing = threading.Lock()
        """SQLite has one writer: who waits here does not wait on its lock with pauses"""

    def open(self, case_id: str, decisions: int) -> None:
        """Starts a process."""
        with self._writing:
            self._keys[case_id] = self._flow.start.run(decisions=decisions).pk

    def decide(self, case_id: str, seen: int, outcome: str) -> None:
        """Runs the task that is open; refused where the case has gone on."""
        with self._writing:
            task = self._flow.task_class.objects.get(
                process=self._keys[case_id], flow_task=self._flow.decide, finished__isnull=True
            )
            self._flow.decide.run(task, seen=seen, outcome=outcome)


def open_cases(database: str) -> ViewflowCases:
    """In a new SQLite file."""
    pragmas = "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL"
    settings.configure(
        INSTALLED_APPS=[
            *("django.contrib.auth", "django.contrib.contenttypes", "viewflow", "viewflow.workflow"),
            "bench.peers",  # has no models; Django finds a flow by the application it is in
        ],
        DATABASES={
            "default": {
                "ENGINE": "django.db.backends.sqlite3",
                "NAME": database,
                "CONN_MAX_AGE": None,
                "OPTIONS": {"transaction_mode": "IMMEDIATE", "timeout": 60, "init_command": pragmas},
            }
        },
        DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
        USE_TZ=True,
    )
    django.setup()
    call_command("migrate", verbosity=0)
    from bench.peers.viewflow_flow import CaseFlow  # Django's models can be imported when it is set up

    return ViewflowCases(CaseFlow)
