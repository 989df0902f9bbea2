"""The schema goes up and down on both databases, keeps what it can keep, and is what the tables say."""

from __future__ import annotations

import asyncio
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool
from sqlmodel import SQLModel

from domain.errors import StoreUnavailable
from infra.database.engine import BASE, MIGRATIONS, NoSuchRevision, migrate
from infra.runtime.settings import Settings
from tests import commands
from tests.infra.stores import opened
from tests.postgres import Cluster

HEAD = ScriptDirectory(str(MIGRATIONS)).get_current_head()


@pytest.fixture(params=["sqlite", "postgresql"])
def empty(request: pytest.FixtureRequest, tmp_path: Path, postgres: Cluster) -> Settings:
    """An installation without a database, or with an empty one."""
    settings = Settings(var=tmp_path / "var")
    if request.param == "sqlite":
        return settings
    return settings.model_copy(update={"database_url": postgres.database()})


SECOND = """
import sqlalchemy as sa
from alembic import op

revision, down_revision, branch_labels, depends_on = "0002", "0001", None, None


def upgrade() -> None:
    op.add_column("dispute", sa.Column("made_up", sa.String(), nullable=False, server_default=""))
    op.execute("UPDATE dispute SET made_up = title")
    op.create_index("made_up_list", "dispute", ["made_up"])


def downgrade() -> None:
    op.drop_index("made_up_list", "dispute")
    with op.batch_alter_table("dispute") as batch_op:
        batch_op.drop_column("made_up")
"""
"""A revision after ours: a column of the disputes, filled in, and last an index."""


@pytest.fixture
def second(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Our revisions and one more; answers what it adds to the disputes: a column, copied from their title."""
    folder = tmp_path / "migrations"
    shutil.copytree(MIGRATIONS, folder, ignore=shutil.ignore_patterns("__pycache__"))
    (folder / "versions" / "0002_made_up.py").write_text(SECOND, encoding="utf-8")
    monkeypatch.setattr("infra.database.engine.MIGRATIONS", folder)
    return "made_up"


async def look(settings: Settings, see: Any) -> Any:
    """What a function sees of the database."""
    engine = create_async_engine(settings.database_url, poolclass=NullPool)
    try:
        async with engine.connect() as connection:
            return await connection.run_sync(see)
    finally:
        await engine.dispose()


def tables(connection: sa.Connection) -> dict[str, set[str]]:
    """Columns and indexes by table."""
    found = sa.inspect(connection)
    return {
        name: {c["name"] for c in found.get_columns(name)} | {str(i["name"]) for i in found.get_indexes(name)}
        for name in found.get_table_names()
        if name != "alembic_version"
    }


def rows_of(names: dict[str, list[str]]) -> Any:
    """All rows of some columns of tables."""

    def see(connection: sa.Connection) -> dict[str, list[Any]]:
        return {
            name: sorted(connection.execute(sa.text(f"SELECT {', '.join(columns)} FROM {name}")).all(), key=str)
            for name, columns in names.items()
        }

    return see


def columns_of(connection: sa.Connection) -> dict[str, list[str]]:
    """Every table with its columns."""
    found = sa.inspect(connection)
    return {
        name: [f'"{c["name"]}"' for c in found.get_columns(name)]
        for name in found.get_table_names()
        if name != "alembic_version"
    }


async def up(settings: Settings, revision: str = "head") -> Any:
    return await asyncio.to_thread(migrate, settings, revision)


async def test_up_and_down_and_up_again_ends_where_it_began(empty: Settings) -> None:
    done = await up(empty)
    assert (done.was, done.now, done.down) == (BASE, HEAD, False)
    first = await look(empty, tables)
    assert {table.name for table in SQLModel.metadata.sorted_tables} <= set(first)
    done = await up(empty, BASE)
    assert (done.was, done.now, done.down) == (HEAD, BASE, True)
    assert await look(empty, tables) == {}
    await up(empty)
    assert await look(empty, tables) == first
    done = await up(empty)
    assert (done.was, done.now, done.down) == (HEAD, HEAD, False)
    assert "already" in done.sentence()


async def test_every_revision_alone_goes_up_and_down(empty: Settings, second: str) -> None:
    ours = reversed([script.revision for script in ScriptDirectory(str(MIGRATIONS)).walk_revisions()])
    order = [BASE, *ours, "0002"]
    seen = []
    for revision in order:
        await up(empty, revision)
        seen.append(await look(empty, tables))
    for revision, before in zip(reversed(order), reversed(seen), strict=True):
        await up(empty, revision)
        assert await look(empty, tables) == before, revision


async def test_the_rows_survive_the_way_up_and_down(empty: Settings, second: str) -> None:
    await up(empty, "0001")
    first = await look(empty, columns_of)
    async with opened(empty, disputes=200):
        before = await look(empty, rows_of(first))
    assert len(before["dispute"]) == 200
    await up(empty)
    assert await look(empty, rows_of(first)) == before
    filled = await look(empty, rows_of({"dispute": ["title", second]}))
    assert all(title == words for title, words in filled["dispute"])
    await up(empty, "0001")
    assert await look(empty, rows_of(first)) == before
    assert await look(empty, columns_of) == first


async def test_the_migrated_schema_is_the_one_of_the_tables(empty: Settings) -> None:
    await up(empty)

    def drift(connection: sa.Connection) -> list[Any]:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        return list(compare_metadata(context, SQLModel.metadata))

    assert await look(empty, drift) == []


async def test_every_text_compares_by_code_point_whatever_the_language_of_the_database(
    postgres: Cluster, tmp_path: Path
) -> None:
    """SQLite's order. A later migration that adds text to PostgreSQL must say so too: `COLLATE "C"`."""
    settings = Settings(var=tmp_path, database_url=postgres.database(postgres.sorts_by_language()))
    await up(settings)
    database = settings.database_url.rpartition("/")[2]
    odd = postgres.sql(
        "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'public'"
        " AND data_type IN ('character varying', 'text') AND collation_name IS DISTINCT FROM 'C'"
        " AND table_name <> 'alembic_version'",
        database,
    )
    assert odd == ""


async def test_a_migration_that_fails_leaves_everything_as_it_was(empty: Settings, second: str) -> None:
    await up(empty, "0001")
    before = await look(empty, tables)
    engine = create_async_engine(empty.database_url, poolclass=NullPool)
    async with engine.begin() as connection:  # what the migration makes last is there already
        await connection.execute(sa.text(f"CREATE INDEX {second}_list ON task (decided_by)"))
    await engine.dispose()
    spoilt = await look(empty, tables)
    assert spoilt != before
    with pytest.raises(sa.exc.DBAPIError):
        await up(empty)
    assert await look(empty, tables) == spoilt


async def test_a_revision_that_nobody_knows_is_named(empty: Settings) -> None:
    with pytest.raises(NoSuchRevision, match=r"no revision 9999 .* only base, 0001"):
        await up(empty, "9999")
    await up(empty)
    engine = create_async_engine(empty.database_url, poolclass=NullPool)
    async with engine.begin() as connection:
        await connection.execute(sa.text("UPDATE alembic_version SET version_num = 'tomorrow'"))
    await engine.dispose()
    with pytest.raises(NoSuchRevision, match=r"at revision tomorrow .* use the version that made it"):
        await up(empty)


async def test_a_database_that_is_away_is_said_to_be(tmp_path: Path) -> None:
    settings = Settings(var=tmp_path, database_url="postgresql+asyncpg://postgres@127.0.0.1:1/none")
    with pytest.raises(StoreUnavailable):
        await up(settings)


def test_the_command_goes_up_and_down_and_says_what_it_did(empty: Settings) -> None:
    def santui(*arguments: str) -> subprocess.CompletedProcess[str]:
        return commands.santui(empty.environment() | PATHS, "migrate", *arguments)

    assert santui().stdout == f"the database went up from base to {HEAD} · 已升级\n"
    assert santui("base").stdout == f"the database went down from {HEAD} to base · 已降级\n"
    assert santui("head").stdout == f"the database went up from base to {HEAD} · 已升级\n"
    assert santui().stdout == f"the database is at {HEAD} already · 数据库已是该版本\n"
    unknown = santui("0815")
    assert (unknown.returncode, unknown.stdout) == (1, "")
    assert "there is no revision 0815" in unknown.stderr


PATHS = {"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8"}
