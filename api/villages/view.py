"""Villages and their networks in words: on the page 村居 of the registers, and on the page of a case."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice

from api.core.context import Services
from api.villages.schemas import CaseContacts, ContactItem, VillageItem
from api.villages.service import gaps, list_villages
from api.web.rendering import View
from domain.triage.places import Directory, Kind
from infra.database.engine import Session

_PAGE = 50


async def villages_body(services: Services, session: Session, directory: Directory, at: str, cursor: str) -> View:
    """The register of villages, of one township where it is asked for: vacancies first, by name."""
    towns = [(town.code, town.name) for town in directory.of_kind(Kind.TOWN)]
    chosen = at if at in dict(towns) else None
    page = await list_villages(services, session, organisation=chosen, vacant=None, limit=_PAGE, cursor=cursor or None)
    missing = await gaps(services, session)
    return {
        "towns": towns,
        "rows": [_village(item) for item in page.items],
        "more": page.next_cursor or "",
        "count": len(directory.of_kind(Kind.VILLAGE)),
        "missing": len(missing),
        "vacant": list(islice(missing, _PAGE)),
    }


def contacts_view(found: CaseContacts) -> View | None:
    """Who answers for a dispute's place, on its page; none where nobody is known."""
    village = found.village
    leaders = _people([*found.leaders, *(village.leaders if village else [])])
    if not village and not leaders:
        return None
    return {
        "village": village.name if village else "",
        "gap": village.gap if village else "",
        "contacts": _people(village.contacts) if village else [],
        "leaders": leaders,
        "counterparts": _people(village.counterparts) if village else [],
    }


def _village(item: VillageItem) -> View:
    return {
        "name": item.name,
        "township": item.township.name if item.township else "",
        "station": item.station.name if item.station else "没有派出所",
        "auxiliary": (item.auxiliary.person_id, item.auxiliary.name) if item.auxiliary else None,
        "unfit": "、".join(who.name for who in item.unfit),
        "contacts": _people(c for c in item.contacts if not item.auxiliary or c.person_id != item.auxiliary.person_id),
        "leaders": _people([*item.leaders, *item.counterparts]),
    }


def _people(contacts: Iterable[ContactItem]) -> list[View]:
    return [{"person": (c.person_id, c.name), "title": c.title, "at": c.at.name} for c in contacts]
