"""`python -m infra.startup.loading MODULE ARGUMENT…`: loads a module, and calls its `main`.

A fifth of the time of loading goes into looking for garbage where everything is kept: nobody looks meanwhile, nor ever
again in what was loaded. A job's process and that of replays have little more to do than to load.
"""

from __future__ import annotations

import gc
import importlib
import sys
from collections.abc import Callable


def loaded(module: str) -> Callable[..., object]:
    """The module's `main`."""
    gc.disable()
    main: Callable[..., object] = importlib.import_module(module).main
    gc.freeze()
    gc.enable()
    return main


if __name__ == "__main__":
    loaded(sys.argv[1])(*sys.argv[2:])
