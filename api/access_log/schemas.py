"""Lines of the access log."""

from __future__ import annotations

from datetime import datetime

from api.core.schemas import Shape


class AccessItem(Shape):
    """Who read or tried what; `outcome` is `ok` or the code of the refusal."""

    access_id: str
    at: datetime
    person_id: str | None
    name: str | None
    username: str | None
    dispute_no: str | None
    what: str
    outcome: str
