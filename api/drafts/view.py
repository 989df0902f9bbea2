"""A draft as pages need it: its fields as a form, and what is said of it."""

from __future__ import annotations

from starlette.datastructures import FormData

from api.drafts.service import Kept
from api.web.formatting import instant, present, stamp


def form_of(kept: Kept) -> FormData:
    """The form as it was left, as if it had been sent."""
    return FormData([*kept.fields])


def told(kept: Kept, back: str) -> dict[str, str]:
    """That a form is shown as it was left; `back` is where it is shown without that."""
    at, now = instant(kept.saved_at), present()
    today = at is not None and at.date() == now.date()
    return {"name": kept.name, "at": f"{at:%H:%M}" if today else stamp(at, now), "back": back}
