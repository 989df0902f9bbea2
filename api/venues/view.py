"""Venues in words: the page 场所 of the registers."""

from __future__ import annotations

from api.core.context import Services
from api.venues.service import list_venues
from api.web.organisation_labels import Offices
from api.web.rendering import View
from domain.people.organisation import VENUES
from domain.triage.places import Directory, Kind
from infra.database.engine import Session

_PAGE = 50


async def venues_body(
    services: Services, session: Session, directory: Directory, offices: Offices, at: str, cursor: str
) -> View:
    """The register of venues, of one township where it is asked for, and how many there are of each kind."""
    towns = [(town.code, town.name) for town in directory.of_kind(Kind.TOWN)]
    chosen = at if at in dict(towns) else None
    page = await list_venues(services, session, kind=None, organisation=chosen, limit=_PAGE, cursor=cursor or None)
    return {
        "towns": towns,
        "kinds": [(name, len(directory.of_kind(kind))) for kind, name in VENUES.items()],
        "rows": [
            {
                "name": item.name,
                "kind": item.kind_name,
                "place": " · ".join(place.name for place in (item.township, item.village) if place),
                "stationed": [
                    {"person": (s.person_id, s.name), "post": f"{offices.label(s.organisation)}{s.role_name}",
                     "detail": s.detail}
                    for s in item.stationed
                ],
            }
            for item in page.items
        ],
        "more": page.next_cursor or "",
    }  # fmt: skip
