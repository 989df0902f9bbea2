"""Root's right to pass over a file's mode, put aside: then a file that may not be written is not written.

For this thread and those it starts (`as_others`), or for a program about to be started (`give_up`, as `preexec_fn`).
Whoever is not root has no such right, and nothing happens.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
from collections.abc import Iterator

_VERSION_3 = 0x20080522
_DAC_OVERRIDE = 1
_PR_CAPBSET_DROP = 24
_libc = ctypes.CDLL(None, use_errno=True)


class _Header(ctypes.Structure):
    _fields_ = [("version", ctypes.c_uint32), ("pid", ctypes.c_int)]


class _Sets(ctypes.Structure):
    _fields_ = [("effective", ctypes.c_uint32), ("permitted", ctypes.c_uint32), ("inheritable", ctypes.c_uint32)]


def _checked(code: int) -> None:
    if code != 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


def give_up() -> None:
    """Gives the right up for good, for this process and what it runs."""
    if os.geteuid() == 0:
        _checked(_libc.prctl(_PR_CAPBSET_DROP, _DAC_OVERRIDE, 0, 0, 0))


@contextlib.contextmanager
def as_others() -> Iterator[None]:
    """Puts the right aside for a block."""
    header, sets = _Header(_VERSION_3, 0), (_Sets * 2)()
    _checked(_libc.capget(ctypes.byref(header), ctypes.byref(sets)))
    had = sets[0].effective
    sets[0].effective &= ~(1 << _DAC_OVERRIDE)
    _checked(_libc.capset(ctypes.byref(header), ctypes.byref(sets)))
    try:
        yield
    finally:
        sets[0].effective = had
        _checked(_libc.capset(ctypes.byref(header), ctypes.byref(sets)))
