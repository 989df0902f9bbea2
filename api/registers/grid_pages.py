"""The page 网格 of the registers: a township's villages and grids with who answers for each, what is missing first."""

from __future__ import annotations

from collections.abc import Iterable

from fastapi import APIRouter, Request, Response

from api.core.deps import ServicesDep, SessionDep
from api.registers import grid_service as service
from api.registers.grid_service import GridRow, Lack, VillageGrids
from api.registers.pages import tabs
from api.web.errors import PageRoute
from api.web.rendering import View, show
from api.web.session import Viewer, ViewerDep
from domain.people.duties import Duty, may_entrust_any
from domain.people.organisation import within
from domain.people.permissions import administers_security, may_keep_organisation, may_read_staff
from domain.triage.beat_coverage import Pair
from domain.triage.places import Directory, Kind, Listed

router = APIRouter(route_class=PageRoute)
"""Before the other registers, whose path any name could stand in."""


@router.get("/registers/grids")
async def grids_page(
    request: Request, services: ServicesDep, session: SessionDep, viewer: ViewerDep, at: str = ""
) -> Response:
    """The township asked for, else that of the viewer, else the first with something missing."""
    directory = await services.directory.read(session)
    town = _town(directory, viewer, at[:64])
    if town is None:
        counts = (await service.grids_of(services, session, None)).counts
        town = next((each.town for each in counts if each.missing), counts[0].town if counts else None)
    found = await service.grids_of(services, session, town)
    return show(
        request,
        "grids.html",
        viewer,
        tabs=tabs("grids"),
        town={"code": town.code, "name": town.name} if town else None,
        towns=[
            {"code": each.town.code, "name": each.town.name, "villages": each.villages, "grids": each.grids,
             "missing": each.missing, "current": town is not None and each.town.code == town.code}
            for each in sorted(found.counts, key=lambda each: -each.missing)
        ],
        lacks=[_lack(directory, viewer, each) for each in found.lacks],
        villages=[_village(each) for each in found.villages],
        whole=sum(each.missing for each in found.counts) == 0,
    )  # fmt: skip


def _town(directory: Directory, viewer: Viewer, at: str) -> Listed | None:
    chosen = directory.get(at)
    if chosen and chosen.kind == Kind.TOWN:
        return chosen
    towns = directory.of_kind(Kind.TOWN)
    return next((town for post in viewer.actor.posts for town in towns if within(post.path, town.path)), None)


def _lack(directory: Directory, viewer: Viewer, lack: Lack) -> View:
    said, href, verb = _to_fill(directory, viewer, lack)
    return {"said": said, "href": href, "verb": verb}


def _to_fill(directory: Directory, viewer: Viewer, lack: Lack) -> tuple[str, str, str]:
    """What is missing in words, and where this person may fill it; no address where another has to."""
    actor, vacancy = viewer.actor, lack.vacancy
    if vacancy is None:
        named = "、".join(beat.name for beat in lack.beats)
        said = f"{lack.area.name}：" + (f"有 {len(lack.beats)} 个警格（{named}）" if lack.beats else "没有警格")
        keeps = may_keep_organisation(actor, (lack.beats[0] if lack.beats else directory.root).path)
        to = lack.beats[0].code if lack.beats else _station(directory, lack.area)
        return said, f"/organisations/{to}" if keeps and to else "", "去调整警格" if lack.beats else "去设警格"
    if vacancy.at.kind == Kind.STATION and vacancy.beat is not None:
        may = may_entrust_any(actor, (Duty.BEAT_DEPUTY, Duty.BEAT_OFFICER, Duty.BEAT_ASSISTANT))
        here = f"/registers/beats?at={vacancy.at.code}"
        return vacancy.sentence(), f"{here}#entrust" if may else here, "去交办" if may else "看警格"
    if administers_security(actor, vacancy.at.path):
        return vacancy.sentence(), f"/organisations/{vacancy.at.code}/people/new", "去设岗"
    reads = may_read_staff(actor, vacancy.at.path)
    return vacancy.sentence(), f"/organisations/{vacancy.at.code}" if reads else "", "看岗位"


def _station(directory: Directory, area: Listed) -> str:
    station = directory.serving(Kind.STATION, reversed(directory.areas_of(area)))
    return station.code if station else ""


def _village(each: VillageGrids) -> View:
    return {
        "name": each.village.name,
        "sides": _sides(each.pairs),
        "missing": len(service.missing_in(each.pairs)) + sum(_missing(row) for row in each.grids),
        "grids": [
            {"name": row.grid.name, "beats": [beat.name for beat in row.beats], "sides": _sides(row.pairs),
             "missing": _missing(row)}
            for row in sorted(each.grids, key=lambda row: -_missing(row))
        ],
    }  # fmt: skip


def _missing(row: GridRow) -> int:
    return len(service.missing_in(row.pairs)) + (len(row.beats) != 1)


def _sides(pairs: Iterable[Pair]) -> list[View]:
    return [
        {"role": role, "people": [(who.person_id, who.name) for who in side.people] if side else [],
         "left": "、".join(who.name for who in side.unfit) if side else ""}
        for pair in pairs
        for role, side in ((pair.tier.police, pair.police), (pair.tier.grid, pair.grid))
    ]  # fmt: skip
