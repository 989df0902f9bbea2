"""“融合警务”: leading groups of city and county (“由平安办、公安局牵头的市、县两级…领导小组”), a command room in every
township, a workstation in every village, and the county's grid centre.
"""

from __future__ import annotations

from collections.abc import Iterator

from domain.people.duties import Duty
from domain.people.organisation import VENUES, parent
from domain.triage.places import Directory, Kind, Listed
from infra.demo.cities.city import City, below_a_city, under
from infra.demo.duties import Holders, Row, row
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
    return [city, *county, *added, *_venues(county)]


def _venues(county: list[Listed]) -> Iterator[Listed]:
    """“设立驻村矛盾纠纷调解工作室、法官工作室、司法所工作站” (R-102): a studio in every village, the other two in the
    first of each township. [DESIGN]
    """
    villages: dict[str, int] = {}
    for village in (each for each in county if each.kind == Kind.VILLAGE):
        slug = village.code.removeprefix("village-")
        yield under(village, Kind.MEDIATION_STUDIO, f"studio-{slug}", f"{village.name}矛盾纠纷调解工作室")
        if villages.setdefault(parent(village.path), 0) == 0:
            yield under(village, Kind.JUDGE_STUDIO, f"judge-{slug}", f"{village.name}法官工作室")
            yield under(village, Kind.JUSTICE_WORKSTATION, f"justice-at-{slug}", f"{village.name}司法所工作站")
        villages[parent(village.path)] += 1


def _duties(directory: Directory, holders: Holders) -> Iterator[Row]:
    """Who is stationed at the venues: mediators of the township's justice office, its tribunal's liaison."""
    for kind in VENUES:
        for venue in directory.of_kind(kind):
            areas = list(reversed(directory.areas_of(venue)))
            body, role = (
                (directory.serving(Kind.TRIBUNAL, areas) or directory.of_kind(Kind.COURT)[0], "court_liaison")
                if kind == Kind.JUDGE_STUDIO
                else (directory.serving(Kind.JUSTICE_OFFICE, areas), "mediator")
            )
            for person in holders[role, body.path][:1] if body else ():
                yield row(Duty.VENUE_MEDIATOR, venue.code, person, "每周二、周四驻点")


def _staff(organisation: Listed) -> tuple[Seat, ...]:
    seats = _STAFF.get(organisation.kind, ())
    if organisation.code in MEMBERS:
        seats += (("fusion_member", "member", 1, None),)
    return (*seats, ("clue_liaison", "clues", 1, None)) if organisation.kind in CLUES else seats


CITY = City(_organisations, _staff, _duties)
