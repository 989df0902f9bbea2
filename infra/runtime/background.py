"""Work beside the requests (looking, sweeping, writing down): kept going, whatever goes wrong in it.

A task of asyncio that raises ends without a word. Here it is said, begun again with back-off, and known to readiness.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

import structlog
from prometheus_client import Counter

from infra.runtime.processes import HEALTHY_AFTER, BackOff

Work = Callable[[], Awaitable[object]]
FAILURES = Counter("santui_background_failures_total", "Times that work beside the requests failed", ["work"])
log = structlog.get_logger()


class Background:
    """The work beside the requests of one process, by name."""

    def __init__(self) -> None:
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._living: dict[str, float] = {}
        self._failing: dict[str, datetime] = {}

    def keep(self, name: str, work: Work) -> None:
        """Begins work that is meant to go on for as long as the process lives."""
        self._tasks[name] = asyncio.create_task(self._keep(name, work), name=name)

    def failing(self) -> dict[str, datetime]:
        """What has not lived long since it failed, and since when it fails."""
        well = {name for name, began in self._living.items() if time.monotonic() - began >= HEALTHY_AFTER}
        return {name: at for name, at in self._failing.items() if name not in well}

    async def stop(self) -> None:
        """Ends all of it."""
        for task in self._tasks.values():
            task.cancel()
        await asyncio.gather(*self._tasks.values(), return_exceptions=True)

    async def _keep(self, name: str, work: Work) -> None:
        back_off = BackOff()
        while True:
            self._living[name] = time.monotonic()
            try:
                await work()
            except Exception as error:  # whatever it was: said, and tried again
                log.error("background_failed", work=name, exc_info=error)
            else:
                log.error("background_ended", work=name)
            FAILURES.labels(name).inc()
            lived = time.monotonic() - self._living.pop(name)
            if lived >= HEALTHY_AFTER:
                self._failing.pop(name, None)
            self._failing.setdefault(name, datetime.now(UTC))
            await asyncio.sleep(back_off.after(lived))
