"""The application factory: JSON under /v1, pages under /."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from importlib.metadata import PackageNotFoundError, version

from fastapi import FastAPI

from api import mounting, openapi
from api.attachments import endpoints as attachments
from api.attachments.service import FILES
from api.attachments.sweeping import keep_sweeping
from api.audit import endpoints as audit
from api.core import errors
from api.core.context import open_services
from api.disputes import endpoints as disputes
from api.disputes import watch_endpoints as watchers
from api.indicators import endpoints as indicators
from api.intake import endpoints as intake
from api.intake.redelivery import keep_redelivering
from api.messages import endpoints as messages
from api.messages import event_endpoints as events
from api.middleware import metrics, request_guard
from api.operations import drill_endpoints
from api.operations import endpoints as operations
from api.operations.codec import codec_app
from api.operations.startup_notices import log_notices
from api.people import deputy_endpoints as deputies
from api.people import endpoints as who
from api.registers import endpoints as registers
from api.tasks import endpoints as tasks
from infra.runtime.settings import Settings, get_settings


def create_app(settings: Settings | None = None) -> FastAPI:
    """The API with the settings given, or those of the environment."""
    settings = settings or get_settings()

    @contextlib.asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        services = await open_services(settings)
        app.state.services = services
        await log_notices(services.database, services.policy.playbook)
        for name, work in {
            "revisions": services.revisions.keep_looking,
            "tail": services.broadcaster.keep_polling,
            "sweep": lambda: keep_redelivering(services),
            "access": services.access.keep_writing,
            "tidy": lambda: keep_sweeping(services),
            "jobs": services.jobs.keep_working,
            "health": services.health.keep_looking,
        }.items():
            services.background.keep(name, work)
        yield
        await services.background.stop()
        await services.access.write()
        await services.database.close()

    app = FastAPI(title="santui 三推", version=_version(), lifespan=lifespan, docs_url=None, redoc_url=None,
                  generate_unique_id_function=lambda route: route.name)  # fmt: skip
    errors.install(app)
    request_guard.install(app, settings, files=FILES)
    metrics.install(app)
    for module in (
        who, deputies, intake, disputes, attachments, watchers, tasks, messages, events, indicators, registers, audit,
        operations,
    ):  # fmt: skip
        app.include_router(module.router)
    if settings.drill:
        app.include_router(drill_endpoints.router)
    app.mount("/codec", codec_app(app, settings))
    mounting.install(app)
    openapi.install(app)
    return app


def _version() -> str:
    try:
        return version("santui")
    except PackageNotFoundError:
        return "0.1.0"
