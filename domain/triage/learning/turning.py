"""What the cues' category is turned into by those who correct it: where cues say 买卖合同, this desk says 借贷.

A category of which little was seen turns as its group does, and where that was not seen either it stays what it is.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping

Turns = dict[str, dict[str, float]]
"""By the cues' category: the share of cases that each confirmed category has there."""

OF_GROUP, OF_ITSELF = 2.0, 3.0
"""Cases that the group's habit is worth beside a category's own, and that the cues are worth beside the group's."""


def turns(cases: Iterable[tuple[Mapping[str, float], str]], group_of: Mapping[str, str]) -> Turns:
    """The habits of a county, for each category of the list; a case is what the cues said and what was confirmed."""
    seen: Turns = defaultdict(lambda: defaultdict(float))
    in_group: Turns = defaultdict(lambda: defaultdict(float))
    for evidence, confirmed in cases:
        total = sum(evidence.values())
        for category, value in evidence.items():
            seen[category][confirmed] += value / total
            in_group[group_of.get(category, category)][confirmed] += value / total
    found: Turns = {}
    for category, group in group_of.items():
        habit = dict(in_group[group])
        habit[category] = habit.get(category, 0.0) + OF_ITSELF
        own, every = seen[category], sum(habit.values())
        cases_here = sum(own.values()) + OF_GROUP
        found[category] = {
            each: round((own.get(each, 0.0) + OF_GROUP * habit.get(each, 0.0) / every) / cases_here, 4)
            for each in sorted({*own, *habit})
        }
    return found


def turned(evidence: Mapping[str, float], habits: Turns) -> dict[str, float]:
    """What the cues say, as this county would put it, and as strongly. The loudest category counts by its square: many
    faint ones are turned into the same, and are no evidence for it together.
    """
    total, squares = sum(evidence.values()), sum(value * value for value in evidence.values())
    result: dict[str, float] = defaultdict(float)
    for category, value in evidence.items():
        for each, share in habits.get(category, {category: 1.0}).items():
            result[each] += total * value * value / squares * share
    return dict(result)
