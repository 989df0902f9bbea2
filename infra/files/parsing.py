"""Forms whose files go sealed to where they stay, never in memory or readable in a temporary folder."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from typing import Any

from starlette.datastructures import Headers, UploadFile
from starlette.formparsers import MultiPartParser

from infra.files.store import Incoming


class SealingParser(MultiPartParser):
    """Reads a form of which each file is an `Incoming` (`UploadFile.file`), gone with the form unless kept."""

    def __init__(
        self, receive: Callable[[], Incoming], headers: Headers, stream: AsyncGenerator[bytes, None], **limits: Any
    ) -> None:
        super().__init__(headers, stream, **limits)
        self._receive = receive

    def on_headers_finished(self) -> None:
        """The head of a part is there; a file's content goes to the store."""
        super().on_headers_finished()
        if sent := self._current_part.file:
            self._files_to_close_on_error.pop().close()
            incoming: Any = self._receive()
            self._files_to_close_on_error.append(incoming)
            self._current_part.file = UploadFile(incoming, size=0, filename=sent.filename, headers=sent.headers)
