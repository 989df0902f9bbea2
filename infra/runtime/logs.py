"""Logs as one JSON object a line: codes and numbers, never the text of a case."""

from __future__ import annotations

import io
import logging
import sys
from contextlib import suppress
from typing import TextIO, cast

import structlog

_LEVELS = {"debug": logging.DEBUG, "info": logging.INFO, "warning": logging.WARNING, "error": logging.ERROR}


class Unfailing(io.TextIOBase):
    """Standard error that never raises: a full disk behind it must not fail the work that is logged."""

    def write(self, text: str, /) -> int:
        """Writes, if it can be written."""
        with suppress(OSError, ValueError):
            sys.stderr.write(text)
        return len(text)

    def flush(self) -> None:
        """Passes on what was written, if it can be."""
        with suppress(OSError, ValueError):
            sys.stderr.flush()


def configure_logs(level: str) -> None:
    """Routes our own and the libraries' logs to standard error.

    The engine's SDK logs a failed workflow task with the whole exception, whose text may quote a case: only its type is
    let through.
    """
    stderr = Unfailing()
    shared: list[structlog.types.Processor] = [
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso"),
        _without_text,
    ]
    structlog.configure(
        processors=[*shared, structlog.processors.JSONRenderer(ensure_ascii=False)],
        wrapper_class=structlog.make_filtering_bound_logger(_LEVELS[level]),
        logger_factory=structlog.PrintLoggerFactory(cast(TextIO, stderr)),
    )
    handler = logging.StreamHandler(stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            processor=structlog.processors.JSONRenderer(ensure_ascii=False), foreign_pre_chain=shared
        )
    )
    logging.basicConfig(level=max(_LEVELS[level], logging.WARNING), handlers=[handler], force=True)


def _without_text(_: object, __: str, event: structlog.types.EventDict) -> structlog.types.EventDict:
    """Exceptions are named with the place they came from, without their message."""
    info = event.pop("exc_info", None)
    record = event.get("_record")
    info = info or (record.exc_info if record else None)
    if info is True:
        info = sys.exc_info()
    elif isinstance(info, BaseException):
        info = (type(info), info, info.__traceback__)
    if info and info[0]:
        trace = info[2]
        while trace and trace.tb_next:
            trace = trace.tb_next
        code = trace.tb_frame.f_code if trace else None
        event["exception"] = info[0].__name__
        event["where"] = f"{code.co_filename.rsplit('/', 2)[-1]}:{trace.tb_lineno}" if code and trace else ""
        if record:
            record.exc_info = None
            record.exc_text = None
    return event
