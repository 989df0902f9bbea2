"""Which process this is, among those that share an installation."""

from __future__ import annotations

import os
import socket
from dataclasses import dataclass, field
from typing import Literal

Kind = Literal["api", "worker"]


@dataclass(frozen=True)
class Identity:
    """A process's name, as its supervisor gave it (`api-2`), and where it runs; the next one of that name on that
    machine takes its place.
    """

    kind: Kind
    name: str
    host: str = field(default_factory=socket.gethostname)
    pid: int = field(default_factory=os.getpid)

    @property
    def key(self) -> str:
        """The same in a word: `api-2@host`."""
        return f"{self.name}@{self.host}"
