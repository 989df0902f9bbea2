"""The desk put into the application."""

from __future__ import annotations

from pathlib import Path

from fastapi import APIRouter, FastAPI
from fastapi.staticfiles import StaticFiles

from api.pages import (
    accesses,
    acting,
    answering,
    audit,
    case,
    deputies,
    faults,
    handing,
    history,
    inbox,
    indicators,
    news,
    papers,
    signing,
)

STATIC = Path(__file__).parent.parent / "static"


def install(app: FastAPI) -> None:
    """Adds the pages; after every other route: the last page is "not found" for all other paths."""
    app.mount("/static", StaticFiles(directory=STATIC), name="static")
    app.include_router(news.wire, include_in_schema=False)
    for module in (
        signing, inbox, case, history, answering, handing, deputies, acting, papers, news, indicators, audit,
        accesses, faults,
    ):  # fmt: skip
        router: APIRouter = module.router
        app.include_router(router, include_in_schema=False)
