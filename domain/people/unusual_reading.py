"""Who read far more cases than others at the same post: a question to ask, and no verdict.

Source: requirements E.2 (reading by purpose and scope); the numbers are ours. [DESIGN]
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import timedelta
from statistics import median

SPAN = timedelta(days=7)
LEAST = 20
"""Cases that nobody has to explain."""
TIMES = 5
"""So many times what is usual at his post."""


@dataclass(frozen=True)
class Unusual:
    """How many cases somebody read beside his own work, what is usual at his posts, and how many are not looked at."""

    person_id: str
    read: int
    usual: float
    most: int


def unusual(read: Mapping[str, int], roles: Mapping[str, Collection[str]]) -> list[Unusual]:
    """Those who read more than 20 cases, and more than five times the median of the others who hold the same role and
    read any; of several roles the one at which most is usual. The most first.

    `read`: by person, how many different cases beside his own work; `roles`: by person, what he holds.
    """
    found = []
    for person, count in read.items():
        if count <= LEAST:
            continue
        peers = [
            [n for other, n in read.items() if other != person and n and role in roles.get(other, ())]
            for role in roles.get(person, ())
        ]
        usual = max((float(median(each)) for each in peers if each), default=0.0)
        most = int(max(LEAST, TIMES * usual))
        if count > most:
            found.append(Unusual(person, count, usual, most))
    return sorted(found, key=lambda one: (-one.read, one.person_id))
