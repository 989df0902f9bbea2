"""The sweep of files that no answer took in time, and of files on the disk that no row knows."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import structlog

from api.attachments.resuming import KEPT
from api.core.context import Services
from domain.errors import Unavailable
from infra.files.pieces import Uploads
from infra.records.attachments import known_attachments, sweep_attachments

log = structlog.get_logger()
EVERY = 3600.0
"""Seconds between two sweeps."""
DAY = 86_400.0
"""Seconds."""


async def sweep_files(services: Services, now: datetime) -> int:
    """Removes what no answer took in time, and strays of one to thirty days; answers how many."""
    swept = set(await sweep_attachments(services.database, now))
    strays = await services.files.strays(older=DAY, younger=30 * DAY)
    swept |= strays - await known_attachments(services.database, strays)
    for attachment_id in swept:
        await services.files.remove(attachment_id)
    return len(swept) + await asyncio.to_thread(Uploads(services.files).sweep, KEPT)


async def keep_sweeping(services: Services) -> None:
    """Sweeps for as long as the process lives."""
    while True:
        try:
            # One process of a machine at a time; who comes second finds nothing, or what has come since.
            with services.places.taken("attachments") as alone:
                if alone and (swept := await sweep_files(services, datetime.now(UTC))):
                    log.info("attachments_swept", files=swept)
        except Unavailable as error:
            log.warning("attachments_not_swept", error=error.code)
        await asyncio.sleep(EVERY)
