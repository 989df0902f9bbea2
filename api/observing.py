"""Requests counted and timed by route template, and headers that keep answers out of caches and frames."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable

from fastapi import FastAPI, Request, Response
from prometheus_client import Counter, Histogram

REQUESTS = Counter("santui_http_requests_total", "Requests by route and status", ["method", "route", "status"])
SECONDS = Histogram("santui_http_seconds", "Seconds a request took, by route", ["method", "route"])
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Content-Security-Policy": "default-src 'self'; img-src 'self' data:; frame-ancestors 'none'; base-uri 'none'; "
    "form-action 'self'",
}


def install(app: FastAPI) -> None:
    """Adds the middleware."""

    @app.middleware("http")
    async def observe(request: Request, call_next: Callable[[Request], Awaitable[Response]]) -> Response:
        began = time.perf_counter()
        response = await call_next(request)
        # The template, never the path: paths hold dispute numbers.
        route = getattr(request.scope.get("route"), "path", "none")
        REQUESTS.labels(request.method, route, response.status_code).inc()
        SECONDS.labels(request.method, route).observe(time.perf_counter() - began)
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        if request.url.path.startswith("/v1"):
            response.headers.setdefault("Cache-Control", "no-store")
        return response
