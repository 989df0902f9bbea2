"""Cookies by their names on the wire: `__Host-` before them behind TLS, plain over HTTP, which is for development.

A browser takes a cookie named so over TLS only, with `Secure`, `Path=/` and without `Domain` (RFC 6265bis 4.1.3.2), so
neither a neighbour under the same domain nor somebody on the line can plant one.
"""

from __future__ import annotations

from starlette.requests import HTTPConnection
from starlette.responses import Response

HOST = "__Host-"


def _over_tls(request: HTTPConnection) -> bool:
    return request.url.scheme == "https"


def named(scheme: str, name: str) -> str:
    """What a cookie is called over a scheme."""
    return f"{HOST}{name}" if scheme == "https" else name


def cookie(request: HTTPConnection, name: str) -> str:
    """The value of a cookie of ours; empty where it did not come."""
    return request.cookies.get(named(request.url.scheme, name), "")


def keep(request: HTTPConnection, response: Response, name: str, value: str, seconds: int) -> None:
    """Sets a cookie that scripts cannot read and other sites' forms do not send."""
    response.set_cookie(named(request.url.scheme, name), value, max_age=seconds, path="/", httponly=True,
                        samesite="lax", secure=_over_tls(request))  # fmt: skip


def forget(request: HTTPConnection, response: Response, name: str) -> None:
    """Takes a cookie back; a browser refuses to overwrite one named `__Host-` by one that is not `Secure`."""
    response.delete_cookie(named(request.url.scheme, name), path="/", httponly=True, samesite="lax",
                           secure=_over_tls(request))  # fmt: skip
