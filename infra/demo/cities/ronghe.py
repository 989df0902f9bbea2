"""“融合警务”: leading groups of city and county (“由平安办、公安局牵头的市、县两级…领导小组”), a command room in every
township, a workstation in every village, and the county's grid centre.
"""

from __future__ import annotations

from domain.triage.places import Directory, Kind, Listed
from infra.demo.cities.city import City, below_a_city, under
from infra.demo.people import Seat

CLUES = (Kind.DEPARTMENT, Kind.COURT)
"""Who pushes the clues of its own field (“事权部门线索全量推送”)."""
MEMBERS = ("court", "education", "justice", "urban_mgmt", "women_fed", "fire_rescue")
"""“推动法院、教体、司法、城管、妇联、消防救援等部门高度融入” (R-011): each has somebody in the leading group."""

GROUP, COMMAND, WORKSTATION, GRID_CENTRE = "leading_group", "fusion_command", "workstation", "grid_centre"

_STAFF: dict[str, tuple[Seat, ...]] = {
    # “由平安办、公安局牵头”: two lead it together
    GROUP: (
        ("fusion_leader", "leader", 2, None),
        ("fusion_office", "office", 2, None),
        ("effect_tracker", "tracker", 2, None),
    ),
    GRID_CENTRE: (("grid_analyst", "analyst", 2, None), ("grid_dispatcher", "dispatcher", 2, None)),
    # Where no village is known the command room stands in for the workstation.
    COMMAND: (("fusion_commander", "commander", 2, None), ("workstation_head", "reception", 1, None)),
    WORKSTATION: (("workstation_head", "head", 1, None),),
}


def _organisations(common: list[Listed]) -> list[Listed]:
    city, *county = below_a_city(common, "示范市")
    root = Directory(organisations=county).root
    added = [
        under(city, GROUP, "city-fusion-group", "市“融合警务”工作领导小组"),
        under(root, GROUP, "fusion-group", "县“融合警务”工作领导小组"),
        under(root, GRID_CENTRE, "grid-centre", "县网格化管理中心"),
    ]
    for organisation in county:
        slug, _, number = organisation.code.removeprefix("town-").removeprefix("village-").partition("-")
        if organisation.kind == Kind.TOWN:
            added.append(under(organisation, COMMAND, f"command-{slug}", f"{organisation.name}融合警务指挥室"))
        elif organisation.kind == Kind.VILLAGE:
            code = f"workstation-{slug}-{number}"
            added.append(under(organisation, WORKSTATION, code, f"{organisation.name}融合警务工作站"))
    return [city, *county, *added]


def _staff(organisation: Listed) -> tuple[Seat, ...]:
    seats = _STAFF.get(organisation.kind, ())
    if organisation.code in MEMBERS:
        seats += (("fusion_member", "member", 1, None),)
    return (*seats, ("clue_liaison", "clues", 1, None)) if organisation.kind in CLUES else seats


CITY = City(_organisations, _staff)
