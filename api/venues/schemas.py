"""A venue with its place and who is stationed there."""

from __future__ import annotations

from api.core.schemas import Shape
from api.registers.duty_schemas import PersonNamed, PlaceNamed
from domain.people.organisation import Venue


class StationedItem(PersonNamed):
    """Somebody stationed at a venue: by which post, and when he is there."""

    role: str
    role_name: str
    organisation: str
    detail: str


class VenueItem(Shape):
    """A venue; `stationed` are those by name whose post still fits, nobody where it is vacant."""

    code: str
    name: str
    kind: Venue
    kind_name: str
    village: PlaceNamed | None
    township: PlaceNamed | None
    stationed: list[StationedItem]
