"""`python -m infra.startup.ahead MODULE ARGUMENT…`: a module that is loaded at once, and run when its turn comes.

Loading is most of a process's start and needs nothing that `up` opens before it. The turn comes as a line on stdin.
"""

from __future__ import annotations

import os
import sys

from infra.startup.loading import loaded


def main(module: str, *arguments: str) -> None:
    """Loads the module, waits for the line, and calls the module's `main`."""
    run = loaded(module)
    if not sys.stdin.buffer.readline():
        sys.exit("the supervisor has gone")
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, sys.stdin.fileno())
    os.close(nothing)
    run(*arguments)


if __name__ == "__main__":
    main(*sys.argv[1:])
