"""黄石: three lines × four levels (“三纵四横”, H-014), and who sits for the justice bureau at each police station.

“‘综治中心及平安建设成员单位、12345热线及其成员单位、公安机关’三个条线，市县乡村四个层级”. The names are made up, but
for what each line is called.
"""

from __future__ import annotations

from domain.people.organisation import Level, Line
from domain.triage.places import Kind, Listed
from infra.demo.cities.city import City, below_a_city, under
from infra.demo.people import Seat

NAME = "示范市"
POLICE_ROOM, HOTLINE_DESK = "police_room", "hotline_desk"
"""Kinds of the bodies that a line has at its lower levels: the community's police room, and a desk of the hotline."""


def organisations(county: list[Listed]) -> list[Listed]:
    """The city and its three lines above the county, and what of them reaches down to township and community."""
    [city, *below] = below_a_city(county, NAME)
    lines = [
        under(city, Kind.CENTRE + "_city", "city-centre", f"{NAME}综治中心"),
        under(city, Kind.HOTLINE + "_city", "city-hotline", f"{NAME}12345政务服务便民热线", line=Line.HOTLINE),
        under(city, Kind.BUREAU + "_city", "city-bureau", f"{NAME}公安局", line=Line.POLICE),
    ]
    return [city, *lines, *(each for body in below for each in (body, *_reaching_down(body)))]


def _reaching_down(body: Listed) -> list[Listed]:
    if body.kind == Kind.TOWN:
        name = f"{body.name}12345承办专班"
        return [under(body, HOTLINE_DESK, f"{body.code}-hotline", name, level=Level.TOWN, line=Line.HOTLINE)]
    if body.kind == Kind.VILLAGE:
        police = under(body, POLICE_ROOM, f"{body.code}-police", f"{body.name}警务室", line=Line.POLICE)
        return [police, under(body, HOTLINE_DESK, f"{body.code}-hotline", f"{body.name}热线联络点", line=Line.HOTLINE)]
    return []


def staff(organisation: Listed) -> tuple[Seat, ...]:
    """Who works there beside those of every county."""
    match organisation.kind:
        case Kind.STATION:  # “区司法局派驻人民调解员驻公安派出所” (H-051)
            return (("stationed_mediator", "stationed", 2, None),)
        case "police_room":
            return (("responsible_officer", "officer", 1, None),)
        case "hotline_desk":
            return (("hotline_operator", "operator", 1, None),)
        case "centre_city" | "hotline_city" | "bureau_city":
            return (("leader", "leader", 1, None),)
        case _:
            return ()


CITY = City(organisations=organisations, staff=staff)
