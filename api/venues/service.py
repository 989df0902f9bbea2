"""Venues for sessions as the directory and the registers have them now (R-102)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import UTC, datetime

from api.core.context import Services
from api.core.schemas import Listed
from api.registers.duty_schemas import PlaceNamed
from api.venues.schemas import StationedItem, VenueItem
from domain.people.duties import RULES, Duty
from domain.people.organisation import VENUES, Venue, within
from domain.triage.places import Directory, Kind
from domain.triage.places import Listed as Organisation
from infra.database.engine import Session
from infra.database.pagination import page_of
from infra.records.duties import duties
from infra.records.people import first_posts
from infra.runtime.policy_files import role_name


async def list_venues(
    services: Services,
    session: Session,
    *,
    kind: Venue | None,
    organisation: str | None,
    limit: int,
    cursor: str | None,
) -> Listed[VenueItem]:
    """A page of venues by path: all, or those of a kind, or those at or below an organisation.

    Raises:
        FieldsInvalid: there is no such organisation.
    """
    directory = await services.directory.read(session)
    place = directory.named(organisation) if organisation else None
    found = [v for each in VENUES for v in directory.of_kind(each) if (kind or v.kind) == v.kind]
    found = [v for v in found if place is None or within(v.path, place.path)]
    page, more = page_of(found, lambda v: v.path, limit=limit, cursor=cursor)
    stationed = await _stationed(session, page)
    return Listed[VenueItem](items=[_item(directory, v, stationed[v.code]) for v in page], next_cursor=more)


async def _stationed(session: Session, venues: Iterable[Organisation]) -> dict[str, list[StationedItem]]:
    """Who is stationed at each of these venues now; who lost the post by which he was there is there no more."""
    codes = [venue.code for venue in venues]
    held = await duties(session, kinds=[Duty.VENUE_MEDIATOR], subjects=codes, at=datetime.now(UTC)) if codes else []
    fit = RULES[Duty.VENUE_MEDIATOR].roles
    posts = await first_posts(session, {each.person.person_id for each in held}, fit)
    found: dict[str, list[StationedItem]] = defaultdict(list)
    for each in held:
        post = posts.get(each.person.person_id)
        if post is not None:
            found[each.row.subject].append(
                StationedItem(
                    person_id=each.person.person_id,
                    name=each.person.name,
                    role=post.role,
                    role_name=role_name(post.role),
                    organisation=post.path.rpartition("/")[2],
                    detail=each.row.detail,
                )
            )
    return found


def _item(directory: Directory, venue: Organisation, stationed: list[StationedItem]) -> VenueItem:
    above = {area.kind: PlaceNamed(code=area.code, name=area.name) for area in directory.areas_of(venue)}
    return VenueItem.model_validate({
        "code": venue.code, "name": venue.name, "kind": venue.kind, "kind_name": VENUES[venue.kind],
        "village": above.get(Kind.VILLAGE), "township": above.get(Kind.TOWN), "stationed": stationed,
    })  # fmt: skip
