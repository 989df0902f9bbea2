"""Permissions of the state directory: directories 0700, files 0600, so that only the owner reads them."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from infra.runtime.settings import Settings

OTHERS = 0o077
"""The permissions of group and world; as a umask, those that nothing made from now on gets."""


def set_private_umask() -> None:
    """Sets the umask: what this process and its children create from now on is private."""
    os.umask(OTHERS)


def mend(settings: Settings) -> int:
    """Removes the permissions of group and world from what exists; answers how many paths changed.

    Only what is ours by name: somebody may have named a directory as state directory that holds other things as well.
    """
    return sum(_mended(path) for path in (settings.var, *_parts(settings)))


def _parts(settings: Settings) -> Iterator[Path]:
    folders = (settings.log_dir, settings.run_dir, settings.attachments_dir, settings.archive_dir)
    databases = [path for path in (settings.sqlite_path, settings.temporal_db) if path]
    for folder in folders:
        for at, inner, files in os.walk(folder):
            yield Path(at)
            yield from (Path(at) / name for name in (*inner, *files))
    yield from (path.with_name(path.name + suffix) for path in databases for suffix in ("", "-wal", "-shm", "-journal"))
    yield from (settings.key_file.parent, settings.key_file) if settings.key_file.is_relative_to(settings.var) else ()
    yield from (settings.demo_file, settings.demo_disputes_done)
    yield from (settings.var / name for name in ("first-admin.json", "santui.lock"))


def _mended(path: Path) -> bool:
    """Whether something had to be taken away. What is shared on purpose (/tmp has the sticky bit) is left alone."""
    with suppress(FileNotFoundError, PermissionError):
        mode = path.lstat().st_mode
        if mode & OTHERS and not mode & stat.S_ISVTX and not stat.S_ISLNK(mode):
            path.chmod(stat.S_IMODE(mode) & ~OTHERS)
            return True
    return False
