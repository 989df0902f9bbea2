"""What the cues' category is turned into by those who correct it: where cues say 买卖合同, this desk says 借贷.

A subclass of which little was seen turns as its category does, a category as its group does, and where that was not
seen either it stays what it is.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping

Turns = dict[str, dict[str, float]]
"""By the cues' category, or `category:subclass`: the share of cases that each confirmed category has there."""

OF_WIDER, OF_ITSELF = 1.0, 3.0
"""Cases that the wider habit is worth beside one's own, and that the cues are worth beside the group's."""


def row_of(part: str) -> str:
    """The category of `category:subclass`."""
    return part.partition(":")[0]


def turns(cases: Iterable[tuple[Mapping[str, float], str]], group_of: Mapping[str, str]) -> Turns:
    """The habits of a county, for each category of the list and each subclass that was seen; a case is what the cues
    said and what was confirmed."""
    seen: Turns = defaultdict(lambda: defaultdict(float))
    in_group: Turns = defaultdict(lambda: defaultdict(float))
    parts: Turns = defaultdict(lambda: defaultdict(float))
    for evidence, confirmed in cases:
        total = sum(evidence.values())
        for part, value in evidence.items():
            row = row_of(part)
            seen[row][confirmed] += value / total
            in_group[group_of.get(row, row)][confirmed] += value / total
            if part != row:
                parts[part][confirmed] += value / total
    found: Turns = {}
    for category, group in group_of.items():
        habit = dict(in_group[group])
        habit[category] = habit.get(category, 0.0) + OF_ITSELF
        found[category] = _mixed(seen[category], habit)
    return found | {part: _mixed(own, found[row_of(part)]) for part, own in sorted(parts.items())}


def _mixed(own: Mapping[str, float], wider: Mapping[str, float]) -> dict[str, float]:
    every, cases = sum(wider.values()), sum(own.values()) + OF_WIDER
    return {
        each: round((own.get(each, 0.0) + OF_WIDER * wider.get(each, 0.0) / every) / cases, 4)
        for each in sorted({*own, *wider})
    }


def turned(evidence: Mapping[str, float], habits: Turns) -> dict[str, float]:
    """What the cues say, as this county would put it, and as strongly. The loudest category counts by its square: many
    faint ones are turned into the same, and are no evidence for it together.
    """
    total, squares = sum(evidence.values()), sum(value * value for value in evidence.values())
    result: dict[str, float] = defaultdict(float)
    for part, value in evidence.items():
        row = row_of(part)
        for each, share in habits.get(part, habits.get(row, {row: 1.0})).items():
            result[each] += total * value * value / squares * share
    return dict(result)
