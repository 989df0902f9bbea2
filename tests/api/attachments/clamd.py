"""A real clamd, with one signature: that of the file which every scanner finds."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
"""What every scanner finds, and harms nobody (eicar.org)."""
LARGEST = 2**20
"""Bytes of the largest file that it takes."""
STARTS_WITHIN = 60.0
"""Seconds; it takes one or two."""


@dataclass(frozen=True)
class Clamd:
    """clamd at a socket."""

    address: str
    pid: int

    @contextmanager
    def frozen(self) -> Iterator[None]:
        """Runs a block while it hangs."""
        os.kill(self.pid, signal.SIGSTOP)
        try:
            yield
        finally:
            os.kill(self.pid, signal.SIGCONT)


def program() -> Path:
    """clamd of this machine, or what `make scanner` has fetched."""
    found = shutil.which("clamd", path=f"{os.environ['PATH']}:/usr/sbin") or Path(sys.prefix) / "clamd/usr/sbin/clamd"
    return Path(found)


@contextmanager
def running(folder: Path) -> Iterator[Clamd]:
    """clamd while a block runs."""
    socket, signatures = folder / "clamd.socket", folder / "signatures"
    signatures.mkdir()
    (signatures / "santui.ndb").write_text(f"Eicar-Test-Signature:0:*:{EICAR.hex()}\n")
    settings = folder / "clamd.conf"
    settings.write_text(
        f"Foreground yes\nLocalSocket {socket}\nDatabaseDirectory {signatures}\nStreamMaxLength {LARGEST}\n"
    )
    with (folder / "clamd.log").open("wb") as log:
        process = subprocess.Popen([program(), "-c", settings], stdout=log, stderr=log)
    try:
        deadline = time.monotonic() + STARTS_WITHIN
        while not socket.exists():
            assert process.poll() is None, (folder / "clamd.log").read_text()
            assert time.monotonic() < deadline, (folder / "clamd.log").read_text()
            time.sleep(0.02)
        yield Clamd(f"unix:{socket}", process.pid)
    finally:
        process.terminate()
        process.wait()
