"""Operations: is the process there, and is the system fit to work."""

from __future__ import annotations

import asyncio

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse
from prometheus_client import CONTENT_TYPE_LATEST

from api.core.deps import ActorDep, CursorDep, KeyDep, LimitDep, ServicesDep, SessionDep
from api.core.documentation import COUNTED, READ, WRITE, problems
from api.core.responses import as_response
from api.operations import doctor_service, service
from api.operations.schemas import ExaminationAsked, Findings, Health, Ready
from domain.errors import NotFound
from infra.runtime.front_door import is_loopback

router = APIRouter(tags=["operations"])


@router.get("/healthz", response_model=Health)
async def healthz() -> Health:
    """This process answers."""
    return Health(status="ok")


@router.get("/readyz", response_model=Ready, responses={503: {"model": Ready}, **problems({422})})
async def readyz(services: ServicesDep, response: Response, parts_only: bool = False) -> Ready:
    """200 where database, engine and a polling worker are there and nothing is stuck; 503 with what is not so.

    With `parts_only` what is stuck is told and does not count: for a start, and for whoever shares out requests.
    """
    ready = await service.readiness(services, parts_only=parts_only)
    response.status_code = 200 if ready.status == "ready" else 503
    return ready


@router.get("/v1/findings", response_model=Findings, responses=problems(READ))
async def get_findings(
    services: ServicesDep, session: SessionDep, actor: ActorDep, gone: bool = False, limit: LimitDep = 50,
    cursor: CursorDep = None,
) -> Findings:  # fmt: skip
    """What the doctor found and still is, or with `gone` what is over, the latest first. For who runs the system."""
    return await doctor_service.listed(services, session, actor, gone=gone, limit=limit, cursor=cursor)


@router.post("/v1/examinations", status_code=202, response_model=ExaminationAsked, responses=problems(WRITE | COUNTED))
async def post_examination(
    services: ServicesDep, session: SessionDep, actor: ActorDep, key: KeyDep = None
) -> JSONResponse:
    """Has the doctor look now instead of at night, by a job whose progress is at `/v1/jobs/{job_id}`."""
    return as_response(await doctor_service.ask(services, session, actor, key))


@router.get("/metrics", include_in_schema=False, response_class=Response)
async def metrics(request: Request, services: ServicesDep) -> Response:
    """Prometheus metrics of all processes, for this machine only."""
    if request.client is None or not is_loopback(request.client.host):
        raise NotFound
    return Response(await asyncio.to_thread(services.metrics.exposition), media_type=CONTENT_TYPE_LATEST)
