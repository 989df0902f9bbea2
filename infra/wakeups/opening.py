"""The signals that fit the database of the settings."""

from __future__ import annotations

from infra.runtime.settings import Settings
from infra.wakeups.notifications import Notifications
from infra.wakeups.one_machine import OneMachine
from infra.wakeups.wakeups import Wakeups


def open_wakeups(settings: Settings) -> Wakeups:
    """Of this process; to be closed."""
    if settings.sqlite_path:
        return OneMachine(settings.run_dir / "wakeups", settings.sqlite_path)
    return Notifications(settings.database_url, settings.database_link.context())
