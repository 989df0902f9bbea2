"""像不像: whether a new report belongs to a dispute already known, and which earlier ones are worth a look.

Joining is conservative, because a wrong join hides a quarrel inside another, while a missed one is mended by the desk
with `duplicate_of`. The place must be the same building; beyond that the same parties, the same home, the same words,
or a matter that many callers report (H-001: a lift, one dispute, every demand kept). One place is written in many ways:
`domain.triage.address` says whether two addresses are of one, and where that cannot be told nothing joins by itself.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from rapidfuzz import fuzz

from domain.base import Model
from domain.triage.address.folding import counted
from domain.triage.address.reading import read
from domain.triage.address.sameness import Sameness, compare_buildings
from domain.triage.lexicon import FALLBACK_CATEGORY

MANY_CALLERS = frozenset(
    {"property_elevator_retrofit", "property_shared_facility", "property_home_sale", "property_owners_committee"}
)
"""Categories in which all who live at a place have one and the same matter, whoever calls."""
LASTING = frozenset({"family", "neighbor", "property", "land", "env"})
"""Families of categories (the first word of the code) whose quarrels last; the others are single events."""
SAME_EVENT = timedelta(hours=2)
"""Two reports of one event (a crash, a brawl) come in close together."""
SAME_WORDS = 85.0
"""Likeness of two narratives, 0..100, above which they are one report that came by two channels."""
LIKE_WORDS = 50.0
"""Likeness above which two narratives of the same people are about one matter."""
_AGAIN = re.compile(
    "又因|又来|又在|又吵|又打|又闹|再次|再度|仍然|仍未|继续|反复|多次|上次|上回|之前报过|第[二三四五六七八九十]次报警"
)
ENOUGH_WORDS = 10
"""Fewer characters are alike by chance (楼上漏水)."""


class Known(Model):
    """A report as far as likeness needs it; `dispute_no` is empty for the new one. `parties` are dicts with `name`,
    `phone` and `id_number`, any of them absent."""

    dispute_no: str = ""
    category: str
    address: str
    narrative: str
    parties: list[dict[str, Any]] = []
    reported_at: datetime
    closed: bool = False


class Verdict(NamedTuple):
    """Whether to join, and why or why not, in Chinese and without personal data."""

    join: bool
    why: str


def judge(new: Known, known: Known) -> Verdict:
    """Whether two reports are of one quarrel. A closed dispute is joined (a relapse) only by its own parties."""
    match compare_buildings(new.address, known.address):
        case Sameness.DIFFERENT:
            return Verdict(False, "地点不同")
        case Sameness.UNKNOWN:
            return Verdict(False, "不能确定是否同一地点")
    shared = shared_people(new, known)
    if shared and _same_matter(new, known):
        return Verdict(True, "同一地点、有相同当事人，属同一事项" + ("反复" if known.closed else ""))
    if shared:
        return Verdict(False, "有相同当事人，但不是同一事项")
    return _by_others(new, known)


def _by_others(new: Known, known: Known) -> Verdict:
    """Whether other callers at the same place report the same quarrel."""
    here, there = read(new.address), read(known.address)
    if new.category != known.category or new.category == FALLBACK_CATEGORY:
        return Verdict(False, "不是同一类别")
    if known.closed:
        return Verdict(False, "原纠纷已办结，当事人不同")
    if new.category in MANY_CALLERS:
        return Verdict(True, "同一地点、同一事项，多人反映")
    if _same_home(new, known):
        return Verdict(True, "同一户、同一类别")
    if here.inside and there.inside:
        return Verdict(False, "同一楼栋、同一类别，但住户不同")
    if _words(new, known) >= SAME_WORDS and len(new.narrative) >= ENOUGH_WORDS:
        return Verdict(True, "同一地点、同一类别，反映内容相同")
    if here.inside or there.inside or not (here.building or here.number):
        return Verdict(False, "同一类别，但地点不够具体")
    if _known_people(new) and _known_people(known):
        return Verdict(False, "同一地点、同一类别，但当事人不同")
    if _family(new) in LASTING or abs(new.reported_at - known.reported_at) <= SAME_EVENT:
        return Verdict(True, "同一地点、同一类别")
    return Verdict(False, "同一地点、同一类别，但时间相隔较远")


_MENTION = re.compile(
    r"(\d{3,4})(?:室|户|住户)|(?:楼上|楼下|隔壁|对门)的?(\d{3,4})(?![\d元块])|(?<!\d)(\d{1,2})楼(?![梯上下道])"
)


def _homes(known: Known) -> frozenset[str]:
    """The homes a report is about: the address's own, and those its words name (楼上602, 五楼那户)."""
    named = _MENTION.findall(counted(known.narrative))
    said = read(known.address)
    own = said.rooms or ((f"{said.floor}层",) if said.floor else ())  # 5楼502 is one home, not the whole floor
    return frozenset(own) | {room or other or f"{floor}层" for room, other, floor in named}


def _same_home(new: Known, known: Known) -> bool:
    """Whether two reports are about one home of a building: 1单元502 and 2单元502 are two, 502 alone may be either."""
    return read(new.address).unit == read(known.address).unit and bool(_homes(new) & _homes(known))


def shared_people(new: Known, known: Known) -> int:
    """How many people of the new report the known one names too."""
    theirs = _known_people(known)
    return sum(1 for party in new.parties if party_keys(party) & theirs)


def _known_people(known: Known) -> set[str]:
    return {key for party in known.parties for key in party_keys(party)}


def party_keys(party: dict[str, Any]) -> set[str]:
    """What may tell a person from others: identity number, telephone, full name (张某 tells nothing)."""
    phone = re.sub(r"\D", "", str(party.get("phone") or ""))[-11:]
    name = str(party.get("name") or "").strip()
    return {str(party.get("id_number") or "").strip().upper(), phone, "" if "某" in name else name} - {""}


def _related(new: Known, known: Known) -> bool:
    return _family(new) == _family(known) or FALLBACK_CATEGORY in (new.category, known.category)


def _same_matter(new: Known, known: Known) -> bool:
    """Whether people who have quarrelled before quarrel about the same thing (F.1: a case is one 事项).

    Their words are alike, or they say themselves that it is not the first time. What all who live there have in common
    is one matter however opposed their words are (H-001).
    """
    if not _related(new, known):
        return False
    if new.category in MANY_CALLERS and new.category == known.category and not known.closed:
        return True
    return _words(new, known) >= LIKE_WORDS or _AGAIN.search(new.narrative) is not None


def _family(known: Known) -> str:
    return known.category.partition("_")[0]


def _words(new: Known, known: Known) -> float:
    return fuzz.ratio(new.narrative, known.narrative)
