"""武威: a city above the county with its bureau's warning desk; one auxiliary a village, two of them missing; the nine
units that exchange what they know (“与法院、检察院、人社、妇联等9个单位”: four are named, five are ours).
"""

from __future__ import annotations

from collections.abc import Iterable

from domain.people.duties import Duty
from domain.people.organisation import Line
from domain.triage.places import Directory, Kind, Listed
from infra.demo.cities.city import City, below_a_city, under
from infra.demo.duties import Holders, Row, row
from infra.demo.people import Seat

PARTNERS = (
    "court", "procuratorate", "hrss", "women_fed", "justice", "civil_affairs", "petition", "housing", "natural_res",
)  # fmt: skip
"""The nine units."""
WITHOUT_AUXILIARY = ("village-qingyun-3", "village-daping-3")
"""Villages whose auxiliary is still to be found (W-010): planted, as the vacant beats are."""


def _organisations(common: list[Listed]) -> list[Listed]:
    city, *county = below_a_city(common, "示范市")
    bureau = under(city, "city_bureau", "city-bureau", "市公安局", line=Line.POLICE)
    return [city, *county, bureau]


def _staff(organisation: Listed) -> tuple[Seat, ...]:
    partner: tuple[Seat, ...] = (("partner_liaison", "partner", 1, None),) if organisation.code in PARTNERS else ()
    match organisation.kind:
        case Kind.VILLAGE if organisation.code not in WITHOUT_AUXILIARY:
            return (("village_auxiliary", "auxiliary", 1, None),)
        case Kind.BUREAU:
            return (("intelligence_desk", "intelligence", 2, None), ("video_patrol", "video", 2, None))
        case "city_bureau":
            return (("warning_desk", "warning", 2, None),)
        case _:
            return partner


def _duties(directory: Directory, holders: Holders) -> Iterable[Row]:
    """“一村一辅警”: of each village the auxiliary who lives in it (W-010)."""
    for village in directory.of_kind(Kind.VILLAGE):
        for auxiliary in holders["village_auxiliary", village.path]:
            yield row(Duty.VILLAGE_AUXILIARY, village.code, auxiliary, "驻村辅警")


CITY = City(_organisations, _staff, _duties)
