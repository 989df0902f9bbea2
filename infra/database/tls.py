"""PostgreSQL by TLS: what the driver is told, and what its failures mean."""

from __future__ import annotations

from typing import Any

from domain.errors import StoreUnavailable
from infra.runtime.tls.link import Link, LinkUnfit


def asked_of(link: Link) -> dict[str, Any]:
    """The arguments of a connection that say how it is secured.

    Raises:
        StoreUnavailable: the certificates are not usable; says which.
    """
    try:
        context = link.context()
    except LinkUnfit as error:
        raise StoreUnavailable(str(error)) from error
    return {"ssl": context} if context else {}


def unreachable(link: Link, error: Exception) -> StoreUnavailable:
    """What a connection that failed comes as; in words where it is for a certificate."""
    return StoreUnavailable(str(link.refused(error) or ""))
