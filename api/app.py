"""The application factory: JSON under /v1, pages under /."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from fastapi import APIRouter, FastAPI
from fastapi.routing import APIRoute
from fastapi.staticfiles import StaticFiles

from api import openapi
from api.access_log import endpoints as access_log
from api.access_log import pages as access_log_pages
from api.access_log.routes import SILENT, WORDS
from api.agenda import pages as agenda_pages
from api.attachments import endpoints as attachments
from api.attachments import pages as attachment_pages
from api.attachments import upload_pages
from api.attachments.service import FILES
from api.attachments.sweeping import keep_sweeping
from api.audit import endpoints as audit
from api.audit import history_pages
from api.audit import pages as audit_pages
from api.calendar import endpoints as calendar
from api.calendar import pages as calendar_pages
from api.calls import endpoints as calls
from api.calls import pages as call_pages
from api.cases import comment_pages
from api.cases import pages as case_pages
from api.conduct import pages as conduct_pages
from api.core import errors
from api.core.context import open_services
from api.core.documentation import by_name
from api.criminal_cases import endpoints as criminal_cases
from api.criminal_cases import pages as criminal_case_pages
from api.dispute_list import export_pages as dispute_export_pages
from api.dispute_list import pages as dispute_list_pages
from api.disputes import action_pages
from api.disputes import endpoints as disputes
from api.drafts import pages as draft_pages
from api.drafts.service import keep_sweeping as keep_sweeping_drafts
from api.feed_tokens import endpoints as feed_tokens
from api.feed_tokens import pages as feed_token_pages
from api.glass import endpoints as glass
from api.glass import pages as glass_pages
from api.handling import endpoints as handling
from api.hazards import endpoints as hazards
from api.hazards import pages as hazard_pages
from api.hazards import sending_pages as hazard_sending_pages
from api.importing import endpoints as importing
from api.incident_import import endpoints as incident_import
from api.incident_import import pages as incident_import_pages
from api.incident_import.service import keep_forgetting as keep_forgetting_imports
from api.indicators import board_pages as indicator_board_pages
from api.indicators import endpoints as indicators
from api.indicators import pages as indicator_pages
from api.intake import endpoints as intake
from api.intake.redelivery import keep_redelivering
from api.learning import endpoints as learning
from api.learning import pages as learning_pages
from api.leaving import endpoints as leaving
from api.leaving import pages as leaving_pages
from api.leaving.sweeping import Sweeper
from api.look_back import endpoints as look_back
from api.mechanism import pages as mechanism_pages
from api.messages import endpoints as messages
from api.messages import event_endpoints
from api.messages import pages as message_pages
from api.middleware import front_door, masking, metrics, noting, request_guard
from api.notes import endpoints as notes
from api.notes import pages as note_pages
from api.notices import endpoints as notices
from api.notices import pages as notice_pages
from api.operations import doctor_pages, drill_endpoints, drill_pages
from api.operations import endpoints as operations
from api.operations.codec import codec_app
from api.operations.startup_notices import log_notices
from api.organisations import endpoints as organisations
from api.organisations import pages as organisation_pages
from api.organisations import people_pages
from api.outlook import endpoints as outlook
from api.outlook import pages as outlook_pages
from api.oversight import endpoints as oversight
from api.oversight import figure_pages
from api.oversight import pages as oversight_pages
from api.oversight.drawing import keep_drawing
from api.oversight.raising import keep_raising
from api.people import (
    account_endpoints,
    account_pages,
    deputy_endpoints,
    deputy_pages,
    keeping_pages,
    menu_pages,
    session_endpoints,
)
from api.people import endpoints as people
from api.registering import beside_pages
from api.registering import pages as registering_pages
from api.registers import duty_endpoints, force_pages, grid_pages, picking_pages
from api.registers import endpoints as registers
from api.registers import pages as register_pages
from api.reporting import endpoints as reporting
from api.reporting import pages as reporting_pages
from api.reporting.sending import keep_reporting
from api.responsibilities import endpoints as responsibilities
from api.responsibilities import pages as responsibility_pages
from api.signing_in import endpoints as signing_in
from api.signing_in import factor_endpoints, factor_pages, provider_pages
from api.signing_in import pages as login_pages
from api.tasks import answer_pages, handover_pages, inbox_pages, ring_pages
from api.tasks import endpoints as tasks
from api.unmasking import endpoints as unmasking
from api.unmasking import pages as unmasking_pages
from api.venues import endpoints as venues
from api.villages import endpoints as villages
from api.web import errors as error_pages
from api.web.session import SESSION
from api.workbench import board_pages, desk_pages
from api.workbench import pages as workbench_pages
from infra.records.access_log.keeping import keep_forgetting
from infra.runtime.settings import Settings, get_settings

STATIC = Path(__file__).parent / "web" / "static"
ENDPOINTS = (
    signing_in, people, account_endpoints, session_endpoints, factor_endpoints, feed_tokens, deputy_endpoints, leaving,
    intake, incident_import, notes, disputes, look_back, unmasking, glass, outlook, handling, attachments, tasks,
    messages, event_endpoints, notices, reporting, hazards, oversight, indicators, registers, duty_endpoints,
    villages, venues, audit, access_log, operations, calendar, learning, responsibilities, calls, criminal_cases,
    organisations, importing,
)  # fmt: skip
"""Of each room, in the order of the OpenAPI document."""
PAGES = (
    login_pages, provider_pages, inbox_pages, agenda_pages, dispute_list_pages, dispute_export_pages,
    registering_pages, beside_pages, incident_import_pages, draft_pages, case_pages, conduct_pages, outlook_pages,
    comment_pages, history_pages,
    answer_pages, handover_pages, ring_pages, deputy_pages, leaving_pages, force_pages, picking_pages,
    grid_pages, register_pages, action_pages,
    attachment_pages, upload_pages,
    message_pages, note_pages, notice_pages, hazard_sending_pages, hazard_pages, reporting_pages, oversight_pages,
    figure_pages, indicator_board_pages, indicator_pages, audit_pages, access_log_pages, calendar_pages,
    responsibility_pages, call_pages,
    learning_pages, unmasking_pages, glass_pages, criminal_case_pages, account_pages, menu_pages, factor_pages,
    feed_token_pages,
    doctor_pages, workbench_pages, board_pages, desk_pages, keeping_pages, people_pages, organisation_pages,
    mechanism_pages,
    error_pages,
)  # fmt: skip
"""Of each room; the last is "not found" for all other paths, and so comes after every other route."""


def create_app(settings: Settings | None = None, name: str = "api") -> FastAPI:
    """The API with the settings given, or those of the environment, in the process of that name."""
    settings = settings or get_settings()

    @contextlib.asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        services = await open_services(settings, name)
        app.state.services = services
        await log_notices(services.database, services.policy.playbook)
        for what, work in {
            "wakeups": services.database.wakeups.keep_listening,
            "revisions": services.revisions.keep_looking,
            "tail": services.broadcaster.keep_polling,
            "sweep": lambda: keep_redelivering(services),
            "unmanned": Sweeper(services).keep_looking,
            "reports": lambda: keep_reporting(services),
            "spot_checks": lambda: keep_drawing(services),
            "figures": lambda: keep_raising(services),
            "orphans": services.intents.keep_sweeping,
            "access": services.access.keep_writing,
            "access_kept": lambda: keep_forgetting(services.database, services.access, settings.access_days),
            "sign_ins": services.sessions.keep_writing,
            "tidy": lambda: keep_sweeping(services),
            "imports": lambda: keep_forgetting_imports(services),
            "drafts": lambda: keep_sweeping_drafts(services),
            "jobs": services.jobs.keep_working,
            "health": services.health.keep_looking,
            "heartbeat": services.health.keep_beating,
            "metrics": services.metrics.keep_writing,
        }.items():
            services.background.keep(what, work)
        yield
        await services.background.stop()
        await services.figures.close()
        await services.access.write()
        await services.database.close()

    app = FastAPI(title="santui 三推", version=_version(), lifespan=lifespan, docs_url=None, redoc_url=None)
    errors.install(app)
    noting.install(app, WORDS, SILENT)
    request_guard.install(app, settings, files=FILES, cookie=SESSION)
    metrics.install(app)
    masking.install(app)
    front_door.install(app, settings)
    for endpoints in ENDPOINTS:
        _take_in(app, endpoints.router)
    if settings.drill:
        _take_in(app, drill_endpoints.router)
    app.mount("/codec", codec_app(app, settings))
    app.mount("/static", StaticFiles(directory=STATIC), name="static")
    _take_in(app, message_pages.wire, described=False)
    for pages in (drill_pages, *PAGES) if settings.drill else PAGES:
        _take_in(app, pages.router, described=False)
    openapi.install(app)
    return app


def _take_in(app: FastAPI, router: APIRouter, *, described: bool = True) -> None:
    """Takes in a room's routes as they are. `include_router` makes each of them once more, with the first request: half
    a second in which nobody is answered.
    """
    for route in router.routes:
        assert isinstance(route, APIRoute)
        route.unique_id = by_name(route)
        route.include_in_schema &= described
        app.router.routes.append(route)


def _version() -> str:
    try:
        return version("santui")
    except PackageNotFoundError:
        return "0.1.0"
