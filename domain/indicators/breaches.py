"""Figures against their thresholds: what of an organisation's month calls for supervision (督导, Q-073)."""

from __future__ import annotations

from collections.abc import Mapping

from domain.base import Model
from domain.indicators.definitions import DEFINITIONS
from domain.indicators.formulas import Figure
from domain.policy.oversight.thresholds import Threshold


class Breach(Model):
    """A figure that passes its threshold; `limit` is what it may not fall below or exceed."""

    indicator: str
    value: float
    limit: float
    below: bool
    numerator: float
    denominator: int | None

    @property
    def words(self) -> str:
        """The same for people: `按期率 62.5%（5/8），低于 90%`."""
        definition = DEFINITIONS[self.indicator]
        unit = "%" if definition.rate else definition.unit
        of = f"（{self.numerator:g}/{self.denominator}）" if definition.rate else ""
        return f"{definition.name} {self.value:g}{unit}{of}，{'低于' if self.below else '超过'} {self.limit:g}{unit}"


def breaches(figures: Mapping[str, Figure], thresholds: Mapping[str, Threshold]) -> list[Breach]:
    """What of these figures passes its threshold, in the thresholds' order; a figure without value passes none."""
    found = []
    for code, threshold in thresholds.items():
        figure = figures.get(code)
        if figure is None or figure.value is None:
            continue
        if figure.denominator is not None and figure.denominator < threshold.of_at_least:
            continue
        limit = threshold.below if threshold.below is not None else threshold.above
        assert limit is not None, "a threshold has one of both"
        if figure.value < limit if threshold.below is not None else figure.value > limit:
            found.append(Breach(indicator=code, value=figure.value, limit=limit, below=threshold.below is not None,
                                numerator=figure.numerator, denominator=figure.denominator))  # fmt: skip
    return found
