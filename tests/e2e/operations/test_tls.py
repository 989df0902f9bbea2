"""The engine and the database behind TLS that asks for a certificate: served by it, and refused in words without.

The whole system runs so; PostgreSQL speaks TLS itself, before the development server, which can't, stands a proxy.
"""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from domain.errors import StoreUnavailable
from infra.database.engine import migrate, open_database
from infra.runtime.settings import Settings
from infra.runtime.tls.link import LinkUnfit
from infra.temporal.client import connect
from infra.temporal.embedded import EngineError, prepare_namespace
from tests.certificates import Authority, tls_before
from tests.infra.support import free_port
from tests.instance import Instance, running
from tests.postgres import UNPRIVILEGED, Cluster, _user, cluster
from tests.workflows.engine import Server

HBA = """
host    all postgres 127.0.0.1/32 trust
hostssl all santui   127.0.0.1/32 trust clientcert=verify-full
"""


class Site:
    """The certificates of a site, and its servers."""

    def __init__(self, folder: Path) -> None:
        self.ours, self.strangers = Authority(folder, "ours"), Authority(folder, "strangers")
        self.server = self.ours.made("server", "localhost")
        self.santui, self.somebody = self.ours.made("santui"), self.ours.made("somebody")
        self.hba = folder / "hba.conf"
        self.hba.write_text(HBA)
        self.engine_behind, self.engine = free_port(), free_port()
        self.shown: list[str] = []
        self.database_url = ""

    def tls(self, which: str, host: str = "localhost", **other: Any) -> dict[str, Any]:
        """The settings of a server behind TLS, some of them another way."""
        at = {"temporal_address": f"{host}:{self.engine}", "database_url": self.database_url.replace("localhost", host)}
        right = {"tls": True, "tls_ca": self.ours.file, "tls_certificate": self.santui[0], "tls_key": self.santui[1]}
        told = {f"{which}_{name}": value for name, value in {**right, **other}.items() if value is not None}
        where = "temporal_address" if which == "temporal" else "database_url"
        return {where: at[where], **told}


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    """Both servers, which take nobody without a certificate."""
    folder = Path(tempfile.mkdtemp(prefix="santui-tls-"))  # the database's user has to come in
    folder.chmod(0o755)
    made = Site(folder)
    if os.geteuid() == 0:
        user = next(found for name in UNPRIVILEGED if (found := _user(name)))
        os.chown(made.server[1], user.pw_uid, user.pw_gid)
    secured = {"ssl": "on", "ssl_cert_file": made.server[0], "ssl_key_file": made.server[1],
               "ssl_ca_file": made.ours.file, "hba_file": made.hba, "fsync": "off"}  # fmt: skip
    behind = Settings(var=folder / "engine", http_port=free_port(), temporal_port=made.engine_behind,
                      temporal_ui_port=free_port())  # fmt: skip

    behind.var.mkdir()
    engine = Server(behind)
    try:
        with cluster(None, **{name: str(value) for name, value in secured.items()}) as postgres:
            made.database_url = database_of(postgres)
            with asyncio.Runner() as runner:
                runner.run(engine.start())
                with tls_before(made.engine, made.engine_behind, made.server, made.ours) as made.shown:
                    yield made
                runner.run(engine.kill())
    finally:
        shutil.rmtree(folder)


def database_of(postgres: Cluster) -> str:
    """A database of the user santui, who is let in with a certificate in his name only."""
    url = postgres.database()
    postgres.sql("CREATE ROLE santui LOGIN SUPERUSER")
    return url.replace("postgres@127.0.0.1", "santui@localhost")


@pytest.fixture(scope="module")
def served(site: Site, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Instance]:
    """The whole system on both."""
    told = {**site.tls("temporal"), **site.tls("database")}
    words = {f"SANTUI_{name.upper()}": "1" if value is True else str(value) for name, value in told.items()}
    with running(tmp_path_factory.mktemp("tls") / "var", **words) as instance:
        yield instance


def test_worker_api_migrations_and_command_line_go_by_tls_with_our_certificate(site: Site, served: Instance) -> None:
    """Each process has shown its own certificate, and the database sees no connection of ours without one."""
    assert served.county.alarm("两户人家因院墙归属争吵", place={"address": "古山镇金江龙村1号"})["dispute_no"]
    assert set(site.shown) == {"santui"}
    before = len(site.shown)
    examined = served.santui("audit", "replay")
    assert examined.returncode == 0, examined.stdout + examined.stderr
    assert len(site.shown) > before
    settings = Settings(var=served.var, **site.tls("database"))

    async def connections() -> list[tuple[Any, ...]]:
        database = open_database(settings)
        try:
            async with database.read() as session:
                from sqlalchemy import text  # the tests' own look behind

                found = await session.execute(text(
                    "SELECT application_name, ssl, client_dn FROM pg_stat_ssl JOIN pg_stat_activity USING (pid) "
                    "WHERE usename = 'santui'"
                ))  # fmt: skip
                return [tuple(row) for row in found]
        finally:
            await database.close()

    found = asyncio.run(connections())
    assert {name for name, _, _ in found} == {"santui", "santui wakeups"}
    assert {(tls, who) for _, tls, who in found} == {(True, "/CN=santui")}


WRONG: list[tuple[dict[str, Any], str, str]] = [
    ({"tls_ca": "strangers"}, "localhost", "was not made by an authority that is believed here"),
    ({"tls_ca": None}, "localhost", "was not made by an authority that is believed here"),
    ({}, "127.0.0.1", "is not for the name it is reached by (127.0.0.1)"),
    ({"tls_certificate": None, "tls_key": None}, "localhost", "asks for a client certificate that it knows"),
]


def wrong(site: Site, which: str, other: dict[str, Any], host: str, var: Path) -> Settings:
    """Settings with something wrong about them."""
    named = {name: site.strangers.file if value == "strangers" else value for name, value in other.items()}
    return Settings(var=var, **site.tls(which, host, **named))


@pytest.mark.parametrize(("other", "host", "said"), WRONG)
async def test_what_is_wrong_with_the_engine_s_certificates_is_said_in_a_sentence(
    site: Site, tmp_path: Path, other: dict[str, Any], host: str, said: str
) -> None:
    settings = wrong(site, "temporal", other, host, tmp_path)
    with pytest.raises(LinkUnfit) as refused:
        await connect(settings)
    assert said in str(refused.value)
    with pytest.raises(EngineError, match=re.escape(said) + r".*[一-龥]。$"):  # not: not ready in a minute
        await prepare_namespace(settings.temporal_target, "santui", 1, {}, settings.temporal_link)


@pytest.mark.parametrize(
    ("other", "host", "said"),
    [*WRONG, ({"tls_certificate": "somebody", "tls_key": "somebody"}, "localhost", "asks for a client certificate")],
)
def test_what_is_wrong_with_the_database_s_certificates_is_said_in_a_sentence(
    site: Site, tmp_path: Path, other: dict[str, Any], host: str, said: str
) -> None:
    if other.get("tls_key") == "somebody":
        other = {"tls_certificate": site.somebody[0], "tls_key": site.somebody[1]}
    with pytest.raises(StoreUnavailable) as refused:
        migrate(wrong(site, "database", other, host, tmp_path))
    assert said in refused.value.detail, repr(refused.value.__cause__)


def test_nobody_of_ours_talks_in_the_clear_to_who_asks_for_tls(site: Site, tmp_path: Path) -> None:
    with pytest.raises(StoreUnavailable):
        migrate(Settings(var=tmp_path, database_url=site.database_url))
    with pytest.raises(RuntimeError):
        asyncio.run(connect(Settings(var=tmp_path, temporal_address=f"localhost:{site.engine}")))
