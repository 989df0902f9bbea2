"""The application factory: JSON under /v1, pages under /."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from importlib.metadata import PackageNotFoundError, version

from fastapi import FastAPI

from api import errors, guarding, observing, openapi
from api.attaching import keep_tidy
from api.codec import codec_app
from api.context import open_services
from api.delivering import sweep
from api.notices import log_notices
from api.pages import mounting
from api.routes import (
    audit,
    deputies,
    disputes,
    drill,
    events,
    indicators,
    intake,
    messages,
    operations,
    registers,
    tasks,
    watchers,
    who,
)
from infra.settings import Settings, get_settings


def create_app(settings: Settings | None = None) -> FastAPI:
    """The API with the settings given, or those of the environment."""
    settings = settings or get_settings()

    @contextlib.asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        services = await open_services(settings)
        app.state.services = services
        await log_notices(services.database, services.policy.playbook)
        for name, work in {
            "watch": services.watch.keep_looking,
            "tail": services.tail.keep_looking,
            "sweep": lambda: sweep(services),
            "access": services.access.keep_writing,
            "tidy": lambda: keep_tidy(services),
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
    guarding.install(app, settings)
    observing.install(app)
    for module in (
        who, deputies, intake, disputes, watchers, tasks, messages, events, indicators, registers, audit, operations
    ):  # fmt: skip
        app.include_router(module.router)
    if settings.drill:
        app.include_router(drill.router)
    app.mount("/codec", codec_app(app, settings))
    mounting.install(app)
    openapi.install(app)
    return app


def _version() -> str:
    try:
        return version("santui")
    except PackageNotFoundError:
        return "0.1.0"
