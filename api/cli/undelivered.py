"""`santui undelivered` and `santui recover`: what an administrator does about alarms and cases that are stuck."""

from __future__ import annotations

import asyncio
import gc

import typer

from api.core.context import open_services
from api.intake.next_run import recover as start_again
from domain.base import china
from domain.errors import SantuiError
from infra.database.engine import open_database
from infra.records.deliveries import DEAD_AFTER, Letter, dead_letters, try_again, waiting_letters
from infra.runtime.settings import Settings


def undelivered(settings: Settings, *, retry: bool) -> int:
    """Prints every report that waits, and has the dead letters tried again where that is asked for; 1 if there are
    dead letters that nobody asked for."""
    try:
        letters = asyncio.run(_letters(settings, retry=retry))
    except SantuiError as error:
        typer.echo(str(error), err=True)
        return 1
    for letter in letters:
        typer.echo(_line(letter))
    dead = sum(letter.attempts >= DEAD_AFTER for letter in letters)
    typer.echo(f"{len(letters)} undelivered, {dead} dead letters · {len(letters)} 条警情未送达，其中 {dead} 条多次失败")
    if retry:
        typer.echo(f"{dead} are tried again within seconds · 已安排立即重试")
    return 1 if dead and not retry else 0


async def _letters(settings: Settings, *, retry: bool) -> list[Letter]:
    database = open_database(settings)
    try:
        letters = await waiting_letters(database)
        if retry:
            await try_again(database, [letter.incident_id for letter in await dead_letters(database)])
        return letters
    finally:
        await database.close()


def _line(letter: Letter) -> str:
    """Codes and times only: a terminal is no place for what was reported."""
    received = china(letter.received_at).isoformat(timespec="seconds")
    again = china(letter.next_try_at).isoformat(timespec="seconds") if letter.next_try_at else "now"
    mark = "DEAD" if letter.attempts >= DEAD_AFTER else "    "
    tries = f"{letter.attempts} tries, last {letter.failure or '-'}, next {again}"
    return f"{mark} {letter.incident_id} {letter.dispute_no} received {received}, {tries}"


def recover(settings: Settings, number: str) -> int:
    """Starts the next run of a dispute whose run was ended from outside; 1 if there is nothing to be done."""

    async def work() -> bool:
        services = await open_services(settings)
        try:
            return await start_again(services, number)
        finally:
            await services.database.close()

    try:
        begun = asyncio.run(work())
    except SantuiError as error:
        typer.echo(str(error), err=True)
        return 1
    finally:
        gc.collect()  # the SDK may crash the interpreter at exit while its client is alive (sdk-python#300)
    typer.echo(
        f"{number} goes on from its history · 已自历史恢复"
        if begun
        else f"{number} was not ended from outside · 无需恢复"
    )
    return 0 if begun else 1
