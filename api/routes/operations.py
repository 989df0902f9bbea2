"""Operations: is the process there, and is the system fit to work."""

from __future__ import annotations

import ipaddress
from datetime import timedelta
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from api.context import Services
from api.deps import ServicesDep
from domain.errors import NotFound, StoreUnavailable
from infra.heartbeat import workers_alive

router = APIRouter(tags=["operations"])


@router.get("/healthz")
async def healthz() -> dict[str, str]:
    """This process answers."""
    return {"status": "ok"}


@router.get("/readyz")
async def readyz(services: ServicesDep) -> JSONResponse:
    """200 where database, engine and a polling worker are there; 503 with what is missing."""
    checks = {"temporal": await _engine(services)}
    try:
        checks["worker"] = await workers_alive(services.database) > 0
        checks["database"] = True
    except StoreUnavailable:
        checks |= {"worker": False, "database": False}
    fit = all(checks.values())
    return JSONResponse({"status": "ready" if fit else "not_ready", "checks": checks}, status_code=200 if fit else 503)


async def _engine(services: Services) -> bool:
    try:
        return await services.client.service_client.check_health(timeout=timedelta(seconds=2))
    except Exception:  # whatever went wrong there: it is not fit
        return False


@router.get("/metrics", include_in_schema=False)
async def metrics(request: Request) -> Any:
    """Prometheus metrics, for this machine only."""
    if request.client is None or not ipaddress.ip_address(request.client.host).is_loopback:
        raise NotFound
    return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)
