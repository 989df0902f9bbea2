"""Files as HTTP responses."""

from __future__ import annotations

from urllib.parse import quote

from fastapi import Response

from api.attachments.service import FileContent


def as_file(file: FileContent) -> Response:
    """A file as a response; never run by the browser, always kept out of caches."""
    disposition = "inline" if file.inline else "attachment"
    if file.name is not None:
        disposition += f"; filename*=UTF-8''{quote(file.name)}"
    headers = {"Content-Disposition": disposition, "X-Content-Type-Options": "nosniff", "Cache-Control": "no-store"}
    return Response(file.content, media_type=file.media_type, headers=headers)
