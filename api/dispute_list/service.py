"""The list as a person works from it: disputes with where they lie and whose turn it is; the columns he chose."""

from __future__ import annotations

from collections.abc import Sequence

from api.core.context import Services
from api.dispute_list.schemas import Line, Lines
from api.disputes.schemas import DisputeItem
from api.disputes.service import listed_disputes
from domain.people.organisation import Actor
from domain.triage.places import AREAS, Directory, Kind
from infra.database.engine import Session
from infra.read_model.disputes import DisputeFilter, homes_of
from infra.records.people import names_of
from infra.records.saved_views.views import columns_of, keep_columns


async def lines(
    services: Services, session: Session, actor: Actor, f: DisputeFilter, *, limit: int, cursor: str | None
) -> Lines:
    """A page of the disputes that the person sees; noted as the list is.

    Raises:
        FieldsInvalid: no organisation has this code, or the cursor is none of ours.
        QuotaReached: he has searched as often as one may in a minute.
    """
    page = await listed_disputes(services, session, actor, f, limit=limit, cursor=cursor)
    directory = await services.directory.read(session)
    return Lines(items=await lines_of(session, page.items, directory), next_cursor=page.next_cursor)


async def lines_of(session: Session, items: Sequence[DisputeItem], directory: Directory) -> list[Line]:
    """Disputes with where they lie and who has them, in words."""
    homes = await homes_of(session, [item.dispute_no for item in items if not item.kept])
    asked = [item.holder for item in items if item.holder and not item.holder_name]
    names = await names_of(session, list(dict.fromkeys(asked)))
    return [_line(item, homes.get(item.dispute_no, []), names, directory) for item in items]


def _line(item: DisputeItem, homes: list[str], names: dict[str, str], directory: Directory) -> Line:
    return Line(
        dispute=item,
        place=place_named(homes, directory),
        held_by=item.holder_name or names.get(item.holder or "", ""),
    )


def place_named(homes: list[str], directory: Directory) -> str:
    """属地 in words: township and village, else whoever serves the place."""
    found = [listed for path in homes if (listed := directory.at(path))]
    areas = {each.kind: each.name for listed in found for each in directory.lineage(listed) if each.kind in AREAS}
    if areas:
        return " ".join(areas[kind] for kind in (Kind.TOWN, Kind.VILLAGE) if kind in areas)
    return next((listed.name for listed in found), "")


async def columns(session: Session, actor: Actor) -> list[str] | None:
    """The columns that a person chose; none where he never did."""
    return await columns_of(session, actor.person_id)


async def choose_columns(services: Services, actor: Actor, chosen: list[str]) -> None:
    """Keeps the columns that a person chose."""
    async with services.database.write("saved views") as session:
        await keep_columns(session, actor.person_id, chosen)
