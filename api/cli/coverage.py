"""`santui people coverage`: whether beats and grids are one to one, and which counterpart is missing where."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import typer

from api.registers.beat_service import IN_BEATS, entrusted
from domain.errors import StoreUnavailable
from domain.people.duties import OF_BEATS
from domain.triage.beat_coverage import Coverage, cover
from infra.database.engine import open_database
from infra.records.duties import people_at_work
from infra.records.people import DirectoryCache
from infra.runtime.settings import Settings

_NAMED = 50
"""Breaks and vacancies of each kind that are named."""


def coverage(settings: Settings, *, every: bool = False) -> int:
    """Prints what the check found; the exit code is 1 where beats and grids are not one to one, or nothing is known.

    Vacancies are told and are no break: people come and go. With `every` all are named, else the first fifty.
    """
    file = settings.sqlite_path
    if file is not None and not file.exists():
        typer.echo("no installation here yet · 尚未安装", err=True)
        return 1
    try:
        found = asyncio.run(_check(settings))
    except (StoreUnavailable, ValueError):
        typer.echo("the database does not answer, or nobody has been loaded · 数据库没有响应或尚无单位", err=True)
        return 1
    typer.echo(
        f"警格 {found.beats} 个，网格 {found.grids} 个，一一对应 {found.one_to_one} 个；"
        f"对应关系 {found.pairs} 对，空缺 {len(found.vacancies)} 处"
    )
    for sentences in (found.sentences(), (vacancy.sentence() for vacancy in found.vacancies)):
        told = list(sentences)
        for sentence in told if every else told[:_NAMED]:
            typer.echo(sentence)
        if len(told) > _NAMED and not every:
            typer.echo(f"…… 另有 {len(told) - _NAMED} 处（--all 全部列出）")
    typer.echo("whole · 警格网格一一对应，无缺口、无重复" if found.whole else "not whole · 警格网格未能一一对应")
    return 0 if found.whole else 1


async def _check(settings: Settings) -> Coverage:
    database = open_database(settings)
    try:
        async with database.read() as session:
            directory = await DirectoryCache(database).read(session)
            has = await entrusted(session, OF_BEATS, datetime.now(UTC))
            return cover(directory, has, await people_at_work(session, IN_BEATS))
    finally:
        await database.close()
