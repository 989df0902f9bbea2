"""Every setting of the system: one frozen model, read from the environment (`SANTUI_…`), everything with a default.

An empty variable counts as unset, so that a compose file may pass one through. Paths are made absolute where they are
read, because children of the supervisor and tests run in other directories.
"""

from collections.abc import Iterator, Mapping
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from urllib.parse import parse_qs, urlsplit

from pydantic import Field, ValidationError, field_validator, model_validator
from pydantic_settings import SettingsConfigDict

from infra.runtime.front_door import LOOPBACK, FrontDoor, Port
from infra.runtime.sign_in_settings import LEAST_PASSWORD_MEMORY_MB, LEAST_PASSWORD_PASSES, SignInSettings
from infra.runtime.tls.link import Link

PREFIX = "SANTUI_"
SQLITE = "sqlite+aiosqlite:///"
POSTGRESQL = "postgresql+asyncpg://"

Processes = Annotated[int, Field(ge=1, le=32)]


def _database_in(read: dict[str, Any]) -> str:
    return f"{SQLITE}{read['var'] / 'santui.db'}" if "var" in read else ""


def _key_in(read: dict[str, Any]) -> Path:
    return Path(read["var"]) / "keys" / "santui.key" if "var" in read else Path()


class Installation(FrontDoor):
    """All of them but those of signing in."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_ignore_empty=True, frozen=True, extra="ignore", validate_default=True
    )

    var: Path = Field(default=Path("var"), description="State directory: databases, keys, attachments, logs.")
    api_processes: Processes = Field(
        default=1,
        description="API processes side by side on this machine; between them they share the limits on intake.",
    )
    workers: Processes = Field(default=1, description="Worker processes side by side on this machine.")
    worker_memory_mb: int | None = Field(
        default=None,
        ge=1,
        description="MiB that a worker may take, from which follows how many cases it keeps in memory; "
        "unset: a quarter of the machine's, shared between the workers.",
    )
    temporal_port: Port = Field(default=7233, description="Port of the embedded Temporal server.")
    temporal_ui_port: Port = Field(default=8233, description="Port of the embedded server's own UI.")
    database_url: str = Field(
        default_factory=_database_in, description="Read model and what is not process; SQLite in the state directory."
    )
    database_tls: bool | None = Field(
        default=None,
        description="1: TLS to PostgreSQL, whose certificate and name are checked; 0: in the clear, wherever it is; "
        "unset: in the clear, which production mode refuses to another machine.",
    )
    database_tls_ca: Path | None = Field(
        default=None, description="PEM file of who made PostgreSQL's certificate; unset: the system's authorities."
    )
    database_tls_certificate: Path | None = Field(
        default=None, description="PEM file of our own certificate for PostgreSQL."
    )
    database_tls_key: Path | None = Field(default=None, description="Its private key, PEM, its owner's alone.")
    temporal_address: str | None = Field(
        default=None,
        pattern=r"^[^\s/]+:\d+$",
        description="host:port of a Temporal server to use; unset: the embedded one is started.",
    )
    temporal_tls: bool | None = Field(default=None, description="As `SANTUI_DATABASE_TLS`, of Temporal.")
    temporal_tls_ca: Path | None = Field(
        default=None, description="PEM file of who made Temporal's certificate; unset: the system's authorities."
    )
    temporal_tls_certificate: Path | None = Field(
        default=None, description="PEM file of our own certificate for Temporal."
    )
    temporal_tls_key: Path | None = Field(default=None, description="Its private key, PEM, its owner's alone.")
    temporal_tls_name: str | None = Field(
        default=None, description="Name in Temporal's certificate; unset: that of SANTUI_TEMPORAL_ADDRESS."
    )
    temporal_namespace: str = Field(default="santui", min_length=2, description="Namespace in the Temporal server.")
    playbook: str = Field(default="jinhua", min_length=1, description="Code of the city's playbook.")
    cell: str | None = Field(
        default=None,
        pattern=r"^\d{6}$",
        description="Six digits of the county or district that stand in every dispute number; unset: none.",
    )
    playbooks: Path | None = Field(
        default=None, description="A directory with playbooks of your own, beside those that ship; unset: none."
    )
    live_since: date | None = Field(
        default=None,
        description="Day on which the system went live, from which figures since then are counted; "
        "unset: the day of its first dispute.",
    )
    demo: bool = Field(default=True, description="Load the demo county; 0 starts empty.")
    demo_disputes: bool = Field(
        default=True, description="With the demo county, also a dozen disputes in different stages."
    )
    drill: bool = Field(default=True, description="Allow a dispute's clock to be moved forward.")
    production: bool = Field(
        default=False,
        description="Production mode: refuses drill, demo, SQLite, the embedded server and keys that were made here.",
    )
    retention_days: int = Field(default=3650, ge=1, description="Days that Temporal keeps a closed run's history.")
    key_file: Path = Field(default_factory=_key_in, description="Key file of the payload codec.")
    log_level: Literal["debug", "info", "warning", "error"] = Field(default="info", description="Least level logged.")
    statement_seconds: float = Field(
        default=10.0, gt=0, description="Seconds that a statement may take for which somebody waits."
    )
    job_statement_seconds: float = Field(
        default=120.0,
        gt=0,
        description="The same of jobs and of changes to the schema.",
    )
    sql_log: bool = Field(
        default=False,
        description="Write each SQL statement, without its values, to sql-PID.log beside the logs: for measuring.",
    )
    decision_timeout_seconds: float = Field(
        default=5.0, gt=0, description="How long a decision may wait for a worker before it is sent as a signal."
    )
    publish_wait_seconds: float = Field(
        default=2.0, ge=0, description="How long an answer waits for the read model before it says published: false."
    )
    workflow_sandbox: bool = Field(
        default=False,
        description="Run workflow code in Temporal's sandbox, which finds what is not deterministic: for tests.",
    )
    max_attachment_mb: int = Field(default=20, ge=1, description="Largest attachment, in MiB.")
    max_video_mb: int = Field(default=200, ge=1, description="Largest video that a page sends in pieces, in MiB.")
    upload_day_mb: int = Field(default=1024, ge=1, description="What one person may upload in a day, in MiB.")
    case_files_mb: int = Field(default=4096, ge=1, description="What the attachments of one case may have, in MiB.")
    clamd: str | None = Field(
        default=None,
        pattern=r"^(unix:/\S+|[^\s/]+:\d+)$",
        description="clamd that looks uploads through for viruses, unix:/path or host:port; where it does not answer "
        "nothing is taken; unset: none.",
    )
    clamd_seconds: float = Field(default=30.0, gt=0, description="How long it may take for one file.")
    streams_per_person: int = Field(
        default=5, ge=1, le=64, description="Streams of events that a person may have open, at all API processes."
    )
    searches_minute: int = Field(default=120, ge=1, description="Searches of a person in a minute, at one API process.")
    exports_hour: int = Field(
        default=60, ge=1, description="Tables and histories that a person may take out in an hour."
    )
    jobs_waiting: int = Field(default=20, ge=1, description="Long jobs of a person that may wait or be under way.")

    @field_validator(
        *("var", "key_file", "playbooks"),
        *(f"{which}_tls_{file}" for which in ("database", "temporal") for file in ("ca", "certificate", "key")),
    )
    @classmethod
    def _absolute(cls, path: Path | None) -> Path | None:
        return path.expanduser().absolute() if path else None

    @field_validator("log_level", mode="before")
    @classmethod
    def _lower(cls, level: object) -> object:
        return level.lower() if isinstance(level, str) else level

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        unfit = [*self._unfit_for_production()] if self.production else []
        if unfit := [*unfit, *(each for link in self.links for each in link.unfit(production=self.production))]:
            raise ValueError("\n".join(unfit))
        if {"ssl", "sslmode"} & parse_qs(urlsplit(self.database_url).query).keys():
            name = variable("database_tls")
            raise ValueError(
                f"Say by {name} how the database is reached, not in its URL. 请用 {name} 设置数据库的 TLS。"
            )
        ports = [self.http_port, *([] if self.temporal_address else [self.temporal_port, self.temporal_ui_port])]
        if len(set(ports)) < len(ports):
            names = ", ".join(map(variable, ("http_port", "temporal_port", "temporal_ui_port")))
            raise ValueError(f"{names} must be different ports. 各端口不能相同。")
        return self

    def _unfit_for_production(self) -> Iterator[str]:
        """A sentence for each setting that is good for a demonstration only."""
        for name in ("drill", "demo"):
            if getattr(self, name):
                yield _refused(name, f"set {variable(name)}=0", f"请设置 {variable(name)}=0")
        for name, what, to, chinese in self.unfit_door():
            yield _refused(what, f"set {variable(name)} to {to}", f"请设置 {variable(name)} 为{chinese}")
        if not self.database_url.startswith(POSTGRESQL):
            url = f"{variable('database_url')}={POSTGRESQL}…"
            yield _refused("SQLite", f"set {url}", f"请设置 {url}")
        for name, least in (
            ("password_memory_mb", LEAST_PASSWORD_MEMORY_MB),
            ("password_passes", LEAST_PASSWORD_PASSES),
        ):
            if getattr(self, name) < least:
                do = f"set {variable(name)} to {least} or more"
                yield _refused("passwords that are quickly guessed", do, f"{variable(name)} 不得小于 {least}")
        if self.temporal_address is None:
            name = variable("temporal_address")
            yield _refused("the embedded Temporal server", f"set {name} to host:port", f"请设置 {name} 为 host:port")
        if self.key_file.resolve().is_relative_to(self.var.resolve()):
            name = variable("key_file")
            yield _refused(
                f"a key inside the state directory ({self.key_file})",
                f"keep it elsewhere and set {name} to its path",
                f"密钥不能放在状态目录内，请另行保管并设置 {name}",
            )

    @property
    def temporal_target(self) -> str:
        """host:port of the Temporal server, embedded or not."""
        return self.temporal_address or f"{LOOPBACK}:{self.temporal_port}"

    @property
    def temporal_link(self) -> Link:
        """How the Temporal server is reached."""
        host = (self.temporal_address or "").rpartition(":")[0] or None
        return Link("Temporal", variable("temporal_tls"), host, self.temporal_tls, self.temporal_tls_ca,
                    self.temporal_tls_certificate, self.temporal_tls_key, self.temporal_tls_name)  # fmt: skip

    @property
    def database_link(self) -> Link:
        """How the database is reached."""
        url = urlsplit(self.database_url)
        (host,) = parse_qs(url.query).get("host", [url.hostname or "localhost"])[:1]
        where = None if self.sqlite_path else host
        return Link("PostgreSQL", variable("database_tls"), where, self.database_tls, self.database_tls_ca,
                    self.database_tls_certificate, self.database_tls_key)  # fmt: skip

    @property
    def links(self) -> tuple[Link, Link]:
        """The ways to other servers."""
        return self.temporal_link, self.database_link

    @property
    def api_names(self) -> tuple[str, ...]:
        """The API processes by name: `api`, `api-2`, …"""
        return _names("api", self.api_processes)

    @property
    def worker_names(self) -> tuple[str, ...]:
        """The worker processes by name: `worker`, `worker-2`, …"""
        return _names("worker", self.workers)

    @property
    def sqlite_path(self) -> Path | None:
        """The database file, or None where the database is not SQLite."""
        return Path(self.database_url.removeprefix(SQLITE)) if self.database_url.startswith(SQLITE) else None

    @property
    def temporal_db(self) -> Path:
        """Where the embedded Temporal server keeps every history."""
        return self.var / "temporal.db"

    @property
    def log_dir(self) -> Path:
        """One log file a process."""
        return self.var / "logs"

    @property
    def run_dir(self) -> Path:
        """One pid file a running child process."""
        return self.var / "run"

    @property
    def attachments_dir(self) -> Path:
        """Uploaded files, by digest."""
        return self.var / "attachments"

    @property
    def archive_dir(self) -> Path:
        """Histories of closed runs, one folder a dispute."""
        return self.var / "archive"

    @property
    def demo_file(self) -> Path:
        """The demo people and how they sign in."""
        return self.var / "demo.json"

    @property
    def demo_disputes_done(self) -> Path:
        """Marks that the demo disputes were made."""
        return self.var / "demo-disputes.done"

    def environment(self) -> dict[str, str]:
        """Every setting as its environment variable, so that a child process reads exactly these settings."""
        values = self.model_dump(mode="json", exclude_none=True)
        return {variable(name): str(int(v)) if isinstance(v, bool) else str(v) for name, v in values.items()}


class Settings(SignInSettings, Installation):
    """The settings of one instance. Several instances with different values run beside each other."""


def _names(kind: str, count: int) -> tuple[str, ...]:
    return (kind, *(f"{kind}-{number}" for number in range(2, count + 1)))


def _refused(what: str, do: str, chinese: str) -> str:
    return f"production mode refuses {what}: {do}. 生产模式不允许：{chinese}。"


def variable(field: str) -> str:
    """The environment variable of a setting."""
    return PREFIX + field.upper()


def explain(error: ValidationError) -> str:
    """A settings error as one sentence a setting, for a person who reads a terminal."""
    # A default that builds on a faulty setting fails with it: one sentence about the cause is enough.
    return "\n".join(_sentence(e) for e in error.errors() if e["type"] != "default_factory_not_called")


def _sentence(error: Mapping[str, Any]) -> str:
    reason = str(error["msg"]).removeprefix("Value error, ")
    where = error["loc"][0] if error["loc"] else None
    if where is None:
        return reason
    name = where if str(where).startswith(PREFIX) else variable(str(where))
    return f"{name}={error['input']!r} is not usable: {reason}. 环境变量 {name} 的值无效。"


@lru_cache(maxsize=1)
def get_settings() -> Settings:
    """The settings of this process, read once."""
    return Settings()
