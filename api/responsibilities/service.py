"""The list of a day and its editions (H-012, H-032): read from the policy, the same for everybody."""

from __future__ import annotations

from datetime import UTC, date, datetime, time

from api.core.context import Services
from api.core.schemas import Listed
from api.responsibilities.schemas import Category, EditionRow, ListEdition
from domain.base import CHINA, china
from domain.triage.handling.reasons import SHARED_LIST
from domain.triage.lexicon import Lexicon

STATES = {"current": "现行", "past": "以前", "ahead": "尚未生效", "base": "基础"}


def list_of(services: Services, on: date | None) -> Lexicon:
    """The list as it holds on a day in China, today where none is given."""
    at = datetime.combine(on, time(12), CHINA) if on else datetime.now(UTC)
    return services.policy.lexicon_at(at)


def list_categories(services: Services, on: date | None = None) -> Listed[Category]:
    """The responsibility list of a day: each category with its lead and cooperating departments (H-032)."""
    items = [
        Category(
            code=c.code, name=c.name, lead=c.lead, cooperating=list(c.cooperating), default_colour=c.default_colour,
            non_police=c.non_police,
        )
        for c in list_of(services, on).categories.values()
    ]  # fmt: skip
    return Listed[Category](items=items, next_cursor=None)


def list_editions(services: Services) -> Listed[ListEdition]:
    """The city's editions, the latest first, and last of all the list over which they lie."""
    today = china(datetime.now(UTC)).date()
    overlays = services.policy.overlays
    current = max((o.effective for o in overlays if o.effective <= today), default=None)

    def state(effective: date) -> str:
        return "ahead" if effective > today else "current" if effective == current else "past"

    editions = [
        ListEdition(
            effective=overlay.effective, title=overlay.title, state=state(overlay.effective),
            changed=[_row(list_of(services, overlay.effective), code) for code in overlay.rows],
        )
        for overlay in reversed(overlays)
    ]  # fmt: skip
    shared = ListEdition(effective=None, title=SHARED_LIST, state="base" if current else "current", changed=[])
    return Listed[ListEdition](items=[*editions, shared], next_cursor=None)


def _row(lexicon: Lexicon, code: str) -> EditionRow:
    found = lexicon.categories[code]
    return EditionRow(code=code, name=found.name, lead=found.lead, cooperating=list(found.cooperating),
                      non_police=found.non_police)  # fmt: skip
