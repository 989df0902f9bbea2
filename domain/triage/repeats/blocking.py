"""By what an earlier report of the same matter is looked up: keys that both have, few of which many others have.

People, the place, surnames at a place, the grid with the category, and the rarest pairs of characters. None decides
anything: what is found by them is scored, and how rare a key is shows in how many reports it leads to.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from itertools import combinations

from domain.triage.address.reading import read
from domain.triage.address.sameness import traces
from domain.triage.repeats.grams import Commonness, rare_pairs
from domain.triage.repeats.known import Known, party_keys
from domain.triage.repeats.people import of_parties, surnames

MOST = 40
"""Keys of a report."""
CAP = 64
"""So many reports, the newest, are looked at by one key: more have it than can be looked at."""
CANDIDATES = 30
"""So many reports at most are opened and scored."""
_TELLING = {"person": 3.0, "place": 2.0, "numbered": 2.0, "family": 2.0, "families": 2.0}
"""How much a kind of key tells beside others that are as rare [DESIGN]."""
_PERSONS, _SURNAMES, _NAMES = 10, 4, 3


def keys(report: Known, commonness: Commonness, order: Callable[[str], object], grid: str | None = None) -> list[str]:
    """The keys of a report, the most telling first, at most `MOST`; `order` as of `rare_pairs`.

    They are personal data: only digests of them may be kept.
    """
    persons = sorted({key for party in report.parties for key in party_keys(party)})[:_PERSONS]
    places, named = traces(report.address), _names(report.address)
    families = sorted(of_parties(report.parties) | surnames(report.narrative))[:_SURNAMES]
    kind = report.category.partition("_")[0]
    found = [f"person/{key}" for key in persons]
    found += [f"place/{place}" for place in places]
    found += [f"family/{family}/{name}" for family in families for name in named]
    found += [f"families/{one}/{other}" for one, other in combinations(families, 2)]
    found += [f"numbered/{name}/{number}" for name in named[:2] for number in _numbers(report.address)]
    found += [f"kind/{kind}/{name}" for name in named]
    found += [f"grid/{grid}/{kind}"] if grid else []
    found += [f"words/{pair}" for pair in rare_pairs(report.narrative, commonness, order)]
    found += [f"name/{name}" for name in named]
    return list(dict.fromkeys(found))[:MOST]


def likeliest(found: Iterable[tuple[int, str]], asked: Sequence[str]) -> list[str]:
    """The reports that share the most and rarest keys, at most `CANDIDATES`; `found` are the reports that each of the
    keys `asked` leads to, by its place there, at most `CAP` of each. How rare a key is shows in how many it leads to.
    """
    led = defaultdict(list)
    for key, report in found:
        led[key].append(report)
    sums: dict[str, float] = defaultdict(float)
    for key, reports in led.items():
        tells = _TELLING.get(asked[key].partition("/")[0], 1.0) * math.log(1 + CAP / len(reports))
        for report in reports:
            sums[report] += tells
    return sorted(sums, key=lambda report: (-sums[report], report))[:CANDIDATES]


def _names(address: str) -> list[str]:
    """The names of a place by which people call it, the narrowest first: their first two characters, which are said
    however short a name is cut (丰禾, 丰禾村)."""
    said = read(address)
    names = [said.name, *reversed(said.roads), *reversed(said.villages), said.lowest_region]
    return list(dict.fromkeys(name[:2] for name in names if name))[:_NAMES]


def _numbers(address: str) -> list[str]:
    """What is numbered of a place, without its floors and doors."""
    said = read(address)
    return [number for number in (said.building, said.number.partition("-")[0], said.group) if number]
