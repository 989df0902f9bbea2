"""Runs replayed in a process of its own, by `infra.startup.loading`: `replay_process check|rebuild [--archive]`.

A line of JSON a run comes in on standard input (`Asked`), a line a run goes out on standard output in the same order
(`Finding` or `Rebuilt`). It ends when its input does, also because its parent was killed. Started by
`api/audit/parallel_replays.py`.
"""

from __future__ import annotations

import asyncio
import gc
import os
import sys
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass

import uvloop
from temporalio.client import Client
from temporalio.converter import DataConverter
from temporalio.runtime import Runtime, TelemetryConfig

from api.audit.checking import Checker
from api.audit.rebuilding import Rebuilder
from api.histories.lookup import Histories
from api.histories.replayed_runs import Asked, Maker, made_of_each
from domain.base import Model
from infra.database.engine import Database, open_database
from infra.records.archive import Archive
from infra.runtime.crypto import load_keys
from infra.runtime.settings import Settings, get_settings
from infra.temporal.client import connect
from infra.temporal.codec import data_converter

POLITE = 5
"""Niceness: whoever serves people goes first."""
OBJECTS = 50_000
"""New objects between two looks for cycles; a replay makes a few thousand, and few of them are cycles."""
LONGEST_LINE = 2**16


@dataclass(frozen=True)
class Room:
    """What replays work with; no database and no engine where only the archive is used."""

    histories: Histories
    converter: DataConverter
    database: Database | None = None
    client: Client | None = None

    def checker(self) -> Checker:
        """Compares."""
        return Checker(self.histories, self.converter, self.database)

    def rebuilder(self) -> Rebuilder:
        """Makes the read model again."""
        assert self.database is not None
        return Rebuilder(self.histories, self.converter, self.database)


MAKERS: Mapping[str, Callable[[Room], Maker[Model]]] = {"check": Room.checker, "rebuild": Room.rebuilder}
"""What can be made of a replayed run, by its word on the command line."""


@asynccontextmanager
async def room(settings: Settings, *, archive_only: bool) -> AsyncIterator[Room]:
    """Opens what replays need."""
    archive, converter = Archive(settings.archive_dir), data_converter(load_keys(settings.key_file))
    if archive_only:
        yield Room(Histories(None, archive), converter)
        return
    database = open_database(settings, long=True)
    try:
        client = await connect(settings)
        yield Room(Histories(client, archive), converter, database, client)
    finally:
        await database.close()


async def asked() -> AsyncIterator[Asked]:
    """The runs asked for on standard input, until it ends."""
    lines = asyncio.StreamReader(limit=LONGEST_LINE)
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(lines), sys.stdin)
    while line := await lines.readline():
        yield Asked.model_validate_json(line)


async def work(word: str, *, archive_only: bool) -> None:
    """Replays what is asked for."""
    async with room(get_settings(), archive_only=archive_only) as opened:
        async for made in made_of_each(MAKERS[word](opened), asked()):
            sys.stdout.write(made.model_dump_json() + "\n")
            sys.stdout.flush()


def main(word: str, *options: str) -> None:
    """Replays for who asks on standard input; settings are those of the environment."""
    os.nice(POLITE)
    gc.freeze()
    gc.set_threshold(OBJECTS)
    # The SDK's core writes its warnings to standard output, which is for results, and may quote the case.
    Runtime.set_default(Runtime(telemetry=TelemetryConfig(logging=None)), error_if_already_set=False)
    uvloop.run(work(word, archive_only="--archive" in options))
    gc.collect()  # the SDK may crash the interpreter at exit while its objects are alive (sdk-python#300)
