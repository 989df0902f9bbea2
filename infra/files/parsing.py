"""Forms whose files go sealed to where they stay, never in memory or readable in a temporary folder.

A text longer than a form's text may be (`max_part_size` bytes) does not end the reading: the rest of what was typed is
read too, and of that text its beginning is kept, by which its writer knows which it was.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from typing import Any

from starlette.datastructures import Headers, UploadFile
from starlette.formparsers import FormParser, MultiPartParser

from infra.files.store import Incoming

BEGINNING = 20
"""Characters that are kept of a text that is too long."""


def beginning(text: bytes) -> str:
    """By what its writer knows a text."""
    return text[: 4 * BEGINNING].decode("utf-8", "ignore").strip()[:BEGINNING] + "…"


class CuttingParser(FormParser):
    """Reads a form without files."""

    def __init__(
        self, headers: Headers, stream: AsyncGenerator[bytes, None], *, max_files: float = 0, **limits: Any
    ) -> None:
        super().__init__(headers, stream, **limits)
        self.too_long: dict[str, str] = {}
        """how a text begins that is too long, by the name of its field"""
        self._beyond = False

    def on_field_data(self, data: bytes, start: int, end: int) -> None:
        """More of a text."""
        self._beyond = self._beyond or self._current_field_size + end - start > self.max_part_size
        if not self._beyond:
            super().on_field_data(data, start, end)

    def on_field_end(self) -> None:
        """The end of it."""
        super().on_field_end()
        if self._beyond:
            name, value = self._items.pop()
            self.too_long[name] = beginning(str(value).encode())
            self._items.append((name, self.too_long[name]))
        self._beyond = False


class SealingParser(MultiPartParser):
    """Reads a form of which each file is an `Incoming` (`UploadFile.file`), gone with the form unless kept."""

    def __init__(
        self, receive: Callable[[], Incoming], headers: Headers, stream: AsyncGenerator[bytes, None], **limits: Any
    ) -> None:
        super().__init__(headers, stream, **limits)
        self._receive = receive
        self.too_long: dict[str, str] = {}
        """how a text begins that is too long, by the name of its field"""
        self._beyond = False

    def on_part_data(self, data: bytes, start: int, end: int) -> None:
        """More of a text, or of a file."""
        part = self._current_part
        self._beyond = self._beyond or (part.file is None and len(part.data) + end - start > self.max_part_size)
        if not self._beyond:
            super().on_part_data(data, start, end)

    def on_part_end(self) -> None:
        """The end of it."""
        if self._beyond:
            part = self._current_part
            self.too_long[part.field_name] = beginning(bytes(part.data))
            part.data = bytearray(self.too_long[part.field_name].encode())
        self._beyond = False
        super().on_part_end()

    def on_headers_finished(self) -> None:
        """The head of a part is there; a file's content goes to the store."""
        super().on_headers_finished()
        if sent := self._current_part.file:
            self._files_to_close_on_error.pop().close()
            incoming: Any = self._receive()
            self._files_to_close_on_error.append(incoming)
            self._current_part.file = UploadFile(incoming, size=0, filename=sent.filename, headers=sent.headers)
