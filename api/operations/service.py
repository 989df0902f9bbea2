"""Whether the system is fit to work."""

from __future__ import annotations

from api.core.context import Services
from api.operations.schemas import Ready, Stuck
from domain.base import china


async def readiness(services: Services, *, parts_only: bool) -> Ready:
    """What is there of engine, worker and database, and what is stuck; with `parts_only` the latter does not count."""
    checks = await services.health.parts()
    stuck = [
        Stuck(what=w.what, count=w.count, since=w.since and china(w.since), message=w.message())
        for w in services.health.waiting()
        if w.stuck
    ]
    if not all(checks.values()):
        return Ready(status="not_ready", checks=checks, stuck=stuck)
    return Ready(status="ready" if parts_only or not stuck else "stuck", checks=checks, stuck=stuck)
