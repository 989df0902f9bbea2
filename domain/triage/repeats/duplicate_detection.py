"""像不像: whether a new report belongs to a dispute already known, and which earlier ones are worth a look.

Joining is conservative, because a wrong join hides a quarrel inside another, while a missed one is mended by the desk
with `duplicate_of`. The place must be the same building; beyond that the same parties, the same home, the same words,
or a matter that many callers report (H-001: a lift, one dispute, every demand kept). One place is written in many ways:
`domain.triage.address` says whether two addresses are of one, and where that cannot be told nothing joins by itself.
"""

from __future__ import annotations

import re
from datetime import timedelta
from typing import NamedTuple

from rapidfuzz import fuzz

from domain.triage.address.folding import counted
from domain.triage.address.reading import read
from domain.triage.address.sameness import Sameness, compare_buildings
from domain.triage.lexicon import FALLBACK_CATEGORY
from domain.triage.repeats.grams import Commonness
from domain.triage.repeats.known import Known, family, near_kind, other_people, people_of, same_kind, shared_people
from domain.triage.repeats.matter import MANY, goes_on, of_others, own_words, pairs_in, same_matter

MANY_CALLERS = frozenset(
    {"property_elevator_retrofit", "property_shared_facility", "property_home_sale", "property_owners_committee"}
)
"""Categories in which all who live at a place have one and the same matter, whoever calls."""
SHARED_FACILITY = "property_shared_facility"
"""Of these the one that has several at a place: lift, roof, pump. They must share a word of the matter's."""
LASTING = frozenset({"family", "neighbor", "property", "land", "env"})
"""Families of categories (the first word of the code) whose quarrels last; the others are single events."""
SAME_EVENT = timedelta(hours=2)
"""Two reports of one event (a crash, a brawl) come in close together."""
SAME_WORDS = 85.0
"""Likeness of two narratives, 0..100, above which they are one report that came by two channels."""
LIKE_WORDS = 50.0
"""Likeness above which two narratives of the same people are about one matter."""
ENOUGH_WORDS = 10
"""Fewer characters are alike by chance (楼上漏水)."""


class Verdict(NamedTuple):
    """Whether to join, and why or why not, in Chinese and without personal data."""

    join: bool
    why: str


def judge(new: Known, known: Known, commonness: Commonness) -> Verdict:
    """Whether two reports are of one quarrel. A closed dispute is joined (a relapse) only by its own parties."""
    match compare_buildings(new.address, known.address):
        case Sameness.DIFFERENT:
            return Verdict(False, "地点不同")
        case Sameness.UNKNOWN:
            return Verdict(False, "不能确定是否同一地点")
    shared = shared_people(new, known)
    if shared and _same_matter(new, known, commonness):
        return Verdict(True, "同一地点、有相同当事人，属同一事项" + ("反复" if known.closed else ""))
    if shared:
        return Verdict(False, "有相同当事人，但不是同一事项")
    return _by_others(new, known, commonness)


def _by_others(new: Known, known: Known, commonness: Commonness) -> Verdict:
    """Whether other callers at the same place report the same quarrel."""
    here, there = read(new.address), read(known.address)
    if new.category != known.category or new.category == FALLBACK_CATEGORY:
        return Verdict(False, "不是同一类别")
    if known.closed:
        return Verdict(False, "原纠纷已办结，当事人不同")
    if _all_have_it(new, known, commonness):
        return Verdict(True, "同一地点、同一事项，多人反映")
    if _same_home(new, known):
        return Verdict(True, "同一户、同一类别")
    if here.inside and there.inside:
        return Verdict(False, "同一楼栋、同一类别，但住户不同")
    if _words(new, known) >= SAME_WORDS and len(new.narrative) >= ENOUGH_WORDS:
        return Verdict(True, "同一地点、同一类别，反映内容相同")
    if here.inside or there.inside or not (here.building or here.number):
        return Verdict(False, "同一类别，但地点不够具体")
    if other_people(new, known) or (people_of(new) and people_of(known)):
        return Verdict(False, "同一地点、同一类别，但当事人不同")
    if not (_words(new, known) >= LIKE_WORDS or own_words(new, known, commonness) or goes_on(new, known)):
        return Verdict(False, "同一地点、同一类别，但没有相同的事由用语")
    if family(new) in LASTING or abs(new.reported_at - known.reported_at) <= SAME_EVENT:
        return Verdict(True, "同一地点、同一类别")
    return Verdict(False, "同一地点、同一类别，但时间相隔较远")


_MENTION = re.compile(
    r"(\d{3,4})(?:室|户|住户)|(?:楼上|楼下|隔壁|对门)的?(\d{3,4})(?![\d元块])|(?<!\d)(\d{1,2})楼(?![梯上下道])"
)


def _own(known: Known) -> frozenset[str]:
    """The homes of the address."""
    said = read(known.address)
    return frozenset(said.rooms or ((f"{said.floor}层",) if said.floor else ()))  # 5楼502 is one, not the whole floor


def _named(known: Known) -> frozenset[str]:
    """The homes that the words name: 楼上602, 五楼那户."""
    found = _MENTION.findall(counted(known.narrative))
    return frozenset(room or other or f"{floor}层" for room, other, floor in found)


def _same_home(new: Known, known: Known) -> bool:
    """Whether two reports are about one home of a building: 1单元502 and 2单元502 are two, 502 alone may be either.

    Water comes from 502 to 402 and from 402 to 302: 402 is in both reports, and they are two matters of other people.
    """
    if read(new.address).unit != read(known.address).unit:
        return False
    if _own(new) & _own(known) or _named(new) & _named(known):
        return True
    answered = _named(new) & _own(known) or _named(known) & _own(new)
    return bool(answered) and not other_people(new, known)


def _same_matter(new: Known, known: Known, commonness: Commonness) -> bool:
    """Whether people who have quarrelled before quarrel about the same thing (F.1: a case is one 事项): their words are
    alike, or one of them is the matter's own. What all who live there have in common is one matter however opposed
    their words are (H-001).
    """
    if _all_have_it(new, known, commonness):
        return True
    if near_kind(new, known) and not of_others(new, known) and _words(new, known) >= LIKE_WORDS:
        return True
    return same_matter(new, known, commonness) or _of_one_home(new, known, commonness)


def _of_one_home(new: Known, known: Known, commonness: Commonness) -> bool:
    """Whether several complain of one and the same home, in like words (H-062 “多名居民…投诉5楼住户”): each is
    somebody else, and whom they complain of is one.
    """
    return (
        same_kind(new, known)
        and bool(_named(new) & _named(known))
        and _words(new, known) >= LIKE_WORDS
        and pairs_in(own_words(new, known, commonness)) >= MANY
    )


def _all_have_it(new: Known, known: Known, commonness: Commonness) -> bool:
    if new.category not in MANY_CALLERS or new.category != known.category or known.closed:
        return False
    return new.category != SHARED_FACILITY or bool(own_words(new, known, commonness))


def _words(new: Known, known: Known) -> float:
    return fuzz.ratio(new.narrative, known.narrative)
