"""The desk put into the application."""

from __future__ import annotations

from pathlib import Path

from fastapi import APIRouter, FastAPI
from fastapi.staticfiles import StaticFiles

from api.attachments import pages as papers
from api.audit import access_pages as accesses
from api.audit import history_pages as history
from api.audit import pages as audit
from api.disputes import action_pages as acting
from api.disputes import comment_pages as comments
from api.disputes import pages as case
from api.disputes import watch_pages as watching
from api.indicators import pages as indicators
from api.messages import pages as news
from api.people import deputy_pages as deputies
from api.people import login_pages as signing
from api.tasks import answer_pages as answering
from api.tasks import handover_pages as handing
from api.tasks import inbox_pages as inbox
from api.web import errors

STATIC = Path(__file__).parent / "web" / "static"


def install(app: FastAPI) -> None:
    """Adds the pages; after every other route: the last page is "not found" for all other paths."""
    app.mount("/static", StaticFiles(directory=STATIC), name="static")
    app.include_router(news.wire, include_in_schema=False)
    for module in (
        signing, inbox, case, comments, watching, history, answering, handing, deputies, acting, papers, news,
        indicators, audit, accesses, errors,
    ):  # fmt: skip
        router: APIRouter = module.router
        app.include_router(router, include_in_schema=False)
