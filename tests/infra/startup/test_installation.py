"""What an installation's own data must be before it serves: on a database of each kind, and by the real commands."""

from __future__ import annotations

import asyncio
import base64
import os
import secrets
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import update
from sqlmodel import col

from api.cli.up import prepared
from api.serve import unfit
from infra.database.numbers import next_in
from infra.database.tables.people import PersonRow
from infra.demo import load
from infra.records.incidents import cell_of, is_of_disputes, record_incident, series_of
from infra.runtime.crypto import load_keys
from infra.runtime.settings import Settings
from infra.startup.installation import check_installation, check_key, forget_key
from infra.startup.preflight import PreflightError
from tests.infra.read_model.test_writing import own
from tests.infra.startup.test_preflight import sentence
from tests.infra.stores import AT, incident, opened
from tests.infra.support import ROOT, free_port
from tests.postgres import Cluster


def in_production(settings: Settings, **more: object) -> Settings:
    """The same data under production's rules."""
    return settings.model_copy(update={"production": True, "drill": False, "demo": False, **more})


def own_key(path: Path) -> None:
    """A key as an operator makes it (docs/operations.md)."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"k{secrets.token_hex(4)}:{base64.b64encode(secrets.token_bytes(32)).decode()}\n")
    path.chmod(0o600)


async def refusal(settings: Settings) -> str:
    """The sentence by which an installation is refused."""
    with pytest.raises(PreflightError) as error:
        await check_installation(settings)
    return sentence(error)


async def test_production_refuses_the_demo_s_accounts_until_none_can_sign_in(anywhere: Settings) -> None:
    own_key(anywhere.key_file)
    await load(anywhere)
    await check_installation(anywhere)
    said = await refusal(in_production(anywhere))
    assert "demo accounts (such as agri-handler-1)" in said
    assert "set SANTUI_DATABASE_URL to an empty database" in said
    async with opened(anywhere) as database, database.write() as session:
        await session.execute(update(PersonRow).where(col(PersonRow.active)).values(active=False))
    await check_installation(in_production(anywhere))


async def test_santui_up_asks_as_well_before_anybody_is_let_in(anywhere: Settings, tmp_path: Path) -> None:
    with pytest.raises(PreflightError, match="Production mode makes no key"):
        prepared(in_production(anywhere, key_file=tmp_path / "none.key"))
    own_key(anywhere.key_file)
    await load(anywhere)
    checked = await asyncio.to_thread(prepared, in_production(anywhere))
    with pytest.raises(PreflightError, match="demo accounts"):
        await checked


async def test_production_makes_no_key_and_takes_none_that_is_published(tmp_path: Path) -> None:
    settings = in_production(Settings(var=tmp_path / "var"), key_file=tmp_path / "santui.key")
    with pytest.raises(PreflightError) as error:
        check_key(settings)
    assert "put the key file there or set SANTUI_KEY_FILE" in sentence(error)
    assert not settings.key_file.exists()
    settings.key_file.write_bytes((ROOT / "tests" / "replay" / "golden.key").read_bytes())
    settings.key_file.chmod(0o600)
    with pytest.raises(PreflightError) as error:
        check_key(settings)
    assert "a key that is published with santui: set SANTUI_KEY_FILE" in sentence(error)
    settings.key_file.unlink()
    load_keys(settings.key_file)  # as a demonstration's first start makes it; a copy of it is no better
    with pytest.raises(PreflightError, match="a key that a start outside production made"):
        check_key(settings)
    own_key(settings.key_file)
    check_key(settings)
    settings.key_file.chmod(0o644)
    for either in (settings, settings.model_copy(update={"production": False})):
        with pytest.raises(PreflightError, match="a key that others can read"):
            check_key(either)


async def test_a_key_that_was_used_must_stay_until_it_is_let_go_of(anywhere: Settings) -> None:
    """Also where the whole file was lost and a start made another: nothing that is kept could be read."""
    own_key(anywhere.key_file)
    (was,) = load_keys(anywhere.key_file).ids
    await check_installation(anywhere)
    kept = anywhere.key_file.read_text()
    anywhere.key_file.unlink()
    said = await refusal(anywhere)
    assert f"lacks a key that this installation has used ({was})" in said
    own_key(anywhere.key_file)
    anywhere.key_file.write_text(anywhere.key_file.read_text() + kept)  # a new one on top
    await check_installation(anywhere)
    with pytest.raises(PreflightError, match="take its line out first"):
        await forget_key(anywhere, was)
    anywhere.key_file.write_text(anywhere.key_file.read_text().replace(kept, ""))
    await refusal(anywhere)
    await forget_key(anywhere, was)
    await check_installation(anywhere)
    with pytest.raises(PreflightError, match="was ever used here"):
        await forget_key(anywhere, was)


@pytest.mark.parametrize("module", ["api.prepare", "api.serve"])
def test_no_process_of_production_opens_on_a_former_demo(
    module: str, postgres: Cluster, migrated: tuple[Path, str], tmp_path: Path
) -> None:
    url = postgres.database(f"TEMPLATE {migrated[1]}")
    environment = {
        **os.environ, "SANTUI_VAR": str(tmp_path / "var"), "SANTUI_DATABASE_URL": url,
        "SANTUI_KEY_FILE": str(tmp_path / "santui.key"), "SANTUI_HTTP_PORT": str(free_port()),
        "PYTHONPATH": str(ROOT),
    }  # fmt: skip
    own_key(tmp_path / "santui.key")
    fill = "import asyncio, infra.demo, infra.runtime.settings as of; asyncio.run(infra.demo.load(of.Settings()))"
    subprocess.run([sys.executable, "-c", fill], env=environment, check=True)
    # Nobody listens there: it is refused before an engine is needed.
    production = {"SANTUI_PRODUCTION": "1", "SANTUI_DRILL": "0", "SANTUI_DEMO": "0",
                  "SANTUI_TEMPORAL_ADDRESS": "127.0.0.1:9", "SANTUI_HOSTS": "santui.example",
                  "SANTUI_TRUSTED_PROXIES": "10.0.0.1"}  # fmt: skip
    done = subprocess.run(
        [sys.executable, "-m", module], env={**environment, **production}, cwd=ROOT, capture_output=True, text=True,
        check=False, timeout=100,
    )  # fmt: skip
    assert done.returncode == 1, done.stderr
    assert "Production mode refuses a database with demo accounts" in done.stderr


def test_production_serves_nothing_that_it_could_not_ask_about_and_else_a_database_is_waited_for(
    tmp_path: Path,
) -> None:
    own_key(tmp_path / "santui.key")
    url = f"postgresql+asyncpg://nobody@127.0.0.1:{free_port()}/nothing"
    settings = Settings(var=tmp_path / "var", database_url=url, key_file=tmp_path / "santui.key")
    assert unfit(settings) == ""
    assert unfit(in_production(settings)) != ""


@pytest.mark.parametrize(("cell", "number"), [(None, "D2026-000001"), ("330784", "D330784-2026-000001")])
async def test_a_cell_s_code_stands_in_the_number_and_counts_for_itself(
    cell: str | None, number: str, anywhere: Settings
) -> None:
    async with opened(anywhere) as database:
        await record_incident(database, incident("0", "古山镇1号"), own, cell="330183")
        row, _ = await record_incident(database, incident("1", "古山镇2号"), own, cell=cell)
    assert row.dispute_no == number
    series = number.rpartition("-")[0]
    assert (series_of(AT, cell), cell_of(series), is_of_disputes(series)) == (series, cell, True)


@pytest.mark.parametrize("series", ["DB-station-gushan-2026", "BS-station-gushan-2026", "PDB-centre-2026"])
def test_a_letter_s_number_is_none_of_disputes(series: str) -> None:
    """An installation that has sent a 督办单 starts again."""
    assert not is_of_disputes(series)


@pytest.mark.parametrize(
    ("was", "now", "do"),
    [(None, "330784", "leave SANTUI_CELL unset"), ("330784", None, "set SANTUI_CELL=330784"),
     ("330784", "330183", "set SANTUI_CELL=330784")],
)  # fmt: skip
async def test_a_cell_does_not_change_once_numbers_were_given(
    was: str | None, now: str | None, do: str, anywhere: Settings
) -> None:
    await check_installation(anywhere.model_copy(update={"cell": now}))  # before the first, anything goes
    async with opened(anywhere) as database:
        await record_incident(database, incident("1", "古山镇1号", datetime(2026, 5, 1, tzinfo=UTC)), own, cell=was)
        await database.transact(next_in("BS-bureau-20260501"))  # a desk's report: no number of a dispute
    await check_installation(anywhere.model_copy(update={"cell": was}))
    assert do in await refusal(anywhere.model_copy(update={"cell": now}))
