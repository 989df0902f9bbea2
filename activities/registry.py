"""What the worker registers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from temporalio.client import Client

from activities.archive import Archiving
from activities.digest import Digesting
from activities.publish import Publishing
from activities.queue import Queueing
from infra.database.engine import Database
from infra.health.unpublished_cases import UnpublishedCases
from infra.records.archive import Archive


def activities(
    client: Client, database: Database, archive: Archive, unpublished: UnpublishedCases
) -> list[Callable[..., Any]]:
    """Every activity, bound to what it works on."""
    return [
        Publishing(database, unpublished).publish,
        Archiving(client, database, archive).archive,
        Digesting(database).digest,
        Queueing(database).learn,
        Queueing(database).examine,
    ]
