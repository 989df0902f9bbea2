"""Operations: is the process there, and is the system fit to work."""

from __future__ import annotations

import ipaddress
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from api.core.deps import ServicesDep
from api.disputes.presenters import moment
from domain.errors import NotFound

router = APIRouter(tags=["operations"])


@router.get("/healthz")
async def healthz() -> dict[str, str]:
    """This process answers."""
    return {"status": "ok"}


@router.get("/readyz")
async def readyz(services: ServicesDep, parts_only: bool = False) -> JSONResponse:
    """200 where database, engine and a polling worker are there and nothing is stuck; 503 with what is not so.

    With `parts_only` what is stuck is told and does not count: for a start, and for whoever shares out requests.
    """
    checks = await services.health.parts()
    waiting = services.health.waiting()
    stuck = [
        {"what": w.what, "count": w.count, "since": w.since and moment(w.since), "message": w.told()}
        for w in waiting
        if w.stuck
    ]
    there = all(checks.values())
    fit = there and (parts_only or not stuck)
    status = "ready" if fit else "stuck" if there else "not_ready"
    return JSONResponse({"status": status, "checks": checks, "stuck": stuck}, status_code=200 if fit else 503)


@router.get("/metrics", include_in_schema=False)
async def metrics(request: Request) -> Any:
    """Prometheus metrics, for this machine only."""
    if request.client is None or not ipaddress.ip_address(request.client.host).is_loopback:
        raise NotFound
    return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)
